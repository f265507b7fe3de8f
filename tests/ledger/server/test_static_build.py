"""Static files are built when a source changed, and only then."""

import os
from pathlib import Path

import pytest

from ledger.server import static_build


@pytest.fixture
def source(settings, tmp_path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "a.css").write_text("a { color: red }")
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    return folder / "a.css"


def test_second_build_does_nothing(source):
    assert static_build.build_if_changed() is True
    assert static_build.build_if_changed() is False


def test_an_edit_builds_again_and_drops_the_old_copy(source, settings):
    static_build.build_if_changed()

    source.write_text("a { color: blue }")
    os.utime(source, ns=(0, 0))

    assert static_build.build_if_changed() is True
    hashed = [path for path in settings.STATIC_ROOT.glob("a.*.css")]
    assert [path.read_text() for path in hashed] == ["a { color: blue }"]


def test_an_interrupted_build_is_done_again(source, settings):
    static_build.build_if_changed()
    (settings.STATIC_ROOT / ".sources").unlink()

    assert static_build.build_if_changed() is True
