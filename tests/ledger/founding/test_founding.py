"""From an empty database to the county's first accounts, over the pages; and who is kept out."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection
from django.utils import timezone

from ledger.founding import found, one_time, wizard_state
from ledger.founding.unit_list import UnitLine
from ledger.founding.wizard_state import Draft
from ledger.models import FoundingState, Receipt
from tests import acting
from tests.builders import day, make_county, make_head, moment
from tests.ledger.importing.books import HEADINGS, written
from units.ground.refusal import Refusal
from units.models import County, Role, Schedule, Target, Trail, Unit, User

pytestmark = pytest.mark.django_db

PAGES = ("county", "units", "units/check", "targets", "people", "slips")
LIST = "水沟镇\t5000\n富水镇\t３０００\n财政局\n商南县矿业有限公司\n"


@pytest.fixture(autouse=True)
def empty_desk():
    wizard_state.clear()
    yield
    wizard_state.clear()


@pytest.fixture
def opened(client):
    """A browser in which the code of the terminal was typed."""
    response = client.post("/start/", {"code": wizard_state.terminal_code().lower()})
    assert response.url == "/start/county/"
    return client


@pytest.fixture
def draft():
    return Draft(
        code="611023",
        name="商南县",
        year=2012,
        units=(UnitLine("水沟镇", "town", amount="5000"), UnitLine("财政局", "department")),
        document_no="商政发〔2012〕8号",
        has_targets=True,
        people={"head": "李明"},
    )


def fill_in(client):
    """Everything up to the slips, as a person would type it."""
    client.post("/start/county/", {"code": "611023", "name": "商南县", "year": "2012"})
    client.post("/start/units/", {"names": LIST})
    return fill_rest(client)


def fill_rest(client):
    """The pages after the list of units, as they are shown."""
    check = {f"name-{at}": line.name for at, line in enumerate(wizard_state.load().units)}
    kinds = {f"kind-{at}": line.kind for at, line in enumerate(wizard_state.load().units)}
    client.post("/start/units/check/", check | kinds)
    amounts = {f"amount-{at}": line.amount for at, line in enumerate(wizard_state.load().units)}
    percents = {"first": "20", "second": "50", "third": "80", "document_no": "商政发〔2012〕8号"}
    client.post("/start/targets/", amounts | percents)
    return client.post("/start/people/", {"head": "李明"})


def test_the_pages_lead_to_a_county_that_is_ready(opened):
    assert fill_in(opened).url == "/start/slips/"
    slips = opened.get("/start/slips/").content.decode()
    secret = one_time.password(wizard_state.load().seed, "t01")
    assert secret in slips

    path = "/start/slips/"
    assert opened.post(path, {"printed": "on"}).status_code == 409  # not the slips that were seen
    answer = acting.send(opened, path, path, printed="on")

    assert answer.url == "/accounts/login/"
    county = County.objects.get()
    assert (county.code, county.name, county.is_sample) == ("611023", "商南县", False)
    units = {unit.name: (unit.code, unit.kind, unit.order) for unit in Unit.objects.all()}
    assert units == {
        "水沟镇": ("611023T01", "town", 1),
        "富水镇": ("611023T02", "town", 2),
        "财政局": ("611023D01", "department", 3),
        "商南县矿业有限公司": ("611023E01", "enterprise", 4),
    }
    assert Schedule.objects.get().parts == (2_000, 5_000, 8_000, 10_000)
    targets = {target.unit.name: target.due for target in Target.objects.all()}
    assert targets["富水镇"] == (6_000_000, 15_000_000, 24_000_000, 30_000_000)
    assert set(targets) == {"水沟镇", "富水镇"}
    assert check_password(secret, User.objects.get(username="t01").password)
    assert opened.get("/start/slips/").url == "/accounts/login/"


def test_everybody_gets_one_role_and_must_change_the_password(draft):
    found.found(draft, at=timezone.now())

    people = {user.username: user.role for user in User.objects.all()}
    assert people == {
        "head": Role.BUREAU_HEAD,
        "verifier": Role.VERIFIER,
        "leader": Role.LEADER,
        "system": Role.SYSTEM_ADMIN,
        "security": Role.SECURITY_ADMIN,
        "audit": Role.AUDIT_ADMIN,
        "t01": Role.CLERK,
        "d01": Role.CLERK,
    }
    assert all(User.objects.values_list("must_change_password", flat=True))
    assert str(User.objects.get(username="head")) == "李明"
    actions = set(Trail.objects.values_list("action", flat=True))
    assert User.objects.get(username="d01").unit == Unit.objects.get(name="财政局")
    assert {"county.add", "person.add", "unit.add", "schedule.set", "target.record"} <= actions
    kept = str(list(Trail.objects.values_list("after", flat=True)))
    assert one_time.password(draft.seed, "t01") not in kept


@pytest.mark.parametrize("required", [True, False])
def test_a_founded_county_has_a_rule_of_evidence_for_each_kind_of_money(draft, required):
    county = found.found(replace(draft, evidence_required=required), at=timezone.now())

    county.refresh_from_db()
    assert county.evidence_required is required
    assert set(county.evidence_rules.values_list("money", flat=True)) == set(Receipt.Kind.values)


@pytest.mark.parametrize(
    ("founded", "first"), [("2012-11-26", "2012-12-01"), ("2012-12-01", "2012-12-01")]
)
def test_reports_are_asked_for_from_the_first_full_month(draft, founded, first):
    county = found.found(draft, at=moment(founded))

    assert county.reports_from == day(first)


def test_the_founding_asks_when_a_receipt_counts(opened):
    county = {"code": "611023", "name": "商南县", "year": "2012"}
    opened.post("/start/county/", county)
    assert wizard_state.load().evidence_required

    opened.post("/start/county/", county | {"evidence": "without"})

    assert not wizard_state.load().evidence_required
    assert 'value="without" selected' in opened.get("/start/county/").content.decode()


def test_a_second_county_is_never_founded(draft):
    found.found(draft, at=timezone.now())

    with pytest.raises(Refusal):
        found.found(draft, at=timezone.now())

    assert County.objects.count() == 1
    assert User.objects.count() == 8


def test_a_founding_that_fails_leaves_nothing(draft, monkeypatch):
    def broken(*args, **kwargs):
        raise Refusal("broken")

    monkeypatch.setattr(found.targets, "record", broken)
    with pytest.raises(Refusal):
        found.found(draft, at=timezone.now())

    assert (County.objects.count(), User.objects.count(), Trail.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("page", PAGES)
def test_nobody_comes_in_without_the_code(client, page, caplog):
    """quality 46"""
    wizard_state.terminal_code()

    assert client.get(f"/start/{page}/").url == "/start/"
    assert client.post(f"/start/{page}/", {"printed": "on"}).url == "/start/"
    assert client.post("/start/", {"code": "AAAA-AAAA-AAAA-AAAA"}).status_code == 422
    assert [
        record.getMessage() for record in caplog.records if record.name == "ledger.founding.pages"
    ] == ["a wrong code for the founding from 127.0.0.1"]
    assert client.get(f"/start/{page}/").url == "/start/"
    assert not County.objects.exists()


def test_without_a_code_from_the_terminal_nothing_opens(client):
    assert "manage.py serve" in client.get("/start/").content.decode()
    assert client.post("/start/", {"code": ""}).status_code == 422
    assert client.get("/start/county/").url == "/start/"


@pytest.mark.parametrize("page", ["", *(f"{page}/" for page in PAGES)])
def test_where_a_county_stands_the_pages_are_shut(client, page):
    code = wizard_state.terminal_code()
    client.post("/start/", {"code": code})
    make_head(make_county())

    assert client.get(f"/start/{page}").url == "/accounts/login/"
    assert client.post(f"/start/{page}", {"code": code}).url == "/accounts/login/"


def test_sign_in_leads_to_the_founding_only_while_nobody_has_an_account(client):
    assert client.get("/accounts/login/").url == "/start/"

    make_head(make_county())

    assert client.get("/accounts/login/").status_code == 200


def test_no_page_is_kept_by_the_browser(opened):
    fill_in(opened)

    for page in PAGES:
        assert "no-store" in opened.get(f"/start/{page}/")["Cache-Control"]


def test_what_was_typed_stays_for_another_browser_with_the_code(opened):
    fill_in(opened)
    seed = wizard_state.load().seed
    opened.session.flush()
    opened.cookies.clear()

    answer = opened.post("/start/", {"code": wizard_state.terminal_code()})

    assert answer.url == "/start/slips/"
    assert "水沟镇" in opened.get("/start/units/").content.decode()
    assert wizard_state.load().seed == seed


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("61102", "六位"),
        ("991023", "99"),
        ("611000", "00"),
        ("六一一〇二三", "六位"),
    ],
)
def test_a_code_that_is_no_countys_is_refused_with_a_sentence(opened, code, sentence):
    answer = opened.post("/start/county/", {"code": code, "name": "商南县", "year": "2012"})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert 'value="商南县"' in answer.content.decode()


def test_doubled_names_are_refused_beside_their_line(opened):
    opened.post("/start/county/", {"code": "611023", "name": "商南县", "year": "2012"})
    opened.post("/start/units/", {"names": "水沟镇\n水沟 镇"})

    sent = {"name-0": "水沟镇", "kind-0": "town", "name-1": "水沟 镇", "kind-1": "town"}
    answer = opened.post("/start/units/check/", sent)

    assert answer.status_code == 422
    assert "第1行" in answer.content.decode()
    sent["name-1"] = ""
    assert opened.post("/start/units/check/", sent).url == "/start/targets/"
    assert [unit.name for unit in wizard_state.load().units] == ["水沟镇"]


def test_pasted_targets_fill_the_boxes_and_strangers_are_named(opened, draft):
    wizard_state.save(draft)
    sent = {"first": "25", "second": "50", "third": "75", "pasted": "财政局 800\n青山镇 5"}

    page = opened.post("/start/targets/", sent | {"fill": "1"}).content.decode()

    assert 'value="800"' in page
    assert "青山镇 5" in page


def test_targets_without_their_document_are_refused_and_kept(opened, draft):
    wizard_state.save(draft)
    sent = {"first": "30", "second": "20", "third": "75", "amount-0": "十二", "amount-1": "800"}

    answer = opened.post("/start/targets/", sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="十二"' in page
    assert 'value="800"' in page


@pytest.mark.parametrize(("name", "warns"), [("localhost:8000", True), ("192.168.1.20", False)])
def test_slips_that_lead_only_to_this_computer_say_so(opened, settings, name, warns):
    settings.ALLOWED_HOSTS = ["*"]
    fill_in(opened)

    page = opened.get("/start/slips/", headers={"host": name}).content.decode()

    assert f"<dd>http://{name}/</dd>" in page
    assert ("HOST=0.0.0.0" in page) is warns


def test_slips_must_be_printed_first(opened):
    fill_in(opened)

    answer = opened.post("/start/slips/", {})

    assert answer.status_code == 422
    assert not County.objects.exists()


def test_units_and_targets_come_from_the_workbook_of_the_import(opened, tmp_path):
    opened.post("/start/county/", {"code": "611023", "name": "商南县", "year": "2012"})
    path = written(
        tmp_path,
        {
            "单位": [
                HEADINGS["单位"],
                ["财政局", "部门", 1],
                ["富水镇", "镇", 2],
                ["水沟镇", "镇", 1],
            ],
            "任务": [HEADINGS["任务"], ["富水镇", 2012, 3000], ["水沟镇", 2011, 9]],
        },
    )

    with path.open("rb") as file:
        answer = opened.post("/start/units/", {"names": "", "file": file})

    assert answer.url == "/start/units/check/"
    assert [(unit.name, unit.kind, unit.amount) for unit in wizard_state.load().units] == [
        ("水沟镇", "town", ""),
        ("富水镇", "town", "3000"),
        ("财政局", "department", ""),
    ]
    assert not County.objects.exists()


def test_a_file_that_is_no_workbook_is_refused_with_a_sentence(opened, tmp_path):
    opened.post("/start/county/", {"code": "611023", "name": "商南县", "year": "2012"})
    path = tmp_path / "单位.xlsx"
    path.write_bytes(b"%PDF-1.7")

    with path.open("rb") as file:
        answer = opened.post("/start/units/", {"names": "水沟镇", "file": file})

    assert answer.status_code == 422
    assert "水沟镇" in answer.content.decode()


def test_accounts_do_not_collide_with_units_of_the_workbook():
    units = (UnitLine("甲镇", "town", code="611023T01"), UnitLine("乙镇", "town"))

    names = [each.username for each in found.accounts(Draft(code="611023", units=units))]

    assert names[-2:] == ["t01", "t02"]
    assert len(set(names)) == len(names)


@pytest.mark.django_db(transaction=True)
def test_two_who_look_first_at_once_see_one_draft(monkeypatch):
    """The seed makes the one-time passwords of the slips."""
    text, gate = wizard_state._text, threading.Barrier(2, timeout=20)
    monkeypatch.setattr(wizard_state, "_text", lambda draft: (gate.wait(), text(draft))[1])

    def look(_number):
        try:
            return wizard_state.load()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(look, range(2))
    monkeypatch.undo()

    assert first == second == wizard_state.load()


def test_the_county_is_founded_with_the_groups_of_its_list(opened):
    opened.post("/start/county/", {"code": "611023", "name": "商南县", "year": "2012"})
    opened.post("/start/units/", {"names": "水沟镇\t一类镇\n工业园区\t园区\n财政局\t部门"})
    check = opened.get("/start/units/check/").content.decode()
    assert all(word in check for word in ("一类镇", "园区", "部门"))

    fill_rest(opened)
    acting.send(opened, "/start/slips/", "/start/slips/", printed="on")

    county = County.objects.get()
    held = {unit.name: (county.group(unit.kind).name, unit.code) for unit in county.units.all()}
    assert held == {
        "水沟镇": ("一类镇", "611023G01"),
        "工业园区": ("园区", "611023G02"),
        "财政局": ("部门", "611023D01"),
    }


def test_the_founding_goes_on_from_any_machine_and_leaves_nothing(opened, client):
    """The code and the draft are in the database; a draft of another release is begun anew."""
    seed = wizard_state.load().seed
    names = FoundingState.objects.order_by("name").values_list("name", flat=True)

    assert list(names) == ["code", "draft"]
    assert wizard_state.load().seed == seed

    FoundingState.objects.filter(name="draft").update(content='{"of": "another release"}')
    assert wizard_state.load().seed != seed
    wizard_state.clear()
    assert not names.all().exists()
