"""The pages of receipts: what a clerk and a verifier see and do, and who is refused."""

import re
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ledger.entries import approvals, posting, submission
from ledger.models import Entry, Evidence, EvidenceRule, Period, Receipt
from projects.models import CreditShare
from tests import acting, builders
from tests.access.pages import forms_of
from tests.pdfs import PDF
from units.models import Trail

pytestmark = pytest.mark.django_db


def verified(client, receipt, **typed):
    """Send the form of the receipt's page."""
    page = f"/receipts/{receipt.pk}/"
    return acting.send(client, page, f"{page}verify/", **{"word": "已核对"} | typed)


@pytest.fixture
def office(office):
    office.project = builders.make_project(office.town, "钒矿深加工", introduced=1000)
    return office.ready("clerk", "stranger", "verifier", "head", "leader")


def typed(**changes):
    return {
        "key": str(builders.new_key()),
        "received_on": "2012-05-10",
        "amount": "１，２５０．５",
        "kind": "construction",
        "voucher_no": "商农行2012-0417",
        "note": "",
        "action": "submit",
        "confirmed": "on",
    } | changes


def words_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


# Entering


def test_a_clerk_enters_a_receipt_and_sees_it_saved(office, as_):
    client = as_(office.clerk)
    page = client.get(f"/projects/{office.project.pk}/receipts/new/")

    answer = client.post(
        f"/projects/{office.project.pk}/receipts/new/",
        typed(key=re.search(r'name="key" value="([^"]+)"', page.content.decode())[1]),
        follow=True,
    )

    receipt = Receipt.objects.get()
    assert receipt.amount == builders.wan("1250.5")
    assert answer.redirect_chain == [(f"/receipts/{receipt.pk}/", 302)]
    assert "Saved and submitted" in words_of(answer)
    assert "1,250.50" in words_of(answer)


def test_the_same_form_pressed_twice_shows_the_same_receipt(office, as_):
    """quality 30"""
    client, sent = as_(office.clerk), typed()
    address = f"/projects/{office.project.pk}/receipts/new/"

    answers = [client.post(address, sent).url for _press in range(2)]

    assert answers[0] == answers[1]
    assert Receipt.objects.count() == 1


def test_the_same_form_with_other_figures_shows_both(office, as_):
    """quality 30"""
    client, key = as_(office.clerk), str(builders.new_key())
    address = f"/projects/{office.project.pk}/receipts/new/"
    client.post(address, typed(key=key, amount="100"))

    answer = client.post(address, typed(key=key, amount="200"))

    assert answer.status_code == 409
    assert "Two versions" in words_of(answer)
    assert "<td>100</td>" in words_of(answer)
    assert "<td>200</td>" in words_of(answer)
    assert Receipt.objects.get().amount == builders.wan(100)


def test_another_receipt_can_be_made_of_the_conflict(office, as_):
    client, key = as_(office.clerk), str(builders.new_key())
    address = f"/projects/{office.project.pk}/receipts/new/"
    client.post(address, typed(key=key, amount="100"))
    page = client.post(address, typed(key=key, amount="200")).content.decode()
    form = page[page.index(f'action="{address}"') :]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))

    client.post(address, hidden | {"action": "submit"})

    assert sorted(Receipt.objects.values_list("amount", flat=True)) == [
        builders.wan(100),
        builders.wan(200),
    ]


