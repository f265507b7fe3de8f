"""Which tables hold a county, and which of their rows are its own.

Every table leads to its county by foreign keys that are never empty, so a new table is taken along
without being named here; one that does not belong in an export is named with its reason.
"""

from collections.abc import Iterator
from typing import Any, Final

from django.apps import apps
from django.db import models
from psycopg import sql

from units.models import County, Link, User

APPS: Final = ("units", "projects", "ledger")
LEFT_OUT: Final = {
    "units.Region": "the installation's, not the county's",
    "units.AccessKey": "a secret of the installation",
    "units.UserSession": "ends with the installation",
    "units.KeptForm": "a form of somebody whose session ended",
    "units.Allowance": "counts of a rate limit",
    "ledger.Upload": "a workbook on its way in",
    "ledger.FoundingState": "a county that does not exist yet",
    "ledger.UploadPart": "a workbook on its way in",
    "ledger.UploadLine": "a workbook on its way in",
    "units.Sending": "passwords of the installation's mail server",
    "units.Robot": "secrets of group robots",
    "units.OutboxMessage": "notices on their way out",
    "units.NoticeChoice": "of no use without the two before",
    "units.FailedSignIn": "the installation's own log",
}
# The same rows in every installation; added by the county's where they are missing.
SHARED: Final = frozenset({"projects.Industry"})
# Nobody signs in elsewhere with a password of here.
REPLACED: Final = {"password": "!", "old_passwords": "[]"}
Model = type[models.Model]


def exported() -> list[Model]:
    """The tables, each after those that it leads to."""
    found: list[Model] = []
    for model in apps.get_models():
        if model._meta.app_label in APPS and _label(model) not in LEFT_OUT:
            _after_its_parents(model, found)
    return found


def _after_its_parents(model: Model, found: list[Model]) -> None:
    for field in _keys(model):
        parent = field.remote_field.model
        if parent is not model and not field.null and parent not in found:
            _after_its_parents(parent, found)
    if model not in found and model._meta.app_label in APPS:
        found.append(model)


def fields(model: Model) -> list["models.Field[Any, Any]"]:
    """Without those that the database computes from others."""
    return [
        f for f in model._meta.local_concrete_fields if not isinstance(f, models.GeneratedField)
    ]


def columns(model: Model) -> list[str]:
    return [str(field.column) for field in fields(model)]


def name_of(model: Model) -> str:
    """The file of a table: ``ledger.entry``."""
    return _label(model).lower()


def is_shared(model: Model) -> bool:
    return _label(model) in SHARED


def rows(model: Model, county: int) -> sql.Composed:
    """``SELECT`` of the county's rows, passwords replaced, in the order of their keys."""
    shown = [
        sql.SQL("{} AS {}").format(REPLACED[c], sql.Identifier(c))
        if model is User and c in REPLACED
        else sql.Identifier(c)
        for c in columns(model)
    ]
    return sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY {}").format(
        sql.SQL(", ").join(shown), _table(model), _belongs(model, county), _key(model)
    )


def _belongs(model: Model, county: int) -> sql.Composable:
    if model is County:
        return sql.SQL("id = {}").format(county)
    if is_shared(model):
        return sql.SQL("true")
    if model is Link:  # its number of the chain is the county's key
        return sql.SQL("chain = {}").format(county)
    if model is User:
        return _people(county)
    return _by_key(model, county)


def _by_key(model: Model, county: int) -> sql.Composable:
    """By its own column of the county, else by the first table that it always leads to."""
    fields = list(_keys(model))
    for field in fields:
        if field.remote_field.model is County:
            return sql.SQL("{} = {}").format(sql.Identifier(field.column), county)
    for field in fields:
        parent = field.remote_field.model
        if not field.null and parent is not User and not is_shared(parent):
            return _within(field.column, parent, _by_key(parent, county))
    return _by_one_of(model, county)


def _by_one_of(model: Model, county: int) -> sql.Composable:
    """A file of evidence belongs to a receipt or to a claim."""
    ways = [
        _within(field.column, field.remote_field.model, _by_key(field.remote_field.model, county))
        for field in _keys(model)
        if field.remote_field.model is not User
    ]
    if not ways:
        raise LookupError(f"{_label(model)} leads to no county; name it in LEFT_OUT")
    return sql.SQL("({})").format(sql.SQL(" OR ").join(ways))


def _people(county: int) -> sql.Composable:
    """The county's people, and whoever its rows name: an administrator of the installation."""
    named = [
        sql.SQL("SELECT {} FROM {} WHERE {}").format(
            sql.Identifier(field.column), _table(model), _by_key(model, county)
        )
        for model in exported()
        if model not in (County, User) and not is_shared(model)
        for field in _keys(model)
        if field.remote_field.model is User
    ]
    return sql.SQL("county_id = {} OR id IN ({})").format(county, sql.SQL(" UNION ").join(named))


def _within(column: str, parent: Model, condition: sql.Composable) -> sql.Composable:
    return sql.SQL("{} IN (SELECT {} FROM {} WHERE {})").format(
        sql.Identifier(column), _key(parent), _table(parent), condition
    )


def _keys(model: Model) -> Iterator["models.ForeignKey[models.Model, models.Model]"]:
    for field in model._meta.local_concrete_fields:
        if isinstance(field, models.ForeignKey):
            yield field


def _table(model: Model) -> sql.Identifier:
    return sql.Identifier(model._meta.db_table)


def _key(model: Model) -> sql.Identifier:
    key = model._meta.pk
    assert key is not None
    return sql.Identifier(str(key.column))


def _label(model: Model) -> str:
    return model._meta.label
