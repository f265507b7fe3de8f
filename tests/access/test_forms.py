"""Every form of every page: it accepts only its own fields, and only from our own pages."""

import pytest
from django.db import transaction
from django.test import Client

from tests.access import matrix, rows
from tests.access.pages import forms_of
from tests.access.routes import routes

pytestmark = pytest.mark.django_db
TABLE = matrix.table()
SENDERS = ("clerk_a", "verifier", "bureau_head", "system", "security")
# Guesses of model fields that no form offers, and formset counts that do not fit.
EXTRAS = {
    "id": "1",
    "pk": "1",
    "county": "2",
    "county_id": "2",
    "unit_id": "2",
    "role": "bureau_head",
    "is_staff": "on",
    "is_superuser": "on",
    "is_active": "",
    "must_change_password": "",
    "session_round": "9",
    "status": "verified",
    "state": "verified",
    "version": "1",
    "verified_by": "1",
    "verified_at": "2012-01-01",
    "entered_by": "1",
    "lead_unit": "2",
    "recorded_by": "1",
    "counted_on": "2011-01-01",
    "content_hash": "0",
    "submitted_at": "2012-01-01",
    "form-TOTAL_FORMS": "100000",
    "form-INITIAL_FORMS": "100000",
    "form-0-id": "1",
}


def pages():
    """Each page with each person who reads it and may post something."""
    for route in routes():
        row = TABLE.get((route.name, "GET"), {})
        for who in SENDERS:
            if row.get(who) == "200":
                yield route, who


@pytest.fixture(scope="module")
def forms(asking):
    """Each form once, with a person who is offered it; without the sign-out form."""
    return list(_found_forms(asking))


def _found_forms(asking):
    seen = {"/accounts/logout/", "/language/"}
    for route, who in pages():
        path = route.path(asking.office.named)
        answer = asking.ask(who, "GET", path)
        if answer.streaming or "text/html" not in answer["Content-Type"]:
            continue
        for form in forms_of(answer.content.decode(), path):
            if form.action not in seen:
                seen.add(form.action)
                yield who, form


def written_by(asking, who, action, pairs, before):
    """All rows after a form was sent, then rolled back."""
    sent = {}
    for name, value in pairs:
        sent.setdefault(name, []).append(value)
    kept = asking.clients[who].cookies.output()
    undone = transaction.savepoint()
    try:
        answer = asking.clients[who].post(action, sent)
        assert answer.status_code < 500
        return rows.rows(before)
    finally:
        transaction.savepoint_rollback(undone)
        asking.clients[who].cookies.load(kept.replace("Set-Cookie: ", ""))


def test_no_form_takes_what_it_does_not_ask_for(asking, forms):
    """quality 13: extra and repeated fields change no row."""
    before = rows.newest()
    at_first = rows.rows(before)
    effective = set()

    for who, form in forms:
        more = [(name, value) for name, value in EXTRAS.items() if name not in form.names]
        twice = [(name, "1") for name in form.names - form.several]
        plain = written_by(asking, who, form.action, form.pairs, before)
        extra = written_by(asking, who, form.action, twice + form.pairs + more, before)
        assert extra == plain, (who, form.action)
        if plain != at_first:
            effective.add(form.action)

    assert len(effective) >= 15, effective


# Cross-site requests


def senders():
    """Each URL that accepts POST, with a person who may."""
    for route in routes():
        row = TABLE.get((route.name, "POST"))
        if row:
            allowed = [who for who in matrix.PEOPLE if row[who] in ("200", "302", "409", "422")]
            yield route, (allowed or ["nobody"])[-1]


def foreign(token):
    """What a foreign page, or an old one of ours, could make a browser send."""
    yield {"data": {}}
    yield {"data": {"csrfmiddlewaretoken": "x" * 64}}
    yield {"data": {"csrfmiddlewaretoken": token}, "HTTP_ORIGIN": "https://evil.example"}
    yield {"data": {"csrfmiddlewaretoken": token}, "HTTP_ORIGIN": "null"}
    yield {"data": f"csrfmiddlewaretoken={token}", "content_type": "text/plain"}


def test_no_address_takes_a_form_that_our_page_did_not_send(asking):
    """quality 9: no token, a wrong one, a foreign origin, plain text; also for signing in."""
    before = rows.newest()
    at_first = rows.rows(before)
    token = "k7Qz" * 8

    for route, who in senders():
        path = route.path(asking.office.named)
        client = Client(enforce_csrf_checks=True)
        for name, morsel in asking.clients[who].cookies.items():
            client.cookies[name] = morsel.value
        client.cookies["csrf"] = token
        for sent in foreign(token):
            answer = client.post(path, **sent)
            assert answer.status_code == 403, (route.name, sent)

    assert rows.rows(before) == at_first


def test_nothing_is_done_by_opening_an_address(asking, forms):
    """quality 9: the form's fields sent as a GET query instead."""
    before = rows.newest()
    at_first = rows.rows(before)

    for who, form in forms:
        undone = transaction.savepoint()
        asking.clients[who].get(form.action, dict(form.pairs))
        assert rows.rows(before) == at_first, form.action
        transaction.savepoint_rollback(undone)
