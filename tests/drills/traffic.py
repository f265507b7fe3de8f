"""People working on a site: submit, upload, verify, close, import; lost requests are sent again.

The journal gets only what a page has confirmed.
"""

import hashlib
import io
import itertools
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from queue import Empty, SimpleQueue
from typing import Any

from openpyxl import Workbook

from tests.access.pages import forms_of
from tests.drills.journal import Journal
from tests.drills.site import PASSWORD, Answer, Lost, Person, Site
from tests.pdfs import pdf

ACTIONS = ("submit", "upload", "verify", "close")
PAUSE = 0.2  # seconds before a request is sent again
# Somebody else changed meanwhile what was seen: then people look at it once more.
CONFLICT, ATTEMPTS = 409, 10
BETWEEN_CLOSINGS = (2, 6)  # seconds
AWAY = "暂时无法办理"
AT_WORK = "个工作簿正在读取"
WAIT = "请几分钟后再继续"
REFRESHES = b'http-equiv="refresh"'


class Over(Exception):
    """The drill is over; nothing is sent again."""


class Traffic:
    """Everybody at once until ``end``; a seed repeats all their choices."""

    def __init__(self, site: Site, seed: int, *, clerks: int = 4, rows: int = 60) -> None:
        self.site, self.journal, self.rows = site, Journal(), rows
        self.over, self.importing = threading.Event(), threading.Event()
        self.waiting: SimpleQueue[int] = SimpleQueue()
        county = site.county
        names = [county["clerks"][number % 4] for number in range(clerks)]
        self.importers = itertools.cycle(county["importers"])
        self.periods = iter(county["periods"])
        jobs = [(name, self.submit) for name in names]
        jobs += [(name, self.verify) for name in county["verifiers"][:2]]
        jobs += [(county["verifiers"][0], self.close), ("", self.import_book)]
        self.threads = [
            threading.Thread(
                target=self._work,
                args=(Person(site.port, name), action, random.Random(f"{seed} {number}")),
            )
            for number, (name, action) in enumerate(jobs)
        ]

    def begin(self) -> None:
        for thread in self.threads:
            thread.start()

    def gets_on(self, actions: int, patience: float = 300) -> bool:
        """Wait until so many more actions were acknowledged; returns whether they were."""
        wanted, until = self.journal.acknowledged() + actions, time.monotonic() + patience
        while self.journal.acknowledged() < wanted and time.monotonic() < until:
            time.sleep(0.02)
        return self.journal.acknowledged() >= wanted

    def idle(self, patience: float = 60) -> list[str]:
        """Actions of which none was acknowledged in time: nothing was tested about them."""
        until = time.monotonic() + patience
        while (idle := self._unshown()) and time.monotonic() < until:
            time.sleep(0.1)
        return [f"no {action} was acknowledged" for action in idle]

    def _unshown(self) -> list[str]:
        return [action for action in ACTIONS if not self.journal.counts[action]]

    def end(self) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _work(self, person: Person, action: Callable[..., None], chance: random.Random) -> None:
        try:
            if person.name:
                self._signed_in(person)
            while not self.over.is_set():
                action(person, chance)
        except Over:
            pass
        except Exception as error:
            self.journal.odd.append(f"{action.__name__}: {type(error).__name__}: {error}")

    # --- the actions

    def submit(self, person: Person, chance: random.Random) -> None:
        """A receipt, every third one with evidence."""
        project = self._project_of(person)
        key, amount = (
            str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            Decimal(chance.randint(1, 10**6)) / 100,
        )
        typed = {"key": key, "received_on": f"2012-{chance.randint(1, 6):02}-15", "note": ""}
        typed |= {"amount": amount, "kind": "construction", "voucher_no": key, "action": "submit"}
        files = []
        if chance.random() < 0.33:
            content = pdf(key.encode() * chance.randint(1, 5_000))
            files, typed["evidence_kind"] = [("evidence", "r.pdf", content)], "bank_slip"
        self.journal.sent.add(key)
        answer = self._sent(person, f"/projects/{project}/receipts/new/", typed, files)
        if not self._is_saved("submit", answer):
            return
        self.journal.submitted[key] = amount * 10_000
        if files:
            self.journal.evidence[hashlib.sha256(content).hexdigest()] = key
            self.journal.counts["upload"] += 1
        self.waiting.put(int(answer.location.strip("/").split("/")[-1]))

    def verify(self, person: Person, chance: random.Random) -> None:
        try:
            receipt = self.waiting.get(timeout=0.1)
        except Empty:
            return
        page = f"/receipts/{receipt}/"
        for _attempt in range(ATTEMPTS):
            typed = {"word": "已核对"} | self._hidden(person, page, f"{page}verify/")
            answer = self._sent(person, f"{page}verify/", typed)
            if answer.status != CONFLICT:
                break
        if self._is_saved("verify", answer):
            self.journal.verified.add(receipt)

    def close(self, person: Person, chance: random.Random) -> None:
        """One proposes, the head confirms with the password."""
        period = next(self.periods, None)
        if period is None:
            raise Over
        head = self._signed_in(Person(self.site.port, self.site.county["head"]))
        known = {"known": [1, 2, 8], "password": PASSWORD}
        page = f"/periods/{period}/"
        for _attempt in range(ATTEMPTS):
            for who, action in ((person, f"{page}propose/"), (head, f"{page}confirm/")):
                answer = self._sent(who, action, known | self._hidden(who, page, action))
            if answer.status != CONFLICT:
                break
        if answer.status == 302:
            self.journal.closed.add(period)
            self.journal.counts["close"] += 1
        self.over.wait(chance.uniform(*BETWEEN_CLOSINGS))

    def import_book(self, person: Person, chance: random.Random) -> None:
        """A workbook of receipts; a different clerk each time, so that a dead import blocks nobody."""
        name = next(self.importers)
        person = self._signed_in(Person(self.site.port, name))
        number = int(self.site.county["importers"].index(name)) % 4
        prefix = f"I{name}-{chance.getrandbits(32)}-"
        self.journal.tried[prefix] = self.rows
        book = workbook(self.site.county["projects"][number][1], prefix, self.rows)
        answer = self._sent(person, "/import/", {}, [("file", "b.xlsx", book)])
        if AT_WORK in answer.body.decode():
            self._rest()  # the first one was killed; its state says so after a minute
            return
        if not self._is_saved("preview", answer):
            return
        try:
            self._finished(person, answer.location)
            self.importing.set()
            self._once(person, f"{answer.location}decide/", {"action": "import"})
            done = self._finished(person, answer.location)
        except Lost:
            return  # all or nothing, and nothing was acknowledged
        finally:
            self.importing.clear()
        if done.status == 200 and b"message--success" in done.body:
            self.journal.imported[prefix] = self.rows
            self.journal.counts["import"] += 1

    def _finished(self, person: Person, path: str) -> Answer:
        """The page of an upload once its job is over, or a minute after the job was killed."""
        while REFRESHES in (answer := self._once(person, path)).body:
            if self.over.wait(1):
                raise Over
        return answer

    # --- sending

    def _signed_in(self, person: Person) -> Person:
        while True:
            try:
                return person.sign_in()
            except Lost:
                self._rest()
            except AssertionError:
                self.site.unlock()
                self._rest()

    def _hidden(self, person: Person, page: str, action: str) -> dict[str, str]:
        """What the form of a page carries of what it shows; empty if the page has no such form."""
        html = self._sent(person, page).body.decode()
        found = [form for form in forms_of(html, page) if form.action == action]
        return {name: value for form in found for name, value in form.pairs if name == "seen"}

    def _sent(
        self, person: Person, path: str, typed: dict[str, Any] | None = None, files: Any = ()
    ) -> Answer:
        """Repeat until there is a response, as a fault page and the browser offer."""
        while True:
            try:
                answer = self._once(person, path, typed, files)
            except Lost:
                self._rest()
                continue
            if answer.location.startswith("/accounts/login/"):
                self.journal.counts["signed in again"] += 1
                self._signed_in(person)
            elif not answer.is_away:
                return answer
            else:
                self._rest()

    def _once(
        self, person: Person, path: str, typed: dict[str, Any] | None = None, files: Any = ()
    ) -> Answer:
        begun = time.monotonic()
        try:
            answer = person.ask("GET" if typed is None else "POST", path, typed, files)
        except Lost:
            self.journal.away.append((begun, time.monotonic()))
            raise
        if answer.is_away:
            self.journal.away.append((begun, time.monotonic()))
            page = answer.body.decode(errors="replace")
            if answer.status != 503 or AWAY not in page or "Traceback" in page:
                self.journal.odd.append(f"{path}: {answer.status} {page[:300]}")
        else:
            self.journal.seconds.append((time.monotonic(), answer.seconds))
        return answer

    def _rest(self) -> None:
        if self.over.wait(PAUSE):
            raise Over

    def _is_saved(self, action: str, answer: Answer) -> bool:
        if answer.status == 302 and not answer.location.startswith("/accounts/"):
            self.journal.counts[action] += 1
            return True
        if WAIT in answer.body.decode():  # a drill sends more than people can
            self.site.unlock()
            self.journal.counts["rationed"] += 1
            return False
        told = answer.body.decode()[-3000:]
        self.journal.odd.append(f"{action}: {answer.status} {answer.location} {told}")
        self._rest()
        return False

    def _project_of(self, person: Person) -> int:
        county = self.site.county
        return int(county["projects"][county["clerks"].index(person.name)][0])


@contextmanager
def at_work(site: Site, seed: int, **options: Any) -> Iterator[Traffic]:
    """Traffic for the length of a block. Its journal is complete afterwards."""
    traffic = Traffic(site, seed, **options)
    traffic.begin()
    try:
        yield traffic
    finally:
        traffic.end()


def workbook(project: str, prefix: str, rows: int) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "到位资金"
    sheet.append(["项目名称", "到位日期", "金额（万元）", "凭证号"])
    for number in range(rows):
        sheet.append([project, f"2012-{number % 6 + 1:02}-20", number + 1, f"{prefix}{number}"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
