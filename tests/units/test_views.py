"""The pages of units and targets: who is refused, what is shown, what is kept."""

from datetime import date

import pytest
import time_machine

from tests import acting
from tests.access.pages import forms_of
from tests.builders import (
    day,
    make_clerk,
    make_county,
    make_head,
    make_person,
    make_unit,
    make_verifier,
    set_target,
    wan,
)
from units.models import Role, Schedule, Target, Unit
from units.targets import record as targets

pytestmark = pytest.mark.django_db

GRID = "/targets/2012/"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2012-07-01 12:00+08:00", tick=False):
        yield


@pytest.fixture
def head(client, county):
    person = make_head(county)
    client.force_login(person)
    return person


def grid_of(county, rows, **fields):
    """What a browser sends for the grid; rows are unit -> four texts."""
    sent = {
        "seen": str(targets.newest_id(county, 2012)),
        "effective_on": "2012-07-01",
        "document_no": "商政发〔2012〕30号",
    }
    for unit, texts in rows.items():
        for column, text in zip(("amount", "first", "second", "third"), texts, strict=True):
            sent[f"{column}-{unit.pk}"] = text
    return sent | fields


# Who


@pytest.mark.parametrize(
    "path",
    ["/units/new/", "/units/611023T01/edit/", "/targets/", GRID, "/targets/2012/schedule/"],
)
@pytest.mark.parametrize("role", [Role.LEADER, Role.VERIFIER, Role.SYSTEM_ADMIN, Role.CLERK])
def test_only_the_head_opens_what_changes_units_and_targets(client, county, town, path, role):
    """quality 5"""
    unit = town if role == Role.CLERK else None
    client.force_login(make_person(county, role, unit))

    assert client.get(path).status_code in (403, 405)
    assert client.post(path).status_code in (403, 405)


@pytest.mark.parametrize("path", ["/units/", "/targets/", GRID])
def test_a_visitor_is_sent_to_sign_in(client, path):
    assert client.get(path).headers["Location"].startswith("/accounts/login/")


def test_another_county_is_not_found(client, head):
    """quality 6"""
    foreign = make_unit(make_county("611022", "丹凤县"), "龙驹寨镇")

    assert client.get(f"/units/{foreign.code}/edit/").status_code == 404
    assert client.get(f"/units/{foreign.code}/targets/").status_code == 404


def test_a_clerk_reads_the_targets_of_the_own_unit_only(client, town, bureau):
    """quality 6"""
    set_target(town, 8_000)
    client.force_login(make_clerk(town))

    page = client.get(f"/units/{town.code}/targets/").content.decode()
    assert "8,000.00" in page
    assert "1日 12:00" in page  # noon in the county, as the builder records it
    assert client.get(f"/units/{bureau.code}/targets/").status_code == 404


@pytest.mark.parametrize("path", ["/targets/1999/", "/targets/2100/", "/targets/99999999999/"])
def test_a_year_out_of_reach_is_not_found(client, head, path):
    assert client.get(path).status_code == 404


# Units


def test_a_unit_is_added_and_changed(client, county, head):
    client.post("/units/new/", {"name": " 试马镇 ", "kind": "town"})
    unit = Unit.objects.get()

    acting.send(
        client,
        f"/units/{unit.code}/edit/",
        f"/units/{unit.code}/edit/",
        **{"name": "试马新镇", "kind": "town", "order": "７"},
    )

    unit.refresh_from_db()
    assert (unit.name, unit.order, unit.code) == ("试马新镇", 7, "611023T01")


def test_a_refused_unit_keeps_what_was_typed(client, head, town):
    answer = client.post("/units/new/", {"name": "水沟 镇", "kind": "department", "order": "5"})

    assert answer.status_code == 422
    assert 'value="水沟 镇"' in answer.content.decode()
    assert list(answer.context["form"].errors) == ["name"]


def test_a_unit_ends_with_its_successor(client, head, town, bureau):
    sent = {
        "name": town.name,
        "kind": "town",
        "order": "1",
        "ended_on": "2012-06-30",
        "successor": str(bureau.pk),
    }

    acting.send(client, f"/units/{town.code}/edit/", f"/units/{town.code}/edit/", **sent)

    town.refresh_from_db()
    assert (town.ended_on, town.successor) == (day("2012-06-30"), bureau)


def test_posted_extras_change_nothing_else(client, head, town):
    """quality 13"""
    elsewhere = make_county("611022", "丹凤县")
    sent = {"name": "水沟镇", "kind": "town", "code": "X1", "county": str(elsewhere.pk), "id": "99"}

    acting.send(client, f"/units/{town.code}/edit/", f"/units/{town.code}/edit/", **sent)

    unit = Unit.objects.get()
    assert (unit.pk, unit.code, unit.county_id) == (town.pk, town.code, town.county_id)


