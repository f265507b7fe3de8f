"""The office of the tests: two counties, people of every role, and one record of each kind.

Each is created on first use, so that a test has only what it names; `ready` creates some or all in
advance. A test may replace one by its own from `tests/builders.py` (`office.project =
make_project(...)`).
"""

import uuid
from datetime import date
from functools import cached_property as made

from django.core.files.uploadedfile import SimpleUploadedFile

from ledger.assessment import record as schemes
from ledger.entries import claims, evidence, notices, submission
from ledger.importing import uploads
from ledger.indicators import filed
from ledger.indicators import record as indicators
from ledger.indicators.record import IndicatorDraft
from ledger.meeting import pledges
from ledger.meeting.pledges import PledgeDraft
from ledger.models import Notice, Upload
from ledger.quarter.checks import ADVISORY
from ledger.rules.months import Month
from projects.service import problems, steps
from projects.service.steps import StepDraft
from tests import acting
from tests.builders import (
    day,
    draft,
    make_clerk,
    make_county,
    make_head,
    make_leader_of,
    make_person,
    make_project,
    make_unit,
    make_verified,
    make_verifier,
    moment,
    set_target,
    wan,
)
from tests.pdfs import PDF
from units.models import Robot, Role
from units.people import actions as people
from units.people import keys

APRIL = moment("2012-04-10")
NOON = moment("2012-05-20")
LATER = date(2099, 1, 1)
SCHEME = """\
name = "考核办法"
year = 2012

[[item]]
code = "money"
name = "到位资金"
indicator = "received"
points = 80
method = "rate"

[[item]]
code = "work"
name = "基础工作"
points = 20
method = "given"
"""


