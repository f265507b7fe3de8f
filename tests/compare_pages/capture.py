"""Asking for every address, as each person, at one moment, over a copy of a county's data."""

import gzip
import io
import json
import os
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from subprocess import run
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django
import time_machine
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.urls import URLResolver, get_resolver

from tests.compare_pages.contents import said_by, without_chance
from tests.compare_pages.differences import ANSWERS, answers

# Each request is a millisecond after the one before, whatever time it takes; children write a minute later.
MOMENT = datetime.fromisoformat("2012-07-05T10:00:00+08:00")
STEP, LATER = timedelta(milliseconds=1), timedelta(minutes=1)
LANGUAGES = ("zh-hans", "en")
# Most addresses of one route for one person, without and with a query; of files, which take longer, one of each.
PATHS, QUERIES = 2, 4
FILE = re.compile(r"\.(xlsx|docx|png)$|/bulletin/$")
CLOCK = f"import time_machine\ntime_machine.travel('{MOMENT + LATER}', tick=False).start()\n"


@dataclass
class Visitor:
    """One person with a browser of their own, and what they have asked for."""

    name: str
    client: Client
    table_query: set[tuple[str, str]] = field(default_factory=set)
    counts: Counter = field(default_factory=Counter)
    queue: list[str] = field(default_factory=list)
    seconds: float = 0

    def wants(self, address: str, route: str) -> bool:
        """Not enough of its kind yet; one of each set of parameters, as each does something else."""
        some, names = kinds_of(address)
        most = 1 if FILE.search(route) else QUERIES if some else PATHS
        return self.counts[route, some] < most and not (some and self.counts[route, names])


def kinds_of(address: str) -> tuple[bool, str]:
    """Whether an address has parameters, and which."""
    query = parse_qs(urlsplit(address).query, keep_blank_values=True)
    return bool(query), "&".join(sorted(query))


class Capture:
    """One run: the visitors, the routes, the file of answers, the values seen in addresses."""

    def __init__(self, visitors: list[Visitor], file: io.TextIOBase) -> None:
        self.visitors, self.file = {visitor.name: visitor for visitor in visitors}, file
        self.now = MOMENT
        self.routes = {pattern: _as_regex(pattern) for pattern in patterns(get_resolver())}
        self.values: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)

    def route_of(self, address: str) -> str:
        path = urlsplit(address).path.lstrip("/")
        for pattern, regex in self.routes.items():
            if found := regex.fullmatch(path):
                for name, value in found.groupdict().items():
                    self.values[pattern.partition("/")[0], name].setdefault(value)
                return pattern
        return "(none)"

    def ask(self, visitor: Visitor, language: str, address: str) -> int:
        if (language, address) in visitor.table_query:
            return 0
        visitor.table_query.add((language, address))
        visitor.client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        _forget_limits()
        began = time.perf_counter()
        self.now += STEP
        with time_machine.travel(self.now, tick=False):
            response = visitor.client.get(address)
            body = b"".join(response.streaming_content) if response.streaming else response.content
        visitor.seconds += time.perf_counter() - began
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        location = response.headers.get("Location", "")
        said = said_by(kind, body, address)
        visitor.queue += [location, *said.get("links", [])]
        route = self.route_of(address)
        if response.status_code in (200, 302) and language == LANGUAGES[0]:
            visitor.counts.update((route, which) for which in kinds_of(address))
        facts = {"person": visitor.name, "language": language, "address": address, "route": route}
        facts |= {"status": response.status_code, "type": kind, "location": location}
        self.write(facts | said)
        return response.status_code

    def write(self, answer: dict[str, Any]) -> None:
        self.file.write(without_chance(json.dumps(answer, ensure_ascii=False)) + "\n")

    def ask_in_each_language(self, visitor: Visitor, address: str) -> None:
        """In Chinese, and the first of its kind in English."""
        route, (some, _names) = self.route_of(address), kinds_of(address)
        status = self.ask(visitor, LANGUAGES[0], address)
        if status == 200 and visitor.counts[route, some] == 1:
            self.ask(visitor, LANGUAGES[1], address)

    def crawl(self, visitor: Visitor) -> None:
        """Every link of every page that was read, as long as there are not enough of its route."""
        while visitor.queue:
            address = visitor.queue.pop(0).partition("#")[0]
            known = (LANGUAGES[0], address) in visitor.table_query
            if address.startswith("/") and not address.startswith(("//", "/static/")) and not known:
                route = self.route_of(address)
                if visitor.wants(address, route):
                    self.ask_in_each_language(visitor, address)

    def fill(self, visitor: Visitor) -> None:
        """The routes that no link of this person led to, with the values of other people's links."""
        for pattern in self.routes:
            for index in range(PATHS):
                address = self.filled(pattern, index)
                if address is not None and visitor.wants(address, pattern):
                    self.ask_in_each_language(visitor, address)

    def filled(self, pattern: str, index: int) -> str | None:
        """The address of a pattern with the values seen first, second, ... or None if none was."""
        first, names = pattern.partition("/")[0], self.routes[pattern].groupindex
        anywhere = {
            name: [v for (_f, n), vs in self.values.items() if n == name for v in vs]
            for name in names
        }
        found = {name: [*self.values.get((first, name), anywhere[name])] for name in names}
        if any(len(values) <= index for values in found.values()) or (index and not names):
            return None
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: found[part[1]][index], pattern)


