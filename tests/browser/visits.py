"""Visits for the crawl of every page: per URL name, who opens it and where in the county.

Also lists the URLs that are not pages (actions, files, JSON).
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from unittest.mock import patch

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from ledger.entries import claims, posting
from ledger.importing import work
from ledger.importing.plan_types import no_progress
from ledger.indicators import filed
from ledger.meeting import pledges
from ledger.models import Entry, Period, Receipt
from ledger.quarter import checks
from ledger.rules.months import Month
from ledger.sample import scores
from projects.service import problems, steps
from tests import acting
from tests.builders import (
    make_clerk,
    make_county,
    make_head,
    make_leader_of,
    make_person,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    make_verifier,
    moment,
    set_target,
    wan,
)
from units.models import Role, User

JUNE = moment("2012-06-20")
TWO_DAYS = "?left_day=2012-03-31&right_day=2012-06-30"
SLIDES = ("headline", "curve", "tiers", "town-1", "idle", "composition")
UNITS = (
    ("水沟镇", "town"),
    ("试马镇", "town"),
    ("富水镇", "town"),
    ("招商局", "department"),
    ("宣传部", "department"),
    ("法院", "department"),
)
# Actions redirect to a page that is visited; files and JSON are read by other tests.
NO_PAGES = {
    "logout",
    "set_language",
    "target-current",
    "target-schedule",
    "problem-report",
    "problem-answer",
    "problem-settle",
    "service-drop",
    "figure-decide",
    "scheme-file",
    "conversion-xlsx",
    "score-mark",
    "score-remark",
    "score-unit-xlsx",
    "score-xlsx",
    "ranking-json",
    "ranking-xlsx",
    "ranking-docx",
    "project-xlsx",
    "service-xlsx",
    "receipt-xlsx",
    "trail-xlsx",
    "book-template",
    "book-import-decide",
    "book-import-marked",
    "evidence-add",
    "evidence-file",
    "guide-own",
    "guide-picture",
    "evidence-remove",
    "notice-read",
    "notices-test",
    "robot-add",
    "robot-remove",
    "pledge-record",
    "receipt-submit",
    "receipt-withdraw",
    "receipt-repost",
    "proposal-confirm",
    "proposal-withdraw",
    "receipt-verify",
    "receipt-grid-check",
    "receipt-verify-many",
    "receipt-return",
    "claim-answer",
    "claim-withdraw",
    "claim-decide",
    "report-remind",
    "report-deadline",
    "period-review",
    "period-open",
    "period-propose",
    "period-confirm",
    "reopening-propose",
    "reopening-drop",
    "reopening-confirm",
    "calendar-en",
    "calendar-zh-hans",
    "key-revoke",
    "person-place",
    "person-disable",
    "person-enable",
    "person-password",
    "person-allow",
    "reset-release",
    "paper-check-picture",
    "person-role",
    "person-unlock",
    "person-factor",
    "session-end",
    "session-end-others",
    "second-factor-codes",
    "second-factor-off",
    "second-factor-picture",
}


# Only while no county exists (tests/browser/test_founding.py), or in the middle of a sign-in.
OF_A_MOMENT = {
    "sign-in-code",
    "kept-form",
    "kept-text",
    "founding",
    "founding-county",
    "founding-units",
    "founding-units-check",
    "founding-targets",
    "founding-people",
    "founding-slips",
}


def addresses() -> Iterator[str]:
    """The names of all URLs, except the API under /api/."""
    return (name for name in _named(get_resolver().url_patterns) if not name.startswith("api"))


def _named(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _named(pattern.url_patterns)
        else:
            yield pattern.name or str(pattern.pattern)


class Visit(NamedTuple):
    """``press`` is what to press on the page to reach the intended one."""

    who: User | None
    address: str
    press: str = ""


class Village:
    """A small county with content for every page, and a second one."""

    def __init__(self) -> None:
        self.county = make_county(is_sample=True)
        self.head, self.verifier = make_head(self.county), make_verifier(self.county)
        self.leader = make_person(self.county, Role.LEADER)
        self.system = make_person(self.county, Role.SYSTEM_ADMIN)
        self.security = make_person(self.county, Role.SECURITY_ADMIN)
        self.units = [make_unit(self.county, name, kind) for name, kind in UNITS]
        self.clerks = [make_clerk(unit) for unit in self.units]
        for unit in self.units[:-1]:
            set_target(unit, 1000)
        self.project = make_project(self.units[0], "水沟镇工业硅精深加工生产线")
        make_project(self.units[1], "试马镇茶叶交易市场", signed=None)
        self.add_money()
        self.add_paperwork()
        self.add_indicators()
        self.region = make_leader_of("6110")
        set_target(make_unit(make_county("611024", "山阳县"), "城关街道办"), 1000)

    def add_money(self) -> None:
        lead = self.clerks[0]
        make_verified(self.project, 300, "2012-02-10")
        self.close_first_quarter()
        make_verified(self.project, 800, "2012-05-10")
        make_verified(
            make_project(self.units[1], "试马镇矿山", industry="mining"), 500, "2012-05-20"
        )
        self.pending = make_receipt(self.project, 70, "2012-06-10", by=lead)
        make_receipt(self.project, 70, "2012-06-11", by=lead)
        self.returned = make_receipt(self.project, 90, "2012-06-12", by=lead)
        version = self.returned.version
        posting.send_back(self.returned.pk, version, "凭证不清。", by=self.verifier, at=JUNE)

    def close_first_quarter(self) -> None:
        period = Period.objects.get(county=self.county, year=2012, quarter=1)
        known = {"by": self.verifier, "at": moment("2012-04-12"), "known": checks.ADVISORY}
        acting.close(period.pk, **known)
        acting.confirm(period.pk, **known | {"by": self.head})

    def add_paperwork(self) -> None:
        words = "协议电价尚未批复，投资方暂缓二期用电申请。"
        clerk, rival = self.clerks[0], self.clerks[3]
        problems.tell(self.project, words, by=clerk, at=JUNE)
        draft = steps.StepDraft("用地预审", self.units[3], date(2012, 6, 30), "副县长")
        self.step = steps.add(draft, project=self.project, by=clerk, at=JUNE)
        self.claim = claims.make(self.project, rival.unit, 2_000, words, by=rival, at=JUNE)
        for month, day in ((Month(2012, 3), "2012-06-30"), (Month(2012, 6), "2012-09-30")):
            self.pledge = pledges.record(
                self.county,
                month,
                pledges.PledgeDraft(
                    self.units[2], "按期完成任务。", wan(600), date.fromisoformat(day)
                ),
                by=self.head,
                at=moment(day),
            )

    def add_indicators(self) -> None:
        """The sample's indicators and scheme, and a figure that waits."""
        bureau = scores.Bureau(self.county, self.head, self.verifier)
        self.trips = scores.set_up(bureau, self.units, moment("2012-01-10"))["trips"]
        unit, month = self.units[0], date(2012, 5, 1)
        draft = filed.FilingDraft(self.trips, unit, month, Decimal(3), "外出招商审批单")
        self.filing = filed.file(draft, by=self.clerks[0], at=JUNE, today=JUNE.date())

    def upload(self) -> str:
        """The filled template, uploaded; its preview is a page."""
        client = Client()
        client.force_login(self.head)
        book = b"".join(client.get("/import/template.xlsx?filled=1").streaming_content)
        file = SimpleUploadedFile("台账.xlsx", book)
        with patch.object(work, "start", lambda upload: work.run(upload, no_progress)):
            return client.post("/import/", {"file": file}).url


