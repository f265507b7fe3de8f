"""A primary and its streaming replica, both embedded: who reads where, also if the replica fails.

    python tests/drills/replica.py

Creates the replica by ``pg_basebackup``, signs a leader in, and counts the statements of each page
by server, with the replica up, behind and killed. Prints a line per observation; exits 1 at the
first wrong one.
"""

import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
FOLDER = Path(tempfile.mkdtemp(prefix="replica"))
PRIMARY, REPLICA = FOLDER / "primary", FOLDER / "replica"

from ledger.database import embedded  # noqa: E402

os.environ |= {
    "VAR_DIR": str(PRIMARY),
    "REPLICA_URL": f"postgresql://{embedded.ROLE}@/{embedded.DATABASE}"
    f"?host={quote(str(embedded.socket_folder(REPLICA)), safe='')}",
    "DJANGO_SETTINGS_MODULE": "ledger.settings",
    "ALLOWED_HOSTS": "testserver",
    "LOG_LEVEL": "CRITICAL",
}
os.environ.pop("DATABASE_URL", None)

import django  # noqa: E402

django.setup()

import psutil  # noqa: E402
import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402

from ledger import kept  # noqa: E402
from ledger.database import replica  # noqa: E402
from ledger.server import static_build  # noqa: E402
from tests import builders  # noqa: E402
from units.models import Role  # noqa: E402

JUNE = "/ranking/2012-06/"


def main() -> int:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    call_command("migrate", verbosity=0)
    static_build.build_if_changed()
    county = builders.make_county()
    unit = builders.make_unit(county)
    builders.set_target(unit, 1000)
    project = builders.make_project(unit)
    builders.make_verified(project, 100)
    start_replica()
    leader = signed_in(builders.make_person(county, Role.LEADER))
    clerk = signed_in(builders.make_clerk(unit))
    wait(lambda: caught_up(county), "the replica has the accounts")

    check("a leader's page is read from the replica", served(leader)["replica"] > 5)
    check("a clerk's page is read from the primary", served(clerk)["replica"] == 0)
    check("and the leader sees what was verified", "100.00" in page(leader))

    with held_back():
        builders.make_verified(project, 11)
        leader.post("/i18n/setlang/", {"language": "en", "next": "/"})
        check("after an own deed the primary answers", served(leader)["replica"] <= 1)
        check("so nothing older than it is shown", "111.00" in page(leader))
    wait(lambda: served(leader)["replica"] > 5, "when it has caught up, the replica answers again")

    with held_back():
        replica.MAX_BEHIND = 0
        builders.make_verified(project, 22)
        check("a replica too far behind is passed by", "133.00" in page(leader))
        replica.MAX_BEHIND = 1024 * 1024
    wait(lambda: served(leader)["replica"] > 5, "and asked again when it is near")

    kill_replica()
    check("with the replica killed the page is there", "133.00" in page(leader))
    check("from the primary", served(leader)["default"] > 5)
    builders.make_verified(project, 33)
    check("and of now", "166.00" in page(leader))

    os.environ["REPLICA_STARTED"] = embedded.database_url(REPLICA)
    replica.REST_SECONDS = 0.0
    wait(lambda: served(leader)["replica"] > 5, "a replica that came back is asked again")
    with failing_in_the_middle():
        check("a page that the replica fails half-way is built anew", "166.00" in page(leader))
    return 0


def start_replica() -> None:
    pgdata = REPLICA / "pgdata"
    pgdata.mkdir(parents=True, mode=0o700)
    embedded._give_to_system_user(pgdata)
    embedded._open_the_way(pgdata)
    source = embedded._conninfo(PRIMARY / "pgdata", "postgres").replace("dbname=postgres ", "")
    embedded._run_tool(
        "pg_basebackup", "-D", str(pgdata), "-d", source, "-R", "-X", "stream", "-c", "fast"
    )
    for left in pgdata.glob(".s.PGSQL.*"):  # sockets of the primary, which listens in its folder
        left.unlink()
    embedded.database_url(REPLICA)


def signed_in(person: object) -> Client:
    client = Client()
    client.force_login(person)
    client.get("/glossary/")
    return client


def page(client: Client) -> str:
    kept.pages.clear()
    response = client.get(JUNE)
    assert response.status_code == 200, response.status_code
    return response.text


def served(client: Client) -> Counter[str]:
    """Statements of the page by server."""
    counts: Counter[str] = Counter()
    with ExitStack() as stack:
        for alias in ("default", "replica"):

            def count(execute, sql, params, many, context, alias=alias):
                counts[alias] += 1
                return execute(sql, params, many, context)

            stack.enter_context(connections[alias].execute_wrapper(count))
        page(client)
    return counts


@contextmanager
def failing_in_the_middle():
    """The replica passes its check and fails at the third statement."""
    seen = Counter()

    def fail(execute, sql, params, many, context):
        seen["statements"] += 1
        if seen["statements"] > 2:
            with suppress(psycopg.OperationalError):
                connections["replica"].connection.execute(
                    "SELECT pg_terminate_backend(pg_backend_pid())"
                )
        return execute(sql, params, many, context)

    with connections["replica"].execute_wrapper(fail):
        yield


@contextmanager
def held_back():
    """The replica answers, but replays nothing new."""
    on_replica("SELECT pg_wal_replay_pause()")
    try:
        yield
    finally:
        on_replica("SELECT pg_wal_replay_resume()")


def on_replica(statement: str, *params: object) -> object:
    with connections["replica"].cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchone()[0]


def caught_up(county: object) -> bool:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn()::text")
        end = cursor.fetchone()[0]
    return bool(on_replica("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", end))


def kill_replica() -> None:
    connections["replica"].close()
    for process in embedded._server_processes((REPLICA / "pgdata").resolve()):
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def check(what: str, seen: bool) -> None:
    print(f"{'yes' if seen else 'NO '}  {what}", flush=True)
    if not seen:
        print((REPLICA / "postgres.log").read_text()[-2000:])
        raise SystemExit(1)


def wait(for_: object, what: str) -> None:
    until = time.monotonic() + 120
    while not for_() and time.monotonic() < until:
        time.sleep(0.1)
    check(what, bool(for_()))


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        connections.close_all()
        for folder in (REPLICA, PRIMARY):
            embedded.stop(folder)
        shutil.rmtree(FOLDER, ignore_errors=True)
