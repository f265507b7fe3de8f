"""Compares WSGI servers: speed, and what a visitor feels while slow sockets hang on them.

Owns: starting each server on a free loopback port, loading it from one client, printing one table.
Must never: reach beyond 127.0.0.1 or leave a server running.

    python benchmarks/servers.py --rounds 5 --seconds 3 --slow 500
    python benchmarks/servers.py --port 8000 --path /accounts/login/    # what `make run` serves

Each round visits the servers in turn, so that the machine's moods fall on all of them alike. A
third of the slow sockets send half a header, a third half a body, a third ask for 2 MB and do not
read them. Every server has one process with eight threads; "2x4" is two processes with four each.
"""

import argparse
import asyncio
import contextlib
import importlib.metadata
import os
import platform
import resource
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
LARGE = 2 * 1024 * 1024
PAGE = b"x" * 20_000
PROMISE_SECONDS = 1.0  # quality 46: a normal request under 500 slow sockets
PATIENCE_SECONDS = 10.0
SETTLE_SECONDS = 2.0  # the first burst of the slow ones is work, not slowness


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """A page of 20 KB with a little work in it; a big one; and a form that reads its body."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    body = b"x" * LARGE if environ["PATH_INFO"] == "/large" else PAGE
    sum(range(2_000))
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
    return [body]


def waitress_command(port: int) -> list[str]:
    options = ["--threads=8", "--connection-limit=2000", "--asyncore-use-poll", "--backlog=1024"]
    return ["waitress", f"--listen=127.0.0.1:{port}", *options, "servers:application"]


def granian_command(port: int) -> list[str]:
    options = [
        "--interface=wsgi",
        "--workers=1",
        "--blocking-threads=8",
        "--no-ws",
        "--log-level=error",
    ]
    return ["granian", "--host=127.0.0.1", f"--port={port}", *options, "servers:application"]


def gunicorn_command(port: int, workers: int = 1, threads: int = 8) -> list[str]:
    options = ["-k", "gthread", "-w", str(workers), "--threads", str(threads), "--log-level=error"]
    return ["gunicorn", "-b", f"127.0.0.1:{port}", *options, "servers:application"]


SERVERS: dict[str, Callable[[int], list[str]]] = {
    "waitress": waitress_command,
    "granian": granian_command,
    "gunicorn gthread": gunicorn_command,
    "gunicorn gthread 2x4": lambda port: gunicorn_command(port, workers=2, threads=4),
}


@dataclass
class Figures:
    """What one server did, a number per round."""

    rate: list[float] = field(default_factory=list)
    p95: list[float] = field(default_factory=list)
    slow_rate: list[float] = field(default_factory=list)
    slow_p95: list[float] = field(default_factory=list)
    failed: int = 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(command: Callable[[int], list[str]]) -> Iterator[int]:
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    process = subprocess.Popen(
        [sys.executable, "-m", *command(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port, process)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _attempt in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if process.poll() is not None:
            raise SystemExit(f"{process.args!r} ended with {process.returncode}")
        time.sleep(0.05)
    raise SystemExit(f"{process.args!r} did not listen within 10 seconds")


# --- the clients -------------------------------------------------------------------------------


async def one_request(port: int, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
        )
        answer = await reader.read(-1)
        if not answer.startswith(b"HTTP/1.1 200"):
            raise ConnectionError(answer[:60])
    finally:
        writer.close()


async def visitor(
    port: int, path: str, until: float, times: list[float], failures: list[float]
) -> None:
    while (begin := time.perf_counter()) < until:
        try:
            await asyncio.wait_for(one_request(port, path), PATIENCE_SECONDS)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            failures.append(time.perf_counter() - begin)
            await asyncio.sleep(0.01)
        times.append(time.perf_counter() - begin)


async def visits(port: int, options: argparse.Namespace) -> tuple[list[float], int]:
    """Every visit's time; one that failed counts with the time it took to fail."""
    times: list[float] = []
    failures: list[float] = []
    until = time.perf_counter() + options.seconds
    crowd = (visitor(port, options.path, until, times, failures) for _ in range(options.visitors))
    await asyncio.gather(*crowd)
    return times, len(failures)


HALF_SENT = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nhalf a body",
    b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n",
)


@contextlib.contextmanager
def slow_sockets(port: int, count: int) -> Iterator[None]:
    """Sockets that took the server's attention and give nothing back."""
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


# --- the measurement ---------------------------------------------------------------------------


def percentile_95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def measure(figures: Figures, port: int, options: argparse.Namespace) -> None:
    times, failed = asyncio.run(visits(port, options))
    figures.rate.append((len(times) - failed) / options.seconds)
    figures.p95.append(percentile_95(times))
    with slow_sockets(port, options.slow):
        times, failed = asyncio.run(visits(port, options))
    figures.slow_rate.append((len(times) - failed) / options.seconds)
    figures.slow_p95.append(percentile_95(times))
    figures.failed += failed


def print_table(results: dict[str, Figures]) -> None:
    base = statistics.median(next(iter(results.values())).rate)
    heads = [
        "server",
        "requests/s",
        "ratio",
        "p95 ms",
        "slow: requests/s",
        "p95 ms",
        "worst",
        "failed",
        "kept",
    ]
    print("| " + " | ".join(heads) + " |\n|" + " --- |" * len(heads))
    for name, figures in results.items():
        kept = "yes" if max(figures.slow_p95) < PROMISE_SECONDS and not figures.failed else "NO"
        cells = [
            name,
            f"{statistics.median(figures.rate):.0f}",
            f"{statistics.median(figures.rate) / base:.2f}",
            f"{statistics.median(figures.p95) * 1000:.1f}",
            f"{statistics.median(figures.slow_rate):.0f}",
            f"{statistics.median(figures.slow_p95) * 1000:.1f}",
            f"{max(figures.slow_p95) * 1000:.1f}",
            str(figures.failed),
            kept,
        ]
        print("| " + " | ".join(cells) + " |")


def print_versions() -> None:
    packages = ("waitress", "granian", "gunicorn")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    print(f"{versions}; Python {platform.python_version()}, {os.cpu_count()} cores\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--visitors", type=int, default=8)
    parser.add_argument("--slow", type=int, default=500)
    parser.add_argument("--path", default="/", help="what a normal visitor asks for")
    parser.add_argument("--port", type=int, help="measure what serves here already, and only that")
    options = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit, 8192), limit))
    print_versions()
    print_table(one_server(options) if options.port else all_servers(options))


def one_server(options: argparse.Namespace) -> dict[str, Figures]:
    figures = Figures()
    for _round in range(options.rounds):
        measure(figures, options.port, options)
    return {f"port {options.port}": figures}


def all_servers(options: argparse.Namespace) -> dict[str, Figures]:
    results = {name: Figures() for name in SERVERS}
    for _round in range(options.rounds):
        for name, command in SERVERS.items():
            with running(command) as port:
                measure(results[name], port, options)
    return results


if __name__ == "__main__":
    main()