def visits(village: Village) -> dict[str, list[Visit]]:
    """The visits by URL name."""
    clerk, rival, idle = village.clerks[0], village.clerks[3], village.clerks[4]
    leader, head, verifier = village.leader, village.head, village.verifier
    unit, project = f"/units/{clerk.unit.code}/", f"/projects/{village.project.pk}/"
    pending, returned = f"/receipts/{village.pending.pk}/", f"/receipts/{village.returned.pk}/"
    closed, open_ = (Period.objects.get(year=2012, quarter=quarter).pk for quarter in (1, 2))
    upload = village.upload()
    return {
        "home": [Visit(clerk, "/"), Visit(idle, "/"), Visit(village.system, "/")],
        "login": [Visit(None, "/accounts/login/")],
        "password-change": [Visit(clerk, "/accounts/password/")],
        "unit-list": [Visit(head, "/units/")],
        "unit-new": [Visit(head, "/units/new/")],
        "unit-edit": [Visit(head, f"{unit}edit/")],
        "unit-targets": [Visit(head, f"{unit}targets/")],
        "unit-account": [Visit(leader, unit)],
        "unit-entries": [Visit(leader, f"{unit}entries/")],
        "unit-history": [Visit(clerk, f"{unit}history/")],
        "unit-explain": [Visit(leader, f"{unit}explain/")],
        "target-grid": [Visit(head, "/targets/2012/")],
        "target-what-if": [Visit(head, "/targets/2012/", "button[formaction]")],
        "county-target-list": [Visit(head, "/targets/2012/county/")],
        "county": [Visit(head, "/county/")],
        "industries": [Visit(head, "/county/industries/")],
        "county-notices": [Visit(head, "/county/notices/")],
        "my-notices": [Visit(clerk, "/accounts/notices/")],
        "project-list": [Visit(leader, "/projects/")],
        "project-new": [Visit(clerk, "/projects/new/")],
        "project-detail": [Visit(clerk, project), Visit(leader, project)],
        "project-history": [Visit(clerk, f"{project}history/")],
        "project-edit": [Visit(clerk, f"{project}edit/")],
        "project-health": [Visit(leader, "/projects/health/")],
        "project-board": [Visit(leader, "/projects/board/")],
        "service-new": [Visit(clerk, f"{project}services/new/")],
        "service-edit": [Visit(clerk, f"/services/{village.step.pk}/")],
        "service-finish": [Visit(rival, f"/services/{village.step.pk}/done/")],
        "service-list": [Visit(leader, "/services/")],
        "receipt-list": [Visit(verifier, "/receipts/"), Visit(clerk, "/receipts/")],
        "receipt-grid": [Visit(clerk, "/receipts/grid/")],
        "receipt-new": [Visit(clerk, f"{project}receipts/new/")],
        "receipt-detail": [Visit(verifier, pending), Visit(clerk, returned)],
        "receipt-history": [Visit(clerk, f"{returned}history/")],
        "receipt-edit": [Visit(clerk, f"{returned}edit/")],
        "receipt-corrects": [Visit(head, f"{pending}corrects/{Receipt.objects.latest('pk').pk}/")],
        "entry-reverse": [Visit(head, f"/entries/{Entry.objects.latest('pk').pk}/reverse/")],
        "evidence-rules": [Visit(head, "/evidence/rules/")],
        "ranking-newest": [Visit(leader, "/ranking/")],
        "ranking": [Visit(leader, "/ranking/2012-06/"), Visit(idle, "/ranking/2012-03/")],
        "ranking-bulletin": [Visit(leader, "/ranking/2012-06/bulletin/")],
        "ranking-compare": [Visit(leader, f"/ranking/compare/{TWO_DAYS}")],
        "ranking-needed": [Visit(leader, "/ranking/2012-06/needed/?kind=department")],
        "ranking-months": [Visit(leader, "/ranking/2012-06/months/")],
        "ranking-explain": [Visit(leader, "/ranking/2012-06/explain/")],
        "conversion": [Visit(leader, "/conversion/2012-06/")],
        "composition": [Visit(leader, "/composition/")],
        "composition-month": [Visit(leader, "/composition/2012-06/?part=age.new")],
        "indicator-list": [Visit(head, "/indicators/")],
        "indicator-side": [Visit(leader, "/indicators/2012-06/")],
        "indicator-edit": [Visit(head, "/indicators/trips/")],
        "indicator-figures": [
            Visit(who, "/indicators/trips/figures/") for who in (verifier, clerk)
        ],
        "indicator-parts": [Visit(leader, f"/indicators/2012-06/started/{clerk.unit.code}/")],
        "score-newest": [Visit(leader, "/score/")],
        "score": [Visit(leader, "/score/2012-06/")],
        "score-unit": [Visit(who, f"/score/2012-06/{clerk.unit.code}/") for who in (leader, clerk)],
        "scheme": [Visit(head, "/score/schemes/2012/")],
        "glossary": [Visit(leader, "/glossary/")],
        "guide": [Visit(leader, f"/guide/{page}/") for page in ("clerk", "administrators")],
        "meeting": [Visit(leader, "/meeting/")],
        "meeting-month": [Visit(head, "/meeting/2012-06/")],
        "pledge-take-back": [
            Visit(head, f"/meeting/2012-06/pledges/{village.pledge.pk}/take-back/")
        ],
        "region-newest": [Visit(village.region, "/regions/")],
        "region-month": [Visit(village.region, "/regions/6110/2012-06/")],
        "search": [Visit(leader, "/search/?q=水沟"), Visit(leader, "/search/?q=没有这个词")],
        "screen": [Visit(leader, f"/screen/?slide={slide}") for slide in SLIDES],
        "book-import": [Visit(head, "/import/")],
        "book-import-detail": [Visit(head, upload)],
        "book-import-mapping": [Visit(head, f"{upload}columns/")],
        "period-list": [Visit(head, "/periods/")],
        "period-detail": [
            Visit(verifier, f"/periods/{open_}/"),
            Visit(head, f"/periods/{closed}/"),
        ],
        "period-history": [Visit(head, f"/periods/{closed}/history/")],
        "period-settlement": [Visit(head, f"/periods/{closed}/settlements/1/")],
        "report-newest": [Visit(verifier, "/reports/")],
        "report-month": [Visit(verifier, "/reports/2012-06/"), Visit(clerk, "/reports/2012-06/")],
        "claim-list": [Visit(head, "/claims/")],
        "claim-new": [Visit(rival, "/claims/new/")],
        "claim-detail": [
            Visit(head, f"/claims/{village.claim.pk}/"),
            Visit(clerk, f"/claims/{village.claim.pk}/"),
        ],
        "claim-history": [Visit(clerk, f"/claims/{village.claim.pk}/history/")],
        "trail": [Visit(head, "/trail/")],
        "calendar": [Visit(leader, "/calendar/")],
        "inbox": [Visit(verifier, "/inbox/"), Visit(clerk, "/inbox/")],
        "key-list": [Visit(head, "/api/keys/"), Visit(village.security, "/api/keys/")],
        "person-list": [Visit(village.system, "/people/")],
        "failure-list": [Visit(village.security, "/people/failures/")],
        "reset-list": [Visit(village.security, "/resets/"), Visit(head, "/resets/")],
        "paper-check": [Visit(leader, "/check/")],
        "person-new": [Visit(village.system, "/people/new/")],
        "person-detail": [
            Visit(who, f"/people/{clerk.pk}/") for who in (village.system, village.security)
        ],
        "my-account": [Visit(clerk, "/accounts/me/")],
        "second-factor": [Visit(head, "/accounts/second-factor/")],
    }
