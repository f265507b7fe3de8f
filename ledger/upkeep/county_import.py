"""Reads the folder of ``county_export`` into an empty installation, and proves the ledger."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg import sql

from ledger.database import logins
from ledger.entries import evidence
from ledger.quarter import proof
from ledger.upkeep import county_tables, fingerprint
from ledger.upkeep.county_export import ABOUT, EVIDENCE, FORMAT, SUMS, TABLES, digest
from ledger.upkeep.county_tables import Model
from units import trail
from units.ground.refusal import Refusal
from units.models import County, User

PART: Final = 1 << 20
TEXT: Final = "FORMAT csv, HEADER match, NULL ''"


def read(folder: Path, *, at: datetime) -> County:
    """Fill the installation; refuses a damaged folder, another release, or a place with a county.

    All or nothing, but for files of evidence: one without its row is harmless and is swept away.
    """
    about = _demand_whole(folder)
    if County.objects.exists():
        raise Refusal(_("This installation holds a county already. Read into an empty one."))
    for path in (folder / EVIDENCE).iterdir():
        evidence.put_back(path.name, path.read_bytes())
    with transaction.atomic():
        with _triggers_at_rest() as cursor:
            for model in county_tables.exported():
                _load(cursor, model, folder, about)
        county = County.objects.get(code=about["county"])
        User.objects.exclude(county=county).update(is_active=False)
        findings = list(proof.findings(proof.Scope()))
        if findings:
            raise Refusal(f"{findings[0].check} {findings[0].record}: {findings[0].sentence}")
        after = {"rows": sum(about["rows"].values())}
        trail.record(None, "county.import", at=at, county=county, label=county.code, after=after)
    if logins.exist():
        logins.renew_grants()
    return county


def _demand_whole(folder: Path) -> dict[str, Any]:
    """Every file as its sum says, and nothing else in the folder."""
    try:
        lines = (folder / SUMS).read_text("utf-8").splitlines()
        sums = {name: sha256 for sha256, _space, name in (line.partition("  ") for line in lines)}
        found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
        damaged = sorted(found - {SUMS} ^ sums.keys()) or [
            name for name, sha256 in sums.items() if digest(folder / name) != sha256
        ]
        about: dict[str, Any] = json.loads((folder / ABOUT).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Refusal(
            _("%(path)s is not the folder of an exported county.") % {"path": folder}
        ) from error
    if damaged:
        raise Refusal(_("The file %(name)s is damaged or missing.") % {"name": damaged[0]})
    if about["format"] != FORMAT or _ours(about["migrations"]) != _ours(fingerprint.migrations()):
        sentence = _(
            "It was exported by version %(version)s. Import it with that version, then upgrade."
        )
        raise Refusal(sentence % {"version": about["version"]})
    return about


def _ours(migrations: list[list[str]]) -> list[list[str]]:
    return [list(key) for key in migrations if key[0] in county_tables.APPS]


@contextmanager
def _triggers_at_rest() -> Iterator[Any]:
    """They guard what people do; what is read is looked at by the proof. Foreign keys stay."""
    tables = [sql.Identifier(model._meta.db_table) for model in county_tables.exported()]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
        yield cursor
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table))


def _load(cursor: Any, model: Model, folder: Path, about: dict[str, Any]) -> None:
    table = sql.Identifier(model._meta.db_table)
    name = county_tables.name_of(model)
    into = sql.Identifier("read_rows") if county_tables.is_shared(model) else table
    if county_tables.is_shared(model):
        cursor.execute(sql.SQL("CREATE TEMP TABLE {} (LIKE {})").format(into, table))
    if _copy(cursor, model, into, folder) != about["rows"][name]:
        raise Refusal(_("The file %(name)s is damaged or missing.") % {"name": f"{name}.csv"})
    if county_tables.is_shared(model):
        _add_missing(cursor, table, into)
    _set_sequence(cursor, model)


def _copy(cursor: Any, model: Model, into: sql.Identifier, folder: Path) -> int:
    names = sql.SQL(", ").join(map(sql.Identifier, county_tables.columns(model)))
    statement = sql.SQL("COPY {} ({}) FROM STDIN ({})").format(into, names, sql.SQL(TEXT))
    path = folder / TABLES / f"{county_tables.name_of(model)}.csv"
    with path.open("rb") as file, cursor.copy(statement) as parts:
        while part := file.read(PART):
            parts.write(part)
    return int(cursor.rowcount)


def _add_missing(cursor: Any, table: sql.Identifier, into: sql.Identifier) -> None:
    """A shared row that differs would change what is hashed, so it is refused."""
    cursor.execute(
        sql.SQL("INSERT INTO {} SELECT * FROM {} ON CONFLICT (id) DO NOTHING").format(table, into)
    )
    cursor.execute(
        sql.SQL("SELECT count(*) FROM (SELECT * FROM {} EXCEPT SELECT * FROM {}) t").format(
            into, table
        )
    )
    [differing] = cursor.fetchone()
    cursor.execute(sql.SQL("DROP TABLE {}").format(into))
    if differing:
        raise Refusal(_("The list of industries differs from this installation's."))


def _set_sequence(cursor: Any, model: Model) -> None:
    key = model._meta.pk
    assert key is not None
    table = f'"{model._meta.db_table}"'
    cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, key.column])
    [sequence] = cursor.fetchone()
    if sequence:
        newest = sql.SQL("SELECT setval({}, greatest((SELECT max({}) FROM {}), 1))").format(
            sequence, sql.Identifier(str(key.column)), sql.Identifier(model._meta.db_table)
        )
        cursor.execute(newest)
