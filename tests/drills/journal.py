"""The journal of what a site acknowledged, and its comparison with the database.

It is stored outside of the site, so that no fault loses it, and has only what a page has confirmed.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal

from tests.drills.site import Site


@dataclass
class Journal:
    """What was acknowledged. ``tried`` are imports whose outcome may be unknown."""

    submitted: dict[str, Decimal] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)
    verified: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)
    imported: dict[str, int] = field(default_factory=dict)
    tried: dict[str, int] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)
    odd: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    seconds: list[tuple[float, float]] = field(default_factory=list)  # start, duration
    # Begin and end of requests without a response, or with 503.
    away: list[tuple[float, float]] = field(default_factory=list)

    def acknowledged(self) -> int:
        kinds = (self.submitted, self.evidence, self.verified, self.closed, self.imported)
        return sum(map(len, kinds))

    def so_far(self) -> "Journal":
        """A copy of the journal so far, while more is being written."""
        kept = replace(self)
        for each in fields(self):
            setattr(kept, each.name, copy(getattr(self, each.name)))
        return kept

    def __str__(self) -> str:
        said = ", ".join(f"{name} {count}" for name, count in sorted(self.counts.items()))
        return f"{self.acknowledged()} acknowledged ({said})"


def missing(site: Site, journal: Journal) -> list[str]:
    """Every acknowledged item that the database lacks, and every half-done one."""
    return [*_receipts(site, journal), *_imports(site, journal), *_actions(site, journal)]


def _receipts(site: Site, journal: Journal) -> Iterator[str]:
    found = site.rows(
        "SELECT key::text, amount FROM ledger_receipt WHERE key::text = ANY(%s)", list(journal.sent)
    )
    stored = dict(found)
    if len(stored) != len(found):
        yield "a receipt was entered twice"
    for key, amount in journal.submitted.items():
        if stored.get(key) != amount:
            yield f"receipt {key}: acknowledged {amount}, stored {stored.get(key)}"
    hashes = list(journal.evidence)
    rows = site.rows(
        "SELECT e.sha256, r.key::text FROM ledger_evidence e JOIN ledger_receipt r"
        " ON r.id = e.receipt_id WHERE e.sha256 = ANY(%s)",
        hashes,
    )
    for sha256, key in journal.evidence.items():
        path = site.var_dir / "evidence" / sha256[:2] / sha256
        if (sha256, key) not in rows:
            yield f"evidence {sha256} of {key} has no row"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            yield f"evidence {sha256} is not what was sent"


def _imports(site: Site, journal: Journal) -> Iterator[str]:
    for prefix, rows in journal.tried.items():
        [(count,)] = site.rows(
            "SELECT count(*) FROM ledger_receipt WHERE voucher_no LIKE %s", f"{prefix}%"
        )
        if count not in (0, rows):
            yield f"import {prefix}: half, {count} of {rows}"
        elif journal.imported.get(prefix, count) != count:
            yield f"import {prefix}: acknowledged {rows}, stored {count}"


def _actions(site: Site, journal: Journal) -> Iterator[str]:
    verified = site.rows(
        "SELECT r.id FROM ledger_receipt r WHERE r.state = 'verified' AND r.amount ="
        " (SELECT sum(amount) FROM ledger_entry e WHERE e.receipt_id = r.id)"
    )
    for receipt in journal.verified - {pk for (pk,) in verified}:
        yield f"receipt {receipt}: verification was acknowledged"
    closed = site.rows(
        "SELECT p.id FROM ledger_period p JOIN ledger_settlement s ON s.period_id = p.id"
        " WHERE p.state = 'closed'"
    )
    for period in journal.closed - {pk for (pk,) in closed}:
        yield f"period {period}: closing was acknowledged"
