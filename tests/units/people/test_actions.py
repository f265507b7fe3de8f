"""Accounts kept by administrators who watch each other: who does what, and what nobody does."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command

from tests import acting
from tests.access.pages import forms_of
from tests.builders import make_clerk, make_county, make_person, make_unit, moment
from units.ground.refusal import Refusal
from units.models import ADMIN_ROLES, BUSINESS_ROLES, Role, Trail, User
from units.people import actions as people
from units.people.actions import Place

pytestmark = pytest.mark.django_db
NOW = moment("2012-07-01")
AGAIN = {"password": "sample"}


@pytest.fixture
def office(office):
    return office.ready("clerk", "other", "system", "security", "audit")


def role_of(user):
    return User.objects.get(pk=user.pk).role


def refusals():
    return list(Trail.objects.filter(refused=True).values_list("action", "actor__role"))


# Each his own part


def test_an_account_is_opened_by_one_and_its_role_granted_by_another(office, sit):
    """quality 7"""
    typed = {"name": "王莉", "username": "Wang.Li", "place": f"unit:{office.town.pk}"}
    slip = sit(office.system).post("/people/new/", typed)

    person = User.objects.get(username="wang.li")
    assert (person.role, person.unit, person.must_change_password) == ("none", office.town, True)
    assert person.check_password(slip.context["password"])
    assert slip.context["password"] in slip.text

    page = f"/people/{person.pk}/"
    acting.send(sit(office.security), page, f"{page}role/", role="clerk", **AGAIN)
    assert role_of(person) == Role.CLERK
    actions = Trail.objects.filter(record=f"user:{person.pk}").order_by("pk")
    assert list(actions.values_list("action", "actor")) == [
        ("person.add", office.system.pk),
        ("person.one_time_password", office.system.pk),
        ("role.grant", office.security.pk),
    ]


def test_a_role_is_granted_only_with_the_password_again(office, sit):
    """quality 7"""
    answer = sit(office.security).post(
        f"/people/{office.clerk.pk}/role/", {"role": "unit_head", "password": "guess"}
    )

    assert answer.status_code == 422
    assert role_of(office.clerk) == Role.CLERK
    assert ("role.grant", "security_admin") in refusals()


@pytest.mark.parametrize("role", [*ADMIN_ROLES, Role.VERIFIER, Role.BUREAU_HEAD, Role.LEADER])
def test_no_role_is_granted_that_is_an_administrators_or_unfit_for_the_place(office, sit, role):
    """quality 7"""
    answer = sit(office.security).post(f"/people/{office.clerk.pk}/role/", {"role": role, **AGAIN})

    assert answer.status_code == 422
    with pytest.raises(Refusal):
        people.grant(office.clerk.pk, role, by=office.security, at=NOW)
    assert role_of(office.clerk) == Role.CLERK


@pytest.mark.parametrize("role", [*BUSINESS_ROLES, Role.NONE, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN])
def test_only_the_security_administrator_grants(office, role):
    """quality 7"""
    unit = office.town if role in ("clerk", "unit_head") else None
    by = make_person(office.county, role, unit)

    with pytest.raises(PermissionDenied):
        people.grant(office.clerk.pk, Role.UNIT_HEAD, by=by, at=NOW)


def test_the_security_administrator_opens_moves_and_switches_nothing(office, sit):
    """quality 7"""
    client, pk = sit(office.security), office.clerk.pk

    for action in ("place", "off", "on", "password"):
        assert client.post(f"/people/{pk}/{action}/").status_code == 403
    assert client.get("/people/new/").status_code == 403
    with pytest.raises(PermissionDenied):
        people.add("x1", "某", Place(office.county), by=office.security, at=NOW)
    assert len(refusals()) == 5


def test_an_old_page_changes_nothing_of_a_person(office, sit):
    page = f"/people/{office.clerk.pk}/"
    client = sit(office.system)
    old = {form.action: dict(form.pairs) for form in forms_of(client.get(page).text, page)}
    typed = {"name": "王莉", "place": f"unit:{office.town.pk}"}

    first = client.post(f"{page}place/", old[f"{page}place/"] | typed)
    again = client.post(f"{page}place/", old[f"{page}place/"] | typed | {"name": "李四"})
    off = client.post(f"{page}off/", old[f"{page}off/"])
    password = client.post(f"{page}password/", old[f"{page}password/"] | AGAIN)

    statuses = [answer.status_code for answer in (first, again, off, password)]
    assert statuses == [302, 409, 409, 409]
    assert "李四" in again.text  # nothing typed is lost
    person = User.objects.get(pk=office.clerk.pk)
    assert (person.display_name, person.is_active) == ("王莉", True)


# Nobody himself, and no administrator


@pytest.mark.parametrize("action", ["place", "off", "password"])
def test_nobody_changes_his_own_account(office, sit, action):
    """quality 7"""
    typed = {"name": "我", "place": f"county:{office.county.pk}", **AGAIN}
    answer = sit(office.system).post(f"/people/{office.system.pk}/{action}/", typed)

    assert answer.status_code == 422
    office.system.refresh_from_db()
    assert (office.system.is_active, office.system.must_change_password) == (True, False)
    assert len(refusals()) == 1


def test_nobody_grants_himself_a_role(office, sit):
    """quality 7"""
    answer = sit(office.security).post(
        f"/people/{office.security.pk}/role/", {"role": "bureau_head", **AGAIN}
    )

    assert answer.status_code == 422
    assert role_of(office.security) == Role.SECURITY_ADMIN
    with pytest.raises(Refusal):
        people.grant(office.security.pk, Role.NONE, by=office.security, at=NOW)
    assert ("role.grant", "security_admin") in refusals()


def test_administrators_are_out_of_each_others_reach(office, sit):
    """quality 7"""
    for other in (office.security, office.audit):
        assert sit(office.system).post(f"/people/{other.pk}/off/").status_code == 422
        other.refresh_from_db()
        assert other.is_active
        with pytest.raises(Refusal):
            people.give_password(other.pk, by=office.system, at=NOW)


def test_another_countys_people_are_not_there(office, sit):
    """quality 6"""
    far = make_county("611022", "丹凤县")
    stranger = make_clerk(make_unit(far, "龙驹寨镇"))

    assert sit(office.system).get(f"/people/{stranger.pk}/").status_code == 404
    assert sit(office.system).post(f"/people/{stranger.pk}/off/").status_code == 404
    assert sit(office.security).post(f"/people/{stranger.pk}/role/").status_code == 404
    assert str(stranger) not in sit(office.system).get("/people/").text
    with pytest.raises(Refusal):
        people.add("x1", "某", Place(far), by=office.system, at=NOW)


# Rights taken away


def deeds_that_take_rights(office):
    clerk, system, security = office.clerk.pk, office.system, office.security
    elsewhere = Place(office.county, office.other)
    return {
        "off": lambda: people.switch(clerk, False, by=system, at=NOW),
        "moved": lambda: people.move(clerk, "某", elsewhere, by=system, at=NOW),
        "no role": lambda: people.grant(clerk, Role.NONE, by=security, at=NOW),
        "another role": lambda: people.grant(clerk, Role.UNIT_HEAD, by=security, at=NOW),
        "new password": lambda: people.give_password(clerk, by=system, at=NOW),
        "factor": lambda: people.take_factor(clerk, by=security, at=NOW),
    }


@pytest.mark.parametrize(
    "action", ["off", "moved", "no role", "another role", "new password", "factor"]
)
def test_whoever_loses_a_right_is_signed_out_everywhere_at_once(office, client, action):
    """quality 8"""
    other = type(client)()
    for browser in (client, other):
        browser.force_login(office.clerk)
        assert browser.get("/projects/").status_code == 200

    deeds_that_take_rights(office)[action]()

    for browser in (client, other):
        assert browser.get("/projects/").url.startswith("/accounts/login/")
        assert browser.post("/projects/new/").url.startswith("/accounts/login/")


def test_old_sittings_stay_ended_when_the_account_is_switched_on_again(office, client):
    """quality 8"""
    client.force_login(office.clerk)
    people.switch(office.clerk.pk, False, by=office.system, at=NOW)
    people.switch(office.clerk.pk, True, by=office.system, at=NOW)

    assert client.get("/projects/").url.startswith("/accounts/login/")


def test_at_another_place_the_role_is_gone(office):
    """quality 8"""
    moved = people.move(
        office.clerk.pk, "某", Place(office.county, office.other), by=office.system, at=NOW
    )

    assert (moved.role, moved.unit) == (Role.NONE, office.other)


def test_another_name_alone_costs_neither_role_nor_sitting(office, client):
    client.force_login(office.clerk)

    people.move(office.clerk.pk, "李", Place(office.county, office.town), by=office.system, at=NOW)

    assert role_of(office.clerk) == Role.CLERK
    assert client.get("/projects/").status_code == 200


# What is seen


def test_a_person_without_a_role_reads_what_to_wait_for(office, sit):
    person = make_person(office.county, Role.NONE, office.town)

    page = sit(person).get("/")

    assert page.status_code == 200
    assert "尚" in page.text
    assert sit(person).get("/ranking/").status_code == 403


def test_the_list_is_sieved_by_words_role_and_standing(office, sit):
    idle = make_person(office.county, Role.LEADER)
    User.objects.filter(pk=idle.pk).update(date_joined=moment("2011-01-01"))
    client = sit(office.system)

    def found(query):
        return {user.pk for user in client.get(f"/people/?{query}").context["table"].data.data}

    assert found("standing=idle") == {idle.pk}
    assert found("q=水沟") == {office.clerk.pk}
    assert found("role=audit_admin") == {office.audit.pk}
    assert len(found("standing=nonsense&role=emperor")) == 5


def test_the_list_takes_the_same_few_queries_for_many(office, sit, django_assert_max_num_queries):
    for _place in range(20):
        make_clerk(office.town)
    client = sit(office.security)

    with django_assert_max_num_queries(10):
        client.get("/people/")


# On the server


def test_the_three_administrators_are_appointed_with_passwords_shown_once(capsys, client):
    """quality 22"""
    call_command("create_administrators")

    lines = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    for role, (name, password, *_words) in zip(ADMIN_ROLES, lines, strict=True):
        user = User.objects.get(username=name)
        assert (user.role, user.county, user.must_change_password) == (role, None, True)
        assert user.check_password(password)
    with pytest.raises(CommandError):
        call_command("create_administrators")


def test_a_replaced_administrator_is_switched_off(office, capsys, client):
    client.force_login(office.audit)

    call_command("create_administrators", county="611023", replace="audit_admin")

    office.audit.refresh_from_db()
    assert not office.audit.is_active
    assert client.get("/trail/").url.startswith("/accounts/login/")
    assert User.objects.filter(role=Role.AUDIT_ADMIN, county=office.county).count() == 2


def test_who_audits_the_whole_installation_reads_every_countys_trail(office, sit):
    people.switch(office.clerk.pk, False, by=office.system, at=NOW)
    auditor, _password = people.appoint(Role.AUDIT_ADMIN, None, at=NOW)
    User.objects.filter(pk=auditor.pk).update(must_change_password=False)

    page = sit(User.objects.get(pk=auditor.pk)).get("/trail/?action=person.off")

    assert page.status_code == 200
    assert page.context["page"].paginator.count == 1


def test_a_second_person_of_one_name_is_asked_for_what_tells_them_apart(county):
    """In one county; elsewhere, and for an account that is switched off, it does not matter."""
    system = make_person(county, Role.SYSTEM_ADMIN)
    everywhere = make_person(None, Role.SYSTEM_ADMIN)
    place, at = Place(county), NOW
    first, _password = people.add("one", "王芳", place, by=system, at=at)

    with pytest.raises(Refusal) as refused:
        people.add("two", "王芳", place, by=system, at=at)
    second, _password = people.add("two", "王芳（水沟镇）", place, by=system, at=at)
    with pytest.raises(Refusal):
        people.move(second.pk, "王芳", place, by=system, at=at)

    assert refused.value.field == "name"
    elsewhere = Place(make_county("611022", "丹凤县"))
    people.add("three", "王芳", elsewhere, by=everywhere, at=at)
    people.switch(first.pk, False, by=system, at=at)
    assert people.move(second.pk, "王芳", place, by=system, at=at).display_name == "王芳"
