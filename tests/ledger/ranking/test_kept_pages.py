"""Kept pages: never stale, never somebody else's, and cheap while nothing changes."""

import gzip
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.messages import constants
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import connection
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ledger.entries import claims, notices, posting, submission
from ledger.models import Entry, Notice, Period, Receipt
from ledger.quarter import closing, reports
from ledger.quarter.checks import ADVISORY
from ledger.ranking import kept_pages
from projects.models import CreditShare, Investor, Project
from tests.builders import (
    day,
    draft,
    make_clerk,
    make_county,
    make_head,
    make_person,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    make_verifier,
    moment,
    set_target,
)
from units import marks
from units import register as units
from units.models import County, CountyMark, Role, Unit, User

pytestmark = pytest.mark.django_db
JUNE, MARCH = "/ranking/2012-06/", "/ranking/2012-03/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
AT = moment("2012-07-02")


class Office:
    """A county where every deed that a page can show is done in turn."""

    def __init__(self):
        self.county = make_county()
        self.head, self.verifier = make_head(self.county), make_verifier(self.county)
        self.unit, self.rival = make_unit(self.county, "甲镇"), make_unit(self.county, "乙镇")
        self.clerk = make_clerk(self.unit)
        self.leader = make_person(self.county, Role.LEADER)
        for unit in (self.unit, self.rival):
            set_target(unit, 1000)
        self.project = make_project(self.unit, "老项目")
        make_verified(self.project, 400, "2012-03-05")
        self.now = AT

    def tick(self):
        self.now += timedelta(minutes=1)
        return self.now

    def period(self, quarter):
        return Period.objects.get(county=self.county, year=2012, quarter=quarter)

    # --- money -----------------------------------------------------------------------------------

    def submit(self):
        make_receipt(self.project, 33, "2012-06-03", by=self.clerk, at=self.tick())

    def change_draft(self):
        self.return_()
        receipt = Receipt.objects.latest("pk")
        changed = draft(self.project, 44, "2012-06-03", key=receipt.key)
        who = {"by": self.clerk, "at": self.tick(), "today": day("2012-07-02")}
        submission.change(receipt.pk, receipt.version, changed, submitting=True, **who)

    def return_(self):
        receipt = Receipt.objects.latest("pk")
        posting.return_(receipt.pk, receipt.version, "金额不符", by=self.verifier, at=self.tick())

    def verify(self):
        receipt = Receipt.objects.latest("pk")
        posting.verify(receipt.pk, receipt.version, by=self.verifier, at=self.tick(), word="已核对")

    def withdraw(self):
        self.submit()
        receipt = Receipt.objects.latest("pk")
        submission.withdraw(receipt.pk, receipt.version, by=self.clerk, at=self.tick())

    def reverse(self):
        entry = Entry.objects.filter(kind="credit").latest("pk")
        posting.reverse(entry.pk, "重复填报", by=self.head, at=self.tick())

    def post_late(self):
        make_verified(self.project, 7, "2012-03-20", at=self.tick())

    def share_credit(self):
        self.submit()
        clerk = make_clerk(self.rival)
        claim = claims.make(self.project, self.rival, 4_000, "共同引进", by=clerk, at=self.tick())
        claims.grant(claim.pk, 4_000, "同意", by=self.head, at=self.tick())

    # --- who and how much -------------------------------------------------------------------------

    def sign_project(self):
        make_project(self.rival, "新项目", signed="2012-06-01")

    def set_target(self):
        set_target(self.rival, 777, at=self.tick())

    def add_unit(self):
        make_unit(self.county, "新镇")

    def rename_unit(self):
        self.save_unit(name="改名镇")

    def merge_unit(self):
        self.save_unit(unit=self.rival, ended_on=day("2012-05-31"), successor=self.unit)

    def save_unit(self, unit=None, **changed):
        unit = Unit.objects.get(pk=(unit or self.unit).pk)
        found = replace(units.draft_of(unit), **changed)
        units.save(found, county=self.county, by=self.head, at=self.tick(), unit=unit)

    def rename_county(self):
        County.objects.filter(pk=self.county.pk).update(name="改名县")

    def file_report(self):
        counts = {"trips": 1, "reserve_projects": 0, "problems": ""}
        who = {"by": self.clerk, "at": self.tick(), "today": day("2012-07-02")}
        reports.file_report(self.unit, day("2012-06-01"), **counts, **who)

    # --- quarters ---------------------------------------------------------------------------------

    def close(self):
        pk = self.period(1).pk
        closing.close(pk, by=self.verifier, at=self.tick(), known=ADVISORY)
        closing.confirm(pk, by=self.head, at=self.tick(), known=ADVISORY)

    def reopen(self):
        pk = self.period(1).pk
        closing.propose_reopening(pk, "漏报", by=self.head, at=self.tick())
        closing.reopen(pk, by=make_head(self.county), at=self.tick())

    def rename_closer(self):
        User.objects.filter(pk=self.head.pk).update(display_name="新名字")

    # --- around the table ----------------------------------------------------------------------------

    def notice(self):
        kind, record = Notice.Kind.CLAIM_DECIDED, "claim:1"
        notices.send([self.unit], kind, record, by=self.head, at=self.tick(), words="已决定")

    def read_notice(self):
        assert notices.read(Notice.objects.latest("pk").pk, by=self.clerk, at=self.tick())

    def rename_reader(self):
        User.objects.filter(pk__in=(self.leader.pk, self.clerk.pk)).update(display_name="读者")

    def promote_reader(self):
        User.objects.filter(pk=self.leader.pk).update(role=Role.BUREAU_HEAD)


