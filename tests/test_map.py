"""The map in docs/architecture.md: every module of the three apps, once."""

import re

import pytest

from tests.test_imports import APPS, ROOT


def map_of(app):
    """The names in the paragraph of an app, as they stand in the map."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    section = page.partition("## Where to look\n")[2].partition("\n## ")[0]
    [paragraph] = [part for part in section.split("\n\n") if part.startswith(f"**{app}** ")]
    return re.findall(r"`([^`]+)`", paragraph)


def modules_of(app):
    modules = [path.stem for path in (ROOT / app).glob("*.py") if path.stem != "__init__"]
    packages = [f"{path.parent.name}/" for path in (ROOT / app).glob("*/__init__.py")]
    return modules + packages


@pytest.mark.parametrize("app", APPS)
def test_the_map_names_each_module_once(app):
    assert sorted(map_of(app)) == sorted(modules_of(app))
