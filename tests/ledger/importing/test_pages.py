"""The pages of an import, from the choice of a workbook to the decision, for each role."""

import re
import secrets
import threading
import time
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone

from ledger.importing import uploads, work
from ledger.importing.plan_types import no_progress
from ledger.importing.uploads import Step
from ledger.models import Receipt, Upload, UploadPart
from ledger.models.uploads import DEAD
from tests.builders import make_county, make_head, make_person, make_unit, make_verifier
from tests.ledger.importing import books
from units.ground.refusal import Refusal
from units.models import Role, Trail, Unit

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCUMENT = "商招发〔2012〕3号"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.IMPORT_ROOT = tmp_path / "imports"


@pytest.fixture(autouse=True)
def jobs_at_once(request, monkeypatch):
    """Run each job here: another process would not see the test's transaction."""
    if "real_jobs" not in request.keywords:
        monkeypatch.setattr(work, "start", lambda upload: work.run(upload, no_progress))


def signed_in(client, user):
    client.force_login(user)
    return client


def sent(client, content=None, name="台账.xlsx", **fields):
    """The answer to an upload."""
    content = books.content(books.plain()) if content is None else content
    file = SimpleUploadedFile(name, content, content_type=XLSX)
    return client.post("/import/", {"file": file, **fields})


def bad_content():
    book = books.plain()
    book["到位资金"]["C2"] = "许多"
    return books.content(book)


def decided(client, token, action, **fields):
    return client.post(f"/import/{token}/decide/", {"action": action, **fields})


def fetched(client, path):
    """Status, headers and content of a page or a file."""
    answer = client.get(path)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, answer, content


def status_of(client, path):
    return fetched(client, path)[0]


def token_of(answer):
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return re.fullmatch(r"/import/([\w-]+)/", answer.url)[1]


def tokens():
    return list(Upload.objects.values_list("token", flat=True))


def files():
    return [path for path in uploads.root().glob("*") if path.is_file()]


# Upload and preview


def test_a_workbook_is_previewed_and_imported_by_one_button(client, head):
    signed_in(client, head)

    token = token_of(sent(client))
    preview = client.get(f"/import/{token}/").content.decode()

    assert not Unit.objects.exists()
    for sheet in ("单位", "任务", "项目", "到位资金"):
        assert f'<th scope="row">{sheet}</th>' in preview
    assert "水沟镇" in preview
    assert "金丝峡" not in preview  # only figures, not the rows themselves
    answer = decided(client, token, "import")
    assert answer.status_code == 302
    assert Receipt.objects.filter(state="submitted", entered_by=head).count() == 4
    assert "导入完成" in client.get(f"/import/{token}/").content.decode()


def test_what_is_to_be_noticed_in_the_book_stands_in_its_own_list_alone(client, head):
    signed_in(client, head)
    book = books.plain()
    book["到位资金"]["C2"] = 8_000.01

    preview = client.get(f"/import/{token_of(sent(client, books.content(book)))}/").content.decode()

    assert "超过" in preview.partition('class="remarks"')[2].partition("</ul>")[0]
    assert "notice--waiting" not in preview


def test_the_cells_are_forgotten_once_they_are_imported(client, head):
    signed_in(client, head)
    token = token_of(sent(client))

    decided(client, token, "import")

    assert not uploads.has(Upload.objects.get(pk=token), "book")


def test_nothing_but_cells_is_kept_of_an_upload(client, head, monkeypatch):
    signed_in(client, head)
    seen = []

    def started(upload):
        seen.extend(oct(path.stat().st_mode)[-3:] for path in files())
        work.run(upload, no_progress)

    monkeypatch.setattr(work, "start", started)
    token = token_of(sent(client))

    assert seen == ["600"]
    assert files() == []
    parts = UploadPart.objects.filter(upload=token).values_list("name", flat=True)
    assert set(parts) == {"book", "top", "preview", "refusals"}


def test_the_button_pressed_twice_imports_once(client, head):
    """quality 30"""
    signed_in(client, head)
    token = token_of(sent(client))

    decided(client, token, "import")
    again = decided(client, token, "import")

    assert again.status_code == 302
    assert Receipt.objects.count() == 4
    assert "导入完成" in client.get(f"/import/{token}/").content.decode()


