"""Compares ways to serve the program on every core: our supervised waitress, gunicorn and granian.

    pip install --target var/servers gunicorn granian       # never into the program's own environment
    python benchmarks/servers.py --candidates var/servers   # with nginx too, if it is installed
    python benchmarks/servers.py                             # our own server alone
    python benchmarks/servers.py --workbooks                 # pages while three workbooks are written

All run at once on one database and take turns, so that other load affects all alike. Measured: the
list of receipts with one client and with eight, by workers; response times of eight visitors under
500 slow sockets; the fate of 40 requests under way at a stop; and with ``--workbooks`` response
times of two visitors while three workbooks of 100,000 rows are written. Loopback only. A third of
the slow sockets send half a header, a third half a body, a third do not read the response.
"""

import argparse
import asyncio
import contextlib
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import psutil  # noqa: E402
from rounds import machine  # noqa: E402

from tests.drills.site import Person, Site, _free_port  # noqa: E402

PAGE, WORKBOOK = "/receipts/?state=all", "/receipts.xlsx?state=all"
RECEIPTS_A_PROJECT = 34  # of 300 projects: 10,200 receipts
FOR_WORKBOOKS = 334
THREADS = 6
PATIENCE_SECONDS = 20.0
SETTLE_SECONDS = 2.0  # the slow sockets' first burst is not measured


@dataclass
class Server:
    """A running server, or nginx in front of one."""

    name: str
    workers: int
    port: int
    process: "subprocess.Popen[bytes] | None" = None
    figures: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: Counter[str] = field(default_factory=Counter)
    stop: Counter[str] = field(default_factory=Counter)

    def keep(self, what: str, times: list[float], failed: int, seconds: float) -> None:
        self.figures[f"{what}: pages/s"].append((len(times) - failed) / seconds)
        self.figures[f"{what}: p95 ms"].append(percentile_95(times) * 1000)
        self.failed[what] += failed

    def median(self, what: str) -> float:
        found = self.figures.get(what)
        return statistics.median(found) if found else float("nan")


# --- starting them -------------------------------------------------------------------------------


def command(name: str, workers: int, port: int) -> list[str]:
    bind = f"127.0.0.1:{port}"
    if name == "gunicorn":
        sizes = ["-w", str(workers), "--threads", str(THREADS)]
        options = ["-k", "gthread", *sizes, "--log-level=error"]
        return ["-m", "gunicorn", "-b", bind, *options, "ledger.wsgi:application"]
    if name == "granian":
        sizes = [f"--workers={workers}", f"--blocking-threads={THREADS}"]
        options = ["--interface=wsgi", *sizes, "--no-ws", "--log-level=error"]
        return ["-m", "granian", "--host=127.0.0.1", f"--port={port}", *options, "ledger.wsgi:application"]  # fmt: skip
    return ["manage.py", "serve"]


def started(site: Site, name: str, workers: int, candidates: str) -> Server:
    port = _free_port()
    sizes = {"PORT": str(port), "WORKERS": str(workers), "THREADS": str(THREADS)}
    paths = {"PYTHONPATH": f"{ROOT}:{candidates}"} if name != "own" else {}
    process = subprocess.Popen(
        [sys.executable, *command(name, workers, port)],
        cwd=ROOT,
        env=site.environment | sizes | paths,
        stdout=subprocess.DEVNULL,
        stderr=site.log.open("ab"),
    )
    server = Server(name, workers, port, process)
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with contextlib.suppress(Exception):
            if Person(port).ask("GET", "/live", timeout=5).status == 200:
                return server
        time.sleep(0.2)
    raise SystemExit(f"{name} does not answer: {site.log.read_text()[-2000:]}")


@contextlib.contextmanager
def nginx(folder: Path, servers: list[Server]) -> Iterator[list[Server]]:
    """nginx in front of each, as in docs/operations.md, without TLS."""
    if not servers or not shutil.which("nginx"):
        yield []
        return
    before = [Server(f"nginx + {one.name}", one.workers, _free_port()) for one in servers]
    blocks = "".join(
        f"server {{ listen 127.0.0.1:{front.port}; client_max_body_size 130m; location / {{"
        f" proxy_pass http://127.0.0.1:{one.port}; proxy_set_header Host $http_host; }} }}\n"
        for front, one in zip(before, servers, strict=True)
    )
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )  # fmt: skip
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; worker_processes auto; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n"
        f"events {{ worker_connections 4096; }}\nhttp {{ access_log off; {temporary}\n{blocks}}}\n"
    )
    process = subprocess.Popen(["nginx", "-c", str(configuration), "-p", str(folder)])
    try:
        time.sleep(1)
        yield before
    finally:
        process.terminate()
        process.wait(10)