class Office:
    """All records belong to the town of the first county; the other county is of the same city."""

    county = made(lambda o: make_county())
    elsewhere = made(lambda o: make_county("611022", "丹凤县"))
    town = made(lambda o: make_unit(o.county, "水沟镇"))
    other = made(lambda o: make_unit(o.county, "试马镇"))
    bureau = made(lambda o: make_unit(o.county, "招商局", "department"))
    department = made(lambda o: make_unit(o.county, "电力局", "department"))
    far = made(lambda o: make_unit(o.elsewhere, "龙驹寨镇"))

    clerk = made(lambda o: make_clerk(o.town))
    stranger = made(lambda o: make_clerk(o.other))
    unit_head = made(lambda o: make_person(o.county, Role.UNIT_HEAD, o.town))
    verifier = made(lambda o: make_verifier(o.county))
    head = made(lambda o: make_head(o.county))
    leader = made(lambda o: make_person(o.county, Role.LEADER))
    far_head = made(lambda o: make_head(o.elsewhere))
    region = made(lambda o: make_leader_of("6110"))
    system = made(lambda o: make_person(o.county, Role.SYSTEM_ADMIN))
    security = made(lambda o: make_person(o.county, Role.SECURITY_ADMIN))
    audit = made(lambda o: make_person(o.county, Role.AUDIT_ADMIN))
    no_role = made(lambda o: make_person(o.county, Role.NONE, o.town))
    disabled = made(lambda o: make_head(o.county))

    project = made(lambda o: make_project(o.town, "钒矿深加工"))

    @made
    def verified(self):
        """A receipt of a quarter of the town's target, on the last day of the first quarter."""
        set_target(self.town, 1_000)
        return make_verified(self.project, 250, "2012-03-31", by=self.verifier)

    entry = made(lambda o: o.verified.entries.first())
    period = made(lambda o: o.entry.period)
    settlement = made(lambda o: o.close())

    def close(self, at=APRIL):
        """Close the first quarter, by two people."""
        acting.close(self.period.pk, by=self.verifier, at=at, known=ADVISORY)
        return acting.confirm(self.period.pk, by=self.head, at=at, known=ADVISORY)

    @made
    def receipt(self):
        """Submitted, with its evidence."""
        paper = evidence.Attachment(
            "bank_slip", evidence.store(SimpleUploadedFile("回单.pdf", PDF))
        )
        found = draft(self.project, 100)
        return submission.submit(found, by=self.clerk, at=NOON, today=LATER, evidence=[paper])

    evidence = made(lambda o: o.receipt.evidence.get())

    @made
    def step(self):
        found = StepDraft("土地预审", self.town, day("2012-06-30"))
        return steps.add(found, project=self.project, by=self.clerk, at=NOON, today=found.due_on)

    problem = made(lambda o: problems.tell(o.project, "用地指标不足。", by=o.clerk, at=NOON))

    @made
    def claim(self):
        who = {"by": self.stranger, "at": NOON}
        return claims.make(self.project, self.other, 4_000, reason="最先引荐。", **who)

    @made
    def pledge(self):
        found = PledgeDraft(self.town, "九月底前到位", wan(900), day("2012-09-30"))
        return pledges.record(self.county, Month(2012, 3), found, by=self.head, at=NOON)

    @made
    def notice(self):
        kind, who = Notice.Kind.REPORT_MISSING, {"by": self.head, "at": NOON}
        notices.send([self.town], kind, "report:1", month=day("2012-05-01"), **who)
        return Notice.objects.filter(unit=self.town).latest("pk")

    robot = made(
        lambda o: Robot.objects.create(
            county=o.county, service="wecom", name="招商群", address="https://qyapi.weixin.qq.com/x"
        )
    )

    @made
    def reset(self):
        """Of a verifier of its own, whom nothing else here needs."""
        user, _password = people.give_password(
            make_verifier(self.county).pk, by=self.system, at=NOON
        )
        return user.resets.get()

    @made
    def key(self):
        who = {"by": self.head, "at": NOON}
        return keys.make("api", "上级平台", self.leader, day("2012-12-31"), **who)[0]

    @made
    def upload(self):
        """A workbook that could not be read."""
        return uploads.add(
            self.clerk,
            self.county,
            file_name="台账.xlsx",
            language="zh-hans",
            step=Upload.Step.FAILED,
            sentence="读不出。",
        )

    @made
    def indicator(self):
        found = IndicatorDraft("trips", "外出招商", "times", "filed")
        return indicators.save(found, county=self.county, by=self.head, at=NOON)

    @made
    def filing(self):
        found = filed.FilingDraft(self.indicator, self.town, day("2012-05-01"), 3, "行程单")
        return filed.file(found, by=self.clerk, at=NOON, today=LATER)

    @made
    def scheme(self):
        return schemes.record(SCHEME, self.county, by=self.head, at=NOON)

    def ready(self, *names):
        """The office with these records, or all, already created."""
        for name in names or [name for name, value in vars(Office).items() if type(value) is made]:
            getattr(self, name)
        return self

    @property
    def named(self) -> dict[str, object]:
        """URL parameters by the first part of the URL and the parameter's name.

        Parameters with the same meaning everywhere have no first part.
        """
        return {
            "month": Month(2012, 6),
            "meeting/month": Month(2012, 3),
            "year": 2012,
            "code": self.town.code,
            "prefix": "6110",
            "version": 1,
            "projects/pk": self.project.pk,
            "receipts/pk": self.receipt.pk,
            "receipts/other": self.receipt.pk,
            "evidence/pk": self.evidence.pk,
            "entries/pk": self.entry.pk,
            "periods/pk": self.period.pk,
            "claims/pk": self.claim.pk,
            "services/pk": self.step.pk,
            "problems/pk": self.problem.pk,
            "notices/pk": self.notice.pk,
            "county/pk": self.robot.pk,
            "meeting/pk": self.pledge.pk,
            "import/token": self.upload.token,
            "indicators/code": self.indicator.code,
            "indicators/unit": self.town.code,
            "indicators/pk": self.filing.pk,
            "score/pk": self.scheme.pk,
            "accounts/key": uuid.UUID(int=0),
            "accounts/mark": "none",
            "secret": "none",
            "api/pk": self.key.pk,
            "api/key": self.project.pk,
            "people/pk": self.stranger.pk,
            "resets/pk": self.reset.pk,
            "rest": "nothing",
            "guide/page": "clerk",
            "guide/name": "clerk-account-zh",
        }
