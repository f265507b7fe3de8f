"""What the program's and the reader's database logins may not do, asked of the database itself."""

from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from ledger.database import logins
from ledger.models import Entry, Settlement, SettlementLine
from tests import acting
from tests.builders import (
    make_county,
    make_head,
    make_project,
    make_receipt,
    make_unit,
    make_verifier,
    moment,
)
from units.models import Target, Trail

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt():
    """A submitted receipt, and both logins made (taken back with the test's transaction)."""
    call_command("create_logins")
    county = make_county()
    make_head(county)
    return make_receipt(make_project(make_unit(county)))


@contextmanager
def signed_in_as(role):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"GRANT {role} TO CURRENT_USER")  # whoever is no superuser needs it
        cursor.execute(f"SET ROLE {role}")
        yield cursor
        cursor.execute("RESET ROLE")


def refused(cursor, statement):
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
    ):
        cursor.execute(statement)


def test_the_program_can_verify_a_receipt(receipt):
    verifier = make_verifier(receipt.county)

    with signed_in_as(logins.APP):
        acting.verify(
            receipt.pk, receipt.version, by=verifier, at=moment("2012-05-11"), word="已核对"
        )

    assert Entry.objects.count() == 1


@pytest.mark.parametrize("model", logins.append_only())
@pytest.mark.parametrize(
    "action",
    [
        "UPDATE {} SET id = id",
        "DELETE FROM {}",
        "TRUNCATE {} CASCADE",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "DROP TABLE {}",
    ],
)
def test_the_program_cannot_change_what_was_recorded(receipt, model, action):
    """quality 44"""
    with signed_in_as(logins.APP) as cursor:
        refused(cursor, action.format(model._meta.db_table))


def test_the_program_cannot_switch_triggers_off_for_its_session(receipt):
    """quality 44"""
    with signed_in_as(logins.APP) as cursor:
        refused(cursor, "SET session_replication_role = replica")


@pytest.mark.parametrize(
    "action",
    [
        "INSERT INTO ledger_period (county_id, year, quarter) VALUES (1, 2012, 4)",
        "UPDATE ledger_receipt SET amount = 1",
        "SELECT password FROM units_user",
        "SELECT * FROM django_session",
        "SELECT * FROM otp_totp_totpdevice",
    ],
)
def test_the_reader_only_reads_and_no_secrets(receipt, action):
    with signed_in_as(logins.READER) as cursor:
        refused(cursor, action)


def test_what_only_grows_is_known_by_its_triggers():
    assert {Entry, Settlement, SettlementLine, Target, Trail} <= set(logins.append_only())


def test_rights_are_renewed_without_new_passwords(receipt, capsys):
    call_command("create_logins", grants_only=True)

    assert capsys.readouterr().out == ""
    with signed_in_as(logins.APP) as cursor:
        refused(cursor, "DELETE FROM ledger_entry")


def test_the_reader_reads_figures_and_names(receipt):
    with signed_in_as(logins.READER) as cursor:
        cursor.execute("SELECT sum(amount) FROM ledger_receipt JOIN units_unit u ON u.id = unit_id")
        [(amount,)] = cursor.fetchall()
        cursor.execute("SELECT username FROM units_user")

    assert amount == receipt.amount
