"""The role matrix, read back as a table: who may do what, and how far each role sees."""

import pytest
from django.core.exceptions import PermissionDenied

from tests.builders import (
    make_clerk,
    make_county,
    make_head,
    make_leader_of,
    make_person,
    make_unit,
)
from units.access import (
    REACH,
    RIGHTS,
    Reach,
    Right,
    counties_of,
    demand,
    may,
    opens,
    units_of,
    within,
)
from units.models import ADMIN_ROLES, BUSINESS_ROLES, Role, Unit, User

# One line per right: the roles that hold it, and no other.
READERS = {Role.CLERK, Role.UNIT_HEAD, Role.VERIFIER, Role.BUREAU_HEAD, Role.LEADER}
UNITS = {Role.CLERK, Role.UNIT_HEAD}
BUREAU = {Role.VERIFIER, Role.BUREAU_HEAD}
MATRIX = {
    Right.RANKING_VIEW: READERS,
    Right.UNIT_VIEW: READERS,
    Right.UNIT_EDIT: {Role.BUREAU_HEAD},
    Right.TARGET_EDIT: {Role.BUREAU_HEAD},
    Right.PROJECT_VIEW: READERS,
    Right.PROJECT_EDIT: UNITS | BUREAU,
    Right.RECEIPT_VIEW: READERS,
    Right.RECEIPT_SUBMIT: UNITS | BUREAU,
    Right.RECEIPT_VERIFY: BUREAU,
    Right.ENTRY_REVERSE: BUREAU,
    Right.PERIOD_VIEW: READERS - UNITS,
    Right.PERIOD_CLOSE: BUREAU,
    Right.PERIOD_CONFIRM: {Role.BUREAU_HEAD},
    Right.REPORT_VIEW: READERS,
    Right.REPORT_FILE: UNITS,
    Right.REPORT_REMIND: BUREAU,
    Right.COUNTY_EDIT: {Role.BUREAU_HEAD},
    Right.CLAIM_VIEW: READERS,
    Right.CLAIM_MAKE: UNITS,
    Right.CLAIM_DECIDE: {Role.BUREAU_HEAD},
    Right.PLEDGE_RECORD: BUREAU,
    Right.IMPORT: UNITS | BUREAU,
    Right.IMPORT_VERIFIED: {Role.BUREAU_HEAD},
    Right.TRAIL_VIEW: {Role.BUREAU_HEAD, Role.AUDIT_ADMIN},
    Right.EVIDENCE_RULES: {Role.BUREAU_HEAD},
    Right.PEOPLE_VIEW: {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN},
    Right.PERSON_KEEP: {Role.SYSTEM_ADMIN},
    Right.ROLE_GRANT: {Role.SECURITY_ADMIN},
    Right.KEY_MAKE: {Role.BUREAU_HEAD},
    Right.KEY_REVOKE: {Role.BUREAU_HEAD, Role.SECURITY_ADMIN},
}


@pytest.mark.parametrize("right", MATRIX, ids=str)
def test_a_right_is_held_by_its_roles_only(right):
    """quality 5"""
    assert {role for role in Role if right in RIGHTS[role]} == MATRIX[right]


def test_every_role_has_its_rights_and_its_reach():
    assert set(RIGHTS) == set(REACH) == set(Role)


def test_administrators_hold_no_right_over_the_accounts():
    """quality 7"""
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        assert not RIGHTS[role] & RIGHTS[Role.LEADER]
        assert REACH[role] is Reach.ZERO


def test_no_right_of_an_administrator_is_anothers_or_changes_an_account():
    """quality 7"""
    system, security, audit = (RIGHTS[role] for role in ADMIN_ROLES)

    assert system & security == {Right.PEOPLE_VIEW, Right.RESET_VIEW}
    assert not audit & (system | security)
    assert all(not {Right.PERSON_KEEP, Right.ROLE_GRANT} & RIGHTS[role] for role in BUSINESS_ROLES)


def test_an_unknown_role_may_nothing_and_sees_nothing(db):
    make_unit(make_county())
    nobody = User(role="emperor")

    assert not may(nobody, Right.RANKING_VIEW)
    assert not units_of(nobody).exists()
    with pytest.raises(PermissionDenied):
        demand(nobody, Right.RANKING_VIEW)


def test_a_unit_sees_itself_and_the_county_offices_the_county(db):
    """quality 6"""
    county, elsewhere = make_county(), make_county("611022", "丹凤县")
    town, other = make_unit(county, "水沟镇"), make_unit(county, "城关镇")
    make_unit(elsewhere, "龙驹寨镇")

    assert list(units_of(make_clerk(town))) == [town]
    assert set(units_of(make_head(county))) == {town, other}
    assert set(units_of(make_person(county, Role.LEADER))) == {town, other}
    assert not units_of(make_person(county, Role.SYSTEM_ADMIN)).exists()


def test_what_opens_without_a_query_is_what_the_query_finds(db):
    """quality 6: each role, and units of his own, of another and of a county beyond his reach."""
    counties = [make_county(), make_county("611022", "丹凤县"), make_county("420101", "武汉县")]
    units = [make_unit(county, f"{county.name}{n}") for county in counties for n in (1, 2)]
    people = [make_person(counties[0], role) for role in (Role.LEADER, Role.VERIFIER, Role.NONE)]
    people += [make_person(counties[0], Role.SYSTEM_ADMIN), make_clerk(units[0])]
    people += [make_person(counties[0], Role.NONE, units[0])]
    people += [make_leader_of("6110"), make_leader_of("42"), User(role=Role.LEADER)]
    people += [User(role=Role.CLERK), User(role=Role.UNIT_HEAD, county=counties[0])]

    for person in people:
        opened = [unit for unit in units if opens(person, unit.county)(unit.pk)]
        assert opened == list(units_of(person).order_by("pk")), person.role


def test_a_person_of_a_county_reads_that_county_only(office):
    office.ready("elsewhere")

    assert list(counties_of(office.clerk)) == [office.county]
    assert list(counties_of(office.system)) == []


def test_a_person_without_a_county_sees_nothing(db):
    make_unit(make_county())
    stray = User(role=Role.LEADER)

    assert not within(stray, Unit.objects.all()).exists()


@pytest.mark.django_db
def test_a_region_begins_the_codes_of_its_counties():
    own = make_county("611023")
    make_county("616110", "别处县")

    assert list(counties_of(make_leader_of("6110"))) == [own]
