"""Help of the pages that leaders read: the table, its explanation, the meeting.

Owns: these texts. Must never: state a rule that the program does not keep.
"""

from django.utils.translation import gettext_lazy as _

from ledger.guide.shape import PageHelp
from units.models import Role

PAGES: dict[str, PageHelp] = {
    "ranking-month": PageHelp(
        purpose=_(
            "How every unit stands against its annual target as of the end of a month: "
            "rank, tier and the gap to the benchmark. Only verified money counts."
        ),
        terms=("league-table", "tier", "benchmark", "gap", "completion", "past-half", "pending"),
        next=_(
            "Press a unit to see the receipts behind its figure. The workbook and the "
            "bulletin above hold exactly these figures."
        ),
        next_for={
            Role.BUREAU_HEAD: _(
                "When a quarter has ended, check and close it under “Quarters”: then this table "
                "is announced and stays."
            ),
            Role.VERIFIER: _(
                "Money that is pending is shown paler. Verify it under “Receipts” and the table "
                "follows at once."
            ),
        },
    ),
    "ranking-bulletin": PageHelp(
        purpose=_(
            "The text to be read at the meeting, made from the league table of this day. "
            "Change words in the Word file, never figures."
        ),
        terms=("bulletin", "meeting", "tier", "past-half"),
        next=_("Download it as Word, or go back to the table and choose another day."),
    ),
    "ranking-compare": PageHelp(
        purpose=_(
            "Two league tables side by side: two days, or the table as announced and as it "
            "is known now."
        ),
        terms=("as-of", "known-by", "league-table", "rank"),
        next=_("The name of a unit that moved leads to its account and the receipts there."),
    ),
    "ranking-explain": PageHelp(
        purpose=_(
            "How the figures at the head of the table come about, step by step, with the "
            "rule beside each."
        ),
        terms=("benchmark", "tier", "rank", "past-half"),
        next=_("Print it when somebody asks at the meeting."),
    ),
    "unit-explain": PageHelp(
        purpose=_(
            "Why a unit stands where it stands: its target, its credited receipts, the "
            "comparison, its rank."
        ),
        terms=("completion", "gap", "tier", "rank", "share", "entry"),
        next=_("Every amount leads to its receipt and voucher."),
    ),
    "composition-month": PageHelp(
        purpose=_(
            "What the money is made of: new and carry-over projects, industries, sources, "
            "sizes, and how signed projects get on."
        ),
        terms=("new", "carry-over", "resource", "large", "source", "contract"),
        next=_(
            "Press a part to see its projects. Ore and property can be taken out of the "
            "league table in the same way."
        ),
    ),
    "meeting-month": PageHelp(
        purpose=_(
            "The settlement meeting on one page: who reports, who pledges, and what became "
            "of the last pledges."
        ),
        terms=("meeting", "pledge", "tier", "bulletin"),
        next=_("Pledges recorded here are checked by themselves on their day."),
        next_for={
            Role.BUREAU_HEAD: _(
                "Record what each unit promised during the meeting: amount and day."
            ),
        },
    ),
    "pledge-take-back": PageHelp(
        purpose=_(
            "A pledge that was recorded by mistake is taken back, with the reason; it stays "
            "visible as taken back."
        ),
        terms=("pledge",),
        next=_("Record the right one on the page of the meeting."),
    ),
    "region-month": PageHelp(
        purpose=_(
            "The counties of a city or province side by side, each against the target from "
            "above and against its own."
        ),
        terms=("county-target", "completion", "past-half", "region"),
        next=_("Press a county to read its own league table."),
    ),
    "search": PageHelp(
        purpose=_(
            "Finds units, projects and investors by a part of their name; width and "
            "punctuation do not matter."
        ),
        terms=("project", "unit", "receipt"),
        next=_("You find only what your role may open."),
    ),
    "target-what-if": PageHelp(
        purpose=_("What the league table would look like under other targets. Nothing is written."),
        terms=("target", "benchmark", "tier", "rank"),
        next=_("Go back to the targets and save them when the change is decided."),
    ),
    "glossary": PageHelp(
        purpose=_("What the official terms mean in these accounts, in Chinese and English."),
        terms=("benchmark", "received", "verify"),
        next=_("Underlined terms on other pages lead here."),
    ),
    "home": PageHelp(
        purpose=_("Your account keeps the system in order and sees no figures of the county."),
        terms=("audit-roles",),
        next=_("Your pages stand in the navigation above."),
    ),
}