# In an order in which each can be done, and whose page shows it.
DEEDS = [
    ("submit", "leader", JUNE),
    ("change_draft", "leader", JUNE),
    ("verify", "leader", JUNE),
    ("reverse", "leader", JUNE),
    ("withdraw", None, JUNE),
    ("sign_project", "leader", JUNE),
    ("share_credit", "leader", JUNE),
    ("return_", "leader", JUNE),
    ("set_target", "leader", JUNE),
    ("add_unit", "leader", JUNE),
    ("rename_unit", "leader", JUNE),
    ("file_report", "leader", JUNE),
    ("close", "leader", MARCH),
    ("rename_closer", "leader", MARCH),
    ("post_late", "leader", MARCH),
    ("merge_unit", "leader", JUNE),
    ("reopen", "leader", MARCH),
    ("notice", "clerk", JUNE),
    ("read_notice", "clerk", JUNE),
    ("rename_county", "leader", JUNE),
    ("rename_reader", "clerk", JUNE),
    ("promote_reader", "leader", JUNE),
]


@pytest.fixture(autouse=True)
def _nothing_kept():
    kept_pages.pages.clear()


@pytest.fixture
def office():
    return Office()


def signed_in(person):
    """With the cookie of the form that everybody signs in by."""
    client = Client()
    client.force_login(person)
    client.get("/glossary/")
    return client


def body(page):
    """The page without the token of its forms, which is another one each time it is built."""
    assert page.status_code == 200
    return TOKEN.sub("", page.text)


def test_no_deed_of_the_program_leaves_an_old_page_behind(office):
    readers = {"leader": signed_in(office.leader), "clerk": signed_in(office.clerk)}
    pages = [("leader", JUNE), ("leader", MARCH), ("clerk", JUNE)]

    def read():
        return {(reader, path): body(readers[reader].get(path)) for reader, path in pages}

    before = read()
    for deed, shown_to, shown_on in DEEDS:
        getattr(office, deed)()

        served = read()
        kept_pages.pages.clear()
        built = read()
        assert served == built, deed
        if shown_to:
            assert built[shown_to, shown_on] != before[shown_to, shown_on], deed
        before = built


def test_every_table_that_the_page_reads_is_watched(office):
    """A new query brings its triggers along, or says here why it needs none."""
    office.close()
    office.post_late()
    office.notice()
    client = signed_in(office.clerk)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        for path in (JUNE, MARCH, f"{MARCH}?without=resource"):
            body(client.get(path))

    read = {
        name for query in queries for name in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"])
    }
    watched = {
        model._meta.db_table
        for model in apps.get_models()
        if {"mark_added", "mark_edited", "mark_removed"}
        <= {trigger.name for trigger in getattr(model._meta, "triggers", ())}
    }
    assert "ledger_receipt" in read
    assert read - watched == {
        "units_sitting",  # its key is part of the page's key
        "units_user",  # the reader's row is; other people's names are watched by mark_renamed
        "ledger_settlementline",  # never without its settlement
        "projects_industry",  # changed by migrations only, with which the program starts anew
    }


def test_an_unchanged_page_costs_one_query_beside_the_persons(office, django_assert_num_queries):
    client = signed_in(office.leader)
    first = client.get(JUNE)

    with django_assert_num_queries(3):  # sitting, person, version
        again = client.get(JUNE)

    assert again.content == first.content


def test_a_browser_that_has_the_page_is_told_so(office):
    client = signed_in(office.leader)
    etag = client.get(JUNE)["ETag"]

    unchanged = client.get(JUNE, headers={"if-none-match": etag})
    office.submit()
    changed = client.get(JUNE, headers={"if-none-match": etag})

    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert changed.status_code == 200
    assert changed["ETag"] != etag


