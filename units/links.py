"""The chain over recorded rows (``Link``): places its links, names its heads, and proves it.

The database adds a link in the transaction of each recorded row; nobody waits for a lock there.
Its place in the chain of the county it gets right after the commit, in a short transaction of its
own. Until then it is compared like all others, only its removal would not be seen.
"""

import hashlib
from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models, transaction

from units.models import Link
from units.triggers import Chain, Chained

GENESIS = "0" * 64
LOCK = 0x6A7A
AT_ONCE = 10_000

PLACE = """
UPDATE units_link SET position = new.position, head = new.head
FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS new(id, position, head)
WHERE units_link.id = new.id"""
BROKEN = """
SELECT id FROM (
    SELECT id, chain, position, head,
        row_number() OVER placed AS place,
        encode(sha256(convert_to(concat_ws('|', coalesce(lag(head) OVER placed, %(genesis)s),
            position, subject, record, digest), 'UTF8')), 'hex') AS again
    FROM units_link WHERE position IS NOT NULL AND (%(chain)s::bigint IS NULL OR chain = %(chain)s)
    WINDOW placed AS (PARTITION BY chain ORDER BY position)
) walked WHERE head <> again OR position <> place ORDER BY chain, position"""
EXISTING = """
INSERT INTO units_link (chain, subject, record, digest, head)
SELECT {link} FROM {table} held WHERE {condition} ORDER BY held.{key}"""
ALTERED = """
SELECT coalesce(link.record, held.record) AS key FROM (
    SELECT DISTINCT ON (record) record, digest FROM units_link
    WHERE subject = %(subject)s AND (%(chain)s::bigint IS NULL OR chain = %(chain)s)
    ORDER BY record, id DESC
) link FULL JOIN (
    SELECT held.{key} AS record, {digest} AS digest FROM {table} held
    WHERE ({condition}) AND (%(chain)s::bigint IS NULL OR coalesce(({county}), 0) = %(chain)s)
) held ON held.record = link.record
WHERE link.digest IS DISTINCT FROM held.digest ORDER BY key"""


def place_after_commit(chain: int | None) -> None:
    """Place the links of this transaction as soon as it is committed; whoever comes next may, too."""

    def place_them() -> None:  # Django logs a failure by the name of the function
        place(chain or 0)

    transaction.on_commit(place_them, robust=True)


def place(chain: int) -> int:
    """Give the links without a place theirs, in the order of their keys; returns how many.

    If somebody else is at it, they or the next one will.
    """
    placed = 0
    while Link.objects.filter(chain=chain, position=None).exists():
        with transaction.atomic():
            count = _place_some(chain)
        if not count:
            break
        placed += count
    return placed


def place_all() -> int:
    """Place the links of every chain."""
    waiting = Link.objects.filter(position=None).order_by().values_list("chain", flat=True)
    return sum(place(chain) for chain in sorted(set(waiting.distinct())))


def _place_some(chain: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, chain])
        if not (cursor.fetchone() or [False])[0]:
            return 0
        links = Link.objects.filter(chain=chain)
        waiting = links.filter(position=None).order_by("pk")
        rows = list(waiting.values_list("pk", "subject", "record", "digest")[:AT_ONCE])
        position, head = _end(chain)
        keys, positions, heads = [], [], []
        for pk, subject, record, digest in rows:
            position += 1
            said = "|".join((head, str(position), subject, str(record), digest))
            head = hashlib.sha256(said.encode()).hexdigest()
            keys.append(pk)
            positions.append(position)
            heads.append(head)
        cursor.execute(PLACE, [keys, positions, heads])
    return len(rows)


def _end(chain: int) -> tuple[int, str]:
    last = Link.objects.filter(chain=chain, position__isnull=False).order_by("-position").first()
    return (last.position or 0, last.head) if last else (0, GENESIS)


def link_existing() -> None:
    """Chain the rows that an earlier release wrote: of each subject that has no link at all."""
    for model, found in chained_models():
        if Link.objects.filter(subject=found.subject).exists():
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                EXISTING.format(
                    link=found.link("held"),
                    table=model._meta.db_table,
                    condition=found.condition,
                    key=found.key,
                )
            )


def heads() -> dict[int, tuple[int, str]]:
    """Length and head of each chain: to be kept where the owner of the database cannot reach."""
    placed = Link.objects.filter(position__isnull=False).order_by("chain", "-position")
    return {link.chain: (link.position or 0, link.head) for link in placed.distinct("chain")}


def is_head(digits: str, chain: int | None = None) -> bool:
    """Whether a link has, or once was, the end of its chain with these first digits.

    Of one chain, or of any.
    """
    found = Link.objects.filter(head__startswith=digits)
    return (found if chain is None else found.filter(chain=chain)).exists()


def broken(chain: int | None) -> Iterator[int]:
    """Links whose place or head is wrong; None: of every chain."""
    yield from _keys(BROKEN, {"genesis": GENESIS, "chain": chain})


def altered(chain: int | None) -> Iterator[tuple[type[models.Model], int]]:
    """Model and key of recorded rows that were changed, deleted or slipped in."""
    for model, found in chained_models():
        statement = ALTERED.format(
            key=found.key,
            digest=found.digest("held"),
            table=model._meta.db_table,
            condition=found.condition,
            county=found.county.format(row="held"),
        )
        for key in _keys(statement, {"subject": found.subject, "chain": chain}):
            yield model, key


def chained_models() -> list[tuple[type[models.Model], Chain]]:
    """The models with a chain, in the order in which they are declared."""
    return [
        (model, trigger.chain)
        for model in apps.get_models()
        for trigger in getattr(model._meta, "triggers", ())
        if isinstance(trigger, Chained)
    ]


def _keys(statement: str, values: dict[str, str | int | None]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [key for (key, *_rest) in cursor.fetchall()]
