"""The common table template: hostile names in every table, plain cells, headings, paging."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.test import RequestFactory

from ledger.explain.whatif import WhatIfTable
from ledger.models import Entry, Receipt
from ledger.receipts.list import ReceiptTable
from ledger.receipts.tables import (
    EntryLine,
    EntryTable,
    ProjectLine,
    ProjectLineTable,
    ReceiptLine,
    ReceiptLineTable,
)
from ledger.rules.standing import Tier
from projects.models import Industry, Investor, Project, ServiceStep
from projects.service.list import ServiceTable
from projects.tables import ProjectTable
from units.models import AccessKey, County, CountyTarget, FailedSignIn, Role, Target, Unit, User
from units.people.forms import FailureTable, PeopleTable
from units.people.key_forms import KeyTable
from units.tables import Column, Table, TargetTable, UnitTable
from units.targets.county_form import CountyTargetTable
from units.unit_forms import PlacesForm

HOSTILE = "<img src=x onerror=alert(1)>"
DAY, AT = date(2012, 6, 30), datetime(2012, 6, 30, 2, tzinfo=UTC)
AMOUNT = Decimal("10000.00")


def failure():
    return FailedSignIn(at=AT, user=user(), address="10.0.0.7", browser=HOSTILE, is_known=False)


def unit(pk=1, **fields):
    county = County(groups=[{"code": "town", "name": HOSTILE, "name_en": HOSTILE}])
    return Unit(pk=pk, county=county, code=f"T{pk}", name=HOSTILE, kind="town", order=1, **fields)


def user(pk=1):
    return User(pk=pk, username=HOSTILE, display_name=HOSTILE, role=Role.BUREAU_HEAD, last_login=AT)


def project():
    industry = Industry(name=HOSTILE, name_en=HOSTILE, is_resource=True)
    found = Project(
        pk=1,
        name=HOSTILE,
        lead_unit=unit(),
        industry=industry,
        investor=Investor(name=HOSTILE, origin="foreign"),
        stage="contract",
        signed_on=DAY,
        total_investment=AMOUNT,
        introduced_amount=AMOUNT,
    )
    found.shared = [SimpleNamespace(unit=unit(pk), basis_points=5_000) for pk in (1, 2)]
    return found


def receipt(state="returned"):
    found = Receipt(
        pk=1,
        project=project(),
        unit=unit(),
        received_on=DAY,
        amount=AMOUNT,
        kind="land",
        voucher_no=HOSTILE,
        state=state,
        submitted_at=AT,
        entered_by=user(2),
        returned_reason=HOSTILE,
    )
    found.files, found.is_reversed = 0, False
    return found


def entry():
    of = {"unit": unit(), "project": project(), "counted_on": DAY, "amount": AMOUNT}
    return Entry(kind="reversal", reason=HOSTILE, receipt_id=1, **of)


def due():
    return {"amount": AMOUNT, "due_first": AMOUNT, "due_second": AMOUNT, "due_third": AMOUNT}


def places():
    one = unit()
    form = PlacesForm({f"place-{one.pk}": HOSTILE}, units=[one])
    form.full_clean()
    return form


def row(rank, tier):
    return SimpleNamespace(
        name=HOSTILE,
        rank=rank,
        tier=tier,
        target=AMOUNT,
        received=AMOUNT,
        sums=SimpleNamespace(received=AMOUNT),
    )


def what_if():
    line = SimpleNamespace(
        before=row(2, Tier.BEHIND), after=row(1, Tier.COMPLETED), moved=1, is_changed=True
    )
    return WhatIfTable([line], label=HOSTILE)


def step():
    return ServiceStep(
        pk=1, project=project(), unit=unit(), item=HOSTILE, sponsor=HOSTILE, due_on=DAY
    )


def access_key():
    return AccessKey(
        pk=1,
        name=HOSTILE,
        purpose=HOSTILE,
        person=user(),
        opening=HOSTILE,
        made_by=user(),
        made_at=AT,
        used_at=AT,
        used_from=HOSTILE,
        expires_on=DAY,
    )


def targets_from_above():
    return CountyTarget(
        issuer="city", effective_on=DAY, document_no=HOSTILE, recorded_by=user(), **due()
    )


def target():
    return Target(
        year=2012,
        effective_on=DAY,
        document_no=HOSTILE,
        recorded_by=user(),
        recorded_at=AT,
        **due(),
    )


TABLES = {
    UnitTable: lambda: UnitTable([unit(ended_on=DAY, successor=unit(2))], form=places()),
    TargetTable: lambda: TargetTable([target()]),
    CountyTargetTable: lambda: CountyTargetTable([targets_from_above()]),
    KeyTable: lambda: KeyTable([access_key()], today=DAY),
    PeopleTable: lambda: PeopleTable([user()], at=AT),
    FailureTable: lambda: FailureTable([failure()]),
    ProjectTable: lambda: ProjectTable([project()], year=2012),
    ServiceTable: lambda: ServiceTable([step()], reader=user(), today=DAY, openable={1}),
    ReceiptTable: lambda: ReceiptTable([receipt(), receipt("submitted")], reader=user()),
    ReceiptLineTable: lambda: ReceiptLineTable([ReceiptLine(receipt(), "/x/", AMOUNT, AMOUNT)]),
    EntryTable: lambda: EntryTable([EntryLine(entry(), "/x/", AMOUNT)]),
    ProjectLineTable: lambda: ProjectLineTable([ProjectLine(project(), 10_000, AMOUNT, True)]),
    WhatIfTable: what_if,
}


def laid_out(table, address="/"):
    return table.as_html(RequestFactory().get(address))


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.__name__)
def test_a_hostile_name_is_text_in_every_table(kind):
    """quality 16"""
    page = laid_out(TABLES[kind]())

    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_no_table_is_left_out_of_it():
    ours = {kind for kind in Table.__subclasses__() if not kind.__module__.startswith("tests.")}

    assert ours == set(TABLES)


class Things(Table):
    cells = "tables/cells.jinja"  # has no macro with a column's name
    name = Column(HOSTILE, attrs={"td": {"class": "who"}})
    count = Column("Count", default="none", order_by="count", attrs={"term": "target"})
    whole = Column("Whole", empty_values=(), orderable=False)

    class Meta:
        attrs = {"class": "stack", "label": HOSTILE}

    def render_whole(self, record):
        return record.name * 2


def things(count=1, **options):
    return Things([SimpleNamespace(name="<i>", count=None)] * count, **options)


def test_a_column_without_a_macro_is_as_django_tables2_has_it():
    page = laid_out(things())

    assert '<td class="who" data-label="&lt;img src=x onerror=alert(1)&gt;">&lt;i&gt;</td>' in page
    assert ">none</td>" in page
    assert "&lt;i&gt;&lt;i&gt;</td>" in page
    assert "<img" not in page


def test_headings_sort_and_keep_what_else_was_asked():
    page = laid_out(things(order_by="-count"), '/?q="<&sort=-count')

    assert 'href="?q=%22%3C&amp;sort=name"' in page
    assert '<th scope="col" class="desc orderable" aria-sort="descending">' in page
    assert 'href="?q=%22%3C&amp;sort=count"' in page


def test_a_heading_that_is_a_term_leads_to_the_glossary():
    assert '<a class="term" href="/glossary/#target">Count</a>' in laid_out(things(orderable=False))


def test_an_empty_table_says_so():
    assert '<td colspan="3">没有可显示的内容。</td>' in laid_out(things(0))


def test_pages_lead_to_the_others():
    table = things(100)
    table.paginate(page=2, per_page=10)

    page = laid_out(table, "/?page=2&q=1")

    assert '<a rel="prev" href="?page=1&amp;q=1">' in page
    assert '<span aria-current="page">2</span>' in page
    assert '<a rel="next" href="?page=3&amp;q=1">' in page
    assert page.count("<tr>") == 11