def test_refusals_are_shown_with_their_place_and_stop_the_import(client, head):
    signed_in(client, head)

    token = token_of(sent(client, bad_content()))
    preview = client.get(f"/import/{token}/").content.decode()
    answer = decided(client, token, "import")

    assert "C 金额" in preview
    assert "许多" in preview
    assert answer.status_code == 422
    assert not Unit.objects.exists()


def test_everything_but_the_refused_rows_is_chosen_openly(client, head):
    signed_in(client, head)
    token = token_of(sent(client, bad_content()))

    decided(client, token, "import", skips_refused="on")

    assert Receipt.objects.count() == 3


def test_the_first_hundred_refusals_are_on_the_page_and_all_in_the_marked_workbook(client, head):
    book = books.plain()
    for number in range(130):
        book["到位资金"].append(["没有的项目", "2012-06-01", 1, f"无{number}"])
    signed_in(client, head)

    token = token_of(sent(client, books.content(book)))
    page = client.get(f"/import/{token}/").content.decode()
    _status, marked, content = fetched(client, f"/import/{token}/marked.xlsx")

    assert page.count("没有的项目") == 100
    assert "130" in page
    assert marked["Content-Type"] == XLSX
    assert content[:2] == b"PK"


def test_without_refusals_there_is_no_marked_workbook(client, head):
    signed_in(client, head)
    token = token_of(sent(client))

    assert client.get(f"/import/{token}/marked.xlsx").status_code == 404


def test_the_same_file_again_has_nothing_to_import(client, head):
    signed_in(client, head)
    decided(client, token_of(sent(client)), "import")

    token = token_of(sent(client))

    page = client.get(f"/import/{token}/").content.decode()
    assert 'value="import"' not in page
    assert "无需导入" in page
    assert decided(client, token, "import").status_code == 302
    assert Receipt.objects.count() == 4


def test_a_sheet_of_refused_rows_never_reads_as_held_already(client, head):
    """The rest of the book is in the accounts; the refused sheet is not."""
    signed_in(client, head)
    decided(client, token_of(sent(client)), "import")
    book = books.plain()
    for row in range(2, book["到位资金"].max_row + 1):
        book["到位资金"][f"C{row}"] = "许多"

    token = token_of(sent(client, books.content(book)))

    page = client.get(f"/import/{token}/").content.decode()
    assert "均已有" not in page
    assert "没有一行可以导入" in page


def test_accounts_that_changed_since_the_preview_are_looked_at_again(client, head, county):
    signed_in(client, head)
    token = token_of(sent(client))
    make_unit(county, "水沟镇", order=1)

    decided(client, token, "import")

    page = client.get(f"/import/{token}/").content.decode()
    assert Receipt.objects.count() == 0
    assert 'role="alert"' in page
    decided(client, token, "again")
    decided(client, token, "import")
    assert Receipt.objects.count() == 4


def test_an_upload_can_be_removed(client, head):
    signed_in(client, head)
    token = token_of(sent(client))

    decided(client, token, "discard")

    assert tokens() == []
    assert client.get(f"/import/{token}/").status_code == 404


# Files that are turned away


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("空.xlsx", b""),
        ("坏.xlsx", b"PK\x03\x04" + bytes(500)),
        ("图.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(500)),
    ],
)
def test_a_file_that_is_no_workbook_is_refused_with_what_to_do_and_not_kept(
    name, content, client, head
):
    """quality 16, quality 17"""
    signed_in(client, head)

    token = token_of(sent(client, content, name))

    page = client.get(f"/import/{token}/").content.decode()
    assert 'role="alert"' in page
    assert 'href="/import/"' in page
    assert 'value="import"' not in page
    assert files() == []
    assert not UploadPart.objects.filter(upload=token).exists()


def test_no_file_is_refused_beside_the_field(client, head):
    signed_in(client, head)

    answer = client.post("/import/")

    assert answer.status_code == 422
    assert "field--refused" in answer.content.decode()


