"""The chain of what was recorded: its links are placed after the commit."""

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from tests.builders import make_county, make_head
from units import links, trail
from units.models import Link

pytestmark = pytest.mark.django_db(transaction=True)


def note():
    county = make_county()
    with transaction.atomic():
        trail.record(make_head(county), "county.change", at=timezone.now(), county=county)


def test_links_are_placed_once_their_transaction_is_committed():
    note()

    assert Link.objects.exists()
    assert not Link.objects.filter(position=None).exists()


def test_what_is_committed_is_acknowledged_though_its_links_could_not_be_placed(monkeypatch):
    def lost(_chain):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(links, "_place_some", lost)

    note()

    assert Link.objects.filter(position=None).exists()
