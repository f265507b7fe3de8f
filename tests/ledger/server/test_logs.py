"""The log: whose request, in one line or object, and no secret in it."""

import json
import logging

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from ledger.server import logs
from tests.builders import make_clerk, make_county, make_unit
from units.people import keys


def record(message, *given, **more):
    made = logging.LogRecord("ledger.test", logging.INFO, "", 1, message, given, None)
    made.__dict__.update(more)
    return made


def in_json(*given, **more):
    text = logs.JsonFormatter().format(record(*given, **more))
    assert "\n" not in text
    return json.loads(text)


@pytest.fixture
def written():
    """Every record of the access log, as a JSON object, formatted while its request is under way."""
    found = []

    class Keep(logging.Handler):
        def emit(self, kept):
            found.append(json.loads(logs.JsonFormatter().format(kept)))

    keep = Keep()
    logs.access.addHandler(keep)
    yield found
    logs.access.removeHandler(keep)


@pytest.mark.django_db
def test_the_line_of_a_request_says_who_did_what_and_how_it_ended(client, written):
    """quality 46"""
    clerk = make_clerk(make_unit(make_county()))
    client.force_login(clerk)

    answer = client.get("/periods/?q=secret-word")

    [line] = written
    assert answer.headers["X-Request-ID"] == line["request"]
    expected = {"method": "GET", "path": "/periods/", "status": 403, "refused": True}
    expected |= {"user": clerk.pk, "user_name": clerk.username, "unit": clerk.unit_id}
    assert expected.items() <= line.items()
    assert "secret-word" not in json.dumps(line)
    assert line["time"][-6:] == "+08:00"
    assert line["ms"] >= 0


@pytest.mark.django_db
def test_a_password_typed_at_the_sign_in_is_in_no_line(client, written, caplog):
    client.post("/accounts/login/", {"username": "nobody", "password": "Hidden-2012-word"})

    assert written
    assert "Hidden-2012-word" not in caplog.text + json.dumps(written)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("password='a b' next", "password=*** next"),
        ("Cookie: session=abc; x", "Cookie: ***; x"),
        ("csrfmiddlewaretoken=zzz&a=1", "csrfmiddlewaretoken=***&a=1"),
        ("postgresql://app:geheim@db/x", "postgresql://app:***@db/x"),
        ("DETAIL:  Failing row contains (1, argon2$abc).", "DETAIL:  Failing row contains (***)"),
    ],
)
def test_secrets_are_masked_wherever_a_text_brings_them(said, kept):
    assert in_json("%s", said)["message"] == kept


@pytest.mark.django_db
def test_the_secret_in_a_calendars_address_is_in_no_line(client, written):
    secret = keys.PREFIX + "h" * 43

    client.get(f"/calendar/{secret}.ics")

    assert written[-1]["path"] == "/calendar/jz_***.ics"
    assert secret not in json.dumps(written)


@pytest.mark.parametrize("mark", ["\r\n", "\x1b", "\u2028", "\u202e", "\x85", "\ud800"])
def test_no_text_from_outside_begins_a_line_or_turns_it_around(mark):
    """quality 28, 46"""
    said = f"one{mark}two"

    line = logs.LineFormatter().format(record("%s", said))
    text = logs.JsonFormatter().format(record("%s", said))

    assert not set(mark) & set(line + text)
    (line + text).encode()


def test_a_traceback_stays_inside_its_object():
    try:
        raise ValueError("password=hidden")
    except ValueError as error:
        caught = (ValueError, error, error.__traceback__)

    found = in_json("broken", exc_info=caught)

    assert "ValueError" in found["exception"]
    assert "hidden" not in found["exception"]


def test_a_slow_answer_is_a_warning(monkeypatch, caplog):
    monkeypatch.setattr(logs, "SLOW_SECONDS", 0.0)

    logs.numbered(lambda request: HttpResponse())(RequestFactory().get("/slow/"))

    [kept] = caplog.records
    assert (kept.levelname, kept.getMessage().endswith("slow")) == ("WARNING", True)
    assert logs.request_number() == ""
