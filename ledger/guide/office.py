"""Help of the pages that keep the accounts in order: targets, units, quarters, import, founding.

Owns: these texts. Must never: state a rule that the program does not keep.
"""

from django.utils.translation import gettext_lazy as _

from ledger.guide.shape import PageHelp
from units.models import Role

PAGES: dict[str, PageHelp] = {
    "target-grid": PageHelp(
        purpose=_(
            "The annual targets of all units with what is due by each quarter's end. A "
            "change is a new version with its document; earlier tables keep theirs."
        ),
        terms=("target", "quarter-target", "schedule", "benchmark"),
        next=_(
            "Type annual targets, fill the quarters from the schedule, write the document's "
            "number, save."
        ),
    ),
    "county-target-list": PageHelp(
        purpose=_(
            "What the city and the province demand of the county. The table of all counties can "
            "be ranked by it."
        ),
        terms=("county-target", "issuer"),
        next=_("A later document is a new version; nothing is overwritten."),
    ),
    "unit-targets": PageHelp(
        purpose=_("Every version of a unit's target, with document, day and person."),
        terms=("target", "issuer"),
        next=_("Tables of an earlier day use the version that held then."),
    ),
    "unit-list": PageHelp(
        purpose=_("The units of the county in official order, and those that ended."),
        terms=("unit", "rank"),
        next=_("A unit is never deleted: give it its last day and its successor."),
    ),
    "unit-new": PageHelp(
        purpose=_("Adds a town, department or enterprise."),
        terms=("unit",),
        next=_("Set its target next; its clerk's account is opened by the system administrator."),
    ),
    "unit-edit": PageHelp(
        purpose=_("Corrects a unit, or ends it with a successor when towns merge."),
        terms=("unit",),
        next=_("Later tables count the money of the old unit for its successor."),
    ),
    "period-list": PageHelp(
        purpose=_(
            "The quarters of the accounts and their state: open, in review, awaiting "
            "confirmation, closed."
        ),
        terms=("period", "close", "settlement", "chain"),
        next=_("Open a quarter to check and close it."),
    ),
    "period-detail": PageHelp(
        purpose=_(
            "Everything that must be in order before a quarter is closed, and the deeds of "
            "closing it."
        ),
        terms=("period", "close", "settlement", "reversal", "chain"),
        next=_("After closing, entries counted in the quarter are refused by the database itself."),
        next_for={
            Role.VERIFIER: _(
                "Look through the checks, then propose the closing; the head confirms it with "
                "the password."
            ),
            Role.BUREAU_HEAD: _(
                "Whoever proposes cannot confirm: two people close a quarter. Print the "
                "settlement with its check code."
            ),
        },
    ),
    "period-settlement": PageHelp(
        purpose=_(
            "The league table as it was announced when the quarter was closed. It never changes."
        ),
        terms=("settlement", "chain", "league-table"),
        next=_(
            "The check code proves that the entries behind it are the same today. Later "
            "corrections are listed as changes since the meeting."
        ),
    ),
    "book-import": PageHelp(
        purpose=_(
            "Takes units, targets, projects and receipts out of a workbook: your own or the "
            "template."
        ),
        terms=("receipt", "project", "target"),
        next=_("You see row by row what would happen before anything is written."),
    ),
    "book-import-detail": PageHelp(
        purpose=_(
            "What the workbook would do: new, changed and refused rows, and the league "
            "table before and after."
        ),
        terms=("receipt", "pending"),
        next=_(
            "Import it, or take the marked workbook, correct the red cells and upload it again."
        ),
    ),
    "trail": PageHelp(
        purpose=_("Who did what to which record, when and from where; refused attempts as well."),
        terms=("trail",),
        next=_("Lines are added only; nobody can change or delete one."),
    ),
    "login": PageHelp(
        purpose=_("Sign in with your own name; everything you do is recorded under it."),
        terms=(),
        next=_(
            "A first password is changed at once. Five wrong passwords lock the name for "
            "half an hour."
        ),
    ),
    "password-change": PageHelp(
        purpose=_("Sets a new password of your own. Nobody else can read it."),
        terms=(),
        next=_("Use it from the next sign-in on."),
    ),
    "founding": PageHelp(
        purpose=_(
            "Opens the accounts of a new county. The code proves that you stand at the machine."
        ),
        terms=("unit",),
        next=_("Five short pages follow; at the end everybody's password slip is printed."),
    ),
    "founding-county": PageHelp(
        purpose=_(
            "The county's code after GB/T 2260, its name, and the year of the first targets."
        ),
        terms=(),
        next=_("The code becomes part of every unit's code and cannot be changed later."),
    ),
    "founding-units": PageHelp(
        purpose=_("All towns, departments and enterprises with a task, at one go."),
        terms=("unit", "target"),
        next=_("The next page shows what was understood, to be corrected."),
    ),
    "founding-units-check": PageHelp(
        purpose=_("Names and kinds as they were read from your list."),
        terms=("unit",),
        next=_("Towns, departments and enterprises are ranked apart, so the kind matters."),
    ),
    "founding-targets": PageHelp(
        purpose=_("What each unit owes this year, and how much of it by each quarter's end."),
        terms=("target", "schedule", "benchmark"),
        next=_(
            "Leave empty what is not decided: a unit without a target is listed without a rank."
        ),
    ),
    "founding-people": PageHelp(
        purpose=_(
            "The bureau, the leader and the three administrators; every unit gets a clerk "
            "by itself."
        ),
        terms=("audit-roles", "verify"),
        next=_("Their password slips come on the next page."),
    ),
    "founding-slips": PageHelp(
        purpose=_("Everybody's one-time password, readable only on this page."),
        terms=(),
        next=_("Print, tick, open the accounts; then sign in as head or clerk."),
    ),
    "guide": PageHelp(
        purpose=_("The handbook of your role: a month and a quarter, step by step."),
        terms=(),
        next=_("The pages of the other roles are linked above the text."),
    ),
    "api": PageHelp(
        purpose=_(
            "How another system takes figures out: the league table, units, projects and "
            "receipts as data."
        ),
        terms=("api-key", "region"),
        next=_(
            "A program signs in with an access key; it sees what the person behind the key may see."
        ),
    ),
    "key-list": PageHelp(
        purpose=_(
            "The keys with which programs take figures out, whose they are and until when "
            "they hold."
        ),
        terms=("api-key",),
        next=_("A new key is shown once. Revoke a key that nobody needs any more."),
    ),
    "key-revoke": PageHelp(
        purpose=_("Revokes an access key: the program behind it gets no figure from now on."),
        terms=("api-key",),
        next=_("It cannot be made valid again; make a new one where it is needed."),
    ),
    "calendar": PageHelp(
        purpose=_(
            "What falls due, and when: monthly reports, quarters to close, steps with time "
            "limits, pledges."
        ),
        terms=("report", "period", "deadline", "pledge"),
        next=_("Press an item to do it, or subscribe to the calendar on your own device."),
    ),
    "my-account": PageHelp(
        purpose=_("Your account: where you are signed in, your password, your second factor."),
        terms=(),
        next=_("End a sign-in that you do not know, then change the password."),
    ),
    "sign-in-code": PageHelp(
        purpose=_("The second step of signing in: six digits from your phone, or a recovery code."),
        terms=(),
        next=_("A lost phone: use a recovery code, or ask the security administrator."),
    ),
    "second-factor": PageHelp(
        purpose=_(
            "A code from your phone beside the password, so that a stolen password opens nothing."
        ),
        terms=(),
        next=_("Scan the picture, type the six digits, keep the recovery codes on paper."),
    ),
    "kept-text": PageHelp(
        purpose=_("What you had typed when your sign-in ended."),
        terms=(),
        next=_("Go back to the form, or copy what you need."),
    ),
    "person-list": PageHelp(
        purpose=_(
            "Everybody who has an account: role, place, last sign-in, and accounts that "
            "nobody used for ninety days."
        ),
        terms=("audit-roles", "trail"),
        next=_("Open an account to change it. Nobody changes his own."),
        next_for={
            Role.SYSTEM_ADMIN: _(
                "“New person” opens an account without a role; the security administrator then "
                "grants one."
            ),
            Role.SECURITY_ADMIN: _(
                "Accounts with no role yet wait for you: open one and set its role."
            ),
        },
    ),
    "person-new": PageHelp(
        purpose=_("Opens an account: sign-in name, person, and the unit or county it belongs to."),
        terms=("audit-roles", "unit"),
        next=_(
            "The one-time password is shown once. The role is granted by another administrator."
        ),
    ),
    "person-detail": PageHelp(
        purpose=_("One account: who it is, what it may do, whether it is locked or switched off."),
        terms=("audit-roles",),
        next=_("Every change ends the person's open sign-ins and stands in the trail."),
        next_for={
            Role.SYSTEM_ADMIN: _(
                "Switch off the account of a person who leaves on the same day; what he did "
                "keeps his name."
            ),
            Role.SECURITY_ADMIN: _(
                "Unlock or take a second factor away only when you know that it is this person "
                "who asks."
            ),
        },
    ),
}
