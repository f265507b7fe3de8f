"""The county's settings: plain values, changed only here, stored with each settlement.

Every field of ``County`` but its code and ``is_sample`` is a setting, so that a new one is a field,
a field of the form, and the rule that reads it.
"""

import copy
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from units import trail
from units.access import Right, demand
from units.ground import groups
from units.ground.refusal import Conflict, Refusal, clean_or_refuse
from units.ground.text import key
from units.models import County, GroupChange, Unit, User

NAMES = tuple(
    field.name
    for field in County._meta.concrete_fields
    if field.name not in ("id", "code", "is_sample")
)
# Settings that settlements used before they stored any: today's values apply. Others get defaults.
BEFORE_KEPT = ("name", "large_from", "major_from", "mega_from", "report_day", "evidence_required")
TEXTS = ("name", "issuing_office", "title_name", "addressees")
MOST = {"health_start_months": 120, "health_money_months": 120, "health_percent": 100}
LEAST_NAME, MAX_NAME, LAST_DAY = 2, 50, 28


def values(county: County) -> dict[str, Any]:
    """Every setting by its name."""
    return {name: getattr(county, name) for name in NAMES}


def fingerprint(county: County) -> str:
    """The version a page has seen; it differs as soon as any setting does (rule 18)."""
    written = json.dumps(values(county), cls=DjangoJSONEncoder, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def as_kept(county: County, kept: Mapping[str, Any] | None) -> County:
    """The county with a settlement's stored settings (rule 17), for its papers; never saved."""
    if kept is None:
        kept = {name: getattr(county, name) for name in BEFORE_KEPT}
    then = copy.copy(county)
    for name in NAMES:
        field: Any = County._meta.get_field(name)
        value = field.to_python(kept[name]) if name in kept else field.get_default()
        setattr(then, name, value)
    return then


@transaction.atomic
def change(
    county: County,
    given: Mapping[str, Any],
    *,
    by: User,
    at: datetime,
    seen: str | None = None,
    action: str = "county.change",
) -> County:
    """Change the given settings; equal values change nothing.

    Raises Conflict when a setting was changed after ``seen``, Refusal with the field it belongs to.
    """
    demand(by, Right.COUNTY_EDIT)
    if by.county_id != county.pk:
        raise Refusal(_("Only the county's own bureau changes its settings."))
    county = County.objects.select_for_update(no_key=True).get(pk=county.pk)
    if seen is not None and seen != fingerprint(county):
        raise Conflict(_("Somebody changed the settings after you opened this page. Compare both."))
    held = values(county)
    wanted = held | dict(given)
    wanted |= {name: clean_or_refuse(wanted[name], name) for name in TEXTS}
    objections = (*_objections(wanted), *_against_health(wanted))
    for objection in (*objections, *_against_groups(wanted["groups"], county)):
        raise objection
    before, after = trail.changes(held, wanted)
    if after:
        for name, value in after.items():
            setattr(county, name, value)
        county.save(update_fields=list(after))
        said: dict[str, Any] = {"label": county.name, "before": before, "after": after}
        trail.record(by, action, county, at=at, county=county, **said)
    return county


def demand_name(name: str) -> None:
    """Raise Refusal for an invalid name of a county, whatever form or file it comes from."""
    if not LEAST_NAME <= len(name) <= MAX_NAME:
        sentence = _("Write the name of the county, from %(least)d to %(most)d characters.")
        raise Refusal(sentence % {"least": LEAST_NAME, "most": MAX_NAME}, "name")


def _objections(wanted: Mapping[str, Any]) -> Iterator[Refusal]:
    demand_name(wanted["name"])
    for name in TEXTS:
        column: Any = County._meta.get_field(name)
        most = column.max_length
        if len(wanted[name]) > most:
            yield Refusal(_("Write at most %(most)d characters.") % {"most": most}, name)
    if wanted["large_from"] <= 0:
        yield Refusal(_("Write an amount above zero."), "large_from")
    if wanted["major_from"] <= wanted["large_from"]:
        sentence = _("A major project must be larger than a large one.")
        yield Refusal(sentence, "major_from")
    if wanted["mega_from"] <= wanted["major_from"]:
        sentence = _("A mega project must be larger than a major one.")
        yield Refusal(sentence, "mega_from")
    if not set(wanted["not_counted"]) <= set(County.Money.values):
        yield Refusal(_("Choose what does not count from the list."), "not_counted")
    if not 1 <= wanted["report_day"] <= LAST_DAY:
        yield Refusal(_("Choose a day from 1 to 28; every month has those."), "report_day")
    if wanted["reports_from"] is not None and wanted["reports_from"].day != 1:
        yield Refusal(_("Write a month, as in 2012-06."), "reports_from")


def _against_health(wanted: Mapping[str, Any]) -> Iterator[Refusal]:
    for name, most in MOST.items():
        if not 0 <= wanted[name] <= most:
            sentence = _("Write a number from 0 to %(most)d; 0 switches the rule off.")
            yield Refusal(sentence % {"most": most}, name)


def _against_groups(wanted: Any, county: County) -> Iterator[Refusal]:
    """Each group once and by name; one that units are in, or were in, stays on the list."""
    given = groups.read(wanted)
    names = [key(group.name) for group in given]
    if not given or len(given) > groups.MAX_GROUPS:
        sentence = _("Write the name of one group at least, and of at most %(most)d.")
        yield Refusal(sentence % {"most": groups.MAX_GROUPS}, "groups")
    codes = {group.code for group in given}
    if len(codes) < len(given) or len(set(names)) < len(names) or "" in names:
        yield Refusal(_("Name each group once."), "groups")
    if not all(groups.is_code(code) for code in codes):
        yield Refusal(_("Load the page anew; this list of groups cannot be read."), "groups")
    used = {*Unit.objects.filter(county=county).order_by().values_list("kind", flat=True)}
    earlier = GroupChange.objects.filter(unit__county=county).order_by()
    used |= {*earlier.values_list("before", flat=True)}
    if missing := [county.group(code).title for code in sorted(used - codes)]:
        sentence = _("Units are in these groups, or were; keep them: %(groups)s.")
        yield Refusal(sentence % {"groups": "、".join(missing)}, "groups")