def test_a_refused_file_leaves_its_line_in_the_trail(client, head):
    signed_in(client, head)

    sent(client, b"PK")

    line = Trail.objects.get(action="book.import")
    assert line.refused
    assert line.actor == head


def test_a_sheet_without_headings_is_mapped_by_its_person(client, head, tmp_path):
    signed_in(client, head)
    path = books.written(tmp_path, {"Sheet1": [["你好"]]})

    token = token_of(sent(client, path.read_bytes()))

    assert Upload.objects.get(pk=token).step == Step.MAPPING
    assert f"/import/{token}/columns/" in client.get(f"/import/{token}/").content.decode()


@pytest.mark.parametrize(
    "name",
    ["../../x.xlsx", "a\u202excod.xlsx", "<script>alert(1)</script>.xlsx", "长" * 300 + ".xlsx"],
)
def test_the_name_of_a_file_is_only_text(name, client, head):
    """quality 11, quality 19"""
    signed_in(client, head)

    token = token_of(sent(client, name=name))
    page = client.get(f"/import/{token}/").content.decode()

    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert tokens() == [token]


# History, by two people


@pytest.fixture
def waiting(client, head):
    """History that the head of the bureau has handed over."""
    signed_in(client, head)
    token = token_of(sent(client, is_verified="on", document=DOCUMENT))
    decided(client, token, "hand_over")
    return token


def test_history_waits_for_a_second_person(waiting, client, head):
    """quality 7"""
    assert Receipt.objects.count() == 0

    answer = decided(client, waiting, "confirm")

    assert answer.status_code == 302
    assert Receipt.objects.count() == 0


def test_the_second_person_confirms_history_and_becomes_its_verifier(waiting, client, county, head):
    """quality 7"""
    verifier = make_verifier(county)
    signed_in(client, verifier)

    assert waiting in client.get("/import/").content.decode()
    page = client.get(f"/import/{waiting}/").content.decode()
    assert DOCUMENT in page
    decided(client, waiting, "confirm")

    people = Receipt.objects.values_list("state", "entered_by", "verified_by", "verified_word")
    assert set(people) == {("verified", head.pk, verifier.pk, DOCUMENT)}
    assert client.get(f"/import/{waiting}/").status_code == 200


def test_history_needs_its_document(client, head):
    signed_in(client, head)

    answer = sent(client, is_verified="on")

    assert answer.status_code == 422
    assert tokens() == []


def test_a_verifier_cannot_ask_for_history(client, county):
    """quality 13: a field that is not on the form does nothing"""
    signed_in(client, make_verifier(county))
    assert 'name="is_verified"' not in client.get("/import/").content.decode()

    token = token_of(sent(client, is_verified="on", document=DOCUMENT))

    assert not Upload.objects.get(pk=token).is_verified


# Who sees what


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.CLERK, 200),
        (Role.UNIT_HEAD, 200),
        (Role.VERIFIER, 200),
        (Role.BUREAU_HEAD, 200),
        (Role.LEADER, 403),
        (Role.SYSTEM_ADMIN, 403),
        (Role.AUDIT_ADMIN, 403),
    ],
)
def test_the_page_is_open_to_those_who_may_import(role, status, client, county):
    """quality 5"""
    unit = make_unit(county) if role in (Role.CLERK, Role.UNIT_HEAD) else None
    signed_in(client, make_person(county, role, unit))

    assert client.get("/import/").status_code == status
    assert status_of(client, "/import/template.xlsx") == status


def test_a_visitor_is_asked_to_sign_in(client):
    for path in ("/import/", "/import/template.xlsx", "/import/abc/"):
        assert client.get(path).status_code == 302


def test_anothers_upload_does_not_exist(client, county, head):
    """quality 6"""
    signed_in(client, head)
    token = token_of(sent(client, bad_content()))
    strangers = [
        make_head(county),
        make_verifier(county),
        make_head(make_county("611022", "丹凤县")),
        make_person(county, Role.CLERK, make_unit(county, "青山镇")),
    ]

    for stranger in strangers:
        signed_in(client, stranger)
        assert client.get(f"/import/{token}/").status_code == 404
        assert client.get(f"/import/{token}/marked.xlsx").status_code == 404
        assert decided(client, token, "import", skips_refused="on").status_code == 404
        assert token not in client.get("/import/").content.decode()
    assert Receipt.objects.count() == 0