def test_what_was_typed_can_replace_what_is_stored(office, as_):
    """quality 32"""
    receipt = builders.make_receipt(office.project, 100, by=office.clerk)
    address = f"/receipts/{receipt.pk}/edit/"
    client = as_(office.clerk)
    client.post(address, typed(version="1", amount="110"))

    page = client.post(address, typed(version="1", amount="120")).content.decode()
    receipt.refresh_from_db()
    assert receipt.amount == builders.wan(110)
    form = page[page.index(f'action="{address}"') :]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    client.post(address, hidden | {"action": "submit"})

    receipt.refresh_from_db()
    assert receipt.amount == builders.wan(120)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "1e5"),
        ("amount", "1_000"),
        ("amount", "NaN"),
        ("amount", "-0"),
        ("amount", "十二"),
        ("amount", ""),
        ("amount", "0"),
        ("amount", "-5"),
        ("amount", "9" * 19),
        ("amount", "1.1234567"),
        ("received_on", "2012-02-30"),
        ("received_on", "0001-01-01"),
        ("received_on", "9999-12-31"),
        ("received_on", "2012-01-31"),
        ("kind", "gold"),
        ("voucher_no", ""),
        ("voucher_no", "a\u202eb"),
        ("voucher_no", "a\u200bb"),
        ("voucher_no", "a\x00b"),
        ("note", "x" * 501),
        ("note", "\ud800"),
    ],
)
def test_bad_input_gets_a_sentence_beside_its_field_and_loses_nothing(office, as_, field, value):
    """quality 24, 27, 28"""
    client = as_(office.clerk)
    sent = typed(amount="77.7", note="保留的备注") | {field: value}

    answer = client.post(
        f"/projects/{office.project.pk}/receipts/new/",
        urlencode(sent, errors="surrogatepass"),
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert f'id="id_{field}_error"' in words_of(answer)
    if field != "note":
        assert "保留的备注" in words_of(answer)
    assert not Receipt.objects.exists()


def test_an_amount_above_the_introduced_one_asks_for_a_tick(office, as_):
    """quality 25"""
    client = as_(office.clerk)
    address = f"/projects/{office.project.pk}/receipts/new/"
    assert 'name="confirmed"' not in words_of(client.get(address))

    refused = client.post(address, typed(confirmed=""))

    assert refused.status_code == 422
    assert 'name="confirmed"' in words_of(refused)
    assert client.post(address, typed()).status_code == 302


def test_a_ten_thousandfold_slip_is_refused_without_a_note(office, as_):
    """quality 25"""
    client = as_(office.clerk)
    address = f"/projects/{office.project.pk}/receipts/new/"

    refused = client.post(address, typed(amount="12505000"))

    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["amount"]
    assert client.post(address, typed(amount="12505000", note="特批")).status_code == 302


def test_extra_fields_change_nothing(office, as_):
    """quality 13"""
    as_(office.clerk).post(
        f"/projects/{office.project.pk}/receipts/new/",
        typed()
        | {
            "unit": office.other.pk,
            "state": "verified",
            "verified_by": office.clerk.pk,
            "county": "1",
            "id": "77",
            "counted_on": "2012-01-01",
        },
    )

    receipt = Receipt.objects.get()
    assert (receipt.unit, receipt.state, receipt.verified_by) == (office.town, "submitted", None)
    assert receipt.pk != 77


def test_a_draft_is_kept_and_submitted_later(office, as_):
    client = as_(office.clerk)
    client.post(f"/projects/{office.project.pk}/receipts/new/", typed(action="keep"))
    receipt = Receipt.objects.get()
    assert receipt.state == "draft"

    client.post(f"/receipts/{receipt.pk}/submit/", {"version": "1"})

    receipt.refresh_from_db()
    assert receipt.state == "submitted"


def test_a_receipt_is_withdrawn(office, as_):
    receipt = builders.make_receipt(office.project, by=office.clerk)

    as_(office.clerk).post(f"/receipts/{receipt.pk}/withdraw/", {"version": "1"})

    receipt.refresh_from_db()
    assert receipt.state == "withdrawn"


def test_evidence_comes_with_the_form(office, as_):
    sent = typed(evidence_kind="bank_slip", evidence=SimpleUploadedFile("回单.pdf", PDF))

    answer = as_(office.clerk).post(
        f"/projects/{office.project.pk}/receipts/new/", sent, follow=True
    )

    assert "回单.pdf" in words_of(answer)
    assert Receipt.objects.get().evidence.get().kind == "bank_slip"


def test_files_without_a_kind_and_wrong_files_are_refused_beside_their_field(office, as_):
    client = as_(office.clerk)
    address = f"/projects/{office.project.pk}/receipts/new/"

    no_kind = client.post(address, typed(evidence=SimpleUploadedFile("a.pdf", PDF)))
    no_pdf = client.post(
        address,
        typed(
            evidence_kind="bank_slip", evidence=SimpleUploadedFile("a.pdf", b"<html>", "text/pdf")
        ),
    )

    many = [SimpleUploadedFile(f"{n}.pdf", PDF) for n in range(21)]
    too_many = client.post(address, typed(evidence_kind="invoice", evidence=many))

    assert list(no_kind.context["form"].errors) == ["evidence_kind"]
    assert list(too_many.context["form"].errors) == ["evidence"]
    assert list(no_pdf.context["form"].errors) == ["evidence"]
    assert not Receipt.objects.exists()


# Who is refused


def test_another_units_receipt_does_not_exist(office, as_):
    """quality 6"""
    receipt = builders.make_receipt(office.project, by=office.clerk)
    client = as_(office.stranger)

    for address in (
        f"/receipts/{receipt.pk}/",
        f"/receipts/{receipt.pk}/edit/",
        f"/projects/{office.project.pk}/",
        f"/projects/{office.project.pk}/receipts/new/",
        f"/units/{office.town.code}/",
        "/receipts/999999/",
        "/units/NOBODY/",
    ):
        assert client.get(address).status_code == 404, address
    for action in ("submit", "withdraw", "evidence"):
        answer = client.post(f"/receipts/{receipt.pk}/{action}/", {"version": "1"})
        assert answer.status_code == 404, action


def test_a_unit_that_only_shares_the_credit_reads_but_does_not_enter(office, as_):
    project = builders.make_project(
        office.town, "合作项目", shares={office.town: 6000, office.other: 4000}
    )
    waiting = builders.make_receipt(project, by=office.clerk, voucher_no="已交-1")
    submission.keep(
        builders.draft(project, 5, voucher_no="草稿-1"),
        by=office.clerk,
        at=timezone.now(),
        today=date(2012, 6, 1),
    )
    client = as_(office.stranger)

    page = words_of(client.get(f"/projects/{project.pk}/"))

    assert "已交-1" in page
    assert "草稿-1" not in page
    assert f"/receipts/{waiting.pk}/" not in page
    assert client.get(f"/projects/{project.pk}/receipts/new/").status_code == 403
    assert client.get(f"/receipts/{waiting.pk}/").status_code == 404


def test_a_draft_is_its_units_affair(office, as_):
    draft = submission.keep(
        builders.draft(office.project, 5),
        by=office.clerk,
        at=timezone.now(),
        today=date(2012, 6, 1),
    )

    assert as_(office.verifier).get(f"/receipts/{draft.pk}/").status_code == 404
    assert as_(office.leader).get(f"/receipts/{draft.pk}/").status_code == 404
    assert as_(office.clerk).get(f"/receipts/{draft.pk}/").status_code == 200


@pytest.mark.parametrize(("who", "sees"), [("clerk", True), ("leader", False), ("head", False)])
def test_a_units_account_tells_its_drafts_to_its_own_people_only(office, as_, who, sees):
    """In what it has to do, in its newest receipts, and in its history."""
    kept = replace(builders.draft(office.project, 5), voucher_no="草稿凭证")
    today = {"at": timezone.now(), "today": date(2012, 6, 1)}
    draft = submission.keep(kept, by=office.clerk, **today)

    client, account = as_(getattr(office, who)), f"/units/{office.project.lead_unit.code}/"
    page, told = client.get(account).text, client.get(f"{account}history/").text

    assert (f"/receipts/{draft.pk}/" in page) == sees
    assert ("草稿凭证" in page) == sees
    assert ("草稿凭证" in told) == sees


@pytest.mark.parametrize(
    ("who", "status"),
    [("clerk", 403), ("leader", 403), ("verifier", 302), ("head", 302)],
)
def test_only_the_bureau_verifies(office, as_, who, status):
    """quality 7"""
    receipt = builders.make_receipt(office.project, 10, by=office.clerk)

    answer = verified(as_(getattr(office, who)), receipt)

    assert answer.status_code == status
    assert Entry.objects.exists() == (status == 302)


def test_a_leader_reads_and_enters_nothing(office, as_):
    receipt = builders.make_receipt(office.project, 10, by=office.clerk)
    client = as_(office.leader)

    assert client.get(f"/receipts/{receipt.pk}/").status_code == 200
    assert client.get(f"/projects/{office.project.pk}/receipts/new/").status_code == 403
    assert client.post(f"/receipts/{receipt.pk}/return/", {"version": "1"}).status_code == 403


def test_deeds_are_not_done_by_get(office, as_):
    """quality 9"""
    receipt = builders.make_receipt(office.project, 10, by=office.clerk)
    client = as_(office.verifier)

    for action in ("verify", "return", "submit", "withdraw", "evidence"):
        assert client.get(f"/receipts/{receipt.pk}/{action}/").status_code == 405
    assert client.get("/receipts/verify/").status_code == 405


def test_the_signed_out_are_sent_to_the_door(client, office):
    answer = client.get("/receipts/")

    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")


# Verifying


def test_a_verifier_verifies_and_is_led_to_the_next(office, as_):
    first = builders.make_receipt(office.project, 10, at=builders.moment("2012-05-11"))
    second = builders.make_receipt(office.project, 20, at=builders.moment("2012-05-12"))

    answer = verified(as_(office.verifier), first)

    assert answer.url == f"/receipts/{second.pk}/"
    assert Entry.objects.get().amount == builders.wan(10)


def test_verifying_twice_by_the_same_person_is_no_error(office, as_):
    receipt = builders.make_receipt(office.project, 10)
    client = as_(office.verifier)

    for _press in range(2):
        answer = verified(client, receipt)

    assert answer.status_code == 302
    assert Entry.objects.count() == 1


def test_a_version_that_was_not_seen_is_a_conflict(office, as_):
    """quality 33"""
    receipt = builders.make_receipt(office.project, 10, by=office.clerk)
    seen = approvals.seen(receipt)
    as_(office.clerk).post(f"/receipts/{receipt.pk}/edit/", typed(version="1", amount="999"))

    sent = {"seen": seen, "word": "已核对回单"}
    answer = as_(office.verifier).post(f"/receipts/{receipt.pk}/verify/", sent)

    assert answer.status_code == 409
    assert "999" in words_of(answer)
    assert not Entry.objects.exists()


def test_shares_changed_under_the_verifiers_eyes_are_shown_and_not_posted(office, as_):
    """Rule 18: a word that was typed stays, and the page carries what it shows now."""
    receipt = builders.make_receipt(office.project, 1001, by=office.clerk)
    seen = approvals.seen(receipt)
    CreditShare.objects.filter(project=office.project).update(unit=office.other)
    client, path = as_(office.verifier), f"/receipts/{receipt.pk}/verify/"

    refused = client.post(path, {"seen": seen, "word": "补充协议已签"})

    assert refused.status_code == 409
    assert office.other.name in words_of(refused)
    assert 'value="补充协议已签"' in refused.content.decode()
    assert not Entry.objects.exists()
    [form] = [form for form in forms_of(refused.content.decode(), path) if form.action == path]
    assert client.post(path, dict(form.pairs)).status_code == 302
    assert Entry.objects.get().unit == office.other


def test_a_doubtful_receipt_asks_for_a_word_beside_the_field(office, as_):
    receipt = builders.make_receipt(office.project, 1001)
    client = as_(office.verifier)
    assert "more than its introduced amount" in words_of(client.get(f"/receipts/{receipt.pk}/"))

    refused = verified(client, receipt, word="")
    fine = verified(client, receipt, word="补充协议已签")

    assert refused.status_code == 422
    assert "Write what you found out" in words_of(refused)
    assert fine.status_code == 302


def test_a_return_shows_the_clerk_its_reason_first_thing(office, as_):
    receipt = builders.make_receipt(office.project, 10, by=office.clerk)
    client = as_(office.verifier)

    refused = client.post(f"/receipts/{receipt.pk}/return/", {"version": "1", "reason": " "})
    client.post(f"/receipts/{receipt.pk}/return/", {"version": "1", "reason": "回单缺银行章"})

    assert refused.status_code == 422
    home = words_of(as_(office.clerk).get(f"/units/{office.town.code}/"))
    assert "回单缺银行章" in home
    assert home.index("回单缺银行章") < home.index("Where the unit stands")


def test_many_are_verified_at_once_and_the_doubtful_left(office, as_):
    fine = [builders.make_receipt(office.project, n, received="2012-05-10") for n in (11, 12)]
    odd = builders.make_receipt(office.project, 200, received="2012-06-30")
    stale = builders.make_receipt(office.project, 14)
    foreign = builders.make_receipt(
        builders.make_project(builders.make_unit(builders.make_county("611024", "山阳县"))), 15
    )
    seen = {receipt.pk: approvals.seen(receipt) for receipt in (*fine, odd, foreign)}
    ticked = [f"{pk}.{mark}" for pk, mark in seen.items()] + [f"{stale.pk}.7", "x", "9.y"]

    client = as_(office.verifier)
    queue = client.get("/receipts/").content.decode()
    answer = client.post(
        "/receipts/verify/", {"receipt": ticked, "confirmed": "1", "word": "已查看银行流水"}
    )

    assert f'name="receipt" value="{fine[0].pk}.{seen[fine[0].pk]}"' in queue
    states = {r.pk: r.state for r in Receipt.objects.all()}
    assert [states[r.pk] for r in fine] == ["verified", "verified"]
    assert [states[r.pk] for r in (odd, stale, foreign)] == ["submitted"] * 3
    assert words_of(answer).count("not verified") == 2
    assert "2 receipts verified, 23.00 万元" in words_of(answer)


def test_many_are_asked_for_once_with_count_sum_and_how_many_lack_files(office, as_):
    """Choosing all must not post money without paper and without a question."""
    waiting = [builders.make_receipt(office.project, n) for n in (11, 12)]
    ticked = [f"{receipt.pk}.1" for receipt in waiting]
    client = as_(office.verifier)

    asked = client.post("/receipts/verify/", {"receipt": ticked})
    without = client.post("/receipts/verify/", {"receipt": ticked, "confirmed": "1"})

    words = words_of(asked)
    assert "Verify 2 receipts?" in words
    assert "23.00" in words
    assert (asked.context["bare"], asked.context["doubtful"]) == (2, 0)
    assert words_of(without).count("not verified") == 2
    assert not Entry.objects.exists()


def test_verifying_none_says_what_to_do(office, as_):
    assert "No receipt was chosen" in words_of(as_(office.verifier).post("/receipts/verify/"))


def test_a_refused_deed_leaves_a_line(office, as_):
    """quality 7"""
    receipt = builders.make_receipt(office.project, 10, by=office.verifier)

    sent = {"seen": approvals.seen(receipt), "word": "已核对"}
    as_(office.verifier).post(f"/receipts/{receipt.pk}/verify/", sent)

    line = Trail.objects.get(refused=True)
    assert (line.action, line.record) == ("receipt.verify", f"receipt:{receipt.pk}")
    assert line.actor == office.verifier
    assert line.address == "127.0.0.1"


# The queue


def test_the_queue_shows_the_longest_waiting_first_and_only_what_waits(office, as_):
    late = builders.make_receipt(
        office.project, 10, at=builders.moment("2012-05-20"), voucher_no="第二"
    )
    builders.make_receipt(office.project, 20, at=builders.moment("2012-05-11"), voucher_no="第一")
    builders.make_verified(office.project, 30)

    page = words_of(as_(office.verifier).get("/receipts/"))

    assert page.index("第一") < page.index("第二")
    assert "30.00" not in page
    assert f'value="{late.pk}.{approvals.seen(late)}"' in page


def test_a_clerk_sees_his_own_receipts_in_every_state(office, as_):
    builders.make_receipt(office.project, 10, voucher_no="甲")
    builders.make_receipt(builders.make_project(office.other), 11, voucher_no="乙")
    builders.make_verified(office.project, 12)

    page = words_of(as_(office.clerk).get("/receipts/"))

    assert "甲" in page
    assert "12.00" in page
    assert "乙" not in page


@pytest.mark.parametrize(
    "query",
    [
        "state=nonsense",
        "unit=999",
        "kind=gold",
        "since=2012-13-01",
        "until=x",
        "sort=unit__people__password",
        "sort=-verified_by",
        "page=0",
        "page=x",
        "q=%F0%A0%AE%B7",
        "q=%27%3B--",
        "state=all&sort=amount&sort=-state",
    ],
)
def test_an_unknown_sieve_or_order_falls_back(office, as_, query):
    """quality 14"""
    builders.make_receipt(office.project, 10)

    assert as_(office.verifier).get(f"/receipts/?{query}").status_code == 200


def test_the_sieve_finds_words_in_names_and_vouchers(office, as_):
    builders.make_receipt(office.project, 10, voucher_no="甲-1")
    builders.make_receipt(builders.make_project(office.other, "茶园"), 11, voucher_no="乙-2")
    client = as_(office.verifier)

    assert "甲-1" in words_of(client.get("/receipts/?q=钒矿"))
    assert "乙-2" not in words_of(client.get("/receipts/?q=钒矿"))
    assert "乙-2" in words_of(client.get("/receipts/?q=乙-2"))
    assert "甲-1" not in words_of(client.get(f"/receipts/?unit={office.other.code}"))


def test_the_queue_asks_a_fixed_number_of_questions(
    office, as_, django_assert_max_num_queries, django_assert_num_queries
):
    client = as_(office.verifier)
    builders.make_receipt(office.project, 10)
    with django_assert_max_num_queries(20) as few:
        client.get("/receipts/")
    for amount in range(11, 20):
        builders.make_receipt(builders.make_project(office.other), amount)

    with django_assert_num_queries(len(few)):
        client.get("/receipts/")


# Accounts


def test_a_projects_account_runs_on_against_the_introduced_amount(office, as_):
    builders.make_verified(office.project, 250, "2012-05-10")
    builders.make_verified(office.project, 250, "2012-05-11")
    builders.make_receipt(office.project, 100, "2012-05-12")

    page = words_of(as_(office.clerk).get(f"/projects/{office.project.pk}/"))

    assert "25%" in page.replace("25.0%", "25%")
    assert "50%" in page.replace("50.0%", "50%")
    assert "Awaiting verification" in page


def test_money_is_entered_from_the_own_account_with_one_click_or_one_choice(office, as_):
    client, address = as_(office.clerk), f"/units/{office.town.code}/"
    form = f'href="/projects/{office.project.pk}/receipts/new/"'

    alone = client.get(address).text
    builders.make_project(office.town, "尚未签约", signed=None)
    other = builders.make_project(office.town, "水沟镇茶叶交易市场")
    several = client.get(address).text.partition("chooser")[2].partition("</details>")[0]

    assert "chooser" not in alone
    assert f'<a class="btn btn-primary" {form}' in alone
    assert several.count("/receipts/new/") == 2
    assert form in several
    assert f"/projects/{other.pk}/receipts/new/" in several
    assert "chooser" not in as_(office.leader).get(address).text


def test_a_units_account_shows_where_it_stands(office, as_):
    builders.set_target(office.town, 1000)
    builders.make_verified(office.project, 600, "2012-05-10")

    for who in (office.clerk, office.head, office.leader):
        page = words_of(as_(who).get(f"/units/{office.town.code}/"))
        assert "60.0%" in page
        assert "on schedule" in page


def test_the_entries_of_a_unit_run_on_to_the_balance_of_its_line(office, as_):
    for amount in (600, 50):
        builders.make_verified(office.project, amount, "2012-05-10")
    client, account = as_(office.clerk), f"/units/{office.town.code}/"

    page = client.get(f"{account}entries/").text.partition("data-part")[2]

    assert page.index(">600.00</td>") < page.index(">50.00</td>") < page.index(">650.00</td>")
    assert page.count('<a href="/receipts/') == 2
    assert f'data-load="{account}entries/"' in client.get(account).text


@time_machine.travel("2012-05-20 12:00+08:00")
def test_several_missing_reports_are_told_in_one_notice_with_a_link_a_month(office, as_):
    builders.make_verified(office.project, 600, "2012-05-10")
    address = f"/units/{office.town.code}/"

    page = as_(office.clerk).get(address).text

    assert page.count("monthly reports are missing") == 1
    assert [page.count(f'href="/reports/2012-0{month}/"') for month in (1, 2, 3, 4)] == [1, 1, 1, 1]


def test_accounts_ask_a_fixed_number_of_questions(office, as_, django_assert_num_queries):
    client = as_(office.clerk)
    records = [f"/units/{office.town.code}/", f"/projects/{office.project.pk}/"]
    addresses = [*records, f"{records[0]}entries/", *(f"{record}history/" for record in records)]
    counts = []
    for number in range(3):
        builders.make_verified(office.project, 10 + number)
        builders.make_project(office.town)
    for address in addresses:
        with CaptureQueriesContext(connection) as count:
            client.get(address)
        counts.append(len(count))
    for number in range(5):
        builders.make_verified(builders.make_project(office.town), 20 + number)
        builders.make_verified(office.project, 30 + number)

    for address, count in zip(addresses, counts, strict=True):
        with django_assert_num_queries(count):
            client.get(address)


# Reversal and rules


def test_an_entry_is_reversed_with_a_reason_by_two_people(office, as_):
    receipt = builders.make_verified(office.project, 10)
    entry = Entry.objects.get()
    path, page = f"/entries/{entry.pk}/reverse/", f"/receipts/{receipt.pk}/"
    client = as_(office.head)
    assert client.get(path).status_code == 200

    refused = acting.send(client, path, path, reason="")
    proposed = acting.send(client, path, path, reason="重复入账")
    alone = acting.send(client, page, f"{page}proposal/confirm/")

    assert [answer.status_code for answer in (refused, proposed, alone)] == [422, 302, 422]
    assert not Entry.objects.filter(reverses=entry).exists()
    shown = words_of(as_(office.verifier).get(page))
    assert "重复入账" in shown
    assert acting.send(client, page, f"{page}proposal/confirm/").status_code == 302
    assert Entry.objects.get(reverses=entry).posted_by == office.verifier


def test_a_proposal_about_a_receipt_can_be_dropped(office, as_):
    receipt = builders.make_verified(office.project, 10)
    path, page = f"/entries/{Entry.objects.get().pk}/reverse/", f"/receipts/{receipt.pk}/"
    client = as_(office.head)
    acting.send(client, path, path, reason="重复入账")

    dropped = client.post(f"{page}proposal/withdraw/")
    late = as_(office.verifier).post(f"{page}proposal/confirm/", {"seen": "x"})

    assert (dropped.status_code, late.status_code) == (302, 409)
    assert Entry.objects.count() == 1


def test_a_clerk_reverses_nothing(office, as_):
    receipt = builders.make_verified(office.project, 10)
    entry = Entry.objects.get()
    client = as_(office.clerk)

    assert client.post(f"/entries/{entry.pk}/reverse/", {"reason": "x"}).status_code == 403
    assert client.post(f"/receipts/{receipt.pk}/repost/", {"reason": "x"}).status_code == 403
    assert client.post(f"/receipts/{receipt.pk}/proposal/confirm/").status_code == 403


def test_posting_again_shows_who_gets_what(office, as_):
    receipt = builders.make_verified(office.project, 10)
    client = as_(office.verifier)

    page = words_of(client.get(f"/receipts/{receipt.pk}/repost/"))
    refused = client.post(f"/receipts/{receipt.pk}/repost/", {"reason": "裁定"})

    assert "10.00" in page
    assert refused.status_code == 422
    assert posting.live_entries(receipt).count() == 1


def test_the_bureau_head_sets_what_evidence_counts(office, as_):
    sent = {"required": "on", "rules": ["construction:invoice", "land:land_payment"]}

    refused = as_(office.verifier).post("/evidence/rules/", sent)
    path = "/evidence/rules/"
    assert as_(office.head).post(path, sent).status_code == 409
    acting.send(as_(office.head), path, path, **sent)

    assert refused.status_code == 403
    office.county.refresh_from_db()
    assert office.county.evidence_required
    assert set(EvidenceRule.objects.values_list("money", "evidence")) == {
        ("construction", "invoice"),
        ("land", "land_payment"),
    }
    receipt = builders.make_receipt(office.project, 10)
    page = words_of(as_(office.verifier).get(f"/receipts/{receipt.pk}/"))
    assert f"Evidence is missing: {Evidence.Kind.INVOICE.label}" in page


def test_rules_that_do_not_exist_are_refused(office, as_):
    answer = as_(office.head).post("/evidence/rules/", {"rules": ["gold:invoice"]})

    assert answer.status_code == 422
    assert not EvidenceRule.objects.exists()


def test_every_page_is_reached_by_its_name(office):
    assert reverse("receipt-new", args=[7]) == "/projects/7/receipts/new/"
    assert reverse("unit-account", args=["611023T01"]) == "/units/611023T01/"


# Late money (rule 7)


@pytest.fixture
def late(office):
    """28 December, entered on 5 January after the year was closed."""
    receipt = builders.make_receipt(office.project, 66, received="2012-12-28", by=office.clerk)
    for quarter in (1, 2, 3, 4):
        Period.objects.update_or_create(
            county=office.county, year=2012, quarter=quarter, defaults={"state": "closed"}
        )
    return receipt


@pytest.mark.parametrize(
    ("who", "way"), [("clerk", "ask the investment bureau"), ("verifier", "propose to reopen it")]
)
def test_late_money_says_before_each_press_when_it_will_count(office, as_, late, who, way):
    page = words_of(as_(getattr(office, who)).get(f"/receipts/{late.pk}/"))

    assert "will count on 1 January 2013" in page
    assert way in page
    assert page.index("will count on") < page.index("Project with this receipt")


def test_the_form_says_which_days_are_late(office, as_, late):
    client = as_(office.clerk)
    for path in (
        f"/projects/{office.project.pk}/receipts/new/",
        f"/receipts/{late.pk}/edit/",
    ):
        assert "will count on 1 January 2013" in words_of(client.get(path))


def test_money_of_an_open_quarter_is_not_late(office, as_):
    receipt = builders.make_receipt(office.project, 66, received="2012-05-28", by=office.clerk)

    assert "will count on" not in words_of(as_(office.clerk).get(f"/receipts/{receipt.pk}/"))
