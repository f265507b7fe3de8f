"""Fills one disk after the other while people read and write (quality 41). Needs root to mount.

    python -m tests.drills full
    python -m tests.drills full --break deaf     claims that nothing was refused; the drill must notice

The disks are memory disks (tmpfs), which answer ENOSPC as any disk does. One has the database
with all else of VAR_DIR, one the evidence, one the uploads, one the temporary folder and one the
log. For each: writing is refused with a sentence or continues, reading continues, nothing is
left half-written, and after space is freed writing continues without a restart.
"""

import argparse
import re
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.drills.site import PATIENCE, Answer, Lost, Person, Site, running
from tests.drills.traffic import workbook
from tests.drills.volumes import can_mount, exhausted, memory_disk
from tests.pdfs import pdf

READING = "读取中"
SENTENCES = ("磁盘已满", "暂时无法保存")
BREAKS = ("deaf",)
# The action that must fail when a disk is full; all others continue.
NOTICED = {"data": "submit", "evidence": "upload", "imports": "import", "temp": "export", "log": ""}
LARGE = pdf(b"0" * 3 * 1024**2)


@dataclass
class Findings:
    """What the drill saw."""

    seen: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join([*self.seen, f"41: {len(self.wrong)} wrong (goal 0)"])


class Office:
    """A clerk and a leader of the site, and their actions."""

    def __init__(self, site: Site) -> None:
        self.site = site
        site.unlock()
        self.clerk = Person(site.port, site.county["clerks"][0]).sign_in()
        self.leader = Person(site.port, site.county["leader"]).sign_in()
        self.importer = Person(site.port, site.county["importers"][-4]).sign_in()
        self.project, self.project_name = site.county["projects"][0]
        self.acknowledged: set[str] = set()

    def submit(self, files: Any = (), **more: Any) -> Answer:
        key = str(uuid.uuid4())
        typed = {"key": key, "received_on": "2012-05-15", "amount": "12", "kind": "construction"}
        typed |= {"voucher_no": key, "note": "满" * 100, "action": "submit", **more}
        answer = self.clerk.ask("POST", f"/projects/{self.project}/receipts/new/", typed, files)
        if answer.status == 302:
            self.acknowledged.add(key)
        return answer

    def upload(self) -> Answer:
        content = LARGE + str(time.monotonic()).encode() + b"\n%%EOF\n"
        return self.submit([("evidence", "r.pdf", content)], evidence_kind="bank_slip")

    def import_book(self) -> Answer:
        book = workbook(self.project_name, str(uuid.uuid4()), 20)
        return self.importer.ask("POST", "/import/", {}, [("file", "b.xlsx", book)])

    def rest(self) -> None:
        """Until the workbooks sent are read, which frees their place; then as if none had been sent."""
        until = time.monotonic() + PATIENCE
        while READING in self.importer.ask("GET", "/import/").body.decode():
            assert time.monotonic() < until, "a workbook is still being read"
            time.sleep(0.5)
        self.site.unlock()

    def export(self) -> Answer:
        return self.leader.ask("GET", "/ranking/2012-06.xlsx")

    def read(self) -> Answer:
        return self.leader.ask("GET", "/ranking/2012-06/")


def run(site: Site, disks: dict[str, Path], *, broken: str = "") -> Findings:
    """Run the drill on a started site whose folders are the disks given by name."""
    findings, office = Findings(), Office(site)
    actions: dict[str, Callable[[], Answer]] = {
        "submit": office.submit,
        "upload": office.upload,
        "import": office.import_book,
        "export": office.export,
    }
    for name, folder in disks.items():
        office.rest()
        with exhausted(folder):
            _while_full(findings, name, actions, office, broken)
        site.wait_until_ready()
        office.rest()
        for action, ask in actions.items():
            if (answer := ask()).status not in (200, 302):
                findings.wrong.append(f"{name} has room again: {action} {_said(answer)}")
    stored = {key for (key,) in site.rows("SELECT key::text FROM ledger_receipt")}
    findings.wrong += [f"{key} was acknowledged" for key in office.acknowledged - stored]
    if said := site.proof():
        findings.wrong.append(said)
    return findings


def _while_full(
    findings: Findings,
    name: str,
    actions: dict[str, Callable[[], Answer]],
    office: Office,
    broken: str,
) -> None:
    refused = []
    for action, ask in actions.items():
        answer = _refusal_of(ask, action == NOTICED[name])
        if answer.status in (200, 302):
            continue
        refused.append(f"{action} {answer.status}")
        if not any(sentence in answer.body.decode() for sentence in SENTENCES):
            findings.wrong.append(f"{name} full: {action} without a sentence: {_said(answer)}")
    if broken == "deaf":
        refused = []
    expected = NOTICED[name]
    if expected and not any(line.startswith(expected) for line in refused):
        findings.wrong.append(f"{name} full: {expected} was not refused")
    if not expected and refused:
        findings.wrong.append(f"{name} full: {refused} were refused")
    if (answer := office.read()).status != 200:
        findings.wrong.append(f"{name} full: reading is refused: {_said(answer)}")
    findings.seen.append(
        f"41: {name} full: {', '.join(refused) or 'nothing'} refused; reading goes on"
    )


def _refusal_of(ask: Callable[[], Answer], insists: bool) -> Answer:
    """The response; an action that must fail is repeated until a file's last free block is used."""
    for _turn in range(200 if insists else 1):
        try:
            answer = ask()
        except Lost as lost:
            return Answer(0, "", str(lost).encode())
        if answer.status not in (200, 302):
            break
    return answer


def _said(answer: Answer) -> str:
    """The status and the visible words of the page, without its header."""
    body = answer.body.decode(errors="replace")
    words = re.sub(r"<[^>]+>", " ", body.partition("<main")[2] or body)
    return f"{answer.status} {' '.join(words.split())[:500]}"


def prepared(stack: ExitStack, folder: Path) -> dict[str, Path]:
    """The disks, in filling order; without root, folders whose permissions can be removed."""
    if not can_mount():
        disks = {name: folder / "var" / name for name in ("evidence", "imports")}
        disks |= {"temp": folder / "temp"}
        for place in disks.values():
            place.mkdir(parents=True)
        return disks
    data = stack.enter_context(memory_disk(folder / "var", "700m"))
    small = {name: folder / name for name in ("temp", "log")}
    small |= {name: data / name for name in ("evidence", "imports")}
    # Evidence needs room for ten large files and for what earlier drills leave there for good.
    sizes = {"evidence": "160m"}
    disks = {
        name: stack.enter_context(memory_disk(place, sizes.get(name, "40m")))
        for name, place in small.items()
    }
    (folder / "serve.log").symlink_to(folder / "log" / "serve.log")
    disks["temp"].chmod(0o1777)
    return {name: disks[name] for name in ("evidence", "imports", "temp", "log")} | {"data": data}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="full", description=__doc__.partition("\n")[0])
    parser.add_argument("--break", dest="broken", choices=BREAKS, default="")
    given = parser.parse_args(arguments)
    if not can_mount():
        print("41: not root, so folders are closed instead of disks filled; no data, no log")
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        disks = prepared(stack, folder)
        site = stack.enter_context(running(folder, TMPDIR=str(disks["temp"])))
        findings = run(site, disks, broken=given.broken)
    print(findings)
    for line in findings.wrong[:20]:
        print("  wrong:", line)
    return 1 if findings.wrong else 0
