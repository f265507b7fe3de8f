"""Writes everything of one county into a folder, in formats that outlive the program.

A CSV file for each table, the files of evidence under their hash, a README that names every column,
and the SHA-256 of each file. Taken as of one moment, while people go on working.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection, models, transaction
from django.utils.translation import gettext as _
from psycopg import sql

from ledger.entries import evidence
from ledger.models import Evidence
from ledger.upkeep import county_tables, fingerprint
from ledger.upkeep.county_tables import Model
from units.ground.refusal import Refusal
from units.models import County

ABOUT: Final = "about.json"
SUMS: Final = "SHA256SUMS"
TABLES: Final = "tables"
EVIDENCE: Final = "evidence"
FORMAT: Final = 1
READ_ME: Final = """# {name} ({code})

Everything that Jiaozhang {version} held of this county. `tables/` has a CSV file for each table (UTF-8, comma, first line the names of
the columns; an empty field is no value, "" an empty text; days and moments as in ISO 8601; amounts in yuan with two places; shares
in basis points). `evidence/` has the files that were handed in, each named by its SHA-256 as the column `sha256` of
`ledger.evidence.csv` says. `SHA256SUMS` is checked by `sha256sum --check SHA256SUMS`. Passwords, keys and sessions are not included.

The same release reads it into an empty installation: `manage.py import_county FOLDER`.
"""


def export(county: County, folder: Path) -> dict[str, int]:
    """Write the folder, which must not exist yet; returns the number of rows of each table."""
    if folder.exists():
        raise Refusal(_("%(path)s is there already. Name a new folder.") % {"path": folder})
    (folder / TABLES).mkdir(parents=True)
    try:
        with _one_moment():
            counts = {
                county_tables.name_of(model): _write_rows(model, county.pk, folder)
                for model in county_tables.exported()
            }
            _copy_evidence(county, folder)
            _describe(county, counts, folder)
        _seal(folder)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return counts


@contextmanager
def _one_moment() -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(fingerprint.PLAIN)
        yield


def _write_rows(model: Model, county: int, folder: Path) -> int:
    statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(
        county_tables.rows(model, county)
    )
    path = folder / TABLES / f"{county_tables.name_of(model)}.csv"
    with path.open("wb") as file, connection.cursor() as cursor:
        with cursor.copy(statement) as parts:
            for part in parts:
                file.write(part)
        return int(cursor.rowcount)


def _copy_evidence(county: County, folder: Path) -> None:
    """Files that are lost stay lost: the import names them, as the proof does."""
    (folder / EVIDENCE).mkdir()
    of_county = models.Q(receipt__county=county) | models.Q(claim__county=county)
    hashes = Evidence.objects.filter(of_county).values_list("sha256", flat=True)
    for sha256 in hashes.distinct():
        source = evidence.path_of(sha256)
        if source.exists():
            shutil.copyfile(source, folder / EVIDENCE / sha256)


def _describe(county: County, counts: dict[str, int], folder: Path) -> None:
    about = {
        "format": FORMAT,
        "county": county.code,
        "version": settings.VERSION,
        "migrations": fingerprint.migrations(),
        "rows": counts,
    }
    (folder / ABOUT).write_text(json.dumps(about, indent=1), "utf-8")
    named = {"name": county.name, "code": county.code, "version": settings.VERSION}
    parts = [READ_ME.format(**named), *map(_table_in_words, county_tables.exported())]
    (folder / "README.md").write_text("\n".join(parts), "utf-8")


def _table_in_words(model: Model) -> str:
    lines = [
        f"\n## {county_tables.name_of(model)}",
        "",
        "| column | type | meaning |",
        "| --- | --- | --- |",
    ]
    lines += [_column_in_words(field) for field in county_tables.fields(model)]
    return "\n".join(lines)


def _column_in_words(field: "models.Field[Any, Any]") -> str:
    meaning = str(field.verbose_name)
    if isinstance(field, models.ForeignKey):
        meaning = f"{meaning}: {county_tables.name_of(field.remote_field.model)}.id"
    if field.choices:
        meaning += ": " + ", ".join(f"{value} ({label})" for value, label in field.flatchoices)
    return f"| {field.column} | {field.db_type(connection)} | {meaning} |"


def _seal(folder: Path) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [f"{digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / SUMS).write_text("".join(lines), "utf-8")


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