def test_the_order_is_set_in_one_go(client, head, town, bureau):
    acting.send(
        client, "/units/", "/units/", **{f"place-{town.pk}": "12", f"place-{bureau.pk}": "３"}
    )

    assert dict(Unit.objects.values_list("name", "order")) == {"水沟镇": 12, "招商局": 3}


def test_a_place_that_is_none_is_refused_beside_its_box(client, head, town, bureau):
    answer = acting.send(
        client, "/units/", "/units/", **{f"place-{town.pk}": "一", f"place-{bureau.pk}": "3"}
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [f"place-{town.pk}"]
    assert f'id="id_place-{town.pk}_error"' in answer.content.decode()


# Targets


def test_the_grid_records_changed_rows_with_day_and_document(client, county, head, town, bureau):
    for unit in (town, bureau):
        set_target(unit, 8_000)
    rows = {
        town: ["６，０００", "1500", "3,000", "0.45亿"],
        bureau: ["8000", "2000", "4000", "6000"],
    }

    answer = client.post(GRID, grid_of(county, rows))

    assert answer.headers["Location"] == GRID
    newest = Target.objects.latest("pk")
    assert Target.objects.count() == 3
    assert newest.due == (wan(1_500), wan(3_000), wan(4_500), wan(6_000))
    assert (newest.effective_on, newest.document_no) == (date(2012, 7, 1), "商政发〔2012〕30号")


@pytest.mark.parametrize(
    ("texts", "column"),
    [
        (["1e5", "1", "2", "3"], "amount"),
        (["", "1", "2", "3"], "amount"),
        (["8000", "-1", "4000", "6000"], "first"),
        (["8000", "4000", "2000", "6000"], "second"),
        (["8000", "2000", "4000", "8000.000001"], "third"),
        (["8000", "2000", "", "6000"], "second"),
    ],
)
def test_a_doubtful_cell_is_refused_beside_it_and_nothing_is_lost(
    client, county, head, town, bureau, texts, column
):
    """quality 24"""
    good = ["9000", "2250", "4500", "6750"]

    answer = client.post(GRID, grid_of(county, {town: texts, bureau: good}))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert list(answer.context["grid"].errors) == [f"{column}-{town.pk}"]
    assert all(f'value="{text}"' in page for text in (*texts, *good) if text)
    assert not Target.objects.exists()


def test_zero_takes_the_task_away(client, county, head, town):
    set_target(town, 8_000)

    client.post(GRID, grid_of(county, {town: ["0", "", "", ""]}))

    assert targets.current(county, 2012)[town.pk].amount == 0


def test_an_emptied_row_is_asked_about(client, county, head, town):
    set_target(town, 8_000)

    answer = client.post(GRID, grid_of(county, {town: ["", "", "", ""]}))

    assert answer.status_code == 422


def test_empty_quarters_are_filled_from_the_schedule_without_saving(
    client, county, head, town, bureau
):
    Schedule.objects.create(county=county, year=2012, first=2_000, second=4_930, third=7_500)
    rows = {town: ["8000", "", "", ""], bureau: ["9000", "1", "", "5000"]}

    answer = client.post(GRID, grid_of(county, rows, fill="empty"))

    sent = answer.context["grid"].data
    assert answer.status_code == 200
    assert [sent[f"{c}-{town.pk}"] for c in ("first", "second", "third")] == [
        "1600",
        "3944",
        "6000",
    ]
    assert [sent[f"{c}-{bureau.pk}"] for c in ("first", "second", "third")] == [
        "1",
        "4437",
        "5000",
    ]
    assert not Target.objects.exists()


def test_changed_rows_are_refilled_and_others_stay(client, county, head, town, bureau):
    for unit in (town, bureau):
        set_target(unit, 8_000, due=(1_000, 2_000, 3_000))
    rows = {town: ["4000", "1000", "2000", "3000"], bureau: ["8000", "1000", "2000", "3000"]}

    answer = client.post(GRID, grid_of(county, rows, fill="changed"))

    sent = answer.context["grid"].data
    assert (sent[f"third-{town.pk}"], sent[f"third-{bureau.pk}"]) == ("3000", "3000")
    assert (sent[f"second-{town.pk}"], sent[f"second-{bureau.pk}"]) == ("2000", "2000")
    assert sent[f"first-{town.pk}"] == "1000"


def test_two_people_at_the_grid_get_a_conflict_with_both(client, county, head, town):
    """quality 32"""
    set_target(town, 8_000)
    stale = grid_of(county, {town: ["7000", "1750", "3500", "5250"]})
    client.post(GRID, grid_of(county, {town: ["6000", "1500", "3000", "4500"]}))

    answer = client.post(GRID, stale)

    assert answer.status_code == 409
    assert 'value="7000"' in answer.content.decode()
    assert "6,000 / 1,500" in answer.content.decode()
    assert targets.current(county, 2012)[town.pk].amount == wan(6_000)


def test_a_hundred_units_fit_into_one_form_and_few_queries(
    client, county, head, settings, django_assert_max_num_queries
):
    units = [make_unit(county, f"单位{place}", "department") for place in range(120)]
    rows = {unit: ["100", "25", "50", "75"] for unit in units}
    sent = grid_of(county, rows)

    assert client.post(GRID, sent).status_code == 302
    assert len(sent) + 2 < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    with django_assert_max_num_queries(8):
        client.get(GRID)


def test_sums_are_of_each_kind_and_of_the_county(client, county, head, town, bureau):
    set_target(town, 8_000)
    set_target(bureau, "500.5")

    context = client.get(GRID).context

    assert [section.sums[0] for section in context["sections"]] == ["8,000", "500.5"]
    assert context["totals"][0] == "8,500.5"


def test_a_unit_that_does_not_stand_in_the_year_has_no_row(client, county, head, town):
    make_unit(county, "梁家湾镇", ended_on=day("2011-12-31"))
    make_unit(county, "新镇", active_from=day("2013-01-01"))

    assert client.get(GRID).context["grid"].units == [town]


def test_the_schedule_is_set_and_refused(client, county, head, town):
    good = {"first": "20", "second": "49.3%", "third": "７５"}

    page, action = "/targets/2012/", "/targets/2012/schedule/"
    assert client.post(action, good).status_code == 409
    acting.send(client, page, action, **good)
    answer = acting.send(client, page, action, **good | {"third": "40"})

    assert targets.schedule(county, 2012).parts == (2_000, 4_930, 7_500, 10_000)
    assert answer.status_code == 422
    assert list(answer.context["schedule"].errors) == ["third"]


def test_the_first_targets_of_a_year_hold_from_its_first_day(client, county, head, town):
    assert client.get("/targets/2013/").context["grid"]["effective_on"].value() == date(2013, 1, 1)


def test_the_targets_entry_leads_to_the_newest_year(client, county, head, town):
    set_target(town, 8_000, year=2011)

    assert client.get("/targets/").headers["Location"] == "/targets/2011/"


def test_a_verifier_reads_the_units_without_boxes(client, county, town):
    client.force_login(make_verifier(county))

    answer = client.get("/units/")

    assert answer.status_code == 200
    assert "place-" not in answer.content.decode()
    assert client.post("/units/", {f"place-{town.pk}": "5"}).status_code == 403
    town.refresh_from_db()
    assert town.order != 5


def test_the_later_of_two_tabs_does_not_take_back_the_earlier(client, county, head, town):
    """Rule 18: the second tab is shown what stands now, and what was typed in it."""
    client.force_login(head)
    path = f"/units/{town.code}/edit/"
    [form] = [f for f in forms_of(client.get(path).content.decode(), path) if f.action == path]
    seen = dict(form.pairs)["seen"]
    sent = {"name": town.name, "kind": "town", "seen": seen}
    assert client.post(path, sent | {"order": "7"}).status_code == 302

    late = client.post(path, sent | {"name": "水沟新镇", "order": "1"})

    town.refresh_from_db()
    assert (late.status_code, town.order) == (409, 7)
    page = late.content.decode()
    assert "水沟新镇" in page
    [form] = [f for f in forms_of(page, path) if f.action == path]
    again = client.post(path, sent | {"name": "水沟新镇", "seen": dict(form.pairs)["seen"]})
    assert again.status_code == 302


def test_the_order_of_a_page_that_is_out_of_date_moves_nobody(client, county, head, town, bureau):
    client.force_login(head)
    page = client.get("/units/").content.decode()
    [form] = [f for f in forms_of(page, "/units/") if "seen" in f.names]
    Unit.objects.filter(pk=bureau.pk).update(order=99)

    late = client.post("/units/", dict(form.pairs) | {f"place-{town.pk}": "55"})

    town.refresh_from_db()
    assert (late.status_code, town.order == 55) == (409, False)
    assert 'value="55"' in late.content.decode()
