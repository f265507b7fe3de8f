"""The server as it is really started: two workers, one supervisor, and what ends each of them."""

import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest
from django.core.management.base import CommandError

from ledger.database import embedded
from ledger.management.commands import serve
from ledger.server import supervisor
from tests.drills.site import Lost, Person, Site

REQUESTS = 40


@pytest.fixture(scope="module")
def site():
    """Not in pytest's own folder: another run of pytest closes that to the account of the database."""
    with TemporaryDirectory() as name:
        site = Site(Path(name), WORKERS="2", THREADS="2")
        yield site
        site.stop()


@pytest.fixture
def started(site):
    if site.process is None or site.process.poll() is not None:
        site.start()
    site.wait_until_ready()
    until(lambda: len(workers(site)) == 2 and all(serves(one) for one in workers(site)))
    return site


def workers(site):
    return [child for child in psutil.Process(site.process.pid).children() if is_worker(child)]


def is_worker(process):
    with suppress(psutil.NoSuchProcess):
        return "serve_worker" in process.cmdline()
    return True  # dead, and not yet replaced


def serves(worker):
    """Whether it listens already; a new process has the socket from its birth, but no threads."""
    return worker.num_threads() > 4


def until(happened, seconds=60):
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


def page(site, timeout=60):
    return Person(site.port).ask("GET", "/start/", timeout=timeout).status


def postmaster(site):
    found = embedded._server_processes(site.var_dir.resolve() / "pgdata")
    return [process.pid for process in found if embedded._is_postmaster(process)]


def test_each_worker_serves_while_the_other_stands_still(started):
    for worker in workers(started):
        worker.suspend()
        try:
            assert [page(started) for _number in range(3)] == [200] * 3
        finally:
            worker.resume()


def test_a_worker_that_dies_is_replaced_and_the_database_stays(started):
    before, database = workers(started), postmaster(started)

    before[0].kill()

    until(lambda: len(set(workers(started)) - set(before)) == 1)
    assert before[1] in workers(started)
    assert page(started) == 200
    assert postmaster(started) == database
    assert f"process {before[0].pid} ended with -9" in started.log.read_text()


def test_all_workers_may_die_at_once(started):
    before, database = workers(started), postmaster(started)

    for worker in before:
        worker.kill()

    until(lambda: not set(workers(started)) & set(before))
    assert page(started) == 200
    assert postmaster(started) == database


def test_workers_end_with_a_supervisor_that_is_killed(started):
    left = workers(started)

    started.process.kill()
    started.process.wait()

    assert psutil.wait_procs(left, 30)[1] == []


def asked_at_once(site, stop):
    """Many requests under way when the stop comes; what became of each."""
    gate = threading.Barrier(REQUESTS + 1)

    def ask(_number):
        gate.wait()
        try:
            return page(site)
        except Lost as lost:
            return "never connected" if "refused" in str(lost) else str(lost)

    with ThreadPoolExecutor(REQUESTS) as pool:
        answers = [pool.submit(ask, number) for number in range(REQUESTS)]
        gate.wait()
        time.sleep(0.1)
        stop()
        return [answer.result() for answer in answers]


@pytest.mark.parametrize("whom", ["supervisor", "everybody", "terminal"])
def test_a_stop_loses_no_request(started, whom):
    """systemd tells all processes of the service to stop, a terminal interrupts them all."""
    number = signal.SIGINT if whom == "terminal" else signal.SIGTERM
    family = [psutil.Process(started.process.pid)]
    family += workers(started) if whom != "supervisor" else []

    def stop():
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    answers = asked_at_once(started, stop)

    assert set(answers) <= {200, 503, "never connected"}, answers
    assert answers.count(200) >= REQUESTS // 4
    assert started.process.wait(60) == 0


def test_a_worker_that_cannot_start_is_tried_again_ever_more_slowly(monkeypatch, tmp_path):
    program = tmp_path / "manage.py"
    program.write_text(f"open({str(tmp_path / 'starts')!r}, 'a').write('x'); raise SystemExit(3)")
    monkeypatch.setattr(supervisor, "PROGRAM", program)
    place = supervisor.Place("serve_worker", "0")
    end = time.monotonic() + 2.5
    while time.monotonic() < end:
        place.look()
        time.sleep(0.02)
    place.process.wait()
    place.close()

    assert 2 <= len((tmp_path / "starts").read_text()) <= 4


@pytest.mark.django_db
def test_more_workers_than_the_database_has_connections_for_are_refused():
    serve.demand_connections(2, 6)

    with pytest.raises(CommandError) as refused:
        serve.demand_connections(64, 64)

    assert re.search(r"4160.*WORKERS", str(refused.value))
