"""How PostgreSQL reads the entries: what keeps a county's pages as quick among thousands as alone.

No time is measured here; the shape of the plans is pinned, on counties filled as the benchmarks fill
them, with the statistics and the visibility map that autovacuum leaves.
"""

import json
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks import generate
from ledger.ranking.league import league_table
from ledger.ranking.series import by_month
from ledger.ranking.summaries import computed
from ledger.regions.rollup import rollup
from tests import builders
from tests.conftest import empty_tables
from units.models import County

pytestmark = pytest.mark.django_db
JUNE = date(2012, 6, 30)
COUNTIES = 8
# Pages of one county's half year: 1,200 entries, and the way down to them.
MAX_PAGES = 25


@pytest.fixture(scope="module")
def counties(django_db_setup, django_db_blocker):
    """Eight counties with 3,600 entries each; what is read may not depend on how many there are."""
    with django_db_blocker.unblock():
        try:
            generate.fill(COUNTIES, copies=False)
            yield list(County.objects.order_by("code"))
        finally:
            empty_tables()


def entry_plans(read):
    """The plans of the statements with entries that ``read`` runs, as PostgreSQL ran them."""
    with CaptureQueriesContext(connection) as queries:
        read()
    return [_plan(query["sql"]) for query in queries if "ledger_entry" in query["sql"]]


def _plan(statement):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")
        [(plan,)] = cursor.fetchall()
    return (plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]


def nodes(plan):
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def reads_of_entries(plan):
    return [node for node in nodes(plan) if node.get("Relation Name") == "ledger_entry"]


def assert_index_only(plan, most_pages, times=1):
    """Only ``entry_league`` is read, of the table itself nothing."""
    reads = reads_of_entries(plan)
    assert len(reads) == times
    for read in reads:
        assert (read["Node Type"], read["Index Name"]) == ("Index Only Scan", "entry_league")
        assert read["Heap Fetches"] == 0
        assert read["Shared Hit Blocks"] + read["Shared Read Blocks"] <= most_pages


def test_the_league_table_reads_one_countys_entries_from_the_index_alone(counties):
    """This year's, and those by the same day of the year before."""
    [plan] = entry_plans(lambda: league_table(counties[2], JUNE))

    assert_index_only(plan, MAX_PAGES, times=2)


def test_the_curve_of_the_months_reads_them_from_the_index_alone(counties):
    [plan] = entry_plans(lambda: by_month(counties[2], JUNE, None))

    assert_index_only(plan, 2 * MAX_PAGES)  # of two years


def test_the_table_of_a_region_reads_no_other_countys_entries(counties):
    [plan] = entry_plans(lambda: computed(counties[:2], JUNE))

    assert_index_only(plan, 2 * MAX_PAGES, times=2)


def test_a_roll_up_reads_both_years_from_the_index_alone(counties):
    both = entry_plans(lambda: rollup("", JUNE))

    assert len(both) == 2
    for plan in both:
        assert_index_only(plan, COUNTIES * MAX_PAGES)


@pytest.mark.parametrize(
    "address",
    [
        "/ranking/2012-06/",
        "/units/100000T01/",
        "/units/100000T01/entries/",
        "/ranking/compare/",
        "/ranking/2012-06/explain/",
        "/composition/2012-06/",
        "/projects/1/",
        "/regions/10/2012-06/",
    ],
)
def test_no_page_reads_all_entries(counties, address):
    person = _reader(address, counties[0])
    client = Client()
    client.force_login(person)

    def read():
        assert client.get(address).status_code == 200

    plans = entry_plans(read)
    assert plans
    assert "Seq Scan" not in {
        node["Node Type"] for plan in plans for node in reads_of_entries(plan)
    }


def _reader(address, county):
    if address.startswith("/regions/"):
        return builders.make_leader_of("10")
    return builders.make_verifier(county)