def test_another_countys_verifier_does_not_see_what_waits(waiting, client):
    """quality 6"""
    signed_in(client, make_verifier(make_county("611022", "丹凤县")))

    assert client.get(f"/import/{waiting}/").status_code == 404
    assert decided(client, waiting, "confirm").status_code == 404


@pytest.mark.parametrize("token", ["x" * 22, "..", "state.json", "a" * 200, "æøå" * 8])
def test_a_made_up_upload_does_not_exist(token, client, head):
    signed_in(client, head)

    assert client.get(f"/import/{token}/").status_code == 404


def test_a_deed_is_never_done_by_get(client, head):
    """quality 9"""
    signed_in(client, head)
    token = token_of(sent(client))

    assert client.get(f"/import/{token}/decide/", {"action": "import"}).status_code == 405
    assert Receipt.objects.count() == 0


def test_a_clerks_template_is_of_the_own_unit(client, county):
    """quality 6"""
    own, other = make_unit(county, "水沟镇"), make_unit(county, "青山镇")
    signed_in(client, make_person(county, Role.CLERK, own))

    _status, answer, _content = fetched(client, "/import/template.xlsx")

    assert "%E6%B0%B4%E6%B2%9F%E9%95%87" in answer["Content-Disposition"]
    assert status_of(client, f"/import/template.xlsx?unit={own.code}&filled=1") == 200
    assert status_of(client, f"/import/template.xlsx?unit={other.code}") == 404


def test_the_bureau_takes_the_template_of_any_unit_of_the_county(client, county, head):
    unit = make_unit(county, "水沟镇")
    far = make_unit(make_county("611022", "丹凤县"), "武关镇")
    signed_in(client, head)

    assert status_of(client, f"/import/template.xlsx?unit={unit.code}") == 200
    assert status_of(client, f"/import/template.xlsx?unit={far.code}") == 404


# What is large, and what breaks off


def large_content(rows=1_600):
    book = books.plain()
    for number in range(rows):
        book["到位资金"].append(["金丝峡索道", "2012-06-30", 1, f"多{number}"])
    return books.content(book)


def added(owner, **fields):
    given = {"file_name": "a.xlsx", "language": "zh-hans"} | fields
    return uploads.add(owner, owner.county, **given)


def test_progress_is_shown_while_it_works(client, head):
    signed_in(client, head)
    upload = added(head, done=300, total=1200)

    page = client.get(f"/import/{upload.token}/").content.decode()

    assert '<meta http-equiv="refresh" content="2">' in page
    assert 'value="25"' in page
    assert "1200" in page


def test_a_person_has_two_workbooks_read_at_a_time(client, head):
    """quality 23"""
    signed_in(client, head)
    for _number in range(uploads.MAX_AT_WORK):
        added(head)

    answer = sent(client)

    assert answer.status_code == 422
    assert "2 个工作簿" in answer.content.decode()
    assert len(tokens()) == uploads.MAX_AT_WORK
    assert files() == []


@pytest.mark.django_db(transaction=True)
def test_of_three_uploads_of_a_person_at_once_one_is_refused(monkeypatch):
    """quality 23: also when two machines take them"""
    head, outcomes = make_head(make_county()), []
    monkeypatch.setattr(uploads, "_sweep", lambda _owner: time.sleep(0.3))

    def upload():
        try:
            added(head)
            outcomes.append("kept")
        except Refusal:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=upload) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["kept", "kept", "refused"]


def test_refused_files_use_up_the_ration_as_well(client, head):
    signed_in(client, head)
    for _number in range(uploads.MAX_SENT):
        sent(client, b"<html>")

    answer = sent(client)

    assert answer.status_code == 422
    assert "10 分钟" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_claims_at_once_one_succeeds():
    upload = added(make_head(make_county()), step=Step.READY)
    seen = [Upload.objects.get(pk=upload.pk) for _person in range(2)]

    claimed = [uploads.claim(each, Step.COMMITTING) for each in seen]

    assert claimed == [True, False]