# --- the clients ---------------------------------------------------------------------------------


async def one_request(port: int, path: str, cookie: str) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head = (
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nConnection: close\r\n"
        )
        writer.write(f"{head}\r\n".encode())
        answer = await reader.read(-1)
        head, _, body = answer.partition(b"\r\n\r\n")
        if not body or not answer.startswith(b"HTTP/1.1 "):
            raise ConnectionError(answer[:60])
        return int(answer[9:12])
    finally:
        writer.close()


async def visits(port: int, cookie: str, visitors: int, seconds: float) -> tuple[list[float], int]:
    """The time of every visit; a failed one counts with the time until its failure."""
    times, failures = [], []
    until = time.perf_counter() + seconds

    async def visitor() -> None:
        while (begin := time.perf_counter()) < until:
            try:
                query = one_request(port, PAGE, cookie)
                if await asyncio.wait_for(query, PATIENCE_SECONDS) != 200:
                    failures.append(begin)
            except (OSError, TimeoutError):
                failures.append(begin)
                await asyncio.sleep(0.01)
            times.append(time.perf_counter() - begin)

    await asyncio.gather(*(visitor() for _number in range(visitors)))
    return times, len(failures)


def visited(server: Server, cookie: str, what: str, visitors: int, seconds: float) -> None:
    times, failed = asyncio.run(visits(server.port, cookie, visitors, seconds))
    server.keep(what, times, failed, seconds)


HALF_SENT = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    # With a cookie of the right length, so that the program begins to parse the form.
    b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nCookie: csrf=" + b"a" * 32 + b"\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\nhalf a body",
    b"GET /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
)


@contextlib.contextmanager
def slow_sockets(port: int, count: int) -> Iterator[None]:
    """Open sockets that occupy the server and stay silent."""
    sockets = []
    try:
        for number in range(count):
            slow = socket.socket()
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.settimeout(5)
            with contextlib.suppress(OSError):
                slow.connect(("127.0.0.1", port))
                slow.sendall(HALF_SENT[number % len(HALF_SENT)])
            sockets.append(slow)
        time.sleep(SETTLE_SECONDS)
        yield
    finally:
        for slow in sockets:
            slow.close()


@contextlib.contextmanager
def workbooks(server: Server, cookie: str, count: int = 3) -> Iterator[list[float]]:
    """Request so many workbooks at once and wait for all; the seconds of each."""
    took: list[float] = []

    def take() -> None:
        begun = time.monotonic()
        person = Person(server.port, cookies=dict([cookie.split("=", 1)]))
        answer = person.ask("GET", WORKBOOK, timeout=900)
        assert answer.status == 200, answer.body[:500]
        took.append(time.monotonic() - begun)

    people = [threading.Thread(target=take) for _number in range(count)]
    for person in people:
        person.start()
    time.sleep(SETTLE_SECONDS)
    yield took
    for person in people:
        person.join()


async def stopped(server: Server, cookie: str, requests: int = 40) -> Counter[str]:
    """The outcome of requests under way when the server is stopped."""
    assert server.process is not None
    query = [
        asyncio.create_task(one_request(server.port, PAGE, cookie)) for _number in range(requests)
    ]
    await asyncio.sleep(0.5)
    server.process.send_signal(signal.SIGTERM)
    answers = await asyncio.gather(*query, return_exceptions=True)
    return Counter(
        "lost" if isinstance(answer, BaseException) else str(answer) for answer in answers
    )


# --- the measurement -----------------------------------------------------------------------------


def percentile_95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)] if times else float("nan")


def measure(servers: list[Server], cookie: str, options: argparse.Namespace) -> None:
    for server in servers:  # warm up: the first pages are not measured
        asyncio.run(visits(server.port, cookie, 8, 1))
    for _round in range(options.rounds):
        for server in servers:
            visited(server, cookie, "1", 1, options.seconds)
            visited(server, cookie, "8", 8, options.seconds)
    print(f"  after the rounds: {machine()}", flush=True)
    for server in servers:
        if server.workers == max(options.workers):
            with slow_sockets(server.port, options.slow):
                visited(server, cookie, "slow", 8, options.seconds)


