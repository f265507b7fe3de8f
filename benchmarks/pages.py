"""What a page costs beside the least that it could cost: ratios from interleaved rounds.

    VAR_DIR=var/bench python benchmarks/pages.py            the league table, a unit's account, projects
    VAR_DIR=var/bench python benchmarks/pages.py --projects the list of a county with 10,000 projects

Every request goes through the whole middleware with a session of a person who may see the page. The
measures: a view that answers "ok" (bare), one that runs the very statements of the page, throws their rows
away and answers with a page laid out beforehand, so that the middleware has the same to compress (only its
SQL), the same answering "ok", and the page. Fills an empty database with the county of ``generate.py``.
"""

import gzip
import os
import sys
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
from rounds import machine, rounds, table  # noqa: E402

from ledger.server import static_build  # noqa: E402
from units.access import Right, allowed  # noqa: E402
from units.models import County, Unit, User  # noqa: E402

ROUNDS, REQUESTS = 5, 15
LEAGUE = "/ranking/2012-06/"
statements: list[str] = []
laid_out: list[bytes] = []


@allowed(Right.RANKING_VIEW)
def bare(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


@allowed(Right.RANKING_VIEW)
def only_sql(_request: HttpRequest) -> HttpResponse:
    run_statements()
    return HttpResponse(laid_out[0])


@allowed(Right.RANKING_VIEW)
def sql_and_ok(_request: HttpRequest) -> HttpResponse:
    run_statements()
    return HttpResponse("ok")


def run_statements() -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            cursor.fetchall()


urlpatterns = [
    path("bare/", bare),
    path("only-sql/", only_sql),
    path("sql-and-ok/", sql_and_ok),
    path("", include("ledger.urls")),
]


def main(projects: bool) -> None:
    prepare(projects)
    print(machine())
    client = reader()
    county = County.objects.first()
    account = f"/units/{Unit.objects.filter(county=county).first().code}/"
    lists = {"projects": "/projects/", "projects, filtered": "/projects/?q=99&sort=-signed_on"}
    if not projects:
        lists = {"league table": LEAGUE, "account of a unit": account, **lists}
    for name, address in lists.items():
        measure_built(client, name, address)


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


def reader() -> Client:
    county = County.objects.first()
    name = f"reader-{county.code}"
    person = User.objects.filter(username=name).first() or User.objects.create_user(
        username=name, county=county, role="leader"
    )
    client = Client(headers={"accept-encoding": "gzip"})
    client.force_login(person)
    client.get("/glossary/")  # brings the cookie of the forms
    return client


def get(client: Client, address: str, **headers: str) -> HttpResponse:
    response = client.get(address, headers=headers)
    assert response.status_code in (200, 304), (address, response.status_code)
    return response


def measure_built(client: Client, name: str, address: str) -> None:
    def built() -> None:
        get(client, address)

    get(client, address)
    with CaptureQueriesContext(connection) as queries:
        built()
    # The middleware asks for session and person itself.
    statements[:] = [query["sql"] for query in queries][2:]
    page = get(client, address).content
    laid_out[:] = [gzip.decompress(page)]
    deeds = {
        "only its SQL": lambda: get(client, "/only-sql/"),
        "only its SQL, and no page": lambda: get(client, "/sql-and-ok/"),
        name: built,
    }
    size = f"{len(laid_out[0]) // 1000} kB, compressed {len(page) // 1000}"
    table(f"{name}: {len(statements)} statements, {size}", rounds(deeds, ROUNDS, REQUESTS))


if __name__ == "__main__":
    main("--projects" in sys.argv)
