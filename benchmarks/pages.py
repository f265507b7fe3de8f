"""The cost of pages relative to a plain Django page of the same rows, in interleaved rounds.

    VAR_DIR=var/bench python benchmarks/pages.py            the league table, a unit's account, projects
    VAR_DIR=var/bench python benchmarks/pages.py --projects the list of a county with 10,000 projects
    ... --processor     CPU time of this process alone, for a machine that has other work

The baseline is ``plain.py``: the rows of the league table by plain ORM queries and a Jinja2
template. The lower limit is a view that answers "ok". Each page is also compared with its own SQL
statements, run by a view that discards their rows. Every request goes through the whole middleware
with a session of a person who may see the page; the account is read by the unit's own clerk. Fills
an empty database with the county of ``generate.py``, and writes the trail that its receipts would
have left.
"""

import gzip
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ledger.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")

import django  # noqa: E402

django.setup()

import generate  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import include, path  # noqa: E402
from plain import AS_OF, plain, rows  # noqa: E402
from rounds import machine, rounds, table  # noqa: E402

from ledger.ranking.league import league_table  # noqa: E402
from ledger.server import static_build  # noqa: E402
from units.access import Right, allowed  # noqa: E402
from units.models import County, Trail, Unit, User  # noqa: E402

ROUNDS, REQUESTS = 5, 15
LEAGUE = "/ranking/2012-06/"
TRAIL = """
    INSERT INTO units_trail (at, county_id, unit_id, actor_id, actor_name, address, action, record,
        label, before, after, refused)
    SELECT at, county_id, unit_id, actor, 'clerk', '10.0.0.9', action, 'receipt:' || id,
        voucher_no || ' ' || received_on, before, after, false
    FROM (
        SELECT *, submitted_at AS at, entered_by_id AS actor, 'receipt.submit' AS action,
            '{}'::jsonb AS before, jsonb_build_object('project_id', project_id,
                'received_on', received_on, 'amount', amount::text, 'kind', kind,
                'voucher_no', voucher_no, 'note', note, 'state', 'submitted') AS after
        FROM ledger_receipt
        UNION ALL
        SELECT *, verified_at, verified_by_id, 'receipt.verify', '{"state": "submitted"}',
            jsonb_build_object('state', 'verified', 'counted_on', counted_on, 'version', version,
                'word', verified_word)
        FROM ledger_receipt
    ) AS done ORDER BY at, action
"""
statements: dict[str, list[str]] = {}


@allowed(Right.RANKING_VIEW)
def bare(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


@allowed(Right.RANKING_VIEW)
def only_statements(_request: HttpRequest, name: str) -> HttpResponse:
    with connection.cursor() as cursor:
        for statement in statements[name]:
            cursor.execute(statement)
            cursor.fetchall()
    return HttpResponse("ok")


urlpatterns = [
    path("bare/", bare),
    path("plain/", plain),
    path("statements/<name>/", only_statements),
    path("", include("ledger.urls")),
]


def main(projects: bool) -> None:
    prepare(projects)
    print(machine())
    unit = Unit.objects.first()
    county = unit.county
    agree(county)
    leader, clerk = reader(), reader("clerk", unit)
    pages = {
        "projects": (leader, "/projects/"),
        "projects, filtered": (leader, "/projects/?q=99&sort=-signed_on"),
    }
    if not projects:
        pages = {
            "league table": (leader, LEAGUE),
            "account of a unit": (clerk, f"/units/{unit.code}/"),
            **pages,
        }
    measured = {
        "plain Django and Jinja2": lambda: get(leader, "/plain/"),
        "bare limit": lambda: get(leader, "/bare/"),
        "figures of the league table": lambda: league_table(county, AS_OF),
    }
    for name, (client, address) in pages.items():
        measured |= _measured(client, name, address)
    clock = time.process_time if "--processor" in sys.argv else time.perf_counter
    table("Ratios to the plain page", rounds(measured, ROUNDS, REQUESTS, clock))


def prepare(projects: bool) -> None:
    settings.ROOT_URLCONF = __name__
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    static_build.build_if_changed()
    if County.objects.exists():
        return
    if projects:
        generate.PROJECTS_A_YEAR, generate.RECEIPTS_A_PROJECT = 10_000 // len(generate.YEARS), 1
    generate.main("1", copies=False)
    with connection.cursor() as cursor:
        cursor.execute(TRAIL)
        cursor.execute(f"VACUUM (ANALYZE) {Trail._meta.db_table}")


def reader(role: str = "leader", unit: Unit | None = None) -> Client:
    county = County.objects.first()
    name = f"reader-{role}-{county.code}"
    person = User.objects.filter(username=name).first() or User.objects.create_user(
        username=name, county=county, role=role, unit=unit
    )
    client = Client(headers={"accept-encoding": "gzip"})
    client.force_login(person)
    client.get("/glossary/")  # sets the CSRF cookie
    return client


def agree(county: County) -> None:
    """Check that the baseline has the league table's own figures."""
    found = {(row.unit.code, row.target, row.received, row.tier) for row in rows(county)}
    of = league_table(county, AS_OF).rows
    assert found == {(row.code, row.target, row.received, row.tier) for row in of}


def get(client: Client, address: str) -> HttpResponse:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response


def _measured(client: Client, name: str, address: str) -> dict[str, Callable[[], object]]:
    """The page and its statements; prints how many they are and how long the page is."""
    get(client, address)
    with CaptureQueriesContext(connection) as queries:
        page = get(client, address).content
    # The middleware itself loads session and person.
    statements[name] = [query["sql"] for query in queries][2:]
    size = f"{len(gzip.decompress(page)) // 1000} kB, compressed {len(page) // 1000}"
    print(f"  {name}: {len(statements[name])} statements, {size}")
    return {
        name: lambda: get(client, address),
        f"{name}, only its statements": lambda: get(client, f"/statements/{name}/"),
    }


if __name__ == "__main__":
    main("--projects" in sys.argv)
