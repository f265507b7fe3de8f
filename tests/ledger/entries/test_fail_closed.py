"""Where the trail or the storage is broken, nothing is done rather than done unseen."""

from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import override_settings

from ledger.entries import evidence, submission
from ledger.models import Entry, Period, Receipt, Settlement
from tests import acting
from tests.builders import (
    day,
    draft,
    make_clerk,
    make_county,
    make_head,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    make_verifier,
    moment,
)
from tests.pdfs import PDF
from units.ground.refusal import Refusal

pytestmark = pytest.mark.django_db
NOON = moment("2012-05-11")


@pytest.fixture
def county():
    county = make_county()
    make_head(county)
    return county


def break_trail(action):
    """From now on the trail cannot take a line of this deed, as when its disk is full."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            f"ALTER TABLE units_trail ADD CONSTRAINT broken CHECK (action <> '{action}') NOT VALID"
        )


def test_without_a_trail_nothing_is_submitted(county):
    """quality 29"""
    project = make_project(make_unit(county))
    clerk = make_clerk(project.lead_unit)
    break_trail("receipt.submit")

    with pytest.raises(IntegrityError), transaction.atomic():
        submission.submit(draft(project), by=clerk, at=NOON, today=day("2012-05-11"))

    assert not Receipt.objects.exists()


def test_without_a_trail_nothing_is_verified(county):
    """quality 29"""
    receipt = make_receipt(make_project(make_unit(county)))
    verifier = make_verifier(county)
    break_trail("receipt.verify")

    with pytest.raises(IntegrityError), transaction.atomic():
        acting.verify(receipt.pk, receipt.version, by=verifier, at=NOON, word="已核对")

    receipt.refresh_from_db()
    assert receipt.state == Receipt.State.SUBMITTED
    assert not Entry.objects.exists()


def test_without_a_trail_no_quarter_is_closed(county):
    """quality 29"""
    make_verified(make_project(make_unit(county)), 10, "2012-03-05")
    period = Period.objects.get()
    april = moment("2012-04-10")
    head, verifier = make_head(county), make_verifier(county)
    acting.close(period.pk, by=verifier, at=april, known=range(1, 9))
    break_trail("period.close")

    with pytest.raises(IntegrityError), transaction.atomic():
        acting.confirm(period.pk, by=head, at=april, known=range(1, 9))

    period.refresh_from_db()
    assert period.state == Period.State.REVIEW
    assert acting.proposed_by(period) == verifier
    assert not Settlement.objects.exists()


def test_without_a_hash_nothing_is_verified(county):
    """quality 29"""
    receipt = make_receipt(make_project(make_unit(county)))

    with (
        patch("ledger.rules.chain.content_hash", side_effect=ValueError),
        pytest.raises(ValueError),
        transaction.atomic(),
    ):
        acting.verify(receipt.pk, receipt.version, by=make_verifier(county), at=NOON, word="已核对")

    receipt.refresh_from_db()
    assert receipt.state == Receipt.State.SUBMITTED
    assert not Entry.objects.exists()


def test_with_a_clock_that_was_set_back_nothing_is_submitted(county):
    """quality 29: money of a day that the clock has not reached is refused with a sentence."""
    project = make_project(make_unit(county))
    clerk = make_clerk(project.lead_unit)

    with pytest.raises(Refusal) as refused:
        submission.submit(
            draft(project), by=clerk, at=moment("1970-01-01"), today=day("1970-01-01")
        )

    assert refused.value.field == "received_on"
    assert not Receipt.objects.exists()


def test_without_storage_evidence_is_refused_with_a_sentence(tmp_path):
    """quality 29, 41"""
    blocked = tmp_path / "evidence"
    blocked.write_text("a file where the folder should be")
    file = SimpleUploadedFile("回单.pdf", PDF, content_type="application/pdf")

    with override_settings(MEDIA_ROOT=blocked), pytest.raises(Refusal):
        evidence.store(file)
