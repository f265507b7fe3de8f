"""A refused action also leaves its line in the trail; shared by the views of actions."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from units import trail
from units.access import person
from units.ground.refusal import Refusal


@contextmanager
def attempted(request: HttpRequest, action: str, record: Model | None = None) -> Iterator[None]:
    """Record what an action refuses, after its transaction is rolled back, and raise it again."""
    try:
        yield
    except (Refusal, PermissionDenied) as refusal:
        trail.record(
            person(request),
            action,
            record,
            at=timezone.now(),
            unit=getattr(record, "unit", person(request).unit),
            label=str(record) if record else "",
            after={"refused": str(refusal)},
            refused=True,
        )
        raise
