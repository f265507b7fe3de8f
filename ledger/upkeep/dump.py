"""Dumps the database by ``pg_dump`` and loads it by ``pg_restore`` and ``psql``, as a stream.

Never holds the whole stream in memory, and counts a program as successful only by its exit status.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from tempfile import TemporaryFile
from threading import Thread
from typing import IO, Final, Self

from django.db import connection
from django.utils.translation import gettext as _

from ledger.database import pg_programs
from units.ground.refusal import Refusal

PART: Final = 4 << 20
DUMP: Final = ("--format=custom", "--compress=3", "--no-owner", "--no-privileges")
TO_SQL: Final = ("--no-owner", "--no-privileges", "--file=-")
PSQL: Final = (
    "--no-psqlrc",
    "--quiet",
    "--single-transaction",
    "--set=ON_ERROR_STOP=1",
    "--file=-",
)
SETTING: Final = re.compile(rb"SET (\w+) = ")


def read(snapshot: str) -> Iterator[bytes]:
    """The dump, in parts, of the snapshot of that name."""
    command = [str(pg_programs.fitting("pg_dump")), *DUMP, f"--snapshot={snapshot}"]
    with (
        TemporaryFile() as complaints,
        subprocess.Popen(
            command,
            env=pg_programs.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
        ) as process,
    ):
        try:
            while part := _stream(process.stdout).read(PART):
                yield part
        except GeneratorExit:
            process.kill()
            raise
        if process.wait() != 0:
            sentence = _(
                "The database could not be read; sign in as its owner (DATABASE_URL): %(reason)s"
            )
            raise Refusal(sentence % {"reason": _said(complaints)})


class Loading:
    """Fills an empty database in one transaction: ``part`` by part, then ``finish``.

    ``pg_restore`` writes SQL and ``psql`` runs it, so that the dump of a newer server also loads
    into an older one: settings at the beginning that the older one does not know are left out.
    """

    def __enter__(self) -> Self:
        environment = pg_programs.environment()
        self._complaints = TemporaryFile()
        self._reader = subprocess.Popen(
            [pg_programs.newest("pg_restore"), *TO_SQL],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
        )
        self._writer = subprocess.Popen(
            [pg_programs.newest("psql"), *PSQL, f"--dbname={connection.settings_dict['NAME']}"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._complaints,
        )
        between = (_stream(self._reader.stdout), _stream(self._writer.stdin), _known_settings())
        self._between = Thread(target=_pass_on, args=between)
        self._between.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        """Stop what is unfinished; the transaction is rolled back.

        psql first: if its input ended before it did, it would commit what it has.
        """
        for process in (self._writer, self._reader):
            process.kill()
            process.wait()
        with suppress(BrokenPipeError):
            _stream(self._reader.stdin).close()
        self._between.join()
        self._complaints.close()

    def part(self, content: bytes) -> None:
        with suppress(BrokenPipeError):  # the program's own message, read at the end, says more
            _stream(self._reader.stdin).write(content)

    def finish(self) -> None:
        with suppress(BrokenPipeError):
            _stream(self._reader.stdin).close()
        self._between.join()
        if self._reader.wait() != 0 or self._writer.wait() != 0:
            sentence = _("The database did not take the backup: %(reason)s")
            raise Refusal(sentence % {"reason": _said(self._complaints)})


def _pass_on(source: IO[bytes], target: IO[bytes], known: set[bytes]) -> None:
    with suppress(OSError, ValueError), source, target:
        for line in source:
            setting = SETTING.match(line)
            if setting is None or setting[1] in known:
                target.write(line)
            if line.startswith((b"CREATE ", b"COPY ")):
                break  # end of the settings
        shutil.copyfileobj(source, target, PART)


def _known_settings() -> set[bytes]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_settings")
        return {name.encode() for [name] in cursor}


def _said(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    return complaints.read().decode(errors="replace").strip()[:2_000]


def _stream(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # every pipe here was requested
    return pipe
