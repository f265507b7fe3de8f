"""The sentences that report an import, the same on the page and on the command line."""

from collections.abc import Iterable, Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from ledger.importing.plan_types import Outcome, Tally
from ledger.importing.preview import Outlook
from ledger.ranking.league import LeagueTable
from ledger.reading.remarks import Remark
from ledger.reading.result import Reading
from ledger.rules.standing import Tier
from ledger.words import TIERS
from units.ground.money import percent_text, wan_short

OUTCOMES: dict[Outcome, str | Promise] = {
    Outcome.NEW: pgettext_lazy("rows", "new"),
    Outcome.CHANGED: pgettext_lazy("rows", "changed"),
    Outcome.UNCHANGED: pgettext_lazy("rows", "unchanged"),
    Outcome.REFUSED: pgettext_lazy("rows", "refused"),
    Outcome.LEFT_OUT: pgettext_lazy("rows", "left out"),
}
ROWS_NAMED = 10


def tally_line(tally: Tally) -> str:
    """``到位资金: 550 new, 0 changed, 2 unchanged, 1 refused``."""
    sentence = _(
        "%(sheet)s: %(new)s new, %(changed)s changed, %(unchanged)s unchanged, %(refused)s refused"
    )
    return sentence % {
        "sheet": tally.sheet,
        **{str(outcome): tally.counts[outcome] for outcome in Outcome},
    }


def left_out_lines(reading: Reading) -> Iterator[str]:
    """One line per sheet: each row that is no record, with its reason."""
    for sheet in reading:
        rows = "; ".join(f"{left.row} {left.why}" for left in sheet.left_out)
        if rows:
            sentence = _("%(sheet)s, rows left out: %(rows)s")
            yield sentence % {"sheet": sheet.name, "rows": rows}


def refusal_line(remark: Remark) -> str:
    """Sheet, row, column, what the cell has, what is expected."""
    place = "!".join(filter(None, [remark.sheet, remark.cell]))
    about = f"{remark.heading} “{remark.found}”" if remark.found else remark.heading
    words = {"place": f"{place} {about}".strip(), "sentence": remark.sentence}
    return _("%(place)s: %(sentence)s") % words


def grouped(remarks: Iterable[Remark]) -> Iterator[str]:
    """One line per sheet and sentence, with the rows it applies to."""
    rows: dict[tuple[str, str], list[int]] = {}
    for remark in remarks:
        rows.setdefault((remark.sheet, remark.sentence), []).append(remark.row)
    for (sheet, sentence), numbers in rows.items():
        yield _about_rows(sheet, sentence, [number for number in numbers if number])


def _about_rows(sheet: str, sentence: str, numbers: list[int]) -> str:
    words = {
        "sheet": sheet,
        "sentence": sentence,
        "rows": ", ".join(str(number) for number in numbers[:ROWS_NAMED]),
        "rest": len(numbers) - ROWS_NAMED,
    }
    if not numbers:
        return _("%(sheet)s: %(sentence)s") % words
    if len(numbers) <= ROWS_NAMED:
        return _("%(sheet)s, row %(rows)s: %(sentence)s") % words
    return _("%(sheet)s, rows %(rows)s and %(rest)s more: %(sentence)s") % words


def outlook_lines(outlook: Outlook) -> Iterator[str]:
    """The headline before and after."""
    for word, table in (
        (pgettext("import", "now"), outlook.before),
        (pgettext("import", "afterwards"), outlook.after),
    ):
        yield f"{table.as_of.isoformat()} {word}: {_headline(table)}"


def _headline(table: LeagueTable) -> str:
    total = table.total
    share = percent_text(total.received, total.target) if total.target > 0 else "—"
    tiers = {tier: sum(section.tiers[tier] for section in table.sections) for tier in Tier}
    counted = ", ".join(f"{TIERS[tier]} {count}" for tier, count in tiers.items() if count)
    return _("received %(received)s of %(target)s 万元 (%(share)s); %(tiers)s") % {
        "received": wan_short(total.received),
        "target": wan_short(total.target),
        "share": share,
        "tiers": counted,
    }
