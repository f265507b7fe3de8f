"""How long a start takes, and how much memory a day's work leaves in the process.

    python benchmarks/start.py                       five starts on an existing database
    python benchmarks/start.py --requests 10000      and the memory after so many mixed requests

A start is timed from launching ``manage.py serve`` to the first sign-in page, including its
embedded database. The requests come from people of every role at once: cached pages, and pages that
must be rendered because receipts are entered meanwhile; searches, downloads, workbook imports.
"""

import argparse
import contextlib
import io
import itertools
import json
import re
import statistics
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from openpyxl import Workbook

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from rounds import machine  # noqa: E402
from settlement_county import CLERKS, LEADERS, VERIFIERS  # noqa: E402

from tests.drills.site import Answer, Lost, Person, Site  # noqa: E402

STARTS, THREADS, MIB = 5, 4, 1024 * 1024
PAGES = (
    "/ranking/2012-06/",
    "/ranking/2012-05/?kind=town",
    "/projects/",
    "/projects/?q=9&sort=-signed_on&page=2",
    "/units/{unit}/",
    "/ranking/2012-06/",
    "/receipts/?state=all",
    "/search/?q=%E9%95%87",
    "/ranking/2012-06/explain/",
    "/composition/2012-06/",
    "/ranking/2012-04/?without=property",
    "/projects/{project}/",
    "/meeting/2012-06/",
    "/reports/2012-06/",
    "/glossary/",
)
FILES = ("/ranking/2012-06.xlsx", "/ranking/2012-06.docx", "/projects.xlsx", "/receipts.xlsx")
# One in so many requests is a file, a receipt, an import. A person may download 30 files in ten
# minutes.
FILE_EVERY, RECEIPT_EVERY, IMPORT_EVERY = 25, 10, 400
SHEET, HEADINGS, ROWS = "到位资金", ("项目名称", "到位日期", "金额（万元）", "凭证号"), 300


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=0)
    count = parser.parse_args().requests
    with TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        site = Site(Path(name), LOG_LEVEL="WARNING")
        site.environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a real installation compiles once
        stack.callback(site.stop)
        started(site)  # creates the database
        filled = site.run(str(ROOT / "benchmarks" / "settlement_county.py"))
        site.county = json.loads(filled.stdout.splitlines()[-1])
        print(machine())
        tell_starts(site)
        return tell_memory(site, count) if count else 0


def tell_starts(site: Site) -> None:
    seconds, busy = [], []
    for _start in range(STARTS):
        site.stop()
        seconds.append(started(site))
        busy.append(site.processor_time())
    for what, found in (("start to sign-in page", seconds), ("its own processor time", busy)):
        spread = f"{min(found):.2f} to {max(found):.2f} of {STARTS}"
        print(f"{what}: {statistics.median(found):.2f} s ({spread})")
    print(f"memory then: {site.memory() / MIB:.0f} MiB", flush=True)


def started(site: Site) -> float:
    """Seconds from launch to the first sign-in page."""
    begun = time.monotonic()
    site.start()
    while time.monotonic() < begun + 300:
        with contextlib.suppress(Lost):
            # Without a county, /accounts/login/ redirects to the founding.
            if Person(site.port).ask("GET", "/accounts/login/", timeout=5).status in (200, 302):
                return time.monotonic() - begun
        assert site.process is None or site.process.poll() is None, site.log.read_text()[-2000:]
        time.sleep(0.01)
    raise AssertionError(site.log.read_text()[-2000:])


