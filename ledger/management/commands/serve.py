"""Brings everything up to date and serves the program: what `make run` calls last.

Owns: the order of a start (port, database, migrations, sample, static files), the server's limits.
Must never: load the sample into a database that holds a county, nor hide that a port is taken.

The server is waitress: it alone of the three compared (`benchmarks/servers.py`) answers a normal
request within a second while 500 slow sockets hang on it, because one thread buffers all sockets
and the working threads see whole requests only; granian and gunicorn let half-sent requests
occupy the threads that should work.
"""

import contextlib
import logging
import select
import signal
import socket
import sys
from collections.abc import Callable
from datetime import timedelta
from types import FrameType
from typing import Any

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]

import waitress
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import get_resolver
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg.errors import InsufficientPrivilege

from ledger.entries import evidence
from ledger.founding import wizard_state
from ledger.server import addresses, apart, memory, static_build
from ledger.server.lanes import Channel, Dispatcher
from units.models import County

CONNECTION_LIMIT = 2000  # the default of 100 is what 100 idle sockets would use up
OPEN_FILES = 4096
LARGEST_BODY = 128 * 1024 * 1024
LARGEST_BODY_IN_MEMORY = LARGEST_HEAD = 32 * 1024
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
        proxy = proxy_options()
        listener = listen(host, port)  # first, so that a taken port is told at once
        self.prepare_database(sample)
        self.sweep()
        if static_build.build_if_changed():
            self.stdout.write(_("Static files built."))
        is_empty = not County.objects.exists()
        connection.close()
        self.tell(addresses.of(host, settings.ALLOWED_HOSTS), port, is_empty)
        self.stdout.flush()
        serve(listener, proxy)

    def tell(self, names: addresses.Names, port: int, is_empty: bool) -> None:
        """Where it is served, as people would type it, and what else they could not know."""
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
        """Nobody can sign in yet: say where the county is founded, and the code that opens it."""
        sentence = _("No county yet. Open %(address)s and type this code: %(code)s")
        self.stdout.write(sentence % {"address": address, "code": wizard_state.terminal_code()})

    def prepare_database(self, sample: bool) -> None:
        try:
            self.migrate()
            if sample and not County.objects.exists():
                call_command("load_sample", stdout=self.stdout)
        except OperationalError as error:
            raise CommandError(
                _("The database does not answer: %(reason)s") % {"reason": error}
            ) from error

    def sweep(self) -> None:
        """Files of uploads that were cut off; a day old, so that none is one of a copy beside us."""
        try:
            removed = evidence.sweep(timezone.now() - timedelta(days=1))
        except OSError:
            log.exception("the evidence cannot be looked through")
        else:
            log.log(logging.WARNING if removed else logging.DEBUG, "%d orphan files swept", removed)

    def migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
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


def serve(listener: socket.socket, proxy: dict[str, Any]) -> None:
    """Until Ctrl+C or SIGTERM; requests under way are finished first."""
    signal.signal(signal.SIGTERM, end)
    raise_file_limit()
    memory.keep_little()
    server = server_of(application(), listener, settings.SERVE_THREADS, **proxy)
    apart.make_ready()
    try:
        server.run()
    finally:
        server.close()


def server_of(
    program: Callable[..., Any], listener: socket.socket, threads: int, **proxy: Any
) -> Any:
    """The server with its limits, not running yet."""
    server = waitress.create_server(
        program,
        sockets=[listener],
        connection_limit=CONNECTION_LIMIT,
        asyncore_use_poll=hasattr(select, "poll"),  # Windows has none
        channel_timeout=60,
        # So that it sees who has gone while his request still waits for a thread: nobody works for him.
        channel_request_lookahead=1,
        max_request_body_size=LARGEST_BODY,
        # What 2,000 unfinished requests may hold in memory; more of a body goes to a file.
        inbuf_overflow=LARGEST_BODY_IN_MEMORY,
        max_request_header_size=LARGEST_HEAD,
        _dispatcher=Dispatcher(threads),
        ident="",
        clear_untrusted_proxy_headers=True,
        **proxy,
    )
    server.channel_class = Channel
    return server


def application() -> WSGIHandler:
    """Made now, since it lists the static files that were just built; and with every page loaded, so
    that whoever comes first does not wait for that."""
    made = get_wsgi_application()
    get_resolver().url_patterns  # noqa: B018 - reading it loads them
    return made


def proxy_options() -> dict[str, Any]:
    """waitress believes forwarded headers from this one address, and drops all others."""
    if settings.HTTPS and not settings.TRUSTED_PROXY:
        raise CommandError(
            _("HTTPS=1 needs TRUSTED_PROXY: the address of the proxy that speaks TLS (127.0.0.1)")
        )
    if not settings.TRUSTED_PROXY:
        return {}
    headers = {"x-forwarded-for", "x-forwarded-proto"}
    return {
        "trusted_proxy": settings.TRUSTED_PROXY,
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": headers,
    }


def raise_file_limit() -> None:
    """Many systems allow 1,024 open files, fewer than the connections we are ready to hold."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
