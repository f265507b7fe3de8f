"""The checks of ``manage.py doctor``: the state of an installation, each with what to do.

Changes nothing and reveals no secret; what could not be checked is never reported as good. The
checks are quick; ``verify_ledger`` is the full proof.
"""

import shutil
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.database import pg_programs
from ledger.database import release as tables
from ledger.entries import evidence
from ledger.models import Entry, Evidence
from ledger.quarter import proof
from ledger.server import last_done
from units.access import DECIDING_ROLES
from units.ground.refusal import Refusal
from units.models import County, Trail, User

OK, WARN, BAD = "ok", "warn", "bad"
OLDEST_SERVER: Final = 15
NEARLY_FULL: Final = ((95, BAD), (90, BAD), (80, WARN))
# Warnings that HTTPS=1 resolves.
OF_HTTPS: Final = {"security.W004", "security.W008", "security.W012", "security.W016"}
CLOCK_SECONDS: Final = 2.0
BACKUP_WARN, BACKUP_BAD = timedelta(hours=26), timedelta(hours=74)
NEWEST_ENTRIES, NEWEST_HEADS, NEWEST_FILES = 1_000, 200, 20


@dataclass(frozen=True, slots=True)
class Line:
    """What was checked, the result, and what to do."""

    level: str
    subject: str
    sentence: str


def examine() -> Iterator[Line]:
    """All checks; those of database and ledger are skipped if a precondition fails."""
    for check in WITHOUT_DATABASE:
        yield from check()
    for condition, others in ((answers, IN_THE_DATABASE), (migrations, IN_THE_LEDGER)):
        line = condition()
        yield line
        if line.level == BAD:
            return
        for check in others:
            yield from check()


# --- settings and files ------------------------------------------------------------------------------


def release() -> Iterator[Line]:
    yield Line(OK, _("Release"), _("Version %(version)s.") % {"version": settings.VERSION})


def production() -> Iterator[Line]:
    subject = _("Settings")
    if not settings.HTTPS:
        advice = _(
            "HTTPS is off: fine on this machine alone. Before others come in, put nginx with TLS in "
            "front and set HTTPS=1, TRUSTED_PROXY and ALLOWED_HOSTS (docs/operations.md)."
        )
        yield Line(WARN, subject, advice)
    found = [
        message
        for message in checks.run_checks(include_deployment_checks=True)
        if message.level >= checks.WARNING and (settings.HTTPS or message.id not in OF_HTTPS)
    ]
    for message in found:
        yield Line(WARN, subject, f"{message.id}: {message.msg.splitlines()[0]}")
    if not found and settings.HTTPS:
        yield Line(OK, subject, _("Django's deployment checks find nothing."))


def disk() -> Iterator[Line]:
    used = shutil.disk_usage(settings.VAR_DIR)
    percent = 100 * used.used // (used.used + used.free)
    level = next((level for limit, level in NEARLY_FULL if percent >= limit), OK)
    sentence = _("The disk of %(folder)s is %(percent)s %% full, %(free)s GB are free.")
    values = {"folder": settings.VAR_DIR, "percent": percent, "free": f"{used.free / 1e9:.1f}"}
    advice = (
        ""
        if level == OK
        else _(" Move old backups away or enlarge it; when it is full nothing can be saved.")
    )
    yield Line(level, _("Disk"), sentence % values + advice)


