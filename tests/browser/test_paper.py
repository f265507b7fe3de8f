"""The printed league table: headings and footer on every page, no unit's line split."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from ledger.models import Period, Settlement
from ledger.quarter import checks
from ledger.ranking.snapshot import check_code
from tests import acting
from tests.browser.test_walk import sign_in
from tests.builders import (
    make_county,
    make_head,
    make_person,
    make_unit,
    make_verifier,
    moment,
    set_target,
)
from units.models import Role

pytestmark = pytest.mark.django_db(transaction=True)
UNITS = [f"单位{number:02}局" for number in range(70)]


@pytest.fixture
def leader():
    """A county whose first quarter is closed, so that its chain has a head."""
    county = make_county()
    head, verifier = make_head(county), make_verifier(county)
    for number, name in enumerate(UNITS):
        set_target(make_unit(county, name, "department"), 1000 + number)
    period, _ = Period.objects.get_or_create(county=county, year=2012, quarter=1)
    action = {"at": moment("2012-04-12"), "known": checks.ADVISORY}
    acting.close(period.pk, by=verifier, **action)
    acting.confirm(period.pk, by=head, **action)
    return make_person(county, Role.LEADER)


def test_the_league_table_is_printed_whole(page_at, leader):
    page = page_at(1440)
    sign_in(page, leader)
    page.goto("/ranking/2012-03/")

    paper = page.pdf(prefer_css_page_size=True, print_background=True)

    pages = [sheet.extract_text() for sheet in PdfReader(BytesIO(paper)).pages]
    with_rows = [text for text in pages if any(name in text for name in UNITS)]
    assert len(with_rows) > 2
    assert all("名次" in text and "完成率" in text for text in with_rows)
    assert all(check_code(Settlement.objects.get()) in text for text in pages)
    for number, name in enumerate(UNITS):
        (row,) = [line for text in pages for line in text.splitlines() if name in line]
        assert f"{1000 + number:,}.00" in row
