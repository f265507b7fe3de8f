"""A county leaves in open formats and comes back the same; a damaged folder is refused."""

import csv
import subprocess
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from ledger.models import Entry
from ledger.quarter import proof
from ledger.upkeep import county_export, county_import, county_tables, fingerprint
from tests.builders import make_county, make_person, make_project, make_unit, make_verified
from tests.ledger.upkeep.test_backup import folders, place, project  # noqa: F401
from units.ground.refusal import Refusal
from units.models import AccessKey, County, Link, Role, Trail, User

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
# People lose their passwords; the import itself adds a line, and its link, to the trail.
CHANGED = {"units_user", "units_trail", "units_link"}


def tables_of_the_county():
    names = {model._meta.db_table for model in county_tables.exported()}
    found = fingerprint.tables()
    return {name: found[name] for name in names - CHANGED}


def exported(folder):
    county_export.export(County.objects.get(), folder)
    return folder


def test_a_county_comes_back_the_same_row_by_row(tmp_path, project, place):  # noqa: F811
    """An administrator of the installation is named in its rows, and cannot sign in elsewhere."""
    outsider, stranger = make_person(None, Role.SYSTEM_ADMIN), make_person(None, Role.AUDIT_ADMIN)
    Trail.objects.create(county=County.objects.get(), actor=outsider, action="person.add", at=AT)
    before, head = tables_of_the_county(), Entry.objects.latest("pk").pk
    lines, links = Trail.objects.filter(county__isnull=False).count(), Link.objects.count()
    folder = exported(tmp_path / "county")
    text = (folder / "tables" / "units.user.csv").read_text("utf-8")
    assert "argon2" not in text
    assert "pbkdf2" not in text
    place()
    call_command("migrate", verbosity=0)

    call_command("import_county", str(folder))

    assert tables_of_the_county() == before
    assert (Trail.objects.count(), Link.objects.count()) == (lines + 1, links + 1)
    assert list(proof.findings(proof.Scope())) == []
    assert not any(user.has_usable_password() for user in User.objects.all())
    assert not User.objects.get(pk=outsider.pk).is_active
    assert not User.objects.filter(pk=stranger.pk).exists()
    make_verified(type(project).objects.get())
    assert Entry.objects.latest("pk").pk > head, "the numbers go on"
    assert list(proof.findings(proof.Scope())) == []


def test_another_county_stays_out(tmp_path, project):  # noqa: F811
    other = make_county(code="610104", name="另一县")
    unit = make_unit(other, name="别处镇")
    make_verified(make_project(unit, name="别处的项目"))
    county_export.export(County.objects.exclude(pk=other.pk).get(), tmp_path / "county")

    for path in (tmp_path / "county").rglob("*.csv"):
        text = path.read_text("utf-8")
        assert "别处" not in text, path.name
        assert "610104" not in text, path.name


def test_the_folder_reads_without_the_program(tmp_path, project):  # noqa: F811
    folder = exported(tmp_path / "county")

    check = ["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"]
    assert subprocess.run(check, cwd=folder, check=False).returncode == 0
    with (folder / "tables" / "ledger.entry.csv").open(encoding="utf-8", newline="") as file:
        amounts = [row["amount"] for row in csv.DictReader(file)]
    assert amounts == [f"{entry.amount:.2f}" for entry in Entry.objects.order_by("pk")]
    words = (folder / "README.md").read_text("utf-8")
    for model in county_tables.exported():
        assert f"## {county_tables.name_of(model)}" in words
    assert len(list((folder / "evidence").iterdir())) == 1


@pytest.mark.parametrize("damage", ["change", "remove", "add"])
def test_a_damaged_folder_is_refused(tmp_path, project, damage):  # noqa: F811
    folder = exported(tmp_path / "county")
    path = folder / "tables" / "ledger.entry.csv"
    if damage == "change":
        path.write_text(path.read_text("utf-8").replace("00", "01", 1), "utf-8")
    elif damage == "remove":
        path.unlink()
    else:
        (folder / "tables" / "ledger.more.csv").write_text("a")

    with pytest.raises(CommandError, match=r"ledger\.(entry|more)\.csv"):
        call_command("import_county", str(folder))


def test_a_ledger_that_does_not_agree_is_refused(tmp_path, project, place):  # noqa: F811
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_entry SET amount = amount + 0.01")
        cursor.execute("ALTER TABLE ledger_entry ENABLE TRIGGER USER")
    folder = exported(tmp_path / "county")
    place()
    call_command("migrate", verbosity=0)

    with pytest.raises(Refusal):
        county_import.read(folder, at=AT)

    assert not County.objects.exists()
    assert not Entry.objects.exists()


def test_a_place_with_a_county_and_an_existing_folder_are_refused(tmp_path, project):  # noqa: F811
    folder = exported(tmp_path / "county")

    with pytest.raises(Refusal, match="已有"):
        county_import.read(folder, at=AT)
    with pytest.raises(Refusal, match=str(folder)):
        exported(folder)


def test_every_table_is_taken_along_or_named_with_its_reason():
    ours = {m._meta.label for m in apps.get_models() if m._meta.app_label in county_tables.APPS}
    taken = [model._meta.label for model in county_tables.exported()]

    assert set(taken) == ours - set(county_tables.LEFT_OUT)
    assert len(taken) == len(set(taken))
    assert set(county_tables.LEFT_OUT) <= ours
    assert AccessKey not in county_tables.exported()
    for model in county_tables.exported():
        county_tables.rows(model, 1)
