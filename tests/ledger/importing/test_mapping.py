"""The page of mapping, what is remembered of it, the rows of the preview, and the pasted block."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ledger.importing import remembered, uploads, work
from ledger.importing.plan_types import no_progress
from ledger.importing.uploads import Step
from ledger.models import Receipt, RememberedMapping, UnitAlias, Upload, UploadLine
from projects.models import Project
from tests.builders import make_clerk, make_head, make_project, make_receipt, make_unit, wan
from tests.ledger.importing import books

pytestmark = pytest.mark.django_db

# Headings of a real kind: no introduced amount, no responsible unit.
LEDGER = [
    ["可望签约项目情况表"],
    ["序号", "项目名称", "投资方", "总投资（万元）", "进展情况"],
    [1, "鹿城茶园", "西安山河公司", 1200, "在谈"],
    [2, "金丝峡民宿", "陕西秦岭公司", 800.5, "洽谈"],
    ["合计", None, None, 2000.5, None],
]


@pytest.fixture(autouse=True)
def jobs_at_once(settings, tmp_path, monkeypatch):
    """Run each job here: another process would not see the test's transaction."""
    settings.IMPORT_ROOT = tmp_path / "imports"
    monkeypatch.setattr(work, "start", lambda upload: work.run(upload, no_progress))


@pytest.fixture
def unit(county):
    return make_unit(county, "水沟镇")


@pytest.fixture
def clerk(unit):
    return make_clerk(unit)


