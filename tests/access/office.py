"""Two counties with one of everything, for the tests of who may do what.

Everything here belongs to the unit ``a`` of the first county; ``b`` is another unit of the same
county, ``far`` is in another county of the same city.
"""

import time
import uuid
from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ledger.entries import claims, evidence, notices, submission
from ledger.importing.uploads import State, Step, Upload
from ledger.meeting import pledges
from ledger.meeting.pledges import PledgeDraft
from ledger.models import Notice, Period
from ledger.quarter import closing
from ledger.quarter.checks import ADVISORY
from ledger.rules.months import Month
from projects.service import problems, steps
from projects.service.steps import StepDraft
from tests import builders
from tests.builders import day, moment, wan
from units.models import Role, User
from units.people import keys

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<<>>\n%%EOF\n"
TODAY = "2012-07-01 12:00+08:00"
NOON = moment("2012-05-20")
LATER = date(2099, 1, 1)


class Office:
    """The two counties, the people by the names of the table's columns, and one record of each kind."""

    def __init__(self) -> None:
        self._found_counties()
        self._hire()
        self._enter_money()
        self._close_first_quarter()
        self._ask_and_promise()

    def _found_counties(self) -> None:
        self.county = builders.make_county()
        self.elsewhere = builders.make_county("611022", "丹凤县")
        self.a = builders.make_unit(self.county, "水沟镇", code="611023T01")
        self.b = builders.make_unit(self.county, "试马镇", code="611023T02")
        self.far = builders.make_unit(self.elsewhere, "龙驹寨镇", code="611022T01")
        self.bureau = builders.make_unit(self.county, "招商局", "department", code="611023D01")

    def _hire(self) -> None:
        county, person = self.county, builders.make_person
        self.people: dict[str, User] = {
            "clerk_a": person(county, Role.CLERK, self.a),
            "clerk_b": person(county, Role.CLERK, self.b),
            "unit_head": person(county, Role.UNIT_HEAD, self.a),
            "verifier": person(county, Role.VERIFIER),
            "bureau_head": person(county, Role.BUREAU_HEAD),
            "leader": person(county, Role.LEADER),
            "far_head": person(self.elsewhere, Role.BUREAU_HEAD),
            "region": builders.make_leader_of("6110"),
            "system": person(county, Role.SYSTEM_ADMIN),
            "security": person(county, Role.SECURITY_ADMIN),
            "audit": person(county, Role.AUDIT_ADMIN),
            "no_role": person(county, Role.NONE, self.a),
            "disabled": person(county, Role.BUREAU_HEAD),
        }

    def _enter_money(self) -> None:
        clerk, verifier = self.people["clerk_a"], self.people["verifier"]
        builders.set_target(self.a, 1_000)
        self.project = builders.make_project(self.a, "钒矿深加工", introduced=1_000)
        paper = evidence.store(SimpleUploadedFile("进账单.pdf", PDF))
        self.receipt = submission.submit(
            builders.draft(self.project, 100),
            by=clerk,
            at=NOON,
            today=LATER,
            evidence=[evidence.Attachment("bank_slip", paper)],
        )
        self.evidence = self.receipt.evidence.get()
        self.verified = builders.make_verified(self.project, 200, "2012-03-31", by=verifier)
        self.entry = self.verified.entries.get()

    def _close_first_quarter(self) -> None:
        self.period = Period.objects.get(county=self.county, quarter=1)
        at, known = moment("2012-04-10"), ADVISORY
        closing.close(self.period.pk, by=self.people["verifier"], at=at, known=known)
        closing.confirm(self.period.pk, by=self.people["bureau_head"], at=at, known=known)

    def _ask_and_promise(self) -> None:
        clerk, head, b = self.people["clerk_a"], self.people["bureau_head"], self.b
        day_ = day("2012-06-30")
        step = StepDraft("土地预审", self.a, day_)
        self.step = steps.add(step, project=self.project, by=clerk, at=NOON, today=day_)
        self.problem = problems.tell(self.project, "用地指标不足。", by=clerk, at=NOON)
        rival = self.people["clerk_b"]
        self.claim = claims.make(self.project, b, 4_000, reason="最先引荐。", by=rival, at=NOON)
        promise = PledgeDraft(self.a, "九月底前到位", wan(900), day("2012-09-30"))
        self.pledge = pledges.record(self.county, Month(2012, 3), promise, by=head, at=NOON)
        kind = Notice.Kind.REPORT_MISSING
        notices.send([self.a], kind, "report:1", by=head, at=NOON, month=day("2012-05-01"))
        self.notice = Notice.objects.filter(unit=self.a).latest("pk")
        expiry = day("2012-12-31")
        self.key, _secret = keys.make(
            "api", "上级平台", self.people["leader"], expiry, by=head, at=NOON
        )
        self.upload = Upload.add({"sheets": []}, self._state(clerk))

    def _state(self, owner: User) -> State:
        return State(
            owner=owner.pk,
            county=self.county.pk,
            file_name="台账.xlsx",
            sha256="0" * 64,
            rows=0,
            made_at=time.time(),
            language="zh-hans",
            step=Step.FAILED,
            sentence="读不出。",
        )

    @property
    def named(self) -> dict[str, object]:
        """What stands in an address, by the first part of the address and the name of the parameter.

        Parameters that mean the same everywhere stand without the first part.
        """
        return {
            "month": Month(2012, 6),
            "meeting/month": Month(2012, 3),
            "year": 2012,
            "code": self.a.code,
            "prefix": "6110",
            "version": 1,
            "projects/pk": self.project.pk,
            "receipts/pk": self.receipt.pk,
            "evidence/pk": self.evidence.pk,
            "entries/pk": self.entry.pk,
            "periods/pk": self.period.pk,
            "claims/pk": self.claim.pk,
            "services/pk": self.step.pk,
            "problems/pk": self.problem.pk,
            "notices/pk": self.notice.pk,
            "meeting/pk": self.pledge.pk,
            "import/token": self.upload.token,
            "accounts/key": uuid.UUID(int=0),
            "accounts/mark": "none",
            "secret": "none",
            "api/pk": self.key.pk,
            "api/key": self.project.pk,
            "people/pk": self.people["clerk_b"].pk,
            "rest": "nothing",
            "guide/page": "clerk",
            "guide/name": "clerk-account-zh",
        }

    def clients(self) -> dict[str, Client]:
        """A browser for each person; the account ``disabled`` was signed in when it was disabled."""
        browsers = {"nobody": Client()}
        for name, user in self.people.items():
            browsers[name] = Client()
            browsers[name].force_login(user)
        User.objects.filter(pk=self.people["disabled"].pk).update(is_active=False)
        return browsers
