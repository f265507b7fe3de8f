"""Tells units when somebody else changes their credit in a project, in the change's transaction."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from projects.models import Project
from projects.shares import percent_text
from units.models import UNIT_ROLES, User
from units.outbox.tell import tell

Shares = list[tuple[int, int]]  # unit and basis points


def of_shares(project: Project, before: Shares, after: Shares, *, by: User, at: datetime) -> None:
    """The people of each unit whose share differs, but for the unit of the person who changed it.

    Call it after the project's version has been raised: a cause is one version of one project.
    """
    was, now = dict(before), dict(after)
    for unit in sorted(was.keys() | now.keys()):
        if was.get(unit) == now.get(unit) or unit == by.unit_id:
            continue
        points, named = now.get(unit), {"who": str(by), "project": project.name}

        def said(points: int | None = points, named: dict[str, str] = named) -> str:
            if points is None:
                return _("%(who)s took your unit's share of “%(project)s” away.") % named
            said = _("%(who)s set your unit's share of “%(project)s” to %(share)s.")
            return said % {**named, "share": percent_text(points)}

        # Without a share the unit may not open the project any more.
        is_out = points is None
        path = reverse("project-list") if is_out else reverse("project-detail", args=[project.pk])
        people = User.objects.filter(unit=unit, role__in=UNIT_ROLES, is_active=True)
        cause = f"shares:{project.pk}:{project.version}:{unit}"
        tell(people, cause, said, path, county=project.county_id, at=at)
