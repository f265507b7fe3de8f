"""Figures that units file: two people, the chain, correction by reversal, the database's own refusal."""

import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from ledger.indicators import filed
from ledger.models import FiledFigure, Filing
from ledger.quarter import proof
from tests import builders
from tests.builders import day, moment
from tests.ledger.indicators.counties import AT, file_figure, file_verified, make_county
from units.ground.refusal import Conflict, Refusal

pytestmark = pytest.mark.django_db
LATER = moment("2012-06-03")


@pytest.fixture
def made():
    county, head, indicators, (unit, other, _bureau) = make_county()
    return county, head, indicators["trips"], unit, other


def test_a_figure_counts_once_somebody_else_has_verified_it(made):
    _county, head, trips, unit, _other = made
    filing = file_figure(unit, trips, 3)

    figure = filed.verify(filing.pk, 1, by=head, at=LATER)

    assert (figure.value, figure.position, figure.unit) == (3, 1, unit)
    with pytest.raises(Conflict):
        filed.verify(filing.pk, 1, by=head, at=LATER)


def test_nobody_verifies_what_he_filed(made):
    _county, head, trips, unit, _other = made
    filing = file_figure(unit, trips, 3)
    Filing.objects.filter(pk=filing.pk).update(filed_by=head)

    with pytest.raises(Refusal):
        filed.verify(filing.pk, 1, by=head, at=LATER)
    with pytest.raises(DatabaseError), transaction.atomic():
        Filing.objects.filter(pk=filing.pk).update(
            state="verified", verified_by=head, verified_at=LATER
        )


def test_the_same_key_files_once(made):
    """quality 30"""
    _county, _head, trips, unit, _other = made
    clerk, key = builders.make_clerk(unit), uuid.uuid4()
    draft = filed.FilingDraft(trips, unit, day("2012-05-01"), 3, "行程单", key=key)

    first = filed.file(draft, by=clerk, at=AT, today=day("2012-06-30"))

    assert filed.file(draft, by=clerk, at=AT, today=day("2012-06-30")) == first
    assert Filing.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"value": 0}, "value"),
        ({"month": day("2012-07-01")}, "month"),
        ({"month": day("2012-05-02")}, "month"),
        ({"voucher": " "}, "voucher"),
    ],
)
def test_a_figure_that_cannot_be_is_refused(made, changed, field):
    _county, _head, trips, unit, _other = made
    given = {"month": day("2012-05-01"), "value": 3, "voucher": "行程单"} | changed
    draft = filed.FilingDraft(trips, unit, **given)

    with pytest.raises(Refusal) as refusal:
        filed.file(draft, by=builders.make_clerk(unit), at=AT, today=day("2012-06-30"))

    assert refusal.value.field == field


def test_a_unit_files_only_its_own(made):
    _county, _head, trips, unit, other = made
    draft = filed.FilingDraft(trips, unit, day("2012-05-01"), 3, "行程单")

    with pytest.raises(Refusal):
        filed.file(draft, by=builders.make_clerk(other), at=AT, today=day("2012-06-30"))


def test_a_wrong_figure_is_taken_back_once_and_never_changed(made):
    _county, head, trips, unit, _other = made
    figure = file_verified(unit, trips, 3)

    back = filed.reverse(figure.pk, "重复计算", by=head, at=LATER)

    assert (back.value, back.reverses, back.position) == (-3, figure, 2)
    with pytest.raises(Refusal):
        filed.reverse(figure.pk, "再次", by=head, at=LATER)
    with pytest.raises(Refusal):
        filed.reverse(back.pk, "再次", by=head, at=LATER)
    for action in ("UPDATE ledger_filedfigure SET value = 4", "DELETE FROM ledger_filedfigure"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(action)


def test_a_changed_figure_breaks_its_chain(made):
    """quality 65: by an owner with triggers off."""
    county, _head, trips, unit, _other = made
    first = file_verified(unit, trips, 3)
    file_verified(unit, trips, 2, voucher="第二份")
    assert not list(filed.broken(county))

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_filedfigure DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_filedfigure SET value = 30 WHERE id = %s", [first.pk])

    assert list(filed.broken(county)) == [first]
    found = [finding.check for finding in proof.findings(proof.Scope(county))]
    assert 10 in found


def test_the_pages_of_a_unit_and_of_the_bureau(client, made):
    _county, head, _trips, unit, other = made
    client.force_login(builders.make_clerk(unit))
    typed = {"key": str(uuid.uuid4()), "month": "2012-05", "value": "3", "voucher": "行程单"}

    assert client.post("/indicators/trips/figures/", typed).status_code == 302
    assert client.post("/indicators/trips/figures/", typed | {"key": "x"}).status_code == 422
    filing = Filing.objects.get()
    address = f"/indicators/trips/figures/{filing.pk}/"
    decision = {"action": "verify", "version": "1"}
    assert client.post(address, decision).status_code == 403

    client.force_login(builders.make_clerk(other))
    assert "行程单" not in client.get("/indicators/trips/figures/").content.decode()

    client.force_login(head)
    assert "行程单" in client.get("/indicators/trips/figures/").content.decode()
    assert client.post(address, decision).status_code == 302
    assert FiledFigure.objects.get().value == 3