def patterns(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        written = before + str(pattern.pattern)
        yield from patterns(pattern, written) if isinstance(pattern, URLResolver) else [written]


def _as_regex(pattern: str) -> re.Pattern[str]:
    kinds = {"path": ".+", "int": "[0-9]+", "month": "[0-9]{4}-[0-9]{2}"}
    pieces = re.split(r"<(?:(\w+):)?(\w+)>", pattern)
    groups = (
        f"(?P<{name}>{kinds.get(kind, '[^/]+')})"
        for kind, name in zip(pieces[1::3], pieces[2::3], strict=True)
    )
    texts = map(re.escape, pieces[::3])
    return re.compile("".join(chain.from_iterable(zip(texts, [*groups, ""], strict=True))))


def _forget_limits() -> None:
    """All is asked in one moment, so nobody may be told that they asked too often."""
    for model in apps.get_models():
        if model._meta.db_table.endswith("_allowance"):
            model._default_manager.all().delete()


def visitors(more: dict[str, Iterable[str]]) -> Iterator[Visitor]:
    """A stranger, keys of the data interface, and one person of each role and county; auditors first."""
    yield Visitor("nobody", _client())
    for name, secret in sorted(dict(more.get("keys", {})).items()):
        yield Visitor(f"key {name}", _client(headers={"Authorization": f"Bearer {secret}"}))
    people = get_user_model().objects.filter(is_active=True).order_by("pk")
    chosen = {(user.role, user.county_id, user.region): user for user in reversed(people)}
    named = [user for user in people if user.username in more.get("people", ())]
    for user in sorted(
        named or chosen.values(), key=lambda user: (user.role != "audit_admin", user.pk)
    ):
        client = _client()
        with time_machine.travel(MOMENT, tick=False):
            client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        yield Visitor(f"{user.role or 'no_role'} {user.username}", client)


def _client(**given: object) -> Client:
    return Client(raise_request_exception=False, SERVER_NAME="localhost", **given)


def capture(folder: Path, data: Path, like: Path | None) -> None:
    folder.mkdir(parents=True)
    run(["cp", "-a", data, folder / "var"], check=True)
    os.environ |= {"DJANGO_SETTINGS_MODULE": "ledger.settings", "VAR_DIR": str(folder / "var")}
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    settings.LOGGING["root"]["level"] = "ERROR"
    django.setup()
    call_command("migrate", verbosity=0)
    _set_clock_of_children(folder)
    more = data / "compare.json"
    with gzip.open(folder / ANSWERS, "wt", 3, "utf-8") as file:
        visit(file, json.loads(more.read_text("utf-8")) if more.exists() else {}, like)


def _set_clock_of_children(folder: Path) -> None:
    """Processes that write files are started by the program, and read this when they start."""
    (folder / "clock").mkdir()
    (folder / "clock/sitecustomize.py").write_text(CLOCK)
    os.environ["PYTHONPATH"] = f"{(folder / 'clock').resolve()}:{os.environ.get('PYTHONPATH', '')}"


def visit(file: io.TextIOBase, more: dict[str, Iterable[str]], like: Path | None) -> None:
    run_ = Capture(list(visitors(more)), file)
    for answer in answers(like) if like else ():
        run_.ask(run_.visitors[answer["person"]], answer["language"], answer["address"])
    for visitor in run_.visitors.values():
        for address in ("/", *more.get("addresses", ())):
            run_.ask_in_each_language(visitor, address)
        run_.crawl(visitor)
    for step in (run_.fill, run_.crawl):
        for visitor in run_.visitors.values():
            step(visitor)
    for visitor in run_.visitors.values():
        addresses = {address for _language, address in visitor.table_query}
        counts = f"{len(addresses):5} addresses {len(visitor.table_query):5} answers"
        print(f"{visitor.name:28} {counts} {visitor.seconds:7.1f} s")
    reached = {
        run_.route_of(address) for v in run_.visitors.values() for _l, address in v.table_query
    }
    print("Never asked for:", ", ".join(sorted(set(run_.routes) - reached)) or "none")
