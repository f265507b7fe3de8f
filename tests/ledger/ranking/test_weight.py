"""What the league table weighs on the line, in bytes as they are sent."""

import re

import pytest
from django.contrib.staticfiles import finders
from whitenoise.compress import Compressor

from tests.builders import (
    make_county,
    make_person,
    make_project,
    make_unit,
    make_verified,
    set_target,
)
from units.models import Role

pytestmark = pytest.mark.django_db
FIRST_VISIT, LATER_VISIT = 50_000, 30_000


@pytest.fixture
def page(client):
    """The table of a hundred units, as many as a county has, compressed as a browser asks for it."""
    county = make_county()
    for number in range(100):
        unit = make_unit(county, f"单位{number}局", "town" if number < 13 else "department")
        set_target(unit, 1000 + number)
        if number % 5 == 0:
            make_verified(make_project(unit), 37 * number + 1)
    client.force_login(make_person(county, Role.LEADER))
    return client.get("/ranking/2012-06/", headers={"accept-encoding": "gzip"})


def weight_of(path: str) -> int:
    """A static file as it is sent: compressed once, when it is built."""
    with open(finders.find(path), "rb") as file:
        return len(Compressor.compress_gzip(file.read()))


def test_the_league_table_is_light(client, page):
    assert page.headers["Content-Encoding"] == "gzip"
    plain = client.get("/ranking/2012-06/").content.decode()
    files = re.findall(r'(?:href|src)="/static/([^"]+)"', plain)

    assert len(files) >= 3
    assert len(page.content) + sum(weight_of(name) for name in files) < FIRST_VISIT
    assert len(page.content) < LATER_VISIT
