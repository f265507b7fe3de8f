"""The readers of the environment: what they accept, and the sentence with which they refuse."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from ledger import settings
from units.models import Role

ROOT = settings.BASE_DIR


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", True),
        ("TRUE", True),
        ("on", True),
        ("0", False),
        ("no", False),
        ("", True),
        (" ", True),
    ],
)
def test_boolean_understands_the_usual_words(monkeypatch, text, expected):
    monkeypatch.setenv("X", text)

    assert settings.read_boolean("X", default=True) is expected


@pytest.mark.parametrize("text", ["2", "ja", "True!", "１", "None"])
def test_boolean_refuses_anything_else_by_name(monkeypatch, text):
    monkeypatch.setenv("X", text)

    with pytest.raises(ImproperlyConfigured, match=r"^X is .*; write 1 or 0"):
        settings.read_boolean("X", default=False)


def test_integer_keeps_to_its_bounds(monkeypatch):
    monkeypatch.setenv("X", "65535")

    assert settings.read_integer("X", 8000, 1, 65535) == 65535
    assert settings.read_integer("UNSET", 8000, 1, 65535) == 8000


@pytest.mark.parametrize(
    "text", ["0", "65536", "-1", "8000.0", "1_000", "１２", "0x50", "port", "9" * 5000]
)
def test_integer_refuses_what_is_not_one(monkeypatch, text):
    monkeypatch.setenv("X", text)

    with pytest.raises(ImproperlyConfigured, match="write a whole number from 1 to 65535"):
        settings.read_integer("X", 8000, 1, 65535)


def test_choice_refuses_an_unknown_word(monkeypatch):
    monkeypatch.setenv("X", "LOUD")

    with pytest.raises(ImproperlyConfigured, match="write one of INFO, ERROR"):
        settings.read_choice("X", "INFO", ("INFO", "ERROR"))


@pytest.mark.parametrize("text", ["http://a.example", "a.example/", "a b"])
def test_hosts_refuse_addresses(monkeypatch, text):
    monkeypatch.setenv("X", text)

    with pytest.raises(ImproperlyConfigured, match="write host names"):
        settings.read_hosts("X", [])


@pytest.mark.parametrize(
    "text", ["a.example", "https://", "https://a.example/path", "ftp://a.example"]
)
def test_origins_refuse_anything_but_scheme_and_host(monkeypatch, text):
    monkeypatch.setenv("X", text)

    with pytest.raises(ImproperlyConfigured, match="write scheme and host"):
        settings.read_origins("X")


def test_roles_that_owe_a_second_factor_are_named_or_all(monkeypatch):
    """quality 22"""
    monkeypatch.setenv("X", "verifier, bureau_head")
    assert settings.read_roles("X") == ["verifier", "bureau_head"]
    monkeypatch.setenv("X", "all")
    assert set(settings.read_roles("X")) == set(Role.values) - {Role.NONE}
    monkeypatch.setenv("X", "boss")
    with pytest.raises(ImproperlyConfigured, match="write all, or of these"):
        settings.read_roles("X")


def test_secret_comes_from_the_variable_then_from_its_file(monkeypatch, tmp_path):
    file = tmp_path / "key"
    file.write_text("f" * 40 + "\n")
    monkeypatch.setenv("X_FILE", str(file))

    assert settings.read_secret("X", tmp_path / "made") == "f" * 40
    monkeypatch.setenv("X", "v" * 40)
    assert settings.read_secret("X", tmp_path / "made") == "v" * 40
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("name", ["X", "X_FILE"])
def test_secret_that_is_short_or_unreadable_is_refused(monkeypatch, tmp_path, name):
    monkeypatch.setenv(name, "short")

    with pytest.raises(ImproperlyConfigured, match=f"^{name} "):
        settings.read_secret("X", tmp_path / "made")


def test_old_secrets_are_read_from_the_variable_or_a_file(monkeypatch, tmp_path):
    """quality 46"""
    old, older = "a" * 40, "b" * 40
    assert settings.read_old_secrets("X") == []
    monkeypatch.setenv("X", f"{old},{older}")
    assert settings.read_old_secrets("X") == [old, older]
    monkeypatch.delenv("X")
    (tmp_path / "keys").write_text(f"{old}\n{older}\n")
    monkeypatch.setenv("X_FILE", str(tmp_path / "keys"))
    assert settings.read_old_secrets("X") == [old, older]
    monkeypatch.setenv("X", "short")
    with pytest.raises(ImproperlyConfigured, match="X is too short"):
        settings.read_old_secrets("X")


def test_database_url_may_lie_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "url").write_text("postgresql://clerk:pw@db.example/county\n")
    monkeypatch.setenv("X_FILE", str(tmp_path / "url"))

    assert settings.read_database("X", tmp_path)["PASSWORD"] == "pw"


def test_secret_is_made_once_though_many_ask(tmp_path):
    made = tmp_path / "var" / "secret_key"

    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: settings.read_secret("X", made), range(64)))

    assert len(found) == 1
    assert made.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in made.parent.iterdir()] == ["secret_key"]


def test_database_url_becomes_a_connection(monkeypatch, tmp_path):
    url = "postgresql://clerk:p%40ss@db.example:6432/county?sslmode=require"
    monkeypatch.setenv("X", url)

    found = settings.read_database("X", tmp_path)

    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert (found["NAME"], found["USER"], found["PASSWORD"]) == ("county", "clerk", "p@ss")
    assert (found["HOST"], found["PORT"]) == ("db.example", "6432")
    assert found["OPTIONS"] == settings.NETWORK | {"sslmode": "require"}


@pytest.mark.parametrize(
    "url",
    [
        "mysql://a/b",
        "sqlite:///x",
        "host=a dbname=b",
        "postgresql://host",
        "postgresql://h:port:x/b",
    ],
)
def test_database_url_of_another_kind_is_refused_without_showing_it(monkeypatch, tmp_path, url):
    monkeypatch.setenv("X", url)

    with pytest.raises(ImproperlyConfigured, match=r"^X .*; write postgresql://") as refusal:
        settings.read_database("X", tmp_path)
    assert url not in str(refusal.value)


def run_check(tmp_path: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(tmp_path), "DATABASE_URL": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_malformed_value_ends_the_start_with_one_sentence(tmp_path):
    done = run_check(tmp_path, DEBUG="maybe")

    assert done.returncode != 0
    assert done.stderr == "Settings: DEBUG is 'maybe'; write 1 or 0 (or leave it out).\n"


def test_a_command_without_a_query_starts_no_database(tmp_path):
    done = run_check(tmp_path)

    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_https_turns_on_everything_that_belongs_to_it(tmp_path):
    """quality 10"""
    program = (
        "from ledger import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME,"
        "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(tmp_path), "HTTPS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "__Host-session __Host-csrf __Host-language True True True 31536000\n"


def test_content_policy_admits_only_ourselves():
    """quality 10"""
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    assert {source for sources in directives.values() for source in sources} == {"'self'", "'none'"}
    assert directives["default-src"] == ["'none'"]


def test_djangos_deployment_checks_find_nothing_in_production(tmp_path):
    """quality 46"""
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "VAR_DIR": str(tmp_path),
            "HTTPS": "1",
            "ALLOWED_HOSTS": "jz.example.cn",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == ""
    assert done.returncode == 0
