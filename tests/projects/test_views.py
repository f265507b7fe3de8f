"""The list and the form of projects: who is refused, what is shown, what is kept."""

import pytest
import time_machine

from projects.models import CreditShare, Industry, Investor, Project
from tests.builders import (
    make_clerk,
    make_county,
    make_head,
    make_person,
    make_project,
    make_unit,
    make_verifier,
    moment,
    wan,
)
from tests.projects.typed import typed_project
from units.ground import text
from units.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2012-06-30 12:00+08:00", tick=False):
        yield


@pytest.fixture
def head(client, county):
    person = make_head(county)
    client.force_login(person)
    return person


def names(answer):
    return [row.record.name for row in answer.context["table"].rows]


# Who


@pytest.mark.parametrize("path", ["/projects/", "/projects/new/", "/projects/1/edit/"])
def test_a_visitor_is_sent_to_sign_in(client, path):
    assert client.get(path).headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("role", [Role.LEADER, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN])
def test_a_reader_changes_nothing(client, county, town, role):
    """quality 5"""
    project = make_project(town)
    client.force_login(make_person(county, role))

    for path in ("/projects/new/", f"/projects/{project.pk}/edit/"):
        assert client.get(path).status_code == 403
        assert client.post(path, typed_project([(town, "100")])).status_code == 403
    assert Project.objects.count() == 1


def test_the_clerk_of_another_unit_finds_nothing(client, town, bureau):
    """quality 6"""
    project = make_project(town)
    client.force_login(make_clerk(bureau))

    for method in (client.get, client.post):
        assert method(f"/projects/{project.pk}/edit/").status_code == 404
    assert names(client.get("/projects/")) == []


def test_a_sharing_unit_sees_the_project_and_may_not_change_it(client, town, bureau):
    project = make_project(town, shares={town: 6_000, bureau: 4_000})
    client.force_login(make_clerk(bureau))

    assert names(client.get("/projects/")) == [project.name]
    assert client.post(f"/projects/{project.pk}/edit/").status_code == 403


def test_another_county_is_not_found(client, head):
    """quality 6"""
    foreign = make_project(make_unit(make_county("611022", "丹凤县"), "龙驹寨镇"))

    assert client.get(f"/projects/{foreign.pk}/edit/").status_code == 404
    assert names(client.get("/projects/")) == []


def test_a_clerk_does_not_enter_for_another_unit(client, town, bureau):
    client.force_login(make_clerk(bureau))

    answer = client.post("/projects/new/", typed_project([(town, "100")]))

    assert answer.status_code == 422
    assert len(answer.context["form"].shares.non_form_errors()) == 1
    assert not Project.objects.exists()


# The form


def test_a_clerk_enters_a_project(client, town, bureau):
    client.force_login(make_clerk(town))

    answer = client.post("/projects/new/", typed_project([(town, "60"), (bureau, "40")]))

    project = Project.objects.get()
    assert answer.headers["Location"] == f"/projects/{project.pk}/"
    assert (project.lead_unit, project.total_investment) == (town, wan(5_000))


def test_a_refused_project_keeps_everything_that_was_typed(client, head, town, bureau):
    sent = typed_project(
        [(town, "60"), (bureau, "39.99")],
        location="水沟村",
        content="一期\n二期",
        phone="0914-6357182",
        introduced_amount="5000.000001",
    )

    answer = client.post("/projects/new/", sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["introduced_amount"]
    assert "99.99%" in page
    assert all(
        f'value="{sent[name]}"' in page
        for name in sent
        if name not in CHOSEN and "TOTAL" not in name
    )
    assert "一期\n二期" in page
    assert f'<option value="{bureau.pk}" selected>招商局</option>' in page


CHOSEN = {"content", "industry", "stage", "origin", "shares-0-unit", "shares-1-unit"}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", "茶\u202e叶"),
        ("name", "茶\x00叶"),
        ("name", "茶\u200b叶"),
        ("name", ""),
        ("name", "茶" * 10_000),
        ("investor", "A\ufeff公司"),
        ("content", "一\x07二"),
        ("industry", "99999999999999999999"),
        ("industry", "x"),
        ("origin", "moon"),
        ("stage", "sold"),
        ("credit_code", "123"),
        ("total_investment", "1_000"),
        ("total_investment", "1e5"),
        ("total_investment", "十二"),
        ("total_investment", "0"),
        ("total_investment", "9" * 19),
        ("introduced_amount", "-5"),
        ("introduced_amount", "1.1234567"),
        ("contract_on", "2012-07-01"),
        ("contract_on", "2012-02-30"),
        ("contract_on", ""),
    ],
)
def test_bad_input_gets_a_sentence_beside_its_field(client, head, town, field, typed):
    """quality 24, quality 27, quality 28"""
    answer = client.post("/projects/new/", typed_project([(town, "100")], **{field: typed}))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Project.objects.exists()


