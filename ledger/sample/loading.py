"""Loads the sample county: 商南县 as in the speech of 16 July 2012.

Replays the files beside it in the order of their days, through the same functions as the pages,
into an empty database only. Amounts in the files are 万元. What the speech does not say is invented
and marked as sample.
"""

import csv
import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from ledger.entries import approvals, posting, proposals, submission
from ledger.entries import draft as admission
from ledger.meeting import pledges
from ledger.models import Period, Receipt
from ledger.quarter import checks, closing, reports
from ledger.rules.months import Month
from ledger.sample import scans, scores
from projects import register
from projects.models import STAGES, Industry, Problem, Project, ServiceStep
from projects.service import problems, steps
from projects.shares import parse_shares
from units.ground import text
from units.ground.groups import TOWN
from units.ground.money import parse_amount
from units.ground.refusal import Refusal
from units.models import County, Indicator, Role, Unit, User
from units.targets import record as targets
from units.targets.schedule import scheduled

FOLDER = Path(__file__).parent
PASSWORD = "Shangnan-2012"
WORD = "已核对原始凭证。"  # a verifier must comment where there are doubts
# Quarters closed before the day of the sample, 30 June 2012.
CLOSED = ((2011, 1), (2011, 2), (2011, 3), (2011, 4), (2012, 1))
Action = Callable[[datetime], object]


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of one of the files."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


@transaction.atomic
def load() -> County:
    """Fill an empty database with the sample county."""
    if County.objects.exists():
        raise Refusal(
            "The database already holds a county; the sample only goes into an empty one."
        )
    return Loading().run()


