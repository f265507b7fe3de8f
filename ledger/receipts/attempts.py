"""What the views of deeds share: a refused deed leaves its line, too.

Must never: decide anything; the verbs raise, this records and passes on.
"""

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
    """Around a verb: what it refuses is written down after its transaction has gone back."""
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
