"""Triggers declared like django-pgtrigger's, but which no session setting can switch off.

django-pgtrigger's own template asks a session setting whether to fire, so anybody who may write SQL
could change what was recorded. Only the owner of a table can disable these.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.db import models
from pgtrigger import compiler


class FirmTriggerSql(compiler.UpsertTriggerSql):
    """Version 1 of the installation. Migrations name this class: a change needs a new class."""

    def get_template(self) -> str:
        return """
            CREATE OR REPLACE FUNCTION {pgid}() RETURNS TRIGGER AS $$
                {declare}
                BEGIN
                    {func}
                END;
            $$ LANGUAGE plpgsql;
            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE {constraint} TRIGGER {pgid}
                {when} {operation} ON {table}
                {timing}
                {referencing}
                FOR EACH {level} {condition}
                EXECUTE PROCEDURE {execute};
            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


class FirmTrigger(pgtrigger.Trigger):
    """A trigger without django-pgtrigger's way to ignore it."""

    def compile(self, model: models.Model) -> compiler.Trigger:
        compiled = super().compile(model)
        kwargs: dict[str, Any] = dict(compiled.sql.kwargs)
        kwargs.pop("ignore_func_name", None)
        return compiler.Trigger(name=compiled.name, sql=FirmTriggerSql(**kwargs))


def append_only() -> list[pgtrigger.Trigger]:
    """The database refuses to update, delete or truncate the table."""
    refusal = "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';"
    return [
        FirmTrigger(
            name="append_only",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func=refusal,
        ),
        FirmTrigger(
            name="never_emptied",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func=refusal,
        ),
    ]


def kept_unchanged(days: int) -> list[pgtrigger.Trigger]:
    """Rows never change, and cannot be deleted until ``days`` days after their ``at``."""
    refusal = "RAISE EXCEPTION '% is not changed, and kept', TG_TABLE_NAME USING ERRCODE = '42501';"
    return [
        FirmTrigger(
            name="kept_unchanged",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func=f"""
                IF TG_OP = 'DELETE' AND OLD.at < now() - interval '{days} days' THEN
                    RETURN OLD;
                END IF;
                {refusal}
            """,
        ),
        FirmTrigger(
            name="never_emptied",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func=refusal,
        ),
    ]


def apart_from_administrators(roles: Sequence[str]) -> pgtrigger.Trigger:
    """An administrator's account never changes its role, and no other account becomes one."""
    names = ", ".join(f"'{role}'" for role in roles)
    return FirmTrigger(
        name="apart_from_administrators",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
            IF NEW.role <> OLD.role AND (OLD.role IN ({names}) OR NEW.role IN ({names})) THEN
                RAISE EXCEPTION 'administrators and other people stay apart: % to %',
                    OLD.role, NEW.role USING ERRCODE = '23514';
            END IF;
            RETURN NEW;
        """,
    )


def unit_of_county() -> pgtrigger.Trigger:
    """A person's unit is one of the person's county."""
    return FirmTrigger(
        name="unit_of_county",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Q(new__unit__isnull=False),
        func="""
            IF NOT EXISTS (
                SELECT 1 FROM units_unit WHERE id = NEW.unit_id AND county_id = NEW.county_id
            ) THEN
                RAISE EXCEPTION 'the unit is of another county' USING ERRCODE = '23514';
            END IF;
            RETURN NEW;
        """,
    )


@dataclass(frozen=True, slots=True)
class Chain:
    """How a table's rows are chained: the ``subject`` and the columns that a digest covers.

    ``county`` is SQL for the county's key, where ``{row}`` is the row. Columns of a subject never
    change, or old digests would not be found again: a column that is added later is covered by a
    second ``Chained`` with a subject of its own.
    """

    subject: str
    columns: tuple[str, ...]
    moments: tuple[str, ...] = ()
    county: str = "{row}.county_id"
    key: str = "id"
    condition: str = "true"

    def digest(self, row: str) -> str:
        """SQL of the digest; it does not depend on the time zone of the session."""
        plain = [f'{row}."{name}"' for name in (self.key, *self.columns)]
        moments = [f"{row}.{name} AT TIME ZONE 'UTC'" for name in self.moments]
        listed = ", ".join(plain + moments)
        return f"encode(sha256(convert_to(jsonb_build_array({listed})::text, 'UTF8')), 'hex')"

    def link(self, row: str) -> str:
        """SQL of the columns of a new link."""
        county = f"coalesce(({self.county.format(row=row)}), 0)"
        return f"{county}, '{self.subject}', {row}.{self.key}, {self.digest(row)}, ''"


class Chained(FirmTrigger):
    """Adds a link with each row that is inserted, or changed if ``changes``."""

    def __init__(self, chain: Chain, *, changes: bool = False, condition: Any = None) -> None:
        operation = pgtrigger.Insert | pgtrigger.Update if changes else pgtrigger.Insert
        super().__init__(
            name=f"chained_{chain.subject}"[:40],
            when=pgtrigger.After,
            operation=operation,
            condition=condition,
            func=(
                "INSERT INTO units_link (chain, subject, record, digest, head) "  # noqa: S608
                f"VALUES ({chain.link('NEW')}); RETURN NULL;"
            ),
        )
        self.chain = chain


def changes_only(
    table: str, columns: Sequence[str], unless: str, once: Sequence[str] = ()
) -> list[pgtrigger.Trigger]:
    """Of rows that ``unless`` (SQL of OLD) describes, these columns never change, those ``once``."""
    changed = [f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in columns]
    changed += [
        f"(OLD.{name} IS NOT NULL AND NEW.{name} IS DISTINCT FROM OLD.{name})" for name in once
    ]
    different = " OR ".join(changed)
    return [
        FirmTrigger(
            name="recorded_stays",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func=f"""
                IF ({unless}) AND (TG_OP = 'DELETE' OR {different}) THEN
                    RAISE EXCEPTION '{table}: what was recorded stays' USING ERRCODE = '42501';
                END IF;
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
            """,
        ),
    ]


def group_of_county() -> pgtrigger.Trigger:
    """A unit's group is on the list of its county."""
    return FirmTrigger(
        name="group_of_county",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func="""
            IF NOT EXISTS (
                SELECT 1 FROM units_county WHERE id = NEW.county_id
                    AND groups @> jsonb_build_array(jsonb_build_object('code', NEW.kind))
            ) THEN
                RAISE EXCEPTION 'the county has no group %', NEW.kind USING ERRCODE = '23514';
            END IF;
            RETURN NEW;
        """,
    )


def keeps_groups_in_use() -> pgtrigger.Trigger:
    """A county's list has each group once, and keeps every group that a unit is in, or was in."""
    return FirmTrigger(
        name="keeps_groups_in_use",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func="""
            IF (SELECT count(DISTINCT held->>'code') FROM jsonb_array_elements(NEW.groups) held)
                <> greatest(jsonb_array_length(NEW.groups), 1) THEN
                RAISE EXCEPTION 'the groups are not each once' USING ERRCODE = '23514';
            END IF;
            IF EXISTS (
                SELECT 1 FROM units_unit unit
                LEFT JOIN units_groupchange change ON change.unit_id = unit.id
                WHERE unit.county_id = NEW.id AND (
                    NOT NEW.groups @> jsonb_build_array(jsonb_build_object('code', unit.kind))
                    OR (change.before IS NOT NULL AND NOT NEW.groups
                        @> jsonb_build_array(jsonb_build_object('code', change.before)))
                )
            ) THEN
                RAISE EXCEPTION 'a group in use leaves the list' USING ERRCODE = '23514';
            END IF;
            RETURN NEW;
        """,
    )
