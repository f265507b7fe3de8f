"""Rate limits for any purpose: password guesses, big files of one person.

One statement decides and counts, and the row is its lock: of fifty requests at once exactly as many
get through as are left. A refusal is not counted, so it never makes the wait longer.
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
    """Count one more unless ``most`` were counted within ``within``; returns whether it was."""
    query: dict[str, Any] = {"bucket": bucket, "at": at, "after": at - within, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, query)
        return cursor.fetchone() is not None


def taken(bucket: str, within: timedelta, at: datetime) -> int:
    """How many were counted within ``within``."""
    held = Allowance.objects.filter(bucket=bucket).first()
    return sum(time > at - within for time in held.times) if held else 0


def give_back(bucket: str, at: datetime) -> None:
    """Remove the count taken at this moment; it did no harm."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, [at, bucket])


def forget(bucket: str) -> None:
    """Reset the count."""
    Allowance.objects.filter(bucket=bucket).delete()


def sweep(at: datetime) -> None:
    """Delete rows older than the longest limit."""
    Allowance.objects.filter(newest__lt=at - LONGEST).delete()
