"""The words of the trail: one per action, one per field, and how each value is written.

Runs no query. A line without a word here is shown by its name, never left out.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.db.models import DateField, DecimalField
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ledger.entries import doubts
from ledger.models import CreditClaim, Evidence, Period, Proposal, Receipt
from projects.models import Investor, Stage
from projects.shares import percent_text
from units.county import settings
from units.ground import groups
from units.ground.money import wan_short
from units.models import County, Indicator, Role, Target
from units.tables import DASH

Words = str | Promise

ACTIONS: dict[str, Words] = {
    "project.add": pgettext_lazy("action", "registered the project"),
    "project.change": pgettext_lazy("action", "changed the project"),
    "service.add": pgettext_lazy("action", "recorded a service step"),
    "service.change": pgettext_lazy("action", "changed a service step"),
    "service.finish": pgettext_lazy("action", "marked a service step as done"),
    "service.drop": pgettext_lazy("action", "took a service step out"),
    "problem.tell": pgettext_lazy("action", "reported a problem"),
    "problem.answer": pgettext_lazy("action", "answered a problem"),
    "problem.settle": pgettext_lazy("action", "settled a problem"),
    "investor.add": pgettext_lazy("action", "entered the investor"),
    "investor.change": pgettext_lazy("action", "corrected the investor"),
    "receipt.draft": pgettext_lazy("action", "kept a draft of the receipt"),
    "receipt.submit": pgettext_lazy("action", "submitted the receipt"),
    "receipt.change": pgettext_lazy("action", "changed the receipt"),
    "receipt.withdraw": pgettext_lazy("action", "withdrew the receipt"),
    "receipt.verify": pgettext_lazy("action", "verified the receipt"),
    "receipt.return": pgettext_lazy("action", "returned the receipt"),
    "receipt.replace": pgettext_lazy("action", "put the receipt in the place of another"),
    "receipt.propose": pgettext_lazy("action", "proposed a correction of verified money"),
    "receipt.decide_proposal": pgettext_lazy("action", "decided a proposed correction"),
    "receipt.withdraw_proposal": pgettext_lazy("action", "dropped a proposed correction"),
    "receipt.repost": pgettext_lazy("action", "posted the receipt again"),
    "entry.reverse": pgettext_lazy("action", "reversed an entry"),
    "evidence.add": pgettext_lazy("action", "added evidence"),
    "evidence.remove": pgettext_lazy("action", "left evidence out"),
    "evidence.rules": pgettext_lazy("action", "set which evidence is required"),
    "claim.make": pgettext_lazy("action", "claimed a share"),
    "claim.agree": pgettext_lazy("action", "agreed to the claim"),
    "claim.object": pgettext_lazy("action", "objected to the claim"),
    "claim.withdraw": pgettext_lazy("action", "withdrew the claim"),
    "claim.grant": pgettext_lazy("action", "granted the claim"),
    "claim.refuse": pgettext_lazy("action", "refused the claim"),
    "report.file": pgettext_lazy("action", "filed the monthly report"),
    "report.correct": pgettext_lazy("action", "corrected the monthly report"),
    "report.remind": pgettext_lazy("action", "reminded units of the monthly report"),
    "report.deadline": pgettext_lazy("action", "set the day by which reports are due"),
    "period.review": pgettext_lazy("action", "began the review of the quarter"),
    "period.open": pgettext_lazy("action", "opened the quarter to the units again"),
    "period.propose": pgettext_lazy("action", "proposed to close the quarter"),
    "period.close": pgettext_lazy("action", "confirmed the closing of the quarter"),
    "period.propose_reopening": pgettext_lazy("action", "proposed to reopen the quarter"),
    "period.drop_reopening": pgettext_lazy("action", "dropped the proposal to reopen"),
    "period.reopen": pgettext_lazy("action", "confirmed the reopening of the quarter"),
    "target.record": pgettext_lazy("action", "set the annual target"),
    "indicator.add": pgettext_lazy("action", "added the indicator"),
    "indicator.change": pgettext_lazy("action", "changed the indicator"),
    "filing.file": pgettext_lazy("action", "filed a figure"),
    "filing.verify": pgettext_lazy("action", "verified the figure"),
    "filing.return": pgettext_lazy("action", "returned the figure"),
    "filing.reverse": pgettext_lazy("action", "took the figure back"),
    "scheme.record": pgettext_lazy("action", "recorded the scheme of the year's score"),
    "score.claim": pgettext_lazy("action", "assessed the own unit"),
    "score.give": pgettext_lazy("action", "gave points"),
    "score.object": pgettext_lazy("action", "objected to a score"),
    "score.answer": pgettext_lazy("action", "answered an objection"),
    "county.add": pgettext_lazy("action", "opened the accounts of the county"),
    "county.change": pgettext_lazy("action", "changed the settings of the county"),
    "industry.word": pgettext_lazy("action", "recorded a word for an industry"),
    "county_target.record": pgettext_lazy("action", "recorded a target from above"),
    "pledge.record": pgettext_lazy("action", "recorded a pledge"),
    "pledge.take_back": pgettext_lazy("action", "took a pledge back"),
    "region.name": pgettext_lazy("action", "named the region"),
    "person.add": pgettext_lazy("action", "added the person"),
    "person.place": pgettext_lazy("action", "moved or renamed the person"),
    "person.off": pgettext_lazy("action", "switched the account off"),
    "person.on": pgettext_lazy("action", "switched the account on"),
    "person.unlock": pgettext_lazy("action", "unlocked the account"),
    "reset.allow": pgettext_lazy("action", "let the reset account sign in"),
    "reset.release": pgettext_lazy("action", "let the reset account decide again"),
    "role.grant": pgettext_lazy("action", "granted a role"),
    "role.take": pgettext_lazy("action", "took the role away"),
    "schedule.set": pgettext_lazy("action", "set the schedule of the year"),
    "unit.add": pgettext_lazy("action", "added the unit"),
    "unit.change": pgettext_lazy("action", "changed the unit"),
    "book.import": pgettext_lazy("action", "imported a workbook"),
    "county.import": pgettext_lazy("action", "read the county from an export"),
    "backup.restore": pgettext_lazy("action", "restored the program from a backup"),
    "key.make": pgettext_lazy("action", "made an access key"),
    "key.revoke": pgettext_lazy("action", "revoked an access key"),
    "key.read": pgettext_lazy("action", "took figures out by an access key"),
    "page.export": pgettext_lazy("action", "took figures out of the program"),
    "page.refuse": pgettext_lazy("action", "was refused a page"),
    "person.sign_in": pgettext_lazy("action", "signed in"),
    "person.password": pgettext_lazy("action", "changed the password"),
    "person.one_time_password": pgettext_lazy("action", "gave a one-time password"),
    "second_factor.on": pgettext_lazy("action", "switched the second factor on"),
    "second_factor.off": pgettext_lazy("action", "took the second factor away"),
    "second_factor.codes": pgettext_lazy("action", "made new recovery codes"),
    "notices.set": pgettext_lazy("action", "changed how notices are sent"),
    "notices.choose": pgettext_lazy("action", "chose notices by e-mail"),
    "robot.add": pgettext_lazy("action", "entered a group robot"),
    "robot.remove": pgettext_lazy("action", "removed a group robot"),
    "password.again": pgettext_lazy("action", "gave the password again"),
}
# What the record before the colon is, for the filter and for records without a label.
NOUNS: dict[str, Words] = {
    "project": gettext_lazy("project"),
    "receipt": gettext_lazy("receipt"),
    "creditclaim": gettext_lazy("credit claim"),
    "monthlyreport": gettext_lazy("monthly report"),
    "period": gettext_lazy("period"),
    "proposal": gettext_lazy("proposal"),
    "target": gettext_lazy("annual target"),
    "county": gettext_lazy("county"),
    "countytarget": gettext_lazy("county target"),
    "pledge": gettext_lazy("pledge"),
    "region": gettext_lazy("region"),
    "user": gettext_lazy("person"),
    "sending": gettext_lazy("sending of notices"),
    "robot": gettext_lazy("group robot"),
    "accesskey": gettext_lazy("access key"),
    "unit": gettext_lazy("unit"),
    "investor": gettext_lazy("investor"),
    "industryword": gettext_lazy("word for an industry"),
}


def plain(value: Any) -> str:
    """Any value as text."""
    if value is None or value in ("", [], {}):
        return DASH
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {plain(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(plain(part) for part in value)
    return str(value)


def amount(value: Any) -> str:
    """Yuan as 万元."""
    try:
        return f"{wan_short(Decimal(str(value)))}万元"
    except InvalidOperation:
        return plain(value)


def amounts(value: Any) -> str:
    return ", ".join(amount(part) for part in value) if isinstance(value, list) else plain(value)


def credit(value: Any) -> str:
    """Credit in yuan by unit."""
    if not isinstance(value, Mapping):
        return plain(value)
    return ", ".join(f"{unit} {amount(part)}" for unit, part in value.items())


def day(value: Any) -> str:
    """One day, or several."""
    if isinstance(value, list):
        return ", ".join(map(day, value))
    try:
        return date_format(date.fromisoformat(str(value)))
    except ValueError:
        return plain(value)


def moment(value: Any) -> str:
    try:
        return date_format(timezone.localtime(datetime.fromisoformat(value)), "DATETIME_FORMAT")
    except (TypeError, ValueError):
        return plain(value)


def points(value: Any) -> str:
    return percent_text(value) if isinstance(value, int) else plain(value)


def one_of(*choices: Mapping[str, Words]) -> Callable[[Any], str]:
    """Writes the word of a stored choice."""
    words = {value: word for choice in choices for value, word in choice.items()}
    return lambda value: str(words[value]) if value in words else plain(value)


def several(of: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: ", ".join(map(of, value)) if isinstance(value, list) else plain(value)


def _labels(choices: Any) -> dict[str, Words]:
    return dict(choices.choices)


STATES = one_of(_labels(Receipt.State), _labels(Period.State), _labels(CreditClaim.State))
KINDS = one_of(_labels(Receipt.Kind), {group.code: group.name for group in groups.FIRST})

# Each field that a line may name: its word, and how its value is written.
FIELDS: dict[str, tuple[Words, Callable[[Any], str]]] = {
    "name": (gettext_lazy("name"), plain),
    "username": (gettext_lazy("sign-in name"), plain),
    "role": (gettext_lazy("role"), one_of(_labels(Role))),
    "place": (gettext_lazy("place"), plain),
    "state": (gettext_lazy("state"), STATES),
    "kind": (gettext_lazy("kind"), KINDS),
    "project_id": (gettext_lazy("project"), plain),
    "amount": (gettext_lazy("amount"), amount),
    "received_on": (gettext_lazy("received on"), day),
    "counted_on": (gettext_lazy("counted on"), day),
    "voucher_no": (gettext_lazy("voucher number"), plain),
    "note": (gettext_lazy("note"), plain),
    "reason": (gettext_lazy("reason"), plain),
    "word": (gettext_lazy("word of the verifier"), plain),
    "doubts": (
        gettext_lazy("doubts"),
        several(one_of({str(code): words for code, words in doubts.SENTENCES.items()})),
    ),
    "version": (gettext_lazy("version"), plain),
    "corrects": (gettext_lazy("corrects"), plain),
    "credit": (gettext_lazy("credit"), credit),
    "file": (gettext_lazy("file"), plain),
    "files": (gettext_lazy("files"), plain),
    "sha256": (gettext_lazy("fingerprint of the file"), lambda value: str(value)[:16]),
    "required": (gettext_lazy("complete evidence required"), plain),
    "rules": (
        gettext_lazy("required evidence"),
        several(several(one_of(_labels(Receipt.Kind), _labels(Evidence.Kind)))),
    ),
    "total_investment": (gettext_lazy("total investment"), amount),
    "introduced_amount": (gettext_lazy("introduced amount"), amount),
    "stage": (gettext_lazy("stage"), one_of(_labels(Stage))),
    "reserved_on": (gettext_lazy("compiled on"), day),
    "intention_on": (gettext_lazy("intention signed on"), day),
    "agreement_on": (gettext_lazy("agreement signed on"), day),
    "contract_on": (gettext_lazy("contract signed on"), day),
    "started_on": (gettext_lazy("works started on"), day),
    "production_on": (gettext_lazy("production started on"), day),
    "location": (gettext_lazy("location"), plain),
    "content": (gettext_lazy("content"), plain),
    "sponsor": (gettext_lazy("sponsor"), plain),
    "contact": (gettext_lazy("contact"), plain),
    "item": (gettext_lazy("service item"), plain),
    "responsible_unit": (gettext_lazy("responsible unit"), plain),
    "due_on": (gettext_lazy("due on"), day),
    "done_on": (gettext_lazy("done on"), day),
    "problem": (gettext_lazy("problem"), plain),
    "reply": (gettext_lazy("answer to the problem"), plain),
    "settled_on": (gettext_lazy("settled on"), day),
    "phone": (gettext_lazy("phone"), plain),
    "words": (gettext_lazy("words"), plain),
    "promised_amount": (gettext_lazy("promised amount"), amount),
    "region": (gettext_lazy("region"), plain),
    "investor": (gettext_lazy("investor"), plain),
    "industry": (gettext_lazy("industry"), plain),
    "shares": (gettext_lazy("shares"), plain),
    "origin": (gettext_lazy("origin"), one_of(_labels(Investor.Origin))),
    "origin_place": (gettext_lazy("place of origin"), plain),
    "credit_code": (gettext_lazy("unified credit code"), plain),
    "share": (gettext_lazy("claimed share"), points),
    "granted": (gettext_lazy("granted share"), points),
    "answer": (gettext_lazy("answer of the lead unit"), plain),
    "proposal": (gettext_lazy("proposal"), one_of(_labels(Proposal.Kind))),
    "decision": (gettext_lazy("decision"), plain),
    "month": (gettext_lazy("month"), plain),
    "trips": (gettext_lazy("investment trips"), plain),
    "reserve_projects": (gettext_lazy("reserve projects compiled"), plain),
    "problems": (gettext_lazy("problems"), plain),
    "units": (gettext_lazy("units"), plain),
    "known": (gettext_lazy("known findings of checks"), plain),
    "chain_head": (gettext_lazy("head of the chain"), lambda value: str(value)[:16]),
    "proposed_by": (gettext_lazy("proposed by"), plain),
    "year": (gettext_lazy("year"), plain),
    "issuer": (gettext_lazy("issuer"), one_of(_labels(Target.Issuer))),
    "due": (gettext_lazy("due by the quarters' ends"), amounts),
    "effective_on": (gettext_lazy("effective on"), day),
    "document_no": (gettext_lazy("document number"), plain),
    "first": (gettext_lazy("first quarter"), points),
    "second": (gettext_lazy("second quarter"), points),
    "third": (gettext_lazy("third quarter"), points),
    "code": (gettext_lazy("unit code"), plain),
    "order": (gettext_lazy("official order"), plain),
    "active_from": (gettext_lazy("active from"), day),
    "ended_on": (gettext_lazy("ended on"), day),
    "successor": (gettext_lazy("successor"), plain),
    "indicator": (gettext_lazy("indicator"), plain),
    "measure": (gettext_lazy("measure"), one_of(_labels(Indicator.Measure))),
    "source": (gettext_lazy("source"), one_of(_labels(Indicator.Source))),
    "scope": (gettext_lazy("scope"), plain),
    "name_en": (gettext_lazy("English name"), plain),
    "points": (gettext_lazy("points"), plain),
    "page": (gettext_lazy("page"), plain),
    "parameters": (gettext_lazy("filters"), plain),
    "refused": (gettext_lazy("answer"), plain),
}


def _kinds_of_money(held: Any) -> str:
    return "、".join(str(County.Money(each).label) for each in held)


def _of_setting(name: str) -> tuple[Words, Callable[[Any], str]]:
    """The word of a county setting, its column's name, and how the type of column is written."""
    column: Any = County._meta.get_field(name)
    if name in LISTS:
        return column.verbose_name, LISTS[name]
    for kind, write in ((DecimalField, amount), (DateField, day)):
        if isinstance(column, kind):
            return column.verbose_name, write
    return column.verbose_name, plain


# Settings that hold a list, each written in its own way; a further one must be named here.
LISTS: Final = {"groups": groups.in_words, "not_counted": _kinds_of_money}


FIELDS = {name: _of_setting(name) for name in settings.NAMES} | FIELDS


def action(name: str) -> Words:
    """What was done; an action without a word is shown by its name."""
    return ACTIONS.get(name, name)


def field(name: str, value: Any) -> tuple[Words, str]:
    """The word of a field and its value in writing."""
    word, write = FIELDS.get(name, (name, plain))
    return word, DASH if value in (None, "", [], {}) else write(value)


def record(name: str) -> str:
    """``receipt:17`` in words."""
    noun, _colon, key = name.partition(":")
    return f"{NOUNS[noun]} {key}" if noun in NOUNS else name
