"""An old page changes nothing: every form about a stored row carries what its page showed (rule 18).

Walks the forms of all pages. Each is sent, and then sent once more from the same old page with
other words, as the second of two tabs would do.
"""

import pytest
from django.db import transaction

from tests.access import rows
from tests.access.test_forms import forms as forms

pytestmark = pytest.mark.django_db
VERSIONS = {"seen", "version", "key", "receipt"}
# Part of the address -> why its form needs no version.
WITHOUT = {
    "/accounts/password/": "asks for the old password",
    "/accounts/second-factor/": "asks for the password and a code",
    "/people/new/": "adds a row",
    "/api/keys/": "adds a row, or ends one for good",
    "/county/notices/robots/": "adds a row, or removes one for good",
    "/calendar/": "gives a new address",
    "/import/": "adds an upload; its preview carries a digest",
    "/take-back/": "takes a pledge back once",
    "/remind/": "sends notices, each once",
    "/points/": "proposes points for an item that is not judged",
    "/claims/new/": "adds a row",
    "/objections/": "adds an objection to a score",
}
ADDS = ("/people/new/", "/api/keys/", "/robots/", "/calendar/", "/import/")


def is_versioned(form):
    return any(name.rpartition("-")[2] in VERSIONS for name in form.names)


def sent_by(pairs, *, words=None):
    """The pairs as a browser sends them; the free text is ``words`` if given."""
    sent = {}
    for name, value in pairs:
        changed = words if words and value == "写明情况" else value
        sent.setdefault(name, []).append(changed)
    return sent


def test_every_form_carries_its_version(forms):
    missing = {form.action for _who, form in forms if not is_versioned(form)}

    assert not [one for one in missing if not any(part in one for part in WITHOUT)]
    assert all(any(part in one for one in missing) for part in WITHOUT)


def test_an_old_page_sent_again_changes_nothing(asking, forms):
    before = rows.newest()
    at_first, effective = rows.rows(before), set()

    for who, form in forms:
        if any(part in form.action for part in ADDS):
            continue
        client = asking.clients[who]
        kept = client.cookies.output()
        undone = transaction.savepoint()
        first = client.post(form.action, sent_by(form.pairs))
        once = rows.rows(before)
        if first.status_code < 400 and once != at_first:
            effective.add(form.action)
            again = client.post(form.action, sent_by(form.pairs, words="旧页面上的话"))
            assert again.status_code < 500, form.action
            assert rows.rows(before) == once, (who, form.action)
        transaction.savepoint_rollback(undone)
        client.cookies.load(kept.replace("Set-Cookie: ", ""))

    assert len(effective) >= 20, sorted(effective)
