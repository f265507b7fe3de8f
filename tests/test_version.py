"""The version is written in one place, and the changelog begins with it."""

import re

from django.conf import settings

from tests.catalogue import ROOT


def test_the_changelog_tells_of_this_version_first():
    headings = re.findall(r"^## (\S+)", (ROOT / "docs" / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert headings[0] == settings.VERSION, (
        "begin docs/CHANGELOG.md with the version of pyproject.toml"
    )