def rights() -> Iterator[Line]:
    """Only the program's user may read the key, and only it may write where the program writes."""
    folder = Path(settings.VAR_DIR)
    limits = [(folder / "secret_key", 0o077), (folder, 0o022), (Path(settings.MEDIA_ROOT), 0o077)]
    wrong = [path for path, others in limits if path.exists() and _mode(path) & others]
    for path in wrong:
        advice = _("Others may do too much with %(path)s. As its owner: chmod %(mode)s %(path)s")
        mode = "600" if path.is_file() else "700"
        yield Line(BAD, _("File rights"), advice % {"path": path, "mode": mode})
    if not wrong:
        yield Line(OK, _("File rights"), _("Key, evidence and folder are closed to others."))


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def backups() -> Iterator[Line]:
    subject, last = _("Backup"), last_done.last(last_done.BACKUP)
    if last is None:
        advice = _(
            "No backup was made from here yet. Run manage.py backup every night (docs/operations.md)."
        )
        yield Line(BAD, subject, advice)
        return
    age = timezone.now() - datetime.fromisoformat(last["at"])
    level = BAD if age > BACKUP_BAD else WARN if age > BACKUP_WARN else OK
    sentence = _("The last one is %(hours)s hours old: %(path)s")
    advice = (
        ""
        if level == OK
        else _(". Look why the timer does not run: systemctl status jiaozhang-backup")
    )
    values = {"hours": int(age.total_seconds() // 3600), "path": last["path"]}
    yield Line(level, subject, sentence % values + advice)
    if not Path(last["path"]).exists():
        moved = _(
            "It is no longer there. Fine if it was moved to another machine; else make one now."
        )
        yield Line(WARN, subject, moved)


# --- the database ------------------------------------------------------------------------------------


def answers() -> Line:
    subject = _("Database")
    try:
        version = pg_programs.server_version() // 10_000
    except DatabaseError as error:
        sentence = _(
            "It does not answer: %(reason)s Look at DATABASE_URL and whether the server runs."
        )
        return Line(BAD, subject, sentence % {"reason": str(error).strip()})
    if version < OLDEST_SERVER:
        sentence = _("PostgreSQL %(version)s is too old; version 15 or newer is needed.")
        return Line(BAD, subject, sentence % {"version": version})
    return Line(OK, subject, _("PostgreSQL %(version)s answers.") % {"version": version})


def durability() -> Iterator[Line]:
    """Without these settings, data reported as saved can be lost in a power failure."""
    subject, wrong = _("Durability"), False
    for name, wanted in (("fsync", "on"), ("full_page_writes", "on"), ("data_checksums", "on")):
        if _shown(name) != wanted:
            wrong = True
            advice = _(
                "%(name)s is off: a power cut or a bad disk can damage the ledger unnoticed."
            )
            how = (
                _(" Stop the server and run pg_checksums --enable.")
                if "checksums" in name
                else _(" Set it on in postgresql.conf.")
            )
            yield Line(BAD, subject, advice % {"name": name} + how)
    if (commit := _shown("synchronous_commit")) == "off":
        wrong = True
        yield Line(
            BAD,
            subject,
            _(
                "synchronous_commit is off: what was acknowledged can be lost. Set it on in postgresql.conf."
            ),
        )
    if not wrong:
        sentence = _(
            "fsync, full_page_writes and data_checksums are on, synchronous_commit is %(value)s."
        )
        yield Line(OK, subject, sentence % {"value": commit})


def _shown(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])


def login() -> Iterator[Line]:
    """The owner can disable triggers, so the program should not connect as the owner."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class "
            "WHERE oid = to_regclass('ledger_entry')"
        )
        owns = cursor.fetchone() == (True,)
    if owns and not _is_embedded():
        advice = _(
            "This login owns the tables and could change what was recorded. Right for migrations and backups; the program itself should sign in as jiaozhang_app (manage.py create_logins)."
        )
        yield Line(WARN, _("Login"), advice)
        return
    sentence = (
        _("One login: right for one office with the embedded server.")
        if owns
        else _("This login can only add to the ledger.")
    )
    yield Line(OK, _("Login"), sentence)


def _is_embedded() -> bool:
    return "VAR_DIR" in connection.settings_dict


def clock() -> Iterator[Line]:
    """Compare the clock with the database, with itself, and with the newest line of the trail."""
    subject, now = _("Clock"), timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs((cursor.fetchone()[0] - now).total_seconds())
    newest = Trail.objects.order_by("-at").values_list("at", flat=True).first()
    if apart > CLOCK_SECONDS or _runs_unevenly():
        advice = _(
            "It differs from the database's by %(seconds)s s or jumps. Keep both by NTP: timedatectl set-ntp true"
        )
        yield Line(BAD, subject, advice % {"seconds": f"{apart:.1f}"})
    elif newest is not None and newest > now + timedelta(minutes=1):
        advice = _(
            "It was set back: something is recorded at %(moment)s, which is still to come. Set the clock right before anybody works on."
        )
        yield Line(
            BAD, subject, advice % {"moment": timezone.localtime(newest).isoformat(" ", "seconds")}
        )
    else:
        yield Line(OK, subject, _("It agrees with the database's."))


def _runs_unevenly() -> bool:
    before = time.time() - time.monotonic()
    time.sleep(0.2)
    return abs(time.time() - time.monotonic() - before) > 0.1


def migrations() -> Line:
    if tables.is_newer():
        return Line(BAD, _("Tables"), tables.trouble())
    if not tables.is_older():
        return Line(OK, _("Tables"), _("They are of this release."))
    advice = _(
        "The tables are of an older release. Make a backup, then as the owner: manage.py migrate, manage.py create_logins --grants-only"
    )
    return Line(BAD, _("Tables"), advice)


def programs() -> Iterator[Line]:
    try:
        found = [
            pg_programs.fitting("pg_dump"),
            pg_programs.newest("pg_restore"),
            pg_programs.newest("psql"),
        ]
    except Refusal as refusal:
        yield Line(BAD, _("Backup"), str(refusal))
    else:
        yield Line(OK, _("Backup"), _("It is made with %(path)s.") % {"path": found[0]})


def sample() -> Iterator[Line]:
    if County.objects.filter(is_sample=True).exists():
        advice = _(
            "The sample county is here, and its password is printed in the README. Fine for trying out; begin the real county in an empty database."
        )
        yield Line(WARN, _("Sample"), advice)


def second_factors() -> Iterator[Line]:
    """Of those who verify, propose or confirm; the sample county is for trying out."""
    deciding = User.objects.filter(is_active=True, role__in=DECIDING_ROLES)
    without = deciding.exclude(county__is_sample=True).exclude(totpdevice__confirmed=True)
    names = sorted(user.username for user in without)
    if names:
        advice = _(
            "No second factor for %(names)s, who verify or confirm. They switch it on under My account; REQUIRE_SECOND_FACTOR=verifier,bureau_head asks for it (docs/operations.md)."
        )
        yield Line(WARN, _("Second factor"), advice % {"names": ", ".join(names)})


def chain_end() -> Iterator[Line]:
    """The newest entries only, each against its predecessor; every settlement's head."""
    subject = _("Chain")
    wrong = proof.broken_end(NEWEST_ENTRIES) or proof.lost_head(NEWEST_HEADS)
    if wrong is not None:
        advice = _(
            "%(record)s: %(sentence)s Stop entering, keep everything as it is, run manage.py verify_ledger and tell the audit administrator."
        )
        yield Line(BAD, subject, advice % {"record": wrong.record, "sentence": wrong.sentence})
        return
    sentence = _(
        "The newest %(count)s entries and the heads announced last agree. The whole proof is manage.py verify_ledger."
    )
    yield Line(OK, subject, sentence % {"count": min(NEWEST_ENTRIES, Entry.objects.count())})


def newest_evidence() -> Iterator[Line]:
    rows = Evidence.objects.filter(removed_at=None).order_by("-pk").values_list("pk", "sha256")
    lost = [pk for pk, sha256 in rows[:NEWEST_FILES] if not evidence.is_intact(sha256)]
    if lost:
        advice = _(
            "The file of evidence %(pk)s is missing or altered. Is VAR_DIR the right one? Else take it from a backup."
        )
        yield Line(BAD, _("Evidence"), advice % {"pk": lost[0]})
    else:
        yield Line(OK, _("Evidence"), _("The newest files have the hash that was recorded."))


Check = Callable[[], Iterator[Line]]
WITHOUT_DATABASE: tuple[Check, ...] = (release, production, disk, rights, backups)
IN_THE_DATABASE: tuple[Check, ...] = (durability, programs)
IN_THE_LEDGER: tuple[Check, ...] = (
    login,
    clock,
    sample,
    second_factors,
    chain_end,
    newest_evidence,
)