def write_workbooks(servers: list[Server], cookie: str, options: argparse.Namespace) -> None:
    for server in servers:
        for _round in range(options.rounds):
            visited(server, cookie, "without", 2, options.seconds)
            with workbooks(server, cookie) as took:
                visited(server, cookie, "writing", 2, 3 * options.seconds)
            server.figures["workbook s"] += took


def print_table(servers: list[Server], columns: dict[str, Callable[[Server], str]]) -> None:
    print("\n| " + " | ".join(columns) + " |\n|" + " --- |" * len(columns))
    for one in servers:
        cells = [cell(one).replace("nan", "") for cell in columns.values()]
        print("| " + " | ".join(cells) + " |")


def ratio(one: Server, upper: str, lower: str) -> str:
    """The ratio of each round, so that a slow minute affects both."""
    pairs = zip(one.figures[upper], one.figures[lower], strict=False)
    found = sorted(mine / base for mine, base in pairs)
    return f"{statistics.median(found):.2f} ({found[0]:.2f} to {found[-1]:.2f})" if found else ""


NAME: dict[str, Callable[[Server], str]] = {
    "server": lambda one: one.name,
    "workers": lambda one: str(one.workers),
}
PAGES: dict[str, Callable[[Server], str]] = {
    **NAME,
    "pages/s, 1 client": lambda one: f"{one.median('1: pages/s'):.1f}",
    "8 clients": lambda one: f"{one.median('8: pages/s'):.1f}",
    "8 to 1": lambda one: ratio(one, "8: pages/s", "1: pages/s"),
    "p95 ms of 8": lambda one: f"{one.median('8: p95 ms'):.0f}",
    "with 500 slow sockets": lambda one: f"{one.median('slow: p95 ms'):.0f}",
    "not answered": lambda one: str(one.failed["slow"]),
    "a stop": lambda one: ", ".join(f"{n} x {what}" for what, n in sorted(one.stop.items())),
}
WRITING: dict[str, Callable[[Server], str]] = {
    **NAME,
    "p95 ms of 2 clients": lambda one: f"{one.median('without: p95 ms'):.0f}",
    "while 3 workbooks are written": lambda one: f"{one.median('writing: p95 ms'):.0f}",
    "ratio": lambda one: ratio(one, "writing: p95 ms", "without: p95 ms"),
    "a workbook, s": lambda one: f"{one.median('workbook s'):.0f}",
}


def ended(server: Server) -> None:
    """End every process of the server, also those that its main process left behind."""
    if server.process is None:
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        family = psutil.Process(server.process.pid).children(recursive=True)
        server.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.process.wait(60)
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        server.process.kill()
        server.process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--candidates", default="", help="folder that gunicorn and granian are in")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--slow", type=int, default=500)
    parser.add_argument("--workbooks", action="store_true")
    options = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit, 8192), limit))
    names = ["own", "gunicorn", "granian"] if options.candidates else ["own"]
    with TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's workers write there
        site = Site(folder, LOG_LEVEL="ERROR", WORKERS="1")
        stack.callback(site.stop)
        site.start()
        site.wait_until_ready()
        receipts = FOR_WORKBOOKS if options.workbooks else RECEIPTS_A_PROJECT
        site.run(str(ROOT / "benchmarks" / "settlement_county.py"), str(receipts))
        cookie = f"session={Person(site.port, 'verifier0').sign_in().cookies['session']}"
        print(machine(), flush=True)
        servers: list[Server] = []
        for workers in options.workers[-1:] if options.workbooks else options.workers:
            for kind in names:
                servers.append(started(site, kind, workers, options.candidates))
                stack.callback(ended, servers[-1])
        if options.workbooks:
            write_workbooks(servers, cookie, options)
            print_table(servers, WRITING)
        else:
            with nginx(folder, servers if options.candidates else []) as fronts:
                measure([*servers, *fronts], cookie, options)
            for one in servers:
                one.stop = asyncio.run(stopped(one, cookie))
            print_table([*servers, *fronts], PAGES)
        print(machine())


if __name__ == "__main__":
    main()