class Loading:
    """One run: the people and records so far, and the actions scheduled for their moment."""

    def __init__(self) -> None:
        self.county = County.objects.create(code="611023", name="商南县", is_sample=True)
        self.units: dict[str, Unit] = {}
        self.clerks: dict[int, User] = {}
        self.projects: dict[str, Project] = {}
        self.indicators: dict[str, Indicator] = {}
        self.actions: list[tuple[datetime, int, Action]] = []
        self.orders = itertools.count()
        self.hashed = make_password(PASSWORD)  # hashed once: a hundred times would take a minute
        self.head = self.person("head", "局长", Role.BUREAU_HEAD)
        self.verifier = self.person("verifier", "认定人甲", Role.VERIFIER)
        self.second = self.person("verifier2", "认定人乙", Role.VERIFIER)
        self.person("leader", "县领导", Role.LEADER)
        for name, label, role in (
            ("system", "系统管理员", Role.SYSTEM_ADMIN),
            ("security", "安全管理员", Role.SECURITY_ADMIN),
            ("audit", "审计管理员", Role.AUDIT_ADMIN),
        ):
            self.person(name, label, role)

    def run(self) -> County:
        self.add_units()
        self.add_targets()
        self.add_projects()
        self.add_receipts()
        self.add_reports()
        self.add_scores()
        self.add_services()
        self.add_problems()
        self.add_closings()
        self.add_pledges()
        while self.actions:
            at, _order, action = heapq.heappop(self.actions)
            action(at)
        return self.county

    def person(self, name: str, label: str, role: Role, unit: Unit | None = None) -> User:
        return User.objects.create(
            username=name,
            display_name=label,
            password=self.hashed,
            county=self.county,
            unit=unit,
            role=role,
        )

    def at(self, day: date, hour: int, action: Action) -> None:
        """Schedule an action for an hour of a day; actions of one moment keep their order."""
        moment = datetime.combine(day, time(hour), timezone.get_default_timezone())
        heapq.heappush(self.actions, (moment, next(self.orders), action))

    def add_units(self) -> None:
        for order, row in enumerate(rows("units"), start=1):
            unit = Unit.objects.create(
                county=self.county,
                code=row["code"],
                name=row["name"],
                name_key=text.key(row["name"]),
                kind=row["kind"],
                order=order,
            )
            self.units[unit.name] = unit
            name = unit.code.removeprefix(self.county.code).lower()
            self.clerks[unit.pk] = self.person(name, f"{unit.name}填报人", Role.CLERK, unit)

    def add_targets(self) -> None:
        for row in rows("targets"):
            effective_on = date.fromisoformat(row["effective_on"])
            self.at(effective_on, 9, partial(self.record_target, row))

    def record_target(self, row: dict[str, str], at: datetime) -> None:
        amount = parse_amount(row["amount"])
        targets.record(
            self.units[row["unit"]],
            int(row["year"]),
            amount,
            scheduled(amount),
            effective_on=date.fromisoformat(row["effective_on"]),
            document_no=row["document_no"],
            by=self.head,
            at=at,
        )

    def add_projects(self) -> None:
        industries = {industry.code: industry for industry in Industry.objects.all()}
        for row in rows("projects"):
            draft = self.project_draft(row, industries)
            for day in sorted({day for day in _days(draft).values() if day}):
                self.at(day, 10, partial(self.save_project, row, draft))

    def project_draft(
        self, row: dict[str, str], industries: dict[str, Industry]
    ) -> register.ProjectDraft:
        investor = register.InvestorDraft(
            row["investor"], row["origin"], row["credit_code"], row["origin_place"]
        )
        days: dict[str, Any] = {name: _day(row[name]) for name in register.DAYS.values()}
        names = ("name", "stage", "location", "content", "sponsor", "contact", "phone")
        texts: dict[str, Any] = {name: row[name] for name in names}
        return register.ProjectDraft(
            industry=industries[row["industry"]],
            investor=investor if row["investor"] else None,
            shares=[(self.units[name], part) for name, part in parse_shares(row["shares"])],
            total_investment=parse_amount(row["total_investment"]),
            introduced_amount=parse_amount(row["introduced_amount"]),
            **days,
            **texts,
        )

    def save_project(self, row: dict[str, str], draft: register.ProjectDraft, at: datetime) -> None:
        """Enter the project, or its next stage, as known on the day."""
        today = timezone.localdate(at)
        known = {name: day for name, day in _days(draft).items() if day and day <= today}
        stage = max(
            (stage for stage, name in register.DAYS.items() if name in known), key=STAGES.index
        )
        unknown: dict[str, Any] = dict.fromkeys(register.DAYS.values())
        project = self.projects.get(row["key"])
        self.projects[row["key"]] = register.save(
            replace(draft, stage=stage, **(unknown | known)),
            by=self.clerks[draft.shares[0][0].pk],
            at=at,
            project=project,
            version=project.version if project else None,
        )

    def add_receipts(self) -> None:
        for row in rows("receipts"):
            received_on = date.fromisoformat(row["received_on"])
            self.at(received_on + timedelta(days=1), 11, partial(self.enter_receipt, row))

    def enter_receipt(self, row: dict[str, str], at: datetime) -> None:
        """Submit now; verify or return after a few days, by one of the two verifiers."""
        project = self.projects[row["project"]]
        draft = admission.Draft(
            project=project,
            received_on=date.fromisoformat(row["received_on"]),
            amount=parse_amount(row["amount"]),
            kind=row["kind"],
            voucher_no=row["voucher_no"],
            note=row["note"],
        )
        clerk = self.clerks[project.lead_unit_id]
        scan = scans.attached(draft, project.investor.name if project.investor else "")
        today = timezone.localdate(at)
        receipt = submission.submit(draft, by=clerk, at=at, today=today, evidence=[scan])
        if row["state"] != Receipt.State.SUBMITTED:
            self.answer(receipt, row["reason"], at)

    def answer(self, receipt: Receipt, reason: str, at: datetime) -> None:
        """Verify after one to three days, or return if the file has a reason."""
        by = self.verifier if receipt.pk % 3 else self.second

        def action(moment: datetime) -> None:
            if reason:
                posting.send_back(receipt.pk, receipt.version, reason, by=by, at=moment)
            else:
                stored = Receipt.objects.select_related("project__investor").get(pk=receipt.pk)
                posting.verify(stored.pk, approvals.seen(stored), by=by, at=moment, word=WORD)

        day = timezone.localdate(at) + timedelta(days=1 + receipt.pk % 3)
        self.at(day, 9 + receipt.pk % 8, action)

    def add_reports(self) -> None:
        for row in rows("reports"):
            filed_on = date.fromisoformat(row["filed_on"])
            self.at(filed_on, 16, partial(self.file_report, row))

    def file_report(self, row: dict[str, str], at: datetime) -> None:
        unit = self.units[row["unit"]]
        reports.file_report(
            unit,
            date.fromisoformat(f"{row['month']}-01"),
            trips=int(row["trips"]),
            reserve_projects=int(row["reserve_projects"]),
            problems=row["problems"],
            by=self.clerks[unit.pk],
            at=at,
            today=timezone.localdate(at),
        )

    def add_scores(self) -> None:
        """Indicators and scheme in January, trips of the towns with their reports, marks in April."""
        bureau = scores.Bureau(self.county, self.head, self.verifier)
        towns = [unit for unit in self.units.values() if unit.kind == TOWN.code]
        self.at(scores.BEGINS, 9, lambda at: self.indicators.update(self.set_up(bureau, at)))
        self.at(date(scores.YEAR, 4, 6), 10, lambda at: scores.give(bureau, towns, at))
        for row in rows("reports"):
            unit, filed_on = self.units[row["unit"]], date.fromisoformat(row["filed_on"])
            if unit in towns and row["month"] >= f"{scores.YEAR}" and int(row["trips"]):
                self.at(filed_on, 17, partial(self.file_trips, bureau, unit, row))

    def set_up(self, bureau: scores.Bureau, at: datetime) -> dict[str, Indicator]:
        return scores.set_up(bureau, self.units.values(), at)

    def file_trips(
        self, bureau: scores.Bureau, unit: Unit, row: dict[str, str], at: datetime
    ) -> None:
        trips, clerk = self.indicators["trips"], self.clerks[unit.pk]
        scores.file_trips(bureau, trips, unit, clerk, row, at)

    def add_services(self) -> None:
        for row in rows("services"):
            recorded_on = date.fromisoformat(row["recorded_on"])
            self.at(recorded_on, 14, partial(self.record_service, row))

    def record_service(self, row: dict[str, str], at: datetime) -> None:
        """Record the step; the office that owes it finishes it on its day."""
        project, unit = self.projects[row["project"]], self.units[row["unit"]]
        due_on = date.fromisoformat(row["due_on"])
        draft = steps.StepDraft(row["item"], unit, due_on, row["sponsor"])
        step = steps.add(draft, project=project, by=self.clerks[project.lead_unit_id], at=at)
        done_on = _day(row["done_on"])
        if done_on is not None:
            self.at(done_on, 17, partial(self.finish_service, step))

    def finish_service(self, step: ServiceStep, at: datetime) -> None:
        clerk = self.clerks[step.unit_id]
        steps.finish(step.pk, step.version, timezone.localdate(at), by=clerk, at=at)

    def add_problems(self) -> None:
        for row in rows("problems"):
            raised_on = date.fromisoformat(row["raised_on"])
            self.at(raised_on, 15, partial(self.tell_problem, row))

    def tell_problem(self, row: dict[str, str], at: datetime) -> None:
        """The unit reports it; the bureau answers on its day, and the unit marks it settled."""
        project, clerk = self.projects[row["project"]], self.clerks[self.units[row["unit"]].pk]
        problem = problems.tell(project, row["words"], by=clerk, at=at)
        answered_on, settled_on = _day(row["answered_on"]), _day(row["settled_on"])
        if answered_on is not None:
            self.at(answered_on, 10, partial(self.answer_problem, problem, row["answer"]))
        if settled_on is not None:
            self.at(settled_on, 16, lambda at: problems.settle(problem.pk, 2, by=clerk, at=at))

    def answer_problem(self, problem: Problem, words: str, at: datetime) -> None:
        problems.answer(problem.pk, problem.version, words, by=self.verifier, at=at)

    def add_pledges(self) -> None:
        """At the meeting, four days after the quarter was closed."""
        for row in rows("pledges"):
            meeting = Month.parse(row["meeting"])
            day = meeting.last_day + timedelta(days=16)
            self.at(day, 11, partial(self.record_pledge, meeting, row))

    def record_pledge(self, meeting: Month, row: dict[str, str], at: datetime) -> None:
        draft = pledges.PledgeDraft(
            unit=self.units[row["unit"]],
            words=row["words"],
            promised_amount=parse_amount(row["promised"]),
            due_on=date.fromisoformat(row["due_on"]),
        )
        pledges.record(self.county, meeting, draft, by=self.head, at=at)

    def add_closings(self) -> None:
        """On the twelfth of the next month: the verifier proposes, the head confirms."""
        for year, quarter in CLOSED:
            day = Period(year=year, quarter=quarter).ends_on + timedelta(days=12)
            self.at(day, 15, partial(self.close, year, quarter))

    def close(self, year: int, quarter: int, at: datetime) -> None:
        period = Period.objects.get(county=self.county, year=year, quarter=quarter)
        known = checks.ADVISORY
        seen, later = closing.seen(period, timezone.localdate(at)), at + timedelta(hours=1)
        proposal = closing.close(period.pk, seen, by=self.verifier, at=at, known=known)
        seen = proposals.seen(proposal, seen)
        closing.confirm(period.pk, seen, by=self.head, at=later, known=known)


def _days(draft: register.ProjectDraft) -> dict[str, date | None]:
    return {name: getattr(draft, name) for name in register.DAYS.values()}


def _day(written: str) -> date | None:
    return date.fromisoformat(written) if written else None
