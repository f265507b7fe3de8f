"""Files written in a process of their own: the same file, the same refusals, and nobody else's rows."""

import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing

import psutil
import pytest
from django.db import OperationalError, connection, transaction
from django.http import FileResponse, Http404
from django.test import RequestFactory
from django.utils import translation
from openpyxl import load_workbook

from ledger.server import apart, faults, logs
from tests.builders import make_clerk, make_county, make_person, make_project, make_unit
from units.access import CountyWanted

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not apart.CAN_FORK, reason="this system has no fork server"),
]


HERE = "tests.ledger.server.test_apart"
LOWEST_PRIORITY = 19


class Peculiar(Exception):
    """Cannot be made again from its text alone."""

    def __init__(self, one, two):
        super().__init__(one)
        self.two = two


ERRORS = {
    "missing": Http404("no such month"),
    "county": CountyWanted(),
    "full": OSError(errno.ENOSPC, "No space left on device"),
    "away": OperationalError("server closed the connection"),
}


def seen(request, number):
    """What the writing process sees of the request."""
    facts = {
        "process": os.getpid(),
        "nice": os.nice(0),
        "person": request.user.username,
        "query": dict(request.GET.lists()),
        "number": number,
        "language": translation.get_language(),
        "request": logs.request_number(),
        "database": connection.settings_dict["NAME"],
    }
    words = json.dumps(facts).encode()
    response = FileResponse(io.BytesIO(words), as_attachment=True, filename="事实.json")
    response["Content-Length"] = str(len(words))
    return response


def failing(request, how):
    raise ERRORS[how]


def peculiar(request):
    raise Peculiar("first", "second")


def told_to_stop(request):
    for stop in (signal.SIGINT, signal.SIGTERM):
        os.kill(os.getpid(), stop)
    return FileResponse(io.BytesIO(b"[1]"), filename="x.json")


def dying(request):
    os._exit(1)


def dying_on_the_way(request):
    response = FileResponse(io.BytesIO(b"half"), filename="x.xlsx")
    response["Content-Length"] = "8"
    return response


@pytest.fixture
def person():
    return make_person(make_county(), "leader")


@pytest.fixture
def request_of(person):
    def made(query=""):
        request = RequestFactory().get(f"/facts.json?{query}")
        request.user = person
        return request

    return made


def facts_of(response):
    with closing(response):
        return json.loads(b"".join(response))


def test_the_other_process_knows_the_request_and_makes_way_for_pages(request_of, person):
    with translation.override("en"):
        response = apart.apart(f"{HERE}.seen")(request_of("unit=1&unit=2&q=%E5%8E%BF"), number=7)

    facts = facts_of(response)
    assert facts.pop("process") != os.getpid()
    assert facts == {
        "nice": min(os.nice(0) + apart.LOWER_PRIORITY, LOWEST_PRIORITY),
        "person": person.username,
        "query": {"unit": ["1", "2"], "q": ["县"]},
        "number": 7,
        "language": "en",
        "request": "",
        "database": connection.settings_dict["NAME"],
    }
    assert response["Content-Disposition"].startswith("attachment")


def test_inside_a_transaction_it_is_written_on_the_spot(request_of):
    """Its rows are not there for another process."""
    with transaction.atomic():
        facts = facts_of(apart.apart(f"{HERE}.seen")(request_of(), number=1))

    assert (facts["process"], facts["nice"]) == (os.getpid(), os.nice(0))


def test_each_file_has_a_process_of_its_own_that_ends_with_it(request_of):
    processes = [
        facts_of(apart.apart(f"{HERE}.seen")(request_of(), number=n))["process"] for n in range(2)
    ]

    assert len(set(processes)) == 2
    until = time.monotonic() + 10
    while any(map(psutil.pid_exists, processes)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(psutil.pid_exists, processes))


def test_a_file_under_way_is_finished_when_the_program_is_told_to_stop(request_of):
    """systemd and a terminal tell every process of the group."""
    assert facts_of(apart.apart(f"{HERE}.told_to_stop")(request_of())) == [1]


@pytest.mark.parametrize("how", ERRORS)
def test_an_error_comes_back_as_it_was(request_of, how):
    with pytest.raises(type(ERRORS[how])) as caught:
        apart.apart(f"{HERE}.failing")(request_of(), how=how)

    assert caught.value.args == ERRORS[how].args
    assert faults.sentence_for(caught.value) == faults.sentence_for(ERRORS[how])
    assert "in failing" in caught.value.__notes__[0]


def test_an_error_that_cannot_travel_is_told_in_words(request_of):
    with pytest.raises(RuntimeError, match="Peculiar: first"):
        apart.apart(f"{HERE}.peculiar")(request_of())


@pytest.mark.parametrize("writer", ["dying", "dying_on_the_way"])
def test_a_process_that_ends_too_early_is_told_as_that(request_of, writer):
    with pytest.raises(apart.CutOff) as caught:
        apart.apart(f"{HERE}.{writer}")(request_of())

    with translation.override("zh-hans"):
        assert str(faults.sentence_for(caught.value)).startswith("文件未能生成")


def test_the_views_give_the_same_file_either_way(client):
    """And each person the rows of his own reach."""
    county = make_county()
    units = [make_unit(county, name) for name in ("水沟镇", "城关镇")]
    for unit in units:
        make_project(unit, f"{unit.name}项目")
    client.force_login(make_clerk(units[0]))

    there = client.get("/projects.xlsx")
    with transaction.atomic():
        here = client.get("/projects.xlsx")

    read = texts(there)
    assert read == texts(here)
    assert f"{units[0].name}项目" in read
    assert f"{units[1].name}项目" not in read
    names = ("Content-Type", "Content-Disposition", "Cache-Control")
    assert [there[name] for name in names] == [here[name] for name in names]


def texts(response):
    book = load_workbook(io.BytesIO(b"".join(response)))
    return [cell.value for row in book.worksheets[0].iter_rows() for cell in row if cell.value]


def test_a_process_of_pages_loads_no_library_of_files():
    """They would take a fifth of its memory, and of its start."""
    program = (
        "import django, sys; django.setup(); import ledger.wsgi, ledger.urls; print(*sys.modules)"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "ledger.settings"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )

    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "django_tables2" in loaded
    assert not loaded & {"openpyxl", "docx", "lxml", "python_calamine"}
