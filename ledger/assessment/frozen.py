"""The score that a closing announces: stored with what it was made of, read back, proved.

Stored are the figures and the points given, exact; the scheme's version and its result. Whoever
reads it applies the stored scheme to the stored figures, so every point still explains itself and
no later edit moves it (rule 17).
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from ledger.assessment import scheme as schemes
from ledger.assessment.scoring import Figure, Given, Scored
from ledger.assessment.table import ScoreTable, document, made, score_table
from ledger.models import Score, Settlement
from ledger.ranking.league import LeagueTable
from units.models import County


def contents(league: LeagueTable) -> dict[str, Any] | None:
    """What a closing announces of the score; None without a scheme."""
    table = score_table(league)
    return None if table is None else _plain(table)


def store(settlement: Settlement, league: LeagueTable) -> Score | None:
    """Store the score of the locked quarter beside its settlement."""
    table = score_table(league)
    if table is None:
        return None
    return Score.objects.create(settlement=settlement, scheme=table.stored, **_plain(table))


def table_of(league: LeagueTable) -> ScoreTable | None:
    """The score of a league table: as announced where it was, else computed now."""
    if league.settlement is None:
        return score_table(league)
    found = Score.objects.filter(settlement=league.settlement).select_related("scheme").first()
    return None if found is None else rebuilt(found, league)


def rebuilt(stored: Score, league: LeagueTable) -> ScoreTable:
    """The stored scheme applied to the stored figures."""
    inputs = {
        kind: [_scored(unit) for unit in units] for kind, units in stored.inputs["groups"].items()
    }
    groups = [(league.county.group(kind), kind) for kind in inputs]
    scheme = schemes.read(stored.scheme.text)
    scales = {code: Fraction(scale) for code, scale in stored.inputs["scales"].items()}
    return made(stored.scheme, scheme, groups, inputs, tuple(stored.inputs["missing"]), scales)


def differing(county: County | None = None) -> Iterator[Score]:
    """Stored scores whose result does not follow from the stored figures."""
    rows = Score.objects.select_related("scheme", "settlement__period__county")
    rows = rows.filter(settlement__period__county=county) if county else rows
    for stored in rows.order_by("pk"):
        scheme = schemes.read(stored.scheme.text)
        of_county = stored.settlement.period.county
        groups = [(of_county.group(kind), kind) for kind in stored.inputs["groups"]]
        inputs = {k: [_scored(u) for u in units] for k, units in stored.inputs["groups"].items()}
        table = made(stored.scheme, scheme, groups, inputs, (), {})
        if _points(document(table)) != _points(stored.document):
            yield stored


def _points(found: dict[str, Any]) -> list[Any]:
    """Everything but the names of the groups, which the county may change."""
    return [(group["group"], group["rows"]) for group in found["groups"]]


def _plain(table: ScoreTable) -> dict[str, Any]:
    inputs = {
        "groups": {
            kind: [_written(unit) for unit in units] for kind, units in table.inputs.items()
        },
        "missing": list(table.missing),
        "scales": {code: str(scale) for code, scale in table.scales.items()},
    }
    return {"inputs": inputs, "document": document(table)}


def _written(unit: Scored) -> dict[str, Any]:
    return {
        "code": unit.code,
        "name": unit.name,
        "figures": {
            code: [_text(figure.value), _text(figure.target), _text(figure.due)]
            for code, figure in unit.figures.items()
        },
        "given": {
            item: [_text(given.claimed), _text(given.points), given.reason]
            for item, given in unit.given.items()
        },
    }


def _scored(plain: dict[str, Any]) -> Scored:
    return Scored(
        plain["code"],
        plain["name"],
        {
            code: Figure(_read(value), _read(target), _read(due))
            for code, (value, target, due) in plain["figures"].items()
        },
        {
            item: Given(_read(claimed), _read(points), reason)
            for item, (claimed, points, reason) in plain["given"].items()
        },
    )


def _text(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _read(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)
