"""Which projects a person sees, and which a person may change.

Owns: the queryset of projects by reach. Must never: hold a rule about a project's contents.
"""

from django.db.models import QuerySet

from projects.models import Project
from units.access import REACH, Reach, Right, may, within
from units.models import Unit, User


def projects_of(user: User) -> QuerySet[Project]:
    """The projects whose credit the user's unit shares; all of the county for its offices."""
    return within(user, Project.objects.all(), unit="shares__unit")


def may_lead(user: User, unit: Unit) -> bool:
    """Whether the user may enter or change a project that ``unit`` leads."""
    if not may(user, Right.PROJECT_EDIT):
        return False
    if REACH.get(user.role) is Reach.UNIT:
        return user.unit_id == unit.pk
    return user.county_id == unit.county_id


def may_change(user: User, project: Project) -> bool:
    """Whether the user may change the project: the bureau's people and those of its lead unit."""
    return may_lead(user, project.lead_unit)
