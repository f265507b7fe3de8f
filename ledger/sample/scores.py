"""The sample's indicators, their targets, the trips of its towns and its scheme: sample data throughout.

The league table of the speech is the main indicator's and is not touched.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from ledger.assessment import record as schemes
from ledger.assessment.record import Mark
from ledger.indicators import filed
from ledger.indicators import record as indicators
from ledger.indicators.record import IndicatorDraft
from units.models import County, Indicator, Target, Unit, User
from units.targets import record as targets
from units.targets.schedule import scheduled

YEAR, BEGINS = 2012, date(2012, 1, 10)
SCHEME = Path(__file__).with_name("scheme").with_suffix(".toml")
DOCUMENT = "商办发〔2012〕12号"
OUTSIDE_PART, STARTED = Decimal("0.5"), Decimal(1)
DRAFTS = (
    IndicatorDraft(
        *("outside", "省外到位资金", "wan", "received", "Funds from outside the province", 1),
        scope={"origins": ["foreign", "other_province"]},
    ),
    IndicatorDraft(
        *("signed", "新签约项目", "count", "projects", "Projects signed", 2),
        scope={"stage": "signed"},
    ),
    IndicatorDraft(
        *("started", "新开工项目", "count", "projects", "Projects started", 3),
        scope={"stage": "started"},
    ),
    IndicatorDraft(
        *("start_rate", "开工率", "percent", "ratio", "Rate of starts", 4),
        scope={"top": "started", "bottom": "signed"},
    ),
    IndicatorDraft("trips", "外出招商", "times", "filed", "Trips out", 5),
)


@dataclass(frozen=True, slots=True)
class Bureau:
    """Who sets and who verifies."""

    county: County
    head: User
    verifier: User


def set_up(bureau: Bureau, units: Iterable[Unit], at: datetime) -> dict[str, Indicator]:
    """The indicators with their targets, and the scheme."""
    county, head = bureau.county, bureau.head
    found = {draft.code: indicators.save(draft, county=county, by=head, at=at) for draft in DRAFTS}
    main = targets.current(county, YEAR)
    for unit in units:
        if (held := main.get(unit.pk)) is not None and held.amount:
            _owe(unit, found["outside"], held, held.amount * OUTSIDE_PART, head, at)
            _owe(unit, found["started"], held, STARTED, head, at)
    schemes.record(SCHEME.read_text(encoding="utf-8"), county, by=head, at=at)
    return found


def _owe(
    unit: Unit, indicator: Indicator, main: Target, amount: Decimal, head: User, at: datetime
) -> None:
    targets.record(
        unit,
        YEAR,
        amount.quantize(main.amount),
        scheduled(amount),
        effective_on=main.effective_on,
        document_no=DOCUMENT,
        by=head,
        at=at,
        indicator=indicator,
    )


def file_trips(
    bureau: Bureau, trips: Indicator, unit: Unit, clerk: User, row: dict[str, str], at: datetime
) -> None:
    """The trips of a town's monthly report as a figure of their own, verified the next day."""
    month = date.fromisoformat(f"{row['month']}-01")
    count, voucher = Decimal(row["trips"]), f"{row['month']}外出招商审批单"
    draft = filed.FilingDraft(trips, unit, month, count, voucher)
    filing = filed.file(draft, by=clerk, at=at, today=at.date())
    filed.verify(filing.pk, filing.version, by=bureau.verifier, at=at + timedelta(days=1))


def give(bureau: Bureau, towns: Iterable[Unit], at: datetime) -> None:
    """The bureau's marks of the first quarter: one point less for every third town."""
    for place, town in enumerate(towns):
        points = Decimal(9 if place % 3 else 8)
        reason = "月报按时、项目服务到位" if place % 3 else "一次月报迟报"
        schemes.give(Mark(town, "work", points, reason), YEAR, by=bureau.verifier, at=at)
