"""The proof that recorded rows are those that were written, and that the trail tells of each.

Checks 9 to 13 of ``manage.py verify_ledger``, in few statements. Master data that may change
lawfully (units, projects, investors) is not proved here: only that the trail knows their shares.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.models import Period
from projects.models import CreditShare, Project
from projects.shares import percent_text
from units import links
from units.models import Trail, Unit

ALTERED = _("This record was changed, deleted or added past the program.")
BROKEN = _("The chain of recorded rows breaks here: a link was changed or removed.")
VERSIONS = _("The settlements of this quarter do not go with its state: one is missing.")
UNTOLD = _("The trail does not tell of this record, or names somebody else.")
SHARES = _("The credit shares of this project are not those that the trail told last.")


@dataclass(frozen=True, slots=True)
class Suspect:
    """A record that does not agree: the number of the check, kind and key, and a sentence."""

    check: int
    record: str
    sentence: str | Promise


def suspects(county: int | None) -> Iterator[Suspect]:
    """Every disagreement of a county, or of all with None."""
    for model, key in links.altered(county):
        yield Suspect(9, f"{model._meta.model_name}:{key}", ALTERED)
    for key in links.broken(county):
        yield Suspect(10, f"link:{key}", BROKEN)
    yield from _versions(county)
    yield from _untold(county)
    yield from _shares(county)


# --- settlements -----------------------------------------------------------------------------------

PERIODS = """
SELECT period.id, period.state,
    (SELECT array_agg(version ORDER BY version) FROM ledger_settlement
        WHERE period_id = period.id) AS versions,
    (SELECT count(*) FROM units_trail WHERE record = 'period:' || period.id
        AND action = 'period.close' AND NOT refused) AS closed,
    (SELECT count(*) FROM units_trail WHERE record = 'period:' || period.id
        AND action = 'period.reopen' AND NOT refused) AS reopened
FROM ledger_period period
WHERE %(county)s::bigint IS NULL OR period.county_id = %(county)s ORDER BY period.id"""


def _versions(county: int | None) -> Iterator[Suspect]:
    """Every closing left a version, and every one but that of a closed quarter was reopened."""
    for pk, state, versions, closed, reopened in _rows(PERIODS, county):
        count, is_closed = len(versions or ()), state == Period.State.CLOSED
        whole = list(versions or ()) == list(range(1, closed + 1))
        if not whole or reopened != count - is_closed:
            yield Suspect(11, f"period:{pk}", VERSIONS)


# --- the trail -------------------------------------------------------------------------------------

TOLD = {
    "target": """
SELECT target.id FROM units_target target WHERE NOT EXISTS (
    SELECT 1 FROM units_trail line WHERE line.record = 'target:' || target.id
    AND line.action = 'target.record' AND line.actor_id = target.recorded_by_id)
    AND (%(county)s::bigint IS NULL OR target.county_id = %(county)s)""",
    "countytarget": """
SELECT target.id FROM units_countytarget target WHERE NOT EXISTS (
    SELECT 1 FROM units_trail line WHERE line.record = 'countytarget:' || target.id
    AND line.actor_id = target.recorded_by_id)
    AND (%(county)s::bigint IS NULL OR target.county_id = %(county)s)""",
    "receipt": """
SELECT receipt.id FROM ledger_receipt receipt WHERE receipt.state = 'verified' AND NOT EXISTS (
    SELECT 1 FROM units_trail line WHERE line.record = 'receipt:' || receipt.id
    AND line.action = 'receipt.verify' AND line.actor_id = receipt.verified_by_id
    AND NOT line.refused)
    AND (%(county)s::bigint IS NULL OR receipt.county_id = %(county)s)""",
    "evidence": """
SELECT file.id FROM ledger_evidence file
LEFT JOIN ledger_receipt receipt ON receipt.id = file.receipt_id
LEFT JOIN ledger_creditclaim claim ON claim.id = file.claim_id
WHERE NOT EXISTS (
    SELECT 1 FROM units_trail line WHERE line.actor_id = file.added_by_id AND (
        (line.record = 'receipt:' || file.receipt_id AND line.action = 'evidence.add'
            AND line.after->>'sha256' = file.sha256)
        OR (line.record = 'creditclaim:' || file.claim_id
            AND line.after->'files' @> to_jsonb(file.original_name))))
    AND (%(county)s::bigint IS NULL OR coalesce(receipt.county_id, claim.county_id) = %(county)s)""",
}


def _untold(county: int | None) -> Iterator[Suspect]:
    for kind, statement in TOLD.items():
        for (pk,) in _rows(statement, county):
            yield Suspect(12, f"{kind}:{pk}", UNTOLD)


def _shares(county: int | None) -> Iterator[Suspect]:
    """Shares against the last line that told them; names that units had before count as theirs."""
    told = Trail.objects.filter(record__startswith="project:", after__has_key="shares")
    told = told if county is None else told.filter(county=county)
    newest = told.order_by("record", "-pk").distinct("record")
    lines = dict(newest.values_list("record", "after__shares"))
    shares = CreditShare.objects.filter(project__in=_projects(county)).order_by("order", "id")
    names, present = _former_names(county), dict[int, list[tuple[int, str]]]()
    for project, unit, points in shares.values_list("project", "unit", "basis_points"):
        present.setdefault(project, []).append((unit, percent_text(points)))
    for project, held in present.items():
        said = lines.get(f"project:{project}")
        if said is not None and not _agrees(said, held, names):
            yield Suspect(13, f"project:{project}", SHARES)


def _agrees(said: list[str], held: list[tuple[int, str]], names: dict[int, set[str]]) -> bool:
    """Each text is a name, a blank and the percent: 水沟镇 60%."""
    if len(said) != len(held):
        return False
    parts = [text.rpartition(" ") for text in said]
    return all(
        percent == share and name in names[unit]
        for (name, _blank, percent), (unit, share) in zip(parts, held, strict=True)
    )


def _former_names(county: int | None) -> dict[int, set[str]]:
    units = Unit.objects.all() if county is None else Unit.objects.filter(county=county)
    names = {pk: {name} for pk, name in units.values_list("pk", "name")}
    renamed = Trail.objects.filter(action="unit.change", before__has_key="name", refused=False)
    for record, name in renamed.values_list("record", "before__name"):
        names.get(int(record.partition(":")[2]), set()).add(name)
    return names


def _projects(county: int | None) -> Any:
    return Project.objects.all() if county is None else Project.objects.filter(county=county)


def _rows(statement: str, county: int | None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"county": county})
        return list(cursor.fetchall())
