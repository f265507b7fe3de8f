"""The upgrade moves what a quarter kept of its proposals into proposals, and back."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.builders import moment

BEFORE, AFTER = ("ledger", "0011_uploads"), ("ledger", "0012_proposals")


def migrate(target):
    executor = MigrationExecutor(connection)
    executor.migrate([target])
    return executor.loader.project_state([target]).apps


@pytest.fixture
def newest(transactional_db):
    """The newest schema again at the end, however the test ends."""
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def columns(apps):
    fields = ("quarter", "state", "proposed_by", "reopen_proposed_by", "reopen_reason")
    rows = apps.get_model("ledger", "Period").objects.order_by("quarter")
    return list(rows.values_list(*fields))


def test_proposals_of_an_earlier_release_keep_who_and_why_and_come_back(office, newest):
    county, head = office.county.pk, office.head.pk
    apps = migrate(BEFORE)
    periods = apps.get_model("ledger", "Period").objects
    at = moment("2012-04-10")
    periods.create(county_id=county, year=2012, quarter=1, state="closed")
    reason = {"reopen_reason": "漏报", "reopen_proposed_by_id": head}
    periods.create(county_id=county, year=2012, quarter=2, state="closed", **reason)
    who = {"proposed_by_id": head, "proposed_at": at}
    periods.create(county_id=county, year=2012, quarter=3, state="proposed", **who)
    before = columns(apps)

    apps = migrate(AFTER)

    proposals = apps.get_model("ledger", "Proposal").objects.order_by("kind")
    assert list(proposals.values_list("kind", "proposed_by", "reason", "fingerprint")) == [
        ("close", head, "", ""),
        ("reopen", head, "漏报", ""),
    ]
    states = apps.get_model("ledger", "Period").objects.order_by("quarter")
    assert list(states.values_list("state", flat=True)) == ["closed", "closed", "review"]

    assert columns(migrate(BEFORE)) == before
