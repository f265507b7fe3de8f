"""Founds the county: a draft becomes county, people, units, schedule and targets.

All or nothing, and only if no county exists. The passwords on the printed slips must be changed at
the first sign-in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.entries import evidence
from ledger.founding import one_time
from ledger.founding.wizard_state import Draft
from units import register, trail
from units.ground import groups
from units.ground.basis_points import FULL
from units.ground.money import parse_amount
from units.ground.refusal import Refusal
from units.models import County, Role, Unit, User
from units.register import UnitDraft
from units.targets import record as targets
from units.targets.schedule import scheduled

LOCK = 0x6A7A  # advisory lock: one founding at a time
ROUNDS = 50_000
# Sign-in name, role, and the display name if none was typed.
OFFICES: tuple[tuple[str, Role, str | Promise], ...] = (
    ("head", Role.BUREAU_HEAD, _("Head of the investment bureau")),
    ("verifier", Role.VERIFIER, _("Verifier of the bureau")),
    ("leader", Role.LEADER, _("Leader of the county")),
    ("system", Role.SYSTEM_ADMIN, _("System administrator")),
    ("security", Role.SECURITY_ADMIN, _("Security administrator")),
    ("audit", Role.AUDIT_ADMIN, _("Audit administrator")),
)


@dataclass(frozen=True, slots=True)
class Account:
    """A person to get an account; ``place`` is the index of a clerk's unit in the draft."""

    username: str
    name: str
    role: Role
    place: int | None = None


def is_open() -> bool:
    """Whether this installation has no county yet."""
    return not County.objects.exists()


def accounts(draft: Draft) -> list[Account]:
    """All accounts: the bureau, the leader, the administrators, a clerk per unit."""
    offices = [
        Account(username, draft.people.get(username) or str(label), role)
        for username, role, label in OFFICES
    ]
    codes = unit_codes(draft)
    clerks = [
        Account(code.removeprefix(draft.code).lower(), _clerk(unit.name), Role.CLERK, place)
        for place, (unit, code) in enumerate(zip(draft.units, codes, strict=True))
    ]
    return offices + clerks


def _clerk(unit: str) -> str:
    longest = User._meta.get_field("display_name").max_length or 0
    return f"{unit}填报人"[:longest]


def unit_codes(draft: Draft) -> list[str]:
    """The code of each unit: from the workbook, else the next number of its letter."""
    taken = {unit.code for unit in draft.units if unit.code}
    letters = [groups.letter(draft.group_of(unit).code) for unit in draft.units]
    numbers = {letter: _free(draft.code + letter, taken) for letter in letters}
    return [
        unit.code or next(numbers[letter])
        for unit, letter in zip(draft.units, letters, strict=True)
    ]


def _free(stem: str, taken: set[str]) -> Iterator[str]:
    number = 1
    while True:
        if (code := f"{stem}{number:02}") not in taken:
            yield code
        number += 1


def found(draft: Draft, *, at: datetime) -> County:
    """Everything in one transaction. Raises Refusal if a county exists."""
    people = accounts(draft)
    hashed = [_hashed(one_time.password(draft.seed, each.username)) for each in people]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if not is_open():
            raise Refusal(_("The county stands already. Sign in with the slip that was printed."))
        first = _first_full_month(timezone.localdate(at))
        county = County.objects.create(
            code=draft.code,
            name=draft.name,
            reports_from=first,
            groups=groups.plain(draft.groups),
        )
        trail.record(None, "county.add", county, at=at, county=county, label=county.name)
        offices = [
            _add_person(county, each, password, at)
            for each, password in zip(people, hashed, strict=True)
            if each.place is None
        ]
        head = next(user for user in offices if user.role == Role.BUREAU_HEAD)
        required = draft.evidence_required
        evidence.set_rules(county, required, evidence.FIRST_RULES, by=head, at=at)
        units = _add_units(draft, county, head, at)
        _set_targets(draft, county, units, head, at)
        for each, password in zip(people, hashed, strict=True):
            if each.place is not None:
                _add_person(county, each, password, at, units[each.place])
    return county


def _first_full_month(day: date) -> date:
    """Its first day: monthly reports are asked for from it on, unless the county sets another."""
    return day if day.day == 1 else (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _hashed(password: str) -> str:
    """A fast hash: nobody guesses 69 random bits, and a hundred slow hashes would take long.

    The first sign-in, which also changes the password, replaces it by the slow one.
    """
    hasher = PBKDF2PasswordHasher()
    return hasher.encode(password, hasher.salt(), ROUNDS)


def _add_person(
    county: County, account: Account, password: str, at: datetime, unit: Unit | None = None
) -> User:
    user = User.objects.create(
        username=account.username,
        display_name=account.name,
        password=password,
        county=county,
        unit=unit,
        role=account.role,
        must_change_password=True,
    )
    after = {"username": user.username, "role": str(user.role)}
    trail.record(
        None, "person.add", user, at=at, county=county, unit=unit, label=str(user), after=after
    )
    return user


def _add_units(draft: Draft, county: County, head: User, at: datetime) -> list[Unit]:
    codes = unit_codes(draft)
    return [
        register.save(
            UnitDraft(line.name, draft.group_of(line).code, order),
            county=county,
            by=head,
            at=at,
            code=code,
        )
        for order, (line, code) in enumerate(zip(draft.units, codes, strict=True), start=1)
    ]


def _set_targets(draft: Draft, county: County, units: list[Unit], head: User, at: datetime) -> None:
    parts = draft.schedule
    targets.set_schedule(county, draft.year, parts, by=head, at=at)
    for line, unit in zip(draft.units, units, strict=True):
        amount = amount_of(line.amount)
        if amount:
            targets.record(
                unit,
                draft.year,
                amount,
                scheduled(amount, (*parts, FULL)),
                effective_on=date(draft.year, 1, 1),
                document_no=draft.document_no,
                by=head,
                at=at,
            )


def amount_of(written: str) -> Decimal:
    """Yuan (元) of a target written in 万元; zero if empty."""
    return parse_amount(written, allow_zero=True) if written.strip() else Decimal(0)
