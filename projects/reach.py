"""Which projects a person sees, what of their service, and what a person may do there.

Owns: the querysets of projects and of service steps by reach. Must never: hold a rule about a
project's contents.
"""

from django.db.models import Q, QuerySet

from projects.models import Problem, Project, ServiceStep
from units.access import REACH, Reach, Right, may, within
from units.models import Unit, User


def projects_of(user: User) -> QuerySet[Project]:
    """The projects whose credit the user's unit shares; all of the county for its offices."""
    return within(user, Project.objects.all(), unit="shares__unit")


def steps_of(user: User) -> QuerySet[ServiceStep]:
    """The steps of the projects that the user sees, and those that his unit is responsible for."""
    steps = ServiceStep.objects.all()
    if REACH.get(user.role) is Reach.UNIT:
        return steps.filter(Q(unit=user.unit_id) | Q(project__in=projects_of(user)))
    return within(user, steps, county="project__county")


def problems_of(user: User) -> QuerySet[Problem]:
    """The problems of the projects that the user sees."""
    return Problem.objects.filter(project__in=projects_of(user))


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


def may_finish(user: User, step: ServiceStep) -> bool:
    """Whether the user may say that a step is done: who may change the project, or who owes it."""
    return may_change(user, step.project) or may_lead(user, step.unit)


def may_tell(user: User, project: Project) -> bool:
    """Whether the user may tell of a problem: the bureau and every unit that has a share."""
    return may(user, Right.PROJECT_EDIT) and projects_of(user).filter(pk=project.pk).exists()


def may_answer(user: User, project: Project) -> bool:
    """Whether the user answers problems: the bureau does."""
    is_office = REACH.get(user.role) is Reach.COUNTY
    return is_office and may_change(user, project)


def may_settle(user: User, problem: Problem) -> bool:
    """Whether the user may call a problem settled: who may change the project, or who raised it."""
    is_own = problem.unit is not None and may_lead(user, problem.unit)
    return is_own or may_change(user, problem.project)
