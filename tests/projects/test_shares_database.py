"""The database itself refuses credit that is not the whole of a project (rule 8)."""

import pytest
from django.db import IntegrityError, connection, transaction

from projects.models import CreditShare
from tests.builders import make_county, make_head, make_project, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    county = make_county()
    make_head(county)
    lead, other = make_unit(county, "甲镇"), make_unit(county, "乙局", "department")
    return make_project(lead, shares={lead: 6_000, other: 4_000})


def commit():
    """What a COMMIT asks of the constraints that wait for it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize(
    "change",
    [
        lambda shares: shares.filter(basis_points=4_000).update(basis_points=3_999),
        lambda shares: shares.filter(basis_points=4_000).update(basis_points=4_001),
        lambda shares: shares.filter(basis_points=4_000).delete(),
        lambda shares: shares.all().delete(),
    ],
    ids=["one point less", "one point more", "a share gone", "every share gone"],
)
def test_shares_that_miss_the_whole_are_refused_at_commit(project, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        change(CreditShare.objects.filter(project=project))
        commit()


def test_shares_may_miss_the_whole_on_the_way_to_it(project):
    shares = CreditShare.objects.filter(project=project)
    shares.filter(basis_points=4_000).update(basis_points=3_000)
    shares.filter(basis_points=6_000).update(basis_points=7_000)

    commit()

    assert sorted(shares.values_list("basis_points", flat=True)) == [3_000, 7_000]
