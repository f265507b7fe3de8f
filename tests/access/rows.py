"""Snapshots of every row of the database, for comparison."""

from django.apps import apps
from django.db import models

# What any visit may write: sessions, failed sign-ins, kept forms, and the trail.
LEFT_OUT = {"UserSession", "KeptForm", "Trail", "Link", "Allowance", "Guess", "FailedSignIn"}

Rows = dict[str, list[tuple[str, ...]]]


def kept_models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in ("units", "projects", "ledger")
        and model.__name__ not in LEFT_OUT
    ]


def newest() -> dict[str, int]:
    """The highest key by model: rows above it are new."""
    keys = {
        m.__name__: m.objects.order_by("-pk").values_list("pk", flat=True) for m in kept_models()
    }
    return {name: found[0] for name, found in keys.items() if found and isinstance(found[0], int)}


def rows(before: dict[str, int]) -> Rows:
    """All rows as text, new keys replaced by one mark: sequences are not rolled back."""
    return {model.__name__: sorted(_of(model, before)) for model in kept_models()}


def _of(model: type[models.Model], before: dict[str, int]) -> list[tuple[str, ...]]:
    fields = [field for field in model._meta.concrete_fields if field.name not in CHANCE]
    found = model.objects.order_by().values_list(*(field.attname for field in fields))
    return [
        tuple(_value(field, value, before) for field, value in zip(fields, row, strict=True))
        for row in found
    ]


# Random or derived from random values: different in two identical runs.
CHANCE = {
    "sha256",
    "opening",
    "key",
    "digest",
    "prev_digest",
    "entry_hash",
    "previous_hash",
    "hash",
    "password",
    "old_passwords",
    "content_hash",
    "prev_hash",
    "session_round",
    "token",
}


def _value(field: models.Field, value: object, before: dict[str, int]) -> str:
    target = field.related_model or (field.model if field.primary_key else None)
    if target is not None and isinstance(value, int):
        return "new" if value > before.get(target.__name__, 0) else str(value)
    return str(value)
