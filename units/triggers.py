"""Triggers declared like django-pgtrigger's, but which no session setting can switch off.

django-pgtrigger's own template asks a session setting whether to fire, so anybody who may write SQL
could change what was recorded. Only the owner of a table can disable these.
"""

from collections.abc import Sequence
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
