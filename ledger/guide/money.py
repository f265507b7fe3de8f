"""Help of the pages on which money moves: projects, receipts, reports, claims, steps.

Owns: these texts. Must never: state a rule that the program does not keep.
"""

from django.utils.translation import gettext_lazy as _

from ledger.guide.shape import PageHelp
from units.models import Role

PAGES: dict[str, PageHelp] = {
    "unit-account": PageHelp(
        purpose=_(
            "The account of one unit: its target, what has arrived, what waits, and every "
            "project and receipt behind it."
        ),
        terms=("target", "received", "pending", "completion", "rank"),
        next=_("The curve shows the year against the benchmark."),
        next_for={
            Role.CLERK: _(
                "To enter money: open the project, then “Enter a receipt”. A new investor comes "
                "first as a project. File the monthly report by its deadline, also when there "
                "is nothing."
            ),
            Role.UNIT_HEAD: _(
                "Look at what was returned: the reason stands beside it, and the clerk can "
                "correct and submit again."
            ),
        },
    ),
    "project-list": PageHelp(
        purpose=_(
            "All projects that you may see, with stage, investment and money received. "
            "Filter, then take the list out as a workbook."
        ),
        terms=("project", "reserve", "contract", "introduced", "share"),
        next=_("Open a project to enter money for it or to see its evidence."),
        next_for={
            Role.CLERK: _(
                "Each unit compiles at least three reserve projects a year; they are counted "
                "here as well."
            ),
        },
    ),
    "project-board": PageHelp(
        purpose=_(
            "Projects by stage, from reserve to production, so that what stands still is seen."
        ),
        terms=("project", "reserve", "contract", "deadline"),
        next=_("Open a card to see what holds it up and who answers for it."),
    ),
    "project-detail": PageHelp(
        purpose=_(
            "Everything about one project: investor, stage, credit shares, receipts, steps "
            "with time limits, problems."
        ),
        terms=("project", "introduced", "share", "received", "sponsor", "deadline"),
        next=_("Changing the shares does not change what was posted before."),
        next_for={
            Role.CLERK: _(
                "“Enter a receipt” records money that has arrived. Have the voucher at hand: "
                "day, amount and number are on it."
            ),
            Role.VERIFIER: _(
                "Check the stage and the shares before you verify the first receipt of a project."
            ),
        },
    ),
    "project-new": PageHelp(
        purpose=_(
            "A project is registered before its money can be entered: name, investor, stage "
            "with its day, amounts, credit."
        ),
        terms=("project", "contract", "introduced", "share", "source", "new"),
        next=_("After saving, the page of the project offers “Enter a receipt”."),
    ),
    "project-edit": PageHelp(
        purpose=_(
            "Corrects a project or moves it to its next stage. Figures already announced do "
            "not change."
        ),
        terms=("project", "contract", "introduced", "share"),
        next=_(
            "Somebody else's change in the meantime is shown to you before anything is overwritten."
        ),
    ),
    "receipt-list": PageHelp(
        purpose=_("All receipts that you may see, by state: draft, submitted, returned, verified."),
        terms=("receipt", "pending", "verify", "return", "voucher"),
        next=_("Open one to see its voucher and its way."),
        next_for={
            Role.CLERK: _(
                "Returned ones stand on your first page with their reason: open, correct, submit "
                "again."
            ),
            Role.VERIFIER: _(
                "Work from the top: open, compare with the voucher, verify or return with a "
                "reason. Doubts are marked."
            ),
        },
    ),
    "receipt-new": PageHelp(
        purpose=_(
            "One arrival of money: the day on the voucher, the amount in 万元, what for, the "
            "voucher's number and a scan of it."
        ),
        terms=("receipt", "received", "voucher", "introduced"),
        next=_(
            "“Submit for verification” sends it to the bureau; until it is verified it "
            "shows as pending and does not rank. A draft stays with you."
        ),
    ),
    "receipt-edit": PageHelp(
        purpose=_(
            "A draft, a returned or a submitted receipt is corrected here; a verified one "
            "is never changed."
        ),
        terms=("receipt", "voucher", "pending"),
        next=_("Submit it again; the bureau sees the new version."),
    ),
    "receipt-detail": PageHelp(
        purpose=_(
            "One receipt with its voucher, what the checks noticed, and how it was credited "
            "to units."
        ),
        terms=("receipt", "voucher", "verify", "return", "entry", "reversal", "share"),
        next=_("A mistake found after verification is reversed, with a reason, and entered anew."),
        next_for={
            Role.CLERK: _("While it is not verified you can still correct or withdraw it."),
            Role.VERIFIER: _(
                "Compare day, amount, payer and number with the voucher. Verifying credits the "
                "money at once by the shares shown; you cannot verify what you entered "
                "yourself."
            ),
        },
    ),
    "receipt-verify-many": PageHelp(
        purpose=_("Several receipts verified at one go, those without doubts."),
        terms=("verify", "receipt", "voucher"),
        next=_("What was refused says why; open it and decide by itself."),
    ),
    "receipt-return": PageHelp(
        purpose=_("A receipt goes back to its unit with the reason."),
        terms=("return", "receipt"),
        next=_("The unit finds the reason on its first page."),
    ),
    "receipt-repost": PageHelp(
        purpose=_(
            "Credit that was posted by wrong shares is taken back and posted again by the "
            "present ones."
        ),
        terms=("entry", "share", "reversal"),
        next=_("Both entries stay visible, with your reason."),
    ),
    "entry-reverse": PageHelp(
        purpose=_("Takes an entry back by a new one in an open quarter; the old one stays."),
        terms=("reversal", "entry", "period"),
        next=_("A reversal is final: money that should count is entered anew."),
    ),
    "evidence-rules": PageHelp(
        purpose=_(
            "Which kinds of evidence the county asks for each kind of money, and whether "
            "money counts without them."
        ),
        terms=("voucher", "verify"),
        next=_("The rule holds for receipts that are verified from now on."),
    ),
    "report-month": PageHelp(
        purpose=_(
            "The monthly reports of a month: who has filed, who has not, and what each unit "
            "reports of trips, reserve projects and problems."
        ),
        terms=("report", "received"),
        next=_("A unit without money files a report of nothing; that differs from not reporting."),
        next_for={
            Role.CLERK: _(
                "Compare the amounts of the month with your papers, fill in the rest, then “File "
                "the report”. Do it before the deadline shown."
            ),
            Role.BUREAU_HEAD: _(
                "Remind those who are late; the deadline of the county is set here."
            ),
            Role.VERIFIER: _("Remind those who are late with one button."),
        },
    ),
    "claim-list": PageHelp(
        purpose=_(
            "Claims by which a unit asks for a share in another unit's project, and what "
            "was decided."
        ),
        terms=("share", "project"),
        next=_("A claim is answered by the leading unit and decided by the head of the bureau."),
        next_for={
            Role.CLERK: _(
                "“Claim a share” names the project, the share and the facts; add the papers "
                "that prove it."
            ),
        },
    ),
    "claim-new": PageHelp(
        purpose=_(
            "Asks for a share of a project that another unit leads. Write facts and dates, "
            "add papers."
        ),
        terms=("share", "project"),
        next=_("The leading unit is asked for its answer; then the bureau decides."),
    ),
    "claim-detail": PageHelp(
        purpose=_(
            "One claim: what is asked, what the leading unit says, the papers, the decision."
        ),
        terms=("share", "reversal"),
        next=_(
            "A decision changes the shares for money verified from then on; what is posted "
            "already is reversed and posted again only by a deed of its own."
        ),
    ),
    "service-list": PageHelp(
        purpose=_("Steps that offices do for projects within a time limit, and which are late."),
        terms=("deadline", "service", "sponsor"),
        next=_("Open a step to finish it with the day it was done."),
    ),
    "service-new": PageHelp(
        purpose=_("A step somebody must do for the project by a day: what, who, until when."),
        terms=("deadline", "service"),
        next=_("It counts down on the project's page and in the list of steps."),
    ),
    "service-edit": PageHelp(
        purpose=_(
            "Corrects a step, says on which day it was done, or takes out one that was recorded "
            "by mistake."
        ),
        terms=("deadline", "service"),
        next=_("A step finished late stays marked as late."),
    ),
    "problem-tell": PageHelp(
        purpose=_("Says what holds a project up and who is to help."),
        terms=("project", "service"),
        next=_("The bureau answers; the unit says when it is settled."),
    ),
    "problem-answer": PageHelp(
        purpose=_("The answer to a problem that a unit told."),
        terms=("project", "service"),
        next=_("The unit sees it on the project's page."),
    ),
}
