"""Fixtures of all tests: the embedded database, and writes only to a temporary folder.

The first connection starts the database (ledger/database/postgres); DATABASE_URL selects another
one.
"""

from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, TransactionTestCase, override_settings
from django.utils import translation

from tests.office import Office
from units.models import County, Unit, User


@pytest.fixture(scope="session", autouse=True)
def test_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Static files from their sources, evidence in a temporary folder, cheap password hashes."""
    folder = tmp_path_factory.mktemp("var")
    with (
        override_settings(
            MEDIA_ROOT=folder / "evidence",
            IMPORT_ROOT=folder / "imports",
            FOUNDING_ROOT=folder / "founding",
            PASSWORD_HASHERS=[
                "django.contrib.auth.hashers.MD5PasswordHasher",
                "django.contrib.auth.hashers.PBKDF2PasswordHasher",
            ],
            STORAGES={
                "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
                "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
            },
            WHITENOISE_AUTOREFRESH=True,
            WHITENOISE_USE_FINDERS=True,
        ),
        patch("units.sign_in.second_factor.COST", 2),
    ):
        yield


# Filled by migrations, the same for every test.
KEPT = {"projects_industry", "django_migrations", "django_content_type", "auth_permission"}


def empty_tables(case: TransactionTestCase | None = None) -> None:
    """Empty the tables after a test with real transactions; only their owner can.

    Django's own flush is a TRUNCATE, which the append-only tables refuse.
    """
    tables = set(connection.introspection.table_names()) - KEPT
    names = ", ".join(connection.ops.quote_name(name) for name in sorted(tables))
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tgrelid::regclass FROM pg_trigger WHERE tgtype & 32 <> 0")
        refusing = [name for (name,) in cursor]  # 32: triggers on TRUNCATE
        off, on = (
            "".join(f"ALTER TABLE {name} {word} TRIGGER USER;" for name in refusing)
            for word in ("DISABLE", "ENABLE")
        )
        cursor.execute(f"{off} TRUNCATE {names} RESTART IDENTITY; {on}")


@pytest.fixture(scope="session", autouse=True)
def emptied_by_the_owner() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield


@pytest.fixture(autouse=True)
def the_countys_language() -> Iterator[None]:
    """Each test begins in Chinese, whatever language the test before it has read."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture
def office(db: None) -> Office:
    return Office()


@pytest.fixture
def county(office: Office) -> County:
    return office.county


@pytest.fixture
def town(office: Office) -> Unit:
    return office.town


@pytest.fixture
def bureau(office: Office) -> Unit:
    return office.bureau


@pytest.fixture
def department(office: Office) -> Unit:
    return office.department


@pytest.fixture
def head(office: Office) -> User:
    return office.head


@pytest.fixture
def sit(client: Client) -> Callable[[User], Client]:
    """Sign in as a person; the client then acts for them."""

    def down(person: User) -> Client:
        client.force_login(person)
        return client

    return down


@pytest.fixture
def as_(sit: Callable[[User], Client]) -> Callable[[User], Client]:
    """The same in English."""

    def in_english(person: User) -> Client:
        client = sit(person)
        client.cookies["language"] = "en"
        return client

    return in_english
