"""A county of two towns and a bureau with an indicator of each source, by hand."""

from datetime import datetime
from decimal import Decimal

from ledger.indicators import filed, record
from ledger.indicators.record import IndicatorDraft
from projects.models import Project
from tests import builders
from tests.builders import day, moment
from units.targets import record as targets

AT = moment("2012-01-02")
DRAFTS = (
    IndicatorDraft(
        "outside",
        "省外到位资金",
        "wan",
        "received",
        scope={"origins": ["foreign", "other_province"]},
    ),
    IndicatorDraft("signed", "新签约项目", "count", "projects", scope={"stage": "signed"}),
    IndicatorDraft("started", "新开工项目", "count", "projects", scope={"stage": "started"}),
    IndicatorDraft(
        "rate", "开工率", "percent", "ratio", scope={"top": "started", "bottom": "signed"}
    ),
    IndicatorDraft("trips", "外出招商", "times", "filed"),
)


def add_indicators(county, head):
    return {draft.code: record.save(draft, county=county, by=head, at=AT) for draft in DRAFTS}


def make_county():
    """水沟镇 300万 (200 from outside), 2 signed, 1 started, 3 trips; 试马镇 100万, 1 signed and started."""
    county = builders.make_county()
    head = builders.make_head(county)
    indicators = add_indicators(county, head)
    a, b = builders.make_unit(county, "水沟镇"), builders.make_unit(county, "试马镇")
    bureau = builders.make_unit(county, "招商局", "department")
    for unit, amount in ((a, 600), (b, 100), (bureau, 50)):
        builders.set_target(unit, amount)
    first = builders.make_project(a, "一", signed="2012-02-01", origin="foreign")
    second = builders.make_project(a, "二", signed="2012-03-01", origin="other_city")
    third = builders.make_project(b, "三", signed="2012-01-15", origin="other_city")
    for project in (first, third):
        Project.objects.filter(pk=project.pk).update(started_on=day("2012-05-01"))
    builders.make_verified(first, 200, "2012-04-10")
    builders.make_verified(second, 100, "2012-05-10")
    builders.make_verified(third, 100, "2012-05-11")
    return county, head, indicators, (a, b, bureau)


def owe(unit, indicator, amount, year=2012):
    """A target of an indicator, a quarter of it due by each quarter."""
    full = Decimal(amount)
    targets.record(
        unit,
        year,
        full,
        [full / 4, full / 2, full * 3 / 4],
        effective_on=day(f"{year}-01-01"),
        document_no="商政发〔2012〕9号",
        by=builders.make_head(unit.county),
        at=AT,
        indicator=indicator,
    )


def file_figure(unit, indicator, value, month="2012-05-01", voucher="行程单", at: datetime = AT):
    draft = filed.FilingDraft(indicator, unit, day(month), Decimal(value), voucher)
    return filed.file(draft, by=builders.make_clerk(unit), at=at, today=day("2012-06-30"))


def file_verified(unit, indicator, value, month="2012-05-01", voucher="行程单"):
    filing = file_figure(unit, indicator, value, month, voucher)
    verifier = builders.make_verifier(unit.county)
    return filed.verify(filing.pk, filing.version, by=verifier, at=moment("2012-06-02"))