def tell_memory(site: Site, count: int) -> int:
    work = Work(site)
    for part in range(1, 11):
        work.run(count * part // 10)
        print(f"after {work.done} requests: {site.memory() / MIB:.0f} MiB", flush=True)
    told = ", ".join(f"{number} x {what}" for what, number in sorted(work.answers.items()))
    print(f"answers: {told}")
    return 0 if not work.failed else 1


class Work:
    """A day of a county at full speed: ``run`` continues until so many requests are done."""

    def __init__(self, site: Site) -> None:
        self.site, self.done = site, 0
        self.answers: Counter[str] = Counter()
        self.lock = threading.Lock()
        names = [f"leader{n}" for n in range(LEADERS)] + [f"verifier{n}" for n in range(VERIFIERS)]
        self.readers = itertools.cycle([Person(site.port, name).sign_in() for name in names])
        self.clerks = [Person(site.port, f"clerk{n}").sign_in() for n in range(CLERKS)]
        self.turns = itertools.count()
        self.projects = [name for (name,) in site.rows("SELECT name FROM projects_project")]
        self.units = [code for (code,) in site.rows("SELECT code FROM units_unit ORDER BY id")]

    @property
    def failed(self) -> list[str]:
        """A refusal is an answer too: too many receipts of a project, or too many downloads."""
        fine = ("200", "302", "422", "429")
        return [what for what in self.answers if not what.endswith(fine)]

    def run(self, until: int) -> None:
        threads = [threading.Thread(target=self.keep_on, args=[until]) for _n in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def keep_on(self, until: int) -> None:
        while True:
            with self.lock:
                if self.done >= until:
                    return
                self.done += 1
                turn, reader = next(self.turns), next(self.readers)
            for kind, answer in self.action(turn, reader):
                with self.lock:
                    self.answers[f"{kind} {answer.status}"] += 1

    def action(self, turn: int, reader: Person) -> Iterator[tuple[str, Answer]]:
        clerk = turn % CLERKS
        if turn % IMPORT_EVERY == 1:
            yield from self.imported(self.clerks[clerk], turn)
        elif turn % RECEIPT_EVERY == 2:
            yield "receipt", self.entered(self.clerks[clerk], clerk, turn)
        elif turn % FILE_EVERY == 3:
            path = FILES[turn // FILE_EVERY % len(FILES)]
            yield "file", self.clerks[turn // FILE_EVERY % CLERKS].ask("GET", path)
        else:
            unit = self.units[turn % len(self.units)]
            project = self.site.county["projects"][clerk]
            page = PAGES[turn % len(PAGES)].format(unit=unit, project=project)
            yield "page", reader.ask("GET", page)

    def entered(self, person: Person, clerk: int, turn: int) -> Answer:
        project = self.site.county["projects"][clerk]
        typed = {"key": str(uuid.uuid4()), "received_on": "2012-05-15", "note": ""}
        typed |= {"amount": f"{turn % 20 + 1}", "kind": "construction", "action": "submit"}
        typed |= {"voucher_no": f"start-{turn}"}
        return person.ask("POST", f"/projects/{project}/receipts/new/", typed)

    def imported(self, person: Person, turn: int) -> Iterator[tuple[str, Answer]]:
        """A workbook is uploaded and previewed; its clerk drops it again."""
        file = ("file", "台账.xlsx", self.book(turn))
        sent = person.ask("POST", "/import/", {}, files=[file], timeout=120)
        yield "book", sent
        for token in re.findall(r"/import/([\w-]+)/", sent.location):
            while b'http-equiv="refresh"' in person.ask("GET", f"/import/{token}/").body:
                time.sleep(1)
            yield "preview", person.ask("GET", f"/import/{token}/")
            yield "discarded", person.ask("POST", f"/import/{token}/decide/", {"action": "discard"})

    def book(self, turn: int) -> bytes:
        book, content = Workbook(write_only=True), io.BytesIO()
        sheet = book.create_sheet(SHEET)
        sheet.append(HEADINGS)
        for row in range(ROWS):
            name = self.projects[row % len(self.projects)]
            sheet.append((name, "2012-05-20", row + 1, f"book-{turn}-{row}"))
        book.save(content)
        return content.getvalue()


if __name__ == "__main__":
    sys.exit(main())