def test_a_lone_surrogate_in_the_bytes_is_a_sentence(client, head, town):
    """quality 28"""
    sent = typed_project([(town, "100")], name="NAME")
    body = "&".join(f"{name}={value}" for name, value in sent.items()).replace("NAME", "%ED%A0%80")

    answer = client.post("/projects/new/", body, "application/x-www-form-urlencoded")

    assert answer.status_code == 422
    assert "name" in answer.context["form"].errors


@pytest.mark.parametrize("count", ["99999999", "-1", "x", ""])
def test_forged_rows_are_refused(client, head, town, count):
    """quality 13"""
    sent = typed_project([(town, "100")]) | {"shares-TOTAL_FORMS": count}

    assert client.post("/projects/new/", sent).status_code == 422
    assert not Project.objects.exists()


def test_posted_extras_change_nothing(client, head, town, bureau):
    """quality 13"""
    project = make_project(town)
    sent = typed_project([(town, "100")], version="1") | {
        "id": "999",
        "county": "999",
        "lead_unit": str(bureau.pk),
        "created_by": "1",
        "signed_on": "2001-01-01",
    }

    client.post(f"/projects/{project.pk}/edit/", sent)

    after = Project.objects.get()
    assert (after.pk, after.lead_unit, after.created_by) == (project.pk, town, project.created_by)
    assert after.signed_on.isoformat() == "2012-03-01"


def test_a_name_in_use_links_the_other_project(client, head, town):
    other = make_project(town, "茶叶加工")

    answer = client.post("/projects/new/", typed_project([(town, "100")], name="茶叶 加工"))

    assert answer.status_code == 422
    assert f'href="/projects/{other.pk}/"' in answer.content.decode()


def test_a_name_in_use_beyond_reach_is_not_linked(client, town, bureau):
    other = make_project(town, "茶叶加工")
    client.force_login(make_clerk(bureau))

    answer = client.post("/projects/new/", typed_project([(bureau, "100")]))

    assert answer.status_code == 422
    assert f"/projects/{other.pk}/" not in answer.content.decode()
    assert "水沟镇" not in str(answer.context["form"].errors)


def test_a_change_is_saved_once_and_an_older_page_gets_both_versions(client, head, town):
    """quality 32"""
    project = make_project(town, "茶叶加工")
    path = f"/projects/{project.pk}/edit/"
    first = typed_project([(town, "100")], version="1", phone="111")
    second = typed_project([(town, "100")], version="1", phone="222")

    assert client.post(path, first).headers["Location"] == f"/projects/{project.pk}/"
    answer = client.post(path, second)

    project.refresh_from_db()
    assert answer.status_code == 409
    assert project.phone == "111"
    assert [row[1:] for row in answer.context["differing"]] == [("111", "222")]
    assert 'value="222"' in answer.content.decode()
    assert client.post(path, second | {"version": "2"}).status_code == 302
    project.refresh_from_db()
    assert project.phone == "222"


def test_shares_in_conflict_are_shown_by_name(client, head, town, bureau):
    project = make_project(town, "茶叶加工", shares={town: 6_000, bureau: 4_000})
    sent = typed_project([(town, "100")], version="0")

    answer = client.post(f"/projects/{project.pk}/edit/", sent)

    assert answer.context["differing"][-1][1:] == ("水沟镇 60%; 招商局 40%", "水沟镇 100%")


@pytest.mark.parametrize("version", ["", "x", "99"])
def test_a_change_needs_the_version_that_was_seen(client, head, town, version):
    project = make_project(town)
    sent = typed_project([(town, "100")], version=version)

    answer = client.post(f"/projects/{project.pk}/edit/", sent)

    assert answer.status_code in (409, 422)


# The list


def test_the_list_is_searched_by_name_investor_unit_and_content(client, head, town, bureau):
    tea = make_project(town, "茶叶加工")
    Investor.objects.filter(pk=tea.investor_id).update(
        name="西安（茗）公司", name_key=text.key("西安（茗）公司")
    )
    make_project(bureau, "石墨", shares={bureau: 5_000, town: 5_000})
    Project.objects.filter(name="石墨").update(content="建设厂房")

    def found(words):
        return set(names(client.get("/projects/", {"q": words})))

    assert found("茶 叶") == found("西安茗") == found("茶叶　西安") == {"茶叶加工"}
    assert found("厂房") == found("招商局") == {"石墨"}
    assert found("水沟") == {"茶叶加工", "石墨"}
    assert found("没有") == found("茶叶 厂房") == set()


