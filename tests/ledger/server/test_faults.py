"""What people see when the database or the disk fails them."""

import errno
import re
from unittest.mock import patch

import psycopg
import pytest
from django.db import InternalError, OperationalError

from ledger.models import Receipt
from tests.builders import make_clerk, make_county, make_project, make_unit, new_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk_at_form(client):
    """A clerk who has filled in a receipt, and where he sends it."""
    client.raise_request_exception = False
    project = make_project(make_unit(make_county()))
    client.force_login(make_clerk(project.lead_unit))
    typed = {"key": str(new_key()), "amount": "120", "received_on": "2012-05-10"}
    typed |= {"kind": "construction", "voucher_no": "\n凭<1>", "note": "", "confirmed": "on"}
    return f"/projects/{project.pk}/receipts/new/", typed


def caused(error, cause):
    error.__cause__ = cause
    return error


def sent(client, address, typed, error):
    with patch("ledger.entries.submission.sound", side_effect=error):
        return client.post(address, typed)


def test_a_form_sent_while_the_database_is_away_can_be_sent_again_as_typed(client, clerk_at_form):
    """quality 42"""
    address, typed = clerk_at_form

    answer = sent(client, address, typed, OperationalError("server closed the connection"))

    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "no-store" in answer["Cache-Control"]
    assert "数据库暂时没有响应" in page
    assert "server closed" not in page
    assert answer["X-Request-ID"] in page
    again = dict(re.findall(r'<textarea name="(\w+)" hidden>\n([^<]*)</textarea>', page))
    again["voucher_no"] = again["voucher_no"].replace("&lt;", "<").replace("&gt;", ">")
    assert again == typed
    assert not Receipt.objects.exists()
    assert client.post(address, again).status_code == 302
    assert Receipt.objects.get().voucher_no == "凭<1>"


def test_a_password_is_never_carried_on(client):
    client.raise_request_exception = False
    error = OperationalError("away")

    with patch("units.models.User.objects.get_by_natural_key", side_effect=error):
        answer = client.post("/accounts/login/", {"username": "a", "password": "Hidden-word"})

    page = answer.content.decode()
    assert answer.status_code == 503
    assert "Hidden-word" not in page
    assert "返回上一页" in page


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        caused(OperationalError(), psycopg.errors.DiskFull()),
    ],
)
def test_a_full_disk_is_told(client, clerk_at_form, error):
    """quality 41"""
    answer = sent(client, *clerk_at_form, error)

    assert answer.status_code == 503
    assert "磁盘已满" in answer.content.decode()


def test_a_copy_that_only_reads_is_told_as_a_database_that_is_away(client, clerk_at_form):
    error = caused(InternalError(), psycopg.errors.ReadOnlySqlTransaction())

    assert sent(client, *clerk_at_form, error).status_code == 503


def test_a_mistake_of_the_program_says_its_number_and_nothing_else(client, clerk_at_form):
    answer = sent(client, *clerk_at_form, ValueError("inner detail"))

    page = answer.content.decode()
    assert answer.status_code == 500
    assert answer["X-Request-ID"] in page
    assert "inner detail" not in page
    assert "请把这个编号告诉管理员" in page


def test_a_page_that_was_only_read_offers_to_be_read_again(client, clerk_at_form):
    with patch("ledger.receipts.pages.listed", side_effect=OperationalError("away")):
        answer = client.get("/receipts/?state=draft&unit=1")

    assert answer.status_code == 503
    assert 'href="/receipts/?state=draft&amp;unit=1"' in answer.content.decode()