def test_a_page_is_kept_in_the_browser_only_where_it_can_be_forgotten(office):
    """quality 10: over plain http a browser ignores Clear-Site-Data, so there it stores nothing."""
    client = signed_in(office.leader)

    assert client.get(JUNE)["Cache-Control"] == "no-store"
    with override_settings(HTTPS=True):
        page = client.get(JUNE)
    assert page["Cache-Control"] == "private, no-cache"
    assert client.post("/accounts/logout/")["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in Client().get("/accounts/login/")


def test_pages_are_not_shared_between_people_languages_and_addresses(office):
    leader, clerk = signed_in(office.leader), signed_in(office.clerk)
    pages = [leader.get(JUNE), clerk.get(JUNE), leader.get(f"{JUNE}?kind=town")]
    leader.cookies["language"] = "en"
    pages.append(leader.get(JUNE))

    assert len({page["ETag"] for page in pages}) == len(pages)
    assert str(office.clerk) in pages[1].text
    assert str(office.clerk) not in pages[0].text
    assert "league table" in pages[3].text


def test_a_page_with_a_message_is_built_for_this_once(office):
    client = signed_in(office.leader)
    plain = client.get(JUNE)
    request = RequestFactory().get("/")
    storage, response = CookieStorage(request), plain.__class__()
    storage.add(constants.INFO, "已保存")
    storage.update(response)
    client.cookies["messages"] = response.cookies["messages"].value

    told, after = client.get(JUNE), client.get(JUNE)

    assert "已保存" in told.text
    assert "ETag" not in told
    assert body(after) == body(plain)


def test_a_refused_or_missing_page_is_not_kept(office):
    client = signed_in(office.leader)

    assert client.get("/ranking/2999-01/").status_code == 404
    assert "ETag" not in client.get("/ranking/2999-01/")


def test_a_page_is_not_kept_past_the_day(office, monkeypatch):
    client = signed_in(office.leader)
    today = client.get(JUNE)["ETag"]
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(kept_pages.timezone, "localdate", lambda: tomorrow)

    assert client.get(JUNE)["ETag"] != today


def test_the_form_on_a_kept_page_still_works(office):
    client = Client(enforce_csrf_checks=True)
    client.force_login(office.leader)
    client.get("/glossary/")
    client.get(JUNE)
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', client.get(JUNE).text).group(1)

    assert client.post("/accounts/logout/", {"csrfmiddlewaretoken": token}).status_code == 302


def test_compressed_answers_of_one_page_differ_in_length(office):
    """As Django's own compression does, against guessing the token by the length."""
    client = signed_in(office.leader)

    answers = [client.get(JUNE, headers={"accept-encoding": "gzip"}) for _ in range(12)]

    assert len({len(answer.content) for answer in answers}) > 1
    assert {gzip.decompress(answer.content) for answer in answers} == {client.get(JUNE).content}
    assert {answer["Content-Encoding"] for answer in answers} == {"gzip"}
    assert "Accept-Encoding" in answers[0]["Vary"]


def test_the_page_asked_for_longest_ago_goes_first():
    pages = kept_pages.Pages(most=2)
    for key in ("a", "b"):
        pages.put(key, key.encode())
    pages.get("a")
    pages.put("c", b"c")

    assert [pages.get(key) for key in ("a", "b", "c")] == [b"a", None, b"c"]


# --- the marks --------------------------------------------------------------------------------------


def test_marks_are_folded_without_another_version(office):
    county = office.county
    for _ in range(400):
        Notice.objects.filter(county=county).update(words="")
        before = marks.version(county.pk)
        with connection.cursor() as cursor:
            cursor.execute("SELECT mark_county(%s)", [county.pk])
        assert marks.version(county.pk) != before

    assert CountyMark.objects.filter(county=county).count() < 400


def test_a_change_of_one_county_leaves_the_version_of_another(office):
    other = make_county("611024", "山阳县")
    before = marks.version(other.pk)

    office.submit()
    office.verify()

    assert marks.version(other.pk) == before


@pytest.mark.parametrize("change", ["edit", "remove"])
def test_rows_changed_by_hand_count_too(office, change):
    """Whoever changes them: the database leaves the mark."""
    project = make_project(office.unit, "手改")
    before = marks.version(office.county.pk)

    if change == "edit":
        CreditShare.objects.filter(project=project).update(unit=office.rival)
    else:
        Investor.objects.filter(pk=make_project(office.unit).investor_id).update(origin="foreign")
        before = marks.version(office.county.pk)
        Project.objects.filter(pk=project.pk).delete()

    assert marks.version(office.county.pk) != before
