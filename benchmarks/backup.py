"""Backup drill: back up while people write, restore to an empty place, compare; prints RPO and RTO.

    python benchmarks/backup.py [COUNTIES] [FILES]      28 counties hold 100,800 entries

Each step runs as its own process, as an administrator would run it. Exits 1 on any difference: a
missing entry that was acknowledged before the backup began, a row, a head, a file, or a damaged
backup that was accepted. Works in a temporary folder with the embedded PostgreSQL.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, "manage.py"]

WRITER = """
import sys, time
from django.utils import timezone
from ledger import posting
from ledger.models import Receipt
from projects.models import Project
from units.models import User
project = Project.objects.filter(county=1).order_by("-pk").first()
clerk, verifier = User.objects.filter(county=1, role="bureau_head").first(), User.objects.filter(county=1, role="verifier").first()
serial = 0
while True:
    serial += 1
    draft = posting.Draft(project=project, received_on=timezone.localdate().replace(2012, 6, 29), amount=10000, kind=Receipt.Kind.CONSTRUCTION, voucher_no=f"drill {serial}", confirmed=True)
    receipt = posting.submit(draft, by=clerk, at=timezone.now(), today=timezone.localdate())
    acting.verify(receipt.pk, receipt.version, by=verifier, at=timezone.now(), word="drill")
    print(receipt.pk, time.time(), flush=True)
"""
EVIDENCE = """
import os, sys
from django.utils import timezone
from ledger import evidence
from ledger.models import Evidence, Receipt
from units.models import User
import hashlib
from tests import acting
rows = []
for number, receipt in enumerate(Receipt.objects.order_by("pk")[: int(sys.argv[1])]):
    content = b"%PDF-1.4\\n" + os.urandom(200_000) + b"\\n%%EOF\\n"
    sha256 = hashlib.sha256(content).hexdigest()
    evidence.put_back(sha256, content)
    rows.append(Evidence(receipt=receipt, kind="bank_slip", sha256=sha256, size=len(content), media_type="application/pdf", original_name=f"{number}.pdf", added_by=receipt.entered_by, added_at=timezone.now()))
Evidence.objects.bulk_create(rows)
"""
SETUP = "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'ledger.settings'; django.setup()\n"


@dataclass
class Step:
    said: str
    seconds: float
    peak: float
    code: int


def main(counties: str = "28", files: str = "500") -> int:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "source"), Path(folder, "target")
        for command in (
            [*MANAGE, "migrate", "--verbosity=0"],
            [sys.executable, "benchmarks/generate.py", counties],
            [sys.executable, "-c", SETUP + EVIDENCE, files],
        ):
            prepared = step(command, source)
            if prepared.code != 0:
                raise SystemExit(prepared.said)
        writer = subprocess.Popen(
            [sys.executable, "-c", SETUP + WRITER],
            cwd=ROOT,
            env=environment(source),
            stdout=subprocess.PIPE,
            text=True,
        )
        time.sleep(3)
        begun = time.time()
        file = Path(folder, "backup.tar")
        made = step([*MANAGE, "backup", str(file)], source)
        ended = time.time()
        writer.terminate()
        acknowledged = [line.split() for line in writer.communicate()[0].splitlines()]
        meanwhile = sum(begun < float(at) < ended for _pk, at in acknowledged)
        restored = step([*MANAGE, "restore", str(file)], target)
        before = {pk for pk, at in acknowledged if float(at) < begun}
        lost = before - receipts(target)
        refused = damaged_is_refused(file, Path(folder, "third"))
    print(made.said, restored.said, sep="")
    print(
        f"written while the backup ran: {meanwhile}; acknowledged before it and lost: {len(lost)}"
    )
    print(f"backup: {made.seconds:.1f} s, peak {made.peak:.0f} MB")
    print(f"restore and proof (RTO): {restored.seconds:.1f} s, peak {restored.peak:.0f} MB")
    print(f"damaged at ten places: {refused} refused")
    print("RPO: the time since the last backup, or minutes with WAL archiving (docs/operations.md)")
    return int(bool(lost) or made.code != 0 or restored.code != 0 or refused != 10)


def step(command: list[str], var_dir: Path) -> Step:
    begun, peak = time.monotonic(), 0.0
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(var_dir),
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            peak = max(peak, memory(watched))
            time.sleep(0.05)
        said.seek(0)
        return Step(said.read(), time.monotonic() - begun, peak, process.returncode)


def memory(process: psutil.Process) -> float:
    """MB of the command itself, without the PostgreSQL programs that it starts."""
    try:
        return process.memory_info().rss / 1e6
    except psutil.Error:
        return 0.0


def receipts(var_dir: Path) -> set[str]:
    query = (
        "from ledger.models import Entry; print(*Entry.objects.values_list('receipt', flat=True))"
    )
    return set(step([sys.executable, "-c", SETUP + query], var_dir).said.split())


def damaged_is_refused(file: Path, var_dir: Path) -> int:
    """Change one byte at each of ten places; each time the backup must be refused."""
    size, refused = file.stat().st_size, 0
    for number in range(10):
        with file.open("r+b") as content:
            content.seek(size * number // 10)
            byte = content.read(1)
            content.seek(size * number // 10)
            content.write(bytes([byte[0] ^ 1]))
            content.flush()
            refused += step([*MANAGE, "restore", str(file), "--check"], var_dir).code != 0
            content.seek(size * number // 10)
            content.write(byte)
    return refused


def environment(var_dir: Path) -> dict[str, str]:
    return os.environ | {"VAR_DIR": str(var_dir), "DATABASE_URL": "", "BACKUP_RECIPIENT": ""}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
