"""Which projects, steps and problems a user sees, and what they may do with them.

Rules about a project's contents are elsewhere.
"""

from django.db.models import Q, QuerySet

from projects.models import Problem, Project, ServiceStep
from units.access import REACH, Reach, Right, may, within
from units.models import Unit, User


def projects_of(user: User) -> QuerySet[Project]:
    """Projects whose credit the user's unit shares; all of the county for its offices."""
    return within(user, Project.objects.all(), unit="shares__unit")


def steps_of(user: User) -> QuerySet[ServiceStep]:
    """The steps of the projects the user sees, and those their unit is responsible for."""
    steps = ServiceStep.objects.all()
    if REACH.get(user.role) is Reach.UNIT:
        return steps.filter(Q(unit=user.unit_id) | Q(project__in=projects_of(user)))
    return within(user, steps, county="project__county")


def problems_of(user: User) -> QuerySet[Problem]:
    """The problems of the projects the user sees."""
    return Problem.objects.filter(project__in=projects_of(user))


def may_lead(user: User, unit: Unit) -> bool:
    """Whether the user may enter or change a project that ``unit`` leads."""
    if not may(user, Right.PROJECT_EDIT):
        return False
    if REACH.get(user.role) is Reach.UNIT:
        return user.unit_id == unit.pk
    return user.county_id == unit.county_id


def may_change(user: User, project: Project) -> bool:
    """Whether the user may change the project: the bureau and its lead unit."""
    return may_lead(user, project.lead_unit)


def may_finish(user: User, step: ServiceStep) -> bool:
    """Whether the user may mark a step as done: the bureau, the lead unit, the responsible unit."""
    return may_change(user, step.project) or may_lead(user, step.unit)


def may_tell(user: User, project: Project) -> bool:
    """Whether the user may report a problem: the bureau and every unit with a share."""
    return may(user, Right.PROJECT_EDIT) and projects_of(user).filter(pk=project.pk).exists()


def may_answer(user: User, project: Project) -> bool:
    """Whether the user may answer problems: only the bureau."""
    is_office = REACH.get(user.role) is Reach.COUNTY
    return is_office and may_change(user, project)


def may_settle(user: User, problem: Problem) -> bool:
    """Whether the user may settle a problem: the bureau, the lead unit, the unit that raised it."""
    is_own = problem.unit is not None and may_lead(user, problem.unit)
    return is_own or may_change(user, problem.project)