def test_an_upload_that_is_being_imported_is_not_removed(client, head):
    signed_in(client, head)
    token = token_of(sent(client))
    seen, worker = (Upload.objects.get(pk=token) for _person in range(2))
    uploads.claim(worker, Step.COMMITTING)

    assert not uploads.remove(seen)
    assert tokens() == [token]


def test_an_import_whose_process_died_can_be_checked_again(client, head):
    """quality 39"""
    signed_in(client, head)
    token = token_of(sent(client))
    died(token, Step.COMMITTING)

    page = client.get(f"/import/{token}/").content.decode()
    assert "导入中断" in page
    decided(client, token, "again")
    decided(client, token, "import")

    assert Receipt.objects.count() == 4


def died(token, step):
    """As a job leaves an upload that was killed at this step."""
    Upload.objects.filter(pk=token).update(step=step, beat=timezone.now() - 2 * DEAD)


def test_a_file_whose_reading_died_is_sent_again(client, head):
    signed_in(client, head)
    upload = added(head)
    died(upload.token, Step.READING)

    page = client.get(f"/import/{upload.token}/").content.decode()

    assert "请重新上传" in page
    assert 'value="again"' not in page
    assert 'value="discard"' in page


def test_a_job_that_waits_for_its_turn_is_dead_a_minute_after_the_program_began_anew(head):
    """quality 39: a kill of the whole program ends the jobs that had not begun, and nobody tells"""
    waiting = added(head)
    assert waiting.is_at_work

    uploads.expect_waiting_jobs()

    later = Upload.objects.get(pk=waiting.pk)
    assert later.is_at_work
    later.beat -= DEAD
    assert later.is_interrupted


def test_a_job_begins_once_a_database_that_was_away_is_back(head, monkeypatch):
    """quality 42"""
    tried = []

    def connect():
        tried.append(1)
        if len(tried) < 3:
            raise OperationalError("the database system is starting up")

    upload = added(head)
    uploads.store(upload, [books.content(books.plain())])
    monkeypatch.setattr(connection, "ensure_connection", connect)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)

    call_command("import_step", upload.token)

    assert len(tried) >= 3
    assert Upload.objects.get(pk=upload.pk).step == Step.READY


def test_a_job_that_lost_its_claim_imports_nothing(client, head):
    """It was taken for dead, and the person has begun anew on another machine."""
    signed_in(client, head)
    token = token_of(sent(client))
    slow = Upload.objects.get(pk=token)
    uploads.claim(slow, Step.COMMITTING)
    Upload.objects.filter(pk=token).update(step=Step.READY, version=slow.version + 1)

    work.run(slow, no_progress)

    assert Receipt.objects.count() == 0


def test_old_uploads_are_removed(client, head):
    signed_in(client, head)
    added(head, step=Step.READY, made_at=timezone.now() - uploads.KEPT - timedelta(seconds=1))

    token = token_of(sent(client))

    assert tokens() == [token]


def test_a_person_keeps_a_few_uploads_only(client, head):
    """quality 19"""
    for _number in range(uploads.MAX_OF_A_PERSON + 3):
        added(head, step=Step.READY)

    assert len(tokens()) == uploads.MAX_OF_A_PERSON


@pytest.mark.real_jobs
@pytest.mark.django_db(transaction=True)
def test_a_workbook_is_read_and_imported_beside_the_server(client, monkeypatch):
    """The page answers at once; a process of its own does the work, in the same database."""
    monkeypatch.setattr(secrets, "token_urlsafe", lambda _bytes: f"-{secrets.token_hex(10)}")
    signed_in(client, make_head(make_county()))

    token = token_of(sent(client, large_content()))
    _wait(token, Step.READY)
    assert 'value="import"' in client.get(f"/import/{token}/").content.decode()
    assert files() == []
    decided(client, token, "import")
    _wait(token, Step.DONE)

    assert Receipt.objects.count() == 4 + 1_600


def _wait(token, step, seconds=120):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        upload = Upload.objects.get(pk=token)
        if upload.step == step:
            return
        assert upload.step != Step.FAILED, upload.sentence
        time.sleep(0.2)
    raise AssertionError(f"still {upload.step} after {seconds} seconds")