def test_the_list_is_filtered(client, head, town, bureau):
    make_project(town, "老项目", signed="2011-05-01", industry="mining")
    make_project(town, "新项目", signed="2012-05-01", total=60_000, origin="foreign")
    make_project(bureau, "储备", signed=None, industry="property")

    def found(**choice):
        return set(names(client.get("/projects/", choice)))

    assert found(age="new") == {"新项目"}
    assert found(age="carry_over") == {"老项目"}
    assert found(age="new", year="2011") == {"老项目"}
    assert found(stage="reserve") == found(unit=str(bureau.pk)) == {"储备"}
    assert found(origin="foreign") == found(size="major") == {"新项目"}
    assert found(size="mega") == set()
    assert found(industry="mining") == found(flag="resource") == {"老项目"}
    assert found(flag="property") == {"储备"}
    assert found(flag="neither") == {"新项目"}


def test_newest_signatures_come_first_and_reserves_last(client, head, town):
    make_project(town, "储备", signed=None)
    make_project(town, "老", signed="2011-05-01")
    make_project(town, "新", signed="2012-05-01")

    assert names(client.get("/projects/")) == ["新", "老", "储备"]


@pytest.mark.parametrize(
    ("sort", "first"),
    [("total_investment", "小"), ("-total_investment", "大"), ("stage", "储备"), ("-stage", "小")],
)
def test_the_list_is_sorted(client, head, town, sort, first):
    make_project(town, "大", total=90_000)
    make_project(town, "小", total=8_000)
    make_project(town, "储备", signed=None, total=9_000)

    assert names(client.get("/projects/", {"sort": sort}))[0] == first


@pytest.mark.parametrize(
    "query",
    [
        "sort=lead_unit__people__password",
        "sort=-",
        "sort=?",
        "sort=name;drop",
        "page=0",
        "page=x",
        "page=99999999999999999999",
        "page=-1",
        "per_page=100000",
        "stage=sold",
        "industry=%01",
        "unit=x",
        "unit=1%27--",
        "year=2012-13",
        "year=99999999999999",
        "origin=%ED%A0%80",
        "q=%01",
        "q=%E2%80%AE",
        "q=%25%25%27",
        "q=。",
        "size=huge&flag=all&age=old",
    ],
)
def test_an_unknown_choice_gives_the_list_all_the_same(client, head, town, query):
    """quality 14"""
    make_project(town, "茶叶加工")

    assert client.get(f"/projects/?{query}").status_code == 200


def test_the_empty_list_says_what_to_do(client, head):
    page = client.get("/projects/").content.decode()

    assert 'href="/projects/new/"' in page


def test_sums_are_of_all_that_was_found(client, head, town):
    make_project(town, "甲", total=10_000, introduced=8_000)
    make_project(town, "乙", total=20_000, introduced=8_000)

    sums = client.get("/projects/").context["sums"]

    assert sums == {"count": 2, "total": "3", "introduced": "1.6"}


def many(town, bureau, count, head):
    """Projects straight into the tables, for the list only."""
    industry = Industry.objects.get(code="tourism")
    investor = Investor.objects.create(
        county=town.county, name="公司", name_key="公司", origin="foreign"
    )
    projects = Project.objects.bulk_create(
        Project(
            county=town.county,
            lead_unit=town,
            name=f"项目{place}",
            name_key=f"项目{place}",
            investor=investor,
            industry=industry,
            stage="contract",
            contract_on=moment("2012-03-01").date(),
            total_investment=wan(place + 1),
            introduced_amount=wan(place + 1),
            created_at=moment("2012-03-01"),
            created_by=head,
        )
        for place in range(count)
    )
    CreditShare.objects.bulk_create(
        CreditShare(project=project, unit=unit, basis_points=5_000, order=order)
        for project in projects
        for order, unit in enumerate((town, bureau))
    )


@pytest.mark.parametrize("count", [3, 2_000])
def test_the_number_of_queries_does_not_grow_with_the_projects(
    client, head, town, bureau, count, django_assert_num_queries
):
    many(town, bureau, count, head)

    with django_assert_num_queries(11):
        answer = client.get("/projects/?q=项目&sort=-total_investment")

    assert len(answer.context["table"].page.object_list) == min(count, 50)


def test_the_verifier_changes_a_project_of_any_unit(client, county, town):
    project = make_project(town)
    client.force_login(make_verifier(county))
    sent = typed_project([(town, "100")], version="1", name="改名")

    client.post(f"/projects/{project.pk}/edit/", sent)

    assert Project.objects.get().name == "改名"
