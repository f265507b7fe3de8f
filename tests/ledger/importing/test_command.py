"""``manage.py import_book``: a stranger's workbook into an empty database, and back as a table."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ledger.models import Receipt
from tests.builders import make_county, make_head, make_verifier
from tests.ledger.importing import books
from units.models import County, Unit, User

pytestmark = pytest.mark.django_db


def run(path, *words):
    out, err = StringIO(), StringIO()
    call_command("import_book", str(path), "--county", "611023", *words, stdout=out, stderr=err)
    return out.getvalue() + err.getvalue()


@pytest.fixture
def path(tmp_path):
    return books.saved(books.plain(), tmp_path)


def table():
    out = StringIO()
    call_command("ranking", "2012-06", "--county", "611023", "--json", stdout=out)
    return json.loads(out.getvalue())


def test_an_empty_database_becomes_a_county_with_its_table(path):
    said = run(path, "--create-county", "商南县", "--verified")

    assert "新增5行" in said
    assert County.objects.get().name == "商南县"
    found = table()
    assert found["headline"]["target"] == "185005000.00"
    assert found["headline"]["received"] == "50345700.00"
    assert found["headline"]["projects"] == 2
    assert found["headline"]["contracts"] == 1
    rows = {row["name"]: row for section in found["sections"] for row in section["rows"]}
    assert rows["水沟镇"]["received"] == "21000060.00"
    assert rows["水沟镇"]["completion"] == "0.30000085714285714286"
    assert rows["招商局"]["received"] == "14000040.00"
    assert rows["魏家台镇"]["tier"] == "behind"
    assert rows["商南茶业公司"]["tier"] == "no_target"
    assert [section["kind"] for section in found["sections"]] == [
        "town",
        "department",
        "enterprise",
    ]


def test_the_same_command_twice_changes_nothing(path):
    run(path, "--create-county", "商南县", "--verified")
    before = table()

    said = run(path, "--create-county", "商南县", "--verified")

    assert "没有任何变动" in said
    assert table() == before
    assert Receipt.objects.count() == 4


def test_a_dry_run_leaves_nothing(path):
    said = run(path, "--create-county", "商南县", "--verified", "--dry-run")

    assert "2012-06-30" in said
    assert not County.objects.exists()
    assert not User.objects.exists()


def test_refused_rows_are_named_and_nothing_is_imported(tmp_path):
    book = books.plain()
    book["到位资金"]["C3"] = "许多"
    path = books.saved(book, tmp_path)
    err = StringIO()

    with pytest.raises(CommandError):
        call_command(
            *("import_book", str(path), "--county", "611023", "--create-county", "商南县"),
            stdout=StringIO(),
            stderr=err,
        )

    assert "到位资金!C3" in err.getvalue()
    assert "许多" in err.getvalue()
    assert not County.objects.exists()


def test_a_book_of_refused_rows_is_neither_imported_nor_held_already(path, tmp_path):
    run(path, "--create-county", "商南县", "--verified")
    book = books.plain()
    for row in range(2, book["到位资金"].max_row + 1):
        book["到位资金"][f"C{row}"] = "许多"

    with pytest.raises(CommandError, match="没有一行可以导入"):
        run(books.saved(book, tmp_path), "--verified", "--skip-refused")

    assert Receipt.objects.count() == 4


def test_everything_else_comes_in_when_it_is_chosen(tmp_path):
    book = books.plain()
    book["到位资金"]["C3"] = "许多"

    run(books.saved(book, tmp_path), "--create-county", "商南县", "--skip-refused")

    assert Receipt.objects.count() == 3


def test_two_accounts_act_for_the_command_line_and_nobody_can_sign_in_with_them(path):
    """quality 7"""
    run(path, "--create-county", "商南县", "--verified")

    receipt = Receipt.objects.first()
    assert receipt.entered_by_id != receipt.verified_by_id
    for user in (receipt.entered_by, receipt.verified_by):
        assert not user.is_active
        assert not user.has_usable_password()
    assert path.name in receipt.verified_word


def test_real_people_may_be_named(path):
    county = make_county()
    head, verifier = make_head(county), make_verifier(county)

    run(path, "--verified", "--by", head.username, "--second", verifier.username)

    people = Receipt.objects.values_list("entered_by", "verified_by")
    assert set(people) == {(head.pk, verifier.pk)}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--by", "niemand"], "niemand"),
        (["--create-county", "别的县"], "商南县"),
    ],
)
def test_what_does_not_fit_is_said(words, sentence, path):
    make_county()

    with pytest.raises(CommandError, match=sentence):
        run(path, *words)

    assert not Unit.objects.exists()


def test_an_unknown_county_is_said(path):
    with pytest.raises(CommandError, match="--create-county"):
        run(path)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CommandError, match=r"nothing\.xlsx"):
        run(tmp_path / "nothing.xlsx")


def test_a_hostile_file_is_a_sentence(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"")

    with pytest.raises(CommandError):
        run(path, "--create-county", "商南县")

    assert not County.objects.exists()
