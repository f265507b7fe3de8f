"""How often something may be done: guesses at a password, big files taken out by one person.

Owns: the counting, exact also where many ask at the same moment. Must never: know what is counted.

One statement decides and counts, and the row is its lock: of fifty requests at once exactly as many
get through as are left. What was refused is not counted, so a refusal never makes the wait longer.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from units.models import Allowance

_TAKE = """
    INSERT INTO units_allowance AS held (bucket, times, newest)
    VALUES (%(bucket)s, ARRAY[%(at)s]::timestamptz[], %(at)s)
    ON CONFLICT (bucket) DO UPDATE SET
        times = array(SELECT t FROM unnest(held.times) t WHERE t > %(after)s) || %(at)s::timestamptz,
        newest = %(at)s
    WHERE (SELECT count(*) FROM unnest(held.times) t WHERE t > %(after)s) < %(most)s
    RETURNING 1
"""
_GIVE_BACK = "UPDATE units_allowance SET times = array_remove(times, %s) WHERE bucket = %s"
LONGEST = timedelta(hours=24)


def take(bucket: str, most: int, within: timedelta, at: datetime) -> bool:
    """Count one more and say yes, or say no: never more than ``most`` in any stretch of ``within``."""
    query: dict[str, Any] = {"bucket": bucket, "at": at, "after": at - within, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, query)
        return cursor.fetchone() is not None


def taken(bucket: str, within: timedelta, at: datetime) -> int:
    """How many were counted lately."""
    held = Allowance.objects.filter(bucket=bucket).first()
    return sum(time > at - within for time in held.times) if held else 0


def give_back(bucket: str, at: datetime) -> None:
    """Take one back that did no harm, by its moment."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, [at, bucket])


def forget(bucket: str) -> None:
    """Begin anew."""
    Allowance.objects.filter(bucket=bucket).delete()


def sweep(at: datetime) -> None:
    """Remove what no limit asks about any more."""
    Allowance.objects.filter(newest__lt=at - LONGEST).delete()
