"""Small promises of docs/records/assurance.md that no room's tests hold."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.access.pages import forms_of

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = sorted((ROOT / "static").glob("*.js"))
MARKUP = re.compile(r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|Function)\b")
ROOMS = ("units", "projects", "ledger")


def sources():
    for room in ROOMS:
        yield from (path for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts)


def test_scripts_set_text_and_never_markup():
    assert SCRIPTS
    assert [path.name for path in SCRIPTS if MARKUP.search(path.read_text("utf-8"))] == []


@pytest.mark.django_db
def test_a_password_is_hidden_may_be_pasted_and_may_be_long(client, head):
    html = client.get("/accounts/login/").content.decode()
    [field] = re.findall(r'<input[^>]*name="password"[^>]*>', html)

    assert 'type="password"' in field
    assert int(re.findall(r'maxlength="(\d+)"', field + ' maxlength="4096"')[0]) >= 128
    assert "onpaste" not in html
    assert forms_of(html, "/accounts/login/")


def test_md5_only_compares_two_copies_of_a_table():
    """Nowhere in Python; in SQL to compare backups, and to put a value on the health of a disk."""
    found = {path.name for path in sources() if re.search(r"\bmd5\b", path.read_text("utf-8"))}

    assert found == {"fingerprint.py", "health.py"}


@pytest.mark.parametrize("folder", ["/static/", "/evidence/", "/media/", "/docs/"])
@pytest.mark.django_db
def test_no_folder_is_listed(client, folder):
    assert client.get(folder).status_code == 404


def test_logs_go_to_standard_output_only():
    kinds = {handler["class"] for handler in settings.LOGGING["handlers"].values()}

    assert kinds == {"logging.StreamHandler"}


def test_templates_are_files_of_ours():
    for engine in settings.TEMPLATES:
        assert all(ROOT in Path(folder).parents for folder in engine["DIRS"])
        assert "loaders" not in engine["OPTIONS"]