def sent(client, sheets, tmp_path, name="台账.xlsx"):
    """The upload that is made of these sheets."""
    content = books.written(tmp_path, sheets, name).read_bytes()
    answer = client.post("/import/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()
    return Upload.objects.get(pk=re.fullmatch(r"/import/([\w-]+)/", answer.url)[1])


def form_of(client, upload):
    """What the browser would send from the page of mapping, as it stands."""
    page = client.get(f"/import/{upload.token}/columns/").content.decode()
    typed = {}
    for tag in re.findall(r"<input[^>]*>", page.partition('class="mapping"')[2]):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and "csrf" not in name[1]:
            typed[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)"\s+selected', options)
        typed[name] = chosen[1] if chosen else re.search(r'value="([^"]*)"', options)[1]
    return typed


def chosen(client, upload, **changes):
    typed = form_of(client, upload) | changes | {"action": "check"}
    return client.post(f"/import/{upload.token}/columns/", typed)


def rows_of(upload):
    lines = UploadLine.objects.filter(upload=upload).order_by("place")
    return [(line.content["row"], line.outcome) for line in lines]


FILLS = {"s0-part": "projects", "s0-c-E": "stage", "s0-f-introduced": "=total_investment"}


def test_a_sheet_without_a_required_column_asks_for_it(client, clerk, tmp_path):
    client.force_login(clerk)

    upload = sent(client, {"表一": LEDGER}, tmp_path)

    assert upload.step == Step.MAPPING
    detail = client.get(f"/import/{upload.token}/").content.decode()
    assert f"/import/{upload.token}/columns/" in detail
    page = client.get(f"/import/{upload.token}/columns/").content.decode()
    assert "可望签约项目情况表" in page
    assert "鹿城茶园" in page
    assert "引资额" in page.partition("notice--waiting")[2].partition("</div>")[0]


def test_the_chosen_columns_bring_the_rows_in(client, clerk, unit, tmp_path):
    client.force_login(clerk)
    upload = sent(client, {"表一": LEDGER}, tmp_path)

    answer = chosen(client, upload, **FILLS)
    upload.refresh_from_db()
    preview = client.get(f"/import/{upload.token}/").content.decode()
    client.post(f"/import/{upload.token}/decide/", {"action": "import"})

    assert answer.status_code == 302
    assert upload.step == Step.READY
    assert rows_of(upload) == [(3, "new"), (4, "new"), (5, "left_out")]
    assert "鹿城茶园" in preview
    assert "2,000.5" in preview
    found = Project.objects.order_by("pk").values_list("name", "introduced_amount", "lead_unit")
    assert list(found) == [("鹿城茶园", 12_000_000, unit.pk), ("金丝峡民宿", 8_005_000, unit.pk)]


def test_a_missing_choice_is_named_and_nothing_chosen_is_lost(client, clerk, tmp_path):
    client.force_login(clerk)
    upload = sent(client, {"表一": LEDGER}, tmp_path)

    answer = chosen(client, upload, **FILLS | {"s0-f-introduced": "", "s0-f-stage": ""})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="stage" selected' in page
    assert Upload.objects.get(pk=upload.pk).step == Step.MAPPING


def test_two_columns_are_one_field_only_as_its_months(client, clerk, tmp_path):
    client.force_login(clerk)
    upload = sent(client, {"表一": LEDGER}, tmp_path)

    answer = chosen(client, upload, **FILLS | {"s0-c-A": "total_investment"})

    assert answer.status_code == 422
    assert "只能有一列" in answer.content.decode()


def test_next_months_sheet_is_known_and_says_so(client, clerk, tmp_path):
    client.force_login(clerk)
    chosen(client, sent(client, {"表一": LEDGER}, tmp_path), **FILLS)
    august = [["2012年8月情况表"], [], *LEDGER[1:2], [1, "富水石材", "河南石业公司", 300, "在谈"]]

    upload = sent(client, {"八月": august}, tmp_path)

    assert upload.step == Step.READY
    assert rows_of(upload) == [(4, "new")]
    assert str(clerk) in client.get(f"/import/{upload.token}/").content.decode()


def test_another_units_choice_is_not_taken(client, clerk, county, tmp_path):
    client.force_login(clerk)
    chosen(client, sent(client, {"表一": LEDGER}, tmp_path), **FILLS)
    client.force_login(make_clerk(make_unit(county, "青山镇")))

    upload = sent(client, {"表一": LEDGER}, tmp_path)

    assert upload.step == Step.MAPPING


def test_constants_of_one_workbook_are_not_remembered():
    plain = {"part": "targets", "columns": {"A": "unit"}, "fill": {"year": "2012", "issuer": "市"}}
    sheet = remembered.SheetMapping.of(plain, "任务")

    assert remembered._lasting(sheet).fill == {"issuer": "市"}


def test_a_name_that_is_not_in_the_list_is_chosen_once(client, county, head, tmp_path):
    make_unit(county, "水沟镇")
    client.force_login(head)
    sheet = {"任务": [["单位", "年度", "年度任务（万元）"], ["水沟", 2012, 7000]]}
    upload = sent(client, sheet, tmp_path)
    page = client.get(f"/import/{upload.token}/").content.decode()
    assert 'value="水沟镇" selected' in page

    client.post(f"/import/{upload.token}/decide/", {"action": "names", "name-0": "水沟镇"})
    again = sent(client, sheet, tmp_path)

    upload.refresh_from_db()
    assert upload.refused == again.refused == 0
    assert rows_of(again) == [(2, "new")]
    assert UnitAlias.objects.get().unit.name == "水沟镇"


def test_a_units_clerk_does_not_name_units_for_others(client, clerk, county, head, unit, tmp_path):
    remembered.remember_names({"水沟": unit}, clerk)

    assert remembered.aliases(clerk) == {"水沟": "水沟镇"}
    assert remembered.aliases(head) == {}


def test_a_changed_row_shows_both_values(client, head, county, unit, tmp_path):
    make_project(unit, name="金丝峡索道")
    client.force_login(head)
    headings = ["项目名称", "责任单位", "阶段", "总投资（万元）", "引资额（万元）"]

    upload = sent(
        client, {"项目": [headings, ["金丝峡索道", "水沟镇", None, 9999, None]]}, tmp_path
    )

    line = UploadLine.objects.get(upload=upload)
    assert line.outcome == "changed"
    assert line.content["values"]["total_investment"] == "9,999"
    assert "total_investment" in line.content["was"]
    assert "9,999" in client.get(f"/import/{upload.token}/?show=changed").content.decode()


def test_a_correction_shows_what_it_corrects(client, head, unit, tmp_path):
    make_receipt(make_project(unit, name="金丝峡索道"), 120, "2012-06-01", voucher_no="农行-7")
    client.force_login(head)
    headings = ["项目名称", "到位日期", "金额（万元）", "凭证号"]

    upload = sent(
        client, {"到位资金": [headings, ["金丝峡索道", "2012-06-02", 102, "农行-7"]]}, tmp_path
    )

    line = UploadLine.objects.get(upload=upload)
    assert line.outcome == "changed"
    assert line.content["was"]["amount"] == "120"
    assert line.content["was"]["received_on"] == "2012-06-01"
    assert line.content["values"]["amount"] == "102"


def test_what_was_seen_is_what_comes_in(client, head, county, unit, tmp_path):
    """rule 18: another value behind the same outcome is looked at again"""
    project = make_project(unit, name="金丝峡索道")
    client.force_login(head)
    headings = ["项目名称", "责任单位", "阶段", "总投资（万元）", "引资额（万元）"]
    upload = sent(
        client, {"项目": [headings, ["金丝峡索道", "水沟镇", None, 9999, None]]}, tmp_path
    )
    Project.objects.filter(pk=project.pk).update(total_investment=wan(9_000))

    client.post(f"/import/{upload.token}/decide/", {"action": "import"})

    upload.refresh_from_db()
    assert upload.step == Step.FAILED
    assert Project.objects.get().total_investment == wan(9_000)


def test_a_pasted_block_takes_the_same_way(client, clerk, unit):
    make_project(unit, name="金丝峡索道")
    client.force_login(clerk)
    block = (
        "项目名称\t到位日期\t金额（万元）\t凭证号\r\n金丝峡索道\t2012-06-01\t12.5\t0042\r\n"
        "金丝峡索道\t2012-06-02\t1,000\t农行-7\r\n"
    )

    answer = client.post("/import/", {"pasted": block})
    upload = Upload.objects.get()
    client.post(f"/import/{upload.token}/decide/", {"action": "import"})

    assert answer.status_code == 302
    found = Receipt.objects.order_by("pk").values_list("amount", "voucher_no", "state")
    assert list(found) == [(125_000, "0042", "submitted"), (10_000_000, "农行-7", "submitted")]


def test_neither_file_nor_block_is_a_sentence(client, clerk):
    client.force_login(clerk)

    answer = client.post("/import/", {"pasted": " \r\n"})

    assert answer.status_code == 422
    assert "field--refused" in answer.content.decode()


def test_anothers_page_of_mapping_does_not_exist(client, clerk, county, tmp_path):
    client.force_login(clerk)
    upload = sent(client, {"表一": LEDGER}, tmp_path)
    for stranger in (make_head(county), make_clerk(make_unit(county, "青山镇"))):
        client.force_login(stranger)

        assert client.get(f"/import/{upload.token}/columns/").status_code == 404
        assert client.post(f"/import/{upload.token}/columns/", {}).status_code == 404
    assert not RememberedMapping.objects.exists()


def test_a_forged_form_of_mapping_is_a_sentence(client, clerk, tmp_path):
    client.force_login(clerk)
    upload = sent(client, {"表一": LEDGER}, tmp_path)

    for typed in (
        {},
        {"s0-was": "nonsense", "s0-part": "x"},
        {"s0-was": "projects", "s0-rows": "2 99999999999", "s0-part": "projects"},
        {"s0-was": "projects", "s0-rows": "2", "s0-part": "projects", "s0-headings": "9-1"},
        {"s0-was": "projects", "s0-rows": "2", "s0-part": "projects", "s0-c-B": "voucher"},
    ):
        answer = client.post(f"/import/{upload.token}/columns/", typed | {"action": "check"})

        assert answer.status_code in (302, 422), typed


def test_a_clerk_does_not_see_what_waits_of_other_units(client, clerk, county, unit, tmp_path):
    other = make_project(make_unit(county, "青山镇"), name="别处项目")
    make_project(unit, name="金丝峡索道")
    make_receipt(other, 7_777)
    client.force_login(clerk)
    sheet = {
        "到位资金": [
            ["项目名称", "到位日期", "金额（万元）", "凭证号"],
            ["金丝峡索道", "2012-06-01", 12, "7"],
        ]
    }

    upload = sent(client, sheet, tmp_path)
    page = client.get(f"/import/{upload.token}/").content.decode()

    assert upload.step == Step.READY
    assert "7,777" not in page
    assert "0.78" not in page


def test_the_page_of_rows_takes_few_statements(
    client, head, unit, tmp_path, django_assert_max_num_queries
):
    make_project(unit, name="金丝峡索道")
    client.force_login(head)
    rows = [["金丝峡索道", "2012-06-01", number + 1, f"n{number}"] for number in range(250)]
    sheet = {"到位资金": [["项目名称", "到位日期", "金额（万元）", "凭证号"], *rows]}
    upload = sent(client, sheet, tmp_path)

    with django_assert_max_num_queries(14):
        page = client.get(f"/import/{upload.token}/?page=3").content.decode()

    assert page.count('class="rows__new"') == 50
    assert uploads.has(upload, "top")


@pytest.mark.parametrize("path", ["/projects.xlsx", "/receipts.xlsx?state=all"])
def test_the_programs_own_lists_come_back_without_a_change(path, client, head, unit, tmp_path):
    make_receipt(make_project(unit, name="金丝峡索道"), 120, "2012-06-01", voucher_no="0042")
    client.force_login(head)
    content = b"".join(client.get(path).streaming_content)

    client.post("/import/", {"file": SimpleUploadedFile("清单.xlsx", content)})

    upload = Upload.objects.get()
    assert (upload.step, upload.refused) == (Step.READY, 0)
    assert [outcome for _row, outcome in rows_of(upload)] == ["unchanged"]
