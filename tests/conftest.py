"""What every test stands on: the embedded database, and nothing written outside a temporary folder.

The database starts with the first connection (ledger/postgres); DATABASE_URL chooses another one.
"""

from collections.abc import Iterator

import pytest
from django.test import override_settings


@pytest.fixture(scope="session", autouse=True)
def test_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Static files straight from their sources, evidence in a temporary folder, cheap passwords."""
    folder = tmp_path_factory.mktemp("var")
    with override_settings(
        MEDIA_ROOT=folder / "evidence",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        WHITENOISE_AUTOREFRESH=True,
        WHITENOISE_USE_FINDERS=True,
    ):
        yield
