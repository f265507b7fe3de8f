"""The words in which an import is told, the same on the page and on the command line.

Owns: these lines. Must never: hold a figure that it was not given.
"""

from collections.abc import Iterable, Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ledger.importing.planned import Outcome, Tally
from ledger.importing.preview import Outlook
from ledger.importing.remarks import Remark
from ledger.league import LeagueTable
from ledger.standing import Tier
from units.money import percent_text, wan_short

OUTCOMES: dict[Outcome, str | Promise] = {
    Outcome.NEW: pgettext_lazy("rows", "new"),
    Outcome.CHANGED: pgettext_lazy("rows", "changed"),
    Outcome.UNCHANGED: pgettext_lazy("rows", "unchanged"),
    Outcome.REFUSED: pgettext_lazy("rows", "refused"),
}
TIERS: dict[Tier, str | Promise] = {
    Tier.COMPLETED: gettext_lazy("completed"),
    Tier.ON_SCHEDULE: gettext_lazy("on schedule"),
    Tier.BEHIND: gettext_lazy("behind"),
    Tier.NO_FUNDS: gettext_lazy("no funds yet"),
    Tier.NO_TARGET: gettext_lazy("no target"),
}
ROWS_NAMED = 10


def tally_line(tally: Tally) -> str:
    """``到位资金: 550 new, 0 changed, 2 unchanged, 1 refused``."""
    counts = ", ".join(f"{tally.counts[outcome]} {word}" for outcome, word in OUTCOMES.items())
    return f"{tally.sheet}: {counts}"


def refusal_line(remark: Remark) -> str:
    """Sheet, row, column, what stands there, what is expected."""
    place = "!".join(filter(None, [remark.sheet, remark.cell]))
    about = f"{remark.heading} “{remark.found}”" if remark.found else remark.heading
    return f"{place} {about}: {remark.sentence}".replace(" :", ":")


def grouped(remarks: Iterable[Remark]) -> Iterator[str]:
    """One line per sheet and sentence, with the rows that it is said of."""
    rows: dict[tuple[str, str], list[int]] = {}
    for remark in remarks:
        rows.setdefault((remark.sheet, remark.sentence), []).append(remark.row)
    for (sheet, sentence), numbers in rows.items():
        yield f"{sheet}{rows_text(numbers)}: {sentence}"


def rows_text(numbers: list[int]) -> str:
    """``!3, 5, 8``, and how many more there are; nothing for the sheet as a whole."""
    named = [str(number) for number in numbers if number][:ROWS_NAMED]
    if not named:
        return ""
    rest = len(numbers) - len(named)
    more = " " + _("and %(count)s more") % {"count": rest} if rest > 0 else ""
    return f"!{', '.join(named)}{more}"


def outlook_lines(outlook: Outlook) -> Iterator[str]:
    """The headline before and after."""
    for word, table in ((_("before"), outlook.before), (_("after"), outlook.after)):
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
