"""Many receipts at once: ten plain rows, all faults together, one transaction, photos of phones."""

import io
import uuid

import pillow_heif
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from ledger.entries import evidence, photos
from ledger.models import Evidence, Receipt
from tests.builders import make_project
from tests.pdfs import PDF
from units.ground.refusal import Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def today():
    with time_machine.travel("2012-06-20 12:00+08:00"):
        yield


def row(number, project, **typed):
    fields = {
        "key": str(uuid.uuid4()),
        "project_name": project.name,
        "received_on": "2012-06-10",
        "amount": "12.35",
        "kind": "land",
        "voucher_no": f"凭证{number}",
        "note": "",
        "evidence_kind": "",
    }
    return {f"row-{number}-{name}": value for name, value in (fields | typed).items()}


def test_ten_plain_rows_are_entered_and_empty_ones_left_out(office, as_):
    client = as_(office.clerk)
    project = office.project
    page = client.get("/receipts/grid/").text
    assert page.count('data-faults="row-') >= 10
    assert f'<option value="{project.name}">' in page
    assert 'value="2012-06-' in page

    sent = {"rows": "10", "action": "submit"}
    for number in range(10):
        sent |= row(
            number, project, **({} if number < 8 else {"amount": "", "kind": "", "voucher_no": ""})
        )
    answer = client.post("/receipts/grid/", sent)

    assert answer.status_code == 302
    assert Receipt.objects.filter(state=Receipt.State.SUBMITTED).count() == 8
    assert {receipt.amount for receipt in Receipt.objects.all()} == {123_500}
    client.post("/receipts/grid/", sent)
    assert Receipt.objects.count() == 8  # the same keys again


def test_all_faults_are_told_at_once_and_nothing_is_saved(office, as_):
    project, typed = office.project, {"rows": "3", "action": "submit"}
    typed |= (
        row(0, project) | row(1, project, amount="十二") | row(2, project, project_name="没有的")
    )
    answer = as_(office.clerk).post("/receipts/grid/", typed | {"row-2-received_on": "2012-06-31"})

    assert answer.status_code == 422
    assert "十二" in answer.text
    assert "没有的" in answer.text
    assert "No signed project of yours has this name." in answer.text
    assert "is not a day of the calendar" in answer.text
    assert not Receipt.objects.exists()


def test_a_refusal_in_the_last_row_takes_back_the_first(office, as_):
    project = office.project
    typed = {"rows": "2", "action": "submit"} | row(0, project)
    typed |= row(1, project, amount="9000")  # above the introduced amount, not confirmed
    answer = as_(office.clerk).post("/receipts/grid/", typed)

    assert answer.status_code == 422
    assert "tick the box" in answer.text
    assert not Receipt.objects.exists()
    typed |= {"row-1-confirmed": "on"}
    assert as_(office.clerk).post("/receipts/grid/", typed).status_code == 302
    assert Receipt.objects.count() == 2


def test_a_grid_can_be_kept_as_drafts_with_files(office, as_):
    typed = {"rows": "1", "action": "keep"} | row(0, office.project, evidence_kind="bank_slip")
    typed["row-0-evidence"] = SimpleUploadedFile("回单.pdf", PDF)
    assert as_(office.clerk).post("/receipts/grid/", typed).status_code == 302

    assert Receipt.objects.get().state == Receipt.State.DRAFT
    assert Evidence.objects.get().original_name == "回单.pdf"


def test_a_unit_enters_only_for_projects_it_leads(office, as_):
    foreign = make_project(
        office.other, "别人的项目", shares={office.other: 6_000, office.town: 4_000}
    )
    client = as_(office.clerk)
    assert foreign.name not in client.get("/receipts/grid/").text

    answer = client.post("/receipts/grid/", {"rows": "1"} | row(0, foreign))
    assert answer.status_code == 422
    assert not Receipt.objects.exists()


def test_a_row_is_checked_while_typing(office, as_):
    client = as_(office.clerk)
    good = client.post("/receipts/grid/check/", {"row": "4"} | row(4, office.project))
    bad = client.post(
        "/receipts/grid/check/", {"row": "4"} | row(4, office.project, received_on="2012-07-10")
    )
    none = client.post("/receipts/grid/check/", {"row": "x"})

    assert good.json() == {} == none.json()
    assert list(bad.json()) == ["received_on"]
    assert not Receipt.objects.exists()


def test_the_grid_asks_few_questions(office, as_, django_assert_max_num_queries):
    for number in range(30):
        make_project(office.town, f"项目{number}")
    client = as_(office.clerk)
    with django_assert_max_num_queries(9):
        client.get("/receipts/grid/")


def test_the_next_one_keeps_project_and_day(office, as_):
    client = as_(office.clerk)
    address = f"/projects/{office.project.pk}/receipts/new/"
    typed = {
        name.partition("-")[2].partition("-")[2]: value
        for name, value in row(0, office.project).items()
    }
    answer = client.post(address, typed | {"action": "next"})

    assert answer.status_code == 302
    assert answer.url == f"{address}?day=2012-06-10"
    assert 'value="2012-06-10"' in client.get(answer.url).text


def heic(size=(64, 48)):
    target = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", size, "ivory")).save(target)
    return target.getvalue()


def test_a_photo_of_a_phone_becomes_a_jpeg():
    stored = evidence.store(SimpleUploadedFile("IMG_0417.HEIC", heic()))

    assert (stored.media_type, stored.name) == ("image/jpeg", "IMG_0417.jpg")
    with Image.open(evidence.path_of(stored.sha256)) as picture:
        assert picture.size == (64, 48)
    assert evidence.is_intact(stored.sha256)


@pytest.mark.parametrize("harm", ["cut", "unknown"])
def test_a_photo_that_cannot_be_decoded_is_refused_with_what_to_do(harm, monkeypatch):
    content = heic()
    if harm == "cut":
        content = content[: len(content) // 2]
    else:
        monkeypatch.setattr(photos, "pillow_heif", None)
    with pytest.raises(Refusal) as refused:
        evidence.store(SimpleUploadedFile("IMG.HEIC", content))

    assert refused.value.field == "evidence"
    assert ("HEIC" in str(refused.value)) == (harm == "unknown")
