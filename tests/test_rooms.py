"""Packages import lower ones of one order only, and none has too many modules."""

from collections import Counter

import pytest

from tests.test_imports import ROOT, imported, modules, own_module

# From the bottom up. Packages in one line do not import each other.
ORDER = [
    "units/ground",
    "units/triggers",
    "units/models",
    "units/links",
    "units/access units/trail units/forms",
    "units/register units/tables",
    "units/unit_forms",
    "units/sign_in units/outbox",
    "units/people",
    "units/targets units/county",
    "units/context units/middleware units/views",
    "units/urls",
    "projects/credit_code projects/shares",
    "projects/models",
    "projects/affected projects/board projects/drafts projects/reach",
    "projects/register",
    "projects/industries",
    "projects/forms projects/intake",
    "projects/filters projects/tables",
    "projects/service",
    "projects/views",
    "projects/urls",
    "ledger/rules ledger/sheets ledger/database ledger/jobs ledger/formats",
    "ledger/models",
    "ledger/words",
    "ledger/guide",
    "ledger/entries",
    "ledger/trail ledger/ranking ledger/reading",
    "ledger/indicators",
    "ledger/assessment",
    "ledger/receipts ledger/regions ledger/explain ledger/api ledger/conversion",
    "ledger/quarter ledger/server",
    "ledger/papers ledger/upkeep ledger/inbox ledger/workbooks",
    "ledger/meeting ledger/accounts ledger/importing",
    "ledger/founding ledger/sample",
    "ledger/management ledger/settings ledger/templatetags ledger/urls ledger/wsgi",
]
LEVEL = {room: level for level, rooms in enumerate(ORDER) for room in rooms.split()}
MAX_MODULES = 25


def room_of(path):
    """A folder of an app, or a module directly in the app."""
    parts = path.removesuffix(".py").split("/")
    return "/".join(parts[:2]) if parts[1:] != ["__init__"] else None


def files():
    return [path.relative_to(ROOT).as_posix() for path in modules()]


def test_every_room_has_its_place_in_the_order():
    rooms = {room_of(path) for path in files()} - {None}

    assert rooms == LEVEL.keys(), "Name the room in ORDER of tests/test_rooms.py."


@pytest.mark.parametrize("path", [path for path in files() if room_of(path)])
def test_a_room_imports_lower_rooms_only(path):
    room = room_of(path)
    others = {own_module(name) for name in imported(ROOT / path)} - {None}

    above = {
        other
        for other in others
        if room_of(other) not in (room, None) and LEVEL[room_of(other)] >= LEVEL[room]
    }

    assert above == set(), f"{room} stands below them; move the shared part down."


def test_no_folder_holds_more_modules_than_one_can_overlook():
    folders = Counter(path.rpartition("/")[0] for path in files() if "__init__" not in path)

    crowded = {folder: count for folder, count in folders.items() if count > MAX_MODULES}

    assert crowded == {}, "Split the room by subject."
