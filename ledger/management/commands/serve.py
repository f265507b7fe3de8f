"""Brings everything up to date, then serves the program with one worker process per core.

Port, database, migrations, sample and static files are prepared once, before the first worker
starts.
"""

import logging
import socket
import sys
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError, connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg.errors import InsufficientPrivilege

from ledger.database import release, unfinished
from ledger.entries import evidence
from ledger.founding import wizard_state
from ledger.importing import uploads
from ledger.server import addresses, static_build, supervisor, worker
from units.ground import time_limits
from units.models import County

FOR_OTHERS = 10  # connections reserved for backups, commands and administrators
NOT_THE_OWNER = gettext_lazy(
    "The tables are of another release, and this login may not change them; nothing was changed. With"
    " the owner's DATABASE_URL run first: manage.py migrate, then manage.py create_logins --grants-only."
)
log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Migrate, build static files, load the sample if asked, and serve on HOST:PORT."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--sample", action="store_true", help="load the sample county into an empty database"
        )

    def handle(self, *args: Any, sample: bool, **options: Any) -> None:
        host, port = settings.SERVE_HOST, settings.SERVE_PORT
        demand_named_proxy()
        listener = listen(host, port)  # first, so that a port in use is reported at once
        self.prepare_database(sample)
        demand_connections(settings.SERVE_WORKERS, settings.SERVE_THREADS)
        self.sweep()
        if static_build.build_if_changed():
            self.stdout.write(_("Static files built."))
        is_empty = not County.objects.exists()
        self.tell(addresses.of(host, settings.ALLOWED_HOSTS), port, is_empty)
        connection.close()
        self.stdout.flush()
        if sys.platform == "win32":  # Windows cannot hand sockets over here
            worker.work(listener, is_supervised=False)
        else:
            supervisor.supervise(listener, settings.SERVE_WORKERS)

    def tell(self, names: addresses.Names, port: int, is_empty: bool) -> None:
        """Print the URLs to type, and what else the administrator must know."""
        own = [f"http://{name}:{port}/" for name in names.answered]
        self.stdout.write(
            _("Serving on %(address)s (Ctrl+C ends it)") % {"address": "  ".join(own)}
        )
        if names.refused:
            sentence = _(
                "Other machines are refused until the setting says: ALLOWED_HOSTS=%(names)s"
            )
            self.stdout.write(sentence % {"names": ",".join([*names.answered, *names.refused])})
        if is_empty:
            self.invite(f"{own[-1]}start/")

    def invite(self, address: str) -> None:
        """Nobody can sign in yet: print the URL of the founding and its code."""
        sentence = _("No county yet. Open %(address)s and type this code: %(code)s")
        self.stdout.write(sentence % {"address": address, "code": wizard_state.terminal_code()})

    def prepare_database(self, sample: bool) -> None:
        try:
            if unfinished.is_marked():
                raise CommandError(str(unfinished.SENTENCE))
            self.migrate()
            time_limits.set_for_login()
            if sample and not County.objects.exists():
                call_command("load_sample", stdout=self.stdout)
        except OperationalError as error:
            raise CommandError(
                _("The database does not answer: %(reason)s") % {"reason": error}
            ) from error

    def sweep(self) -> None:
        """Delete temporary files older than a day (another instance may write newer ones); end dead jobs."""
        uploads.expect_waiting_jobs()
        try:
            removed = evidence.sweep(timezone.now() - timedelta(days=1))
        except OSError:
            log.exception("the evidence cannot be looked through")
        else:
            log.log(logging.WARNING if removed else logging.DEBUG, "%d orphan files swept", removed)

    def migrate(self) -> None:
        if release.is_newer():
            raise CommandError(release.trouble())
        if release.is_older():
            self.stdout.write(_("Bringing the database up to date ..."))
            try:
                call_command("migrate", interactive=False, verbosity=0)
            except ProgrammingError as error:
                if isinstance(error.__cause__, InsufficientPrivilege):
                    raise CommandError(str(NOT_THE_OWNER)) from error
                raise


def listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        raise CommandError(
            _(
                "Cannot listen on %(host)s:%(port)s (HOST, PORT): %(reason)s. Stop the program that "
                "uses it, or choose another port: PORT=8001 make run"
            )
            % {"host": host, "port": port, "reason": error.strerror or error}
        ) from error


def demand_named_proxy() -> None:
    if settings.HTTPS and not settings.TRUSTED_PROXY:
        raise CommandError(
            _("HTTPS=1 needs TRUSTED_PROXY: the address of the proxy that speaks TLS (127.0.0.1)")
        )


def demand_connections(workers: int, threads: int) -> None:
    """Each thread holds a connection, or its job does; a worker's probes take one more."""
    needed = workers * (threads + 1)
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_connections")
        given = int(cursor.fetchone()[0])
    if needed <= given - FOR_OTHERS:
        return
    sentence = _(
        "%(workers)d workers of %(threads)d threads need %(needed)d connections, and the database gives "
        "%(given)d, of which %(others)d are for others. Set WORKERS or THREADS lower, or let the database "
        "give more (max_connections)."
    )
    known = {"workers": workers, "threads": threads, "needed": needed, "given": given}
    raise CommandError(sentence % {**known, "others": FOR_OTHERS})
