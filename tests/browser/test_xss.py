"""XSS payloads in every free text of the program, viewed by every role in a real browser.

The county is built by hand; then one statement per table writes payloads into every text column.
Columns and pages are discovered, not listed, so new ones are covered too.
"""

import itertools
import re
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client
from django.urls import Resolver404, resolve

from ledger.entries import claims, posting
from ledger.importing import work
from ledger.importing.plan_types import no_progress
from ledger.meeting import pledges
from ledger.models import Evidence
from ledger.quarter import reports
from ledger.rules.months import Month
from projects.models import Industry
from projects.service import problems, steps
from tests import acting
from tests.browser.payloads import PAYLOADS
from tests.browser.watch import watch
from tests.builders import (
    day,
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
    wan,
)
from tests.ledger.importing import books
from tests.ledger.papers.papers import close_first_quarter
from units.models import Role, Trail, User

pytestmark = pytest.mark.django_db(transaction=True)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORDS = (models.CharField, models.TextField)
NOT_WORDS = re.compile(
    "_key$|hash|sha256|code|media_type|chain_head|password|username|region|record|deed"
)
NOT_OURS = {"user_session", "keptform", "allowance", "accesskey"}
OF_ONE_ROUTE = 2
SHORTEST = 30  # shorter columns hold codes of the program
WAYS_OUT = ("/accounts/logout/", "/static/", "/language/")


def build():
    """A little of everything that has words."""
    county = make_county()
    town, bureau = make_unit(county, "水沟镇"), make_unit(county, "招商局", "department")
    clerk, rival, verifier = make_clerk(town), make_clerk(bureau), make_verifier(county)
    head = make_head(county)
    for unit in (town, bureau):
        set_target(unit, 1000)
    project = make_project(town, "天麻加工厂")
    for number in range(12):
        make_project(town if number % 2 else bureau, f"项目{number}")
    make_verified(project, 100, "2012-03-05", by=verifier)
    close_first_quarter(county)
    verified = make_verified(project, 120, "2012-05-05", by=verifier)
    waiting = make_receipt(project, 90, "2012-05-06", by=clerk, note="备注")
    returned = make_receipt(project, 80, "2012-05-07", by=clerk)
    at = moment("2012-05-20")
    posting.send_back(returned.pk, returned.version, "凭证不清", by=verifier, at=at)
    acting.reverse(verified.entries.first().pk, "重复", by=head, at=at)
    Evidence.objects.create(
        receipt=waiting, kind="bank_slip", sha256="0" * 64, size=1, media_type="image/png",
        original_name="a.png", added_by=clerk, added_at=at,
    )  # fmt: skip
    claim = claims.make(project, bureau, 4_000, "我局首谈", by=rival, at=at)
    acting.answer(claim.pk, False, "不同意", by=clerk, at=at)
    counts = {"trips": 1, "reserve_projects": 1, "problems": "用地"}
    month = day("2012-05-01")
    reports.file_report(town, month, **counts, by=clerk, at=at, today=day("2012-06-01"))
    problem = problems.tell(project, "用地未批", by=clerk, at=at)
    problems.answer(problem.pk, problem.version, "已协调", by=verifier, at=at)
    step = steps.StepDraft("环评", bureau, day("2012-06-01"), "副县长")
    steps.add(step, project=project, by=clerk, at=at)
    pledge = pledges.PledgeDraft(bureau, "三季度补上", wan(500), day("2012-09-30"))
    pledges.record(county, Month(2012, 3), pledge, by=head, at=at)
    return county, clerk, verifier, head


@pytest.fixture
def industries_kept(transactional_db):
    """Restores the industries, which come from a migration, for other tests."""
    kept = list(Industry.objects.all())
    yield
    Industry.objects.bulk_update(kept, [f.name for f in Industry._meta.fields if is_words(f)])


def poison():
    """Write payloads into every text column; only the owner can bypass the triggers."""
    turns = itertools.cycle(PAYLOADS)
    for label in ("units", "projects", "ledger"):
        for model in apps.get_app_config(label).get_models():
            columns = [field for field in model._meta.local_fields if is_words(field)]
            if columns and model._meta.model_name not in NOT_OURS:
                _poison(model, columns, turns)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE units_trail DISABLE TRIGGER USER")
        for line in Trail.objects.all():
            after = dict.fromkeys(("name", "reason", "word", "page", "parameters"), next(turns))
            Trail.objects.filter(pk=line.pk).update(after=after, before={"note": next(turns)})
        cursor.execute("ALTER TABLE units_trail ENABLE TRIGGER USER")


def _poison(model, columns, turns):
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for row in model._default_manager.all():
            texts = {field.name: fitting(field, turns) for field in columns}
            model._default_manager.filter(pk=row.pk).update(**texts)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def fitting(field, turns):
    most = field.max_length or 2_000
    return next(text for text in turns if len(text) <= most)


def is_words(field):
    is_free = isinstance(field, WORDS) and not field.choices and not field.primary_key
    is_long = field.max_length is None or field.max_length >= SHORTEST
    return is_free and is_long and not NOT_WORDS.search(field.name)


def walk(client):
    """All pages linked from the first one, a few of each route: URL and text."""
    waiting, seen, routes = (
        ["/", "/screen/", "/search/?q=%3Cscript%3Ealert(1)%3C/script%3E"],
        set(),
        {},
    )
    while waiting:
        address = waiting.pop(0)
        route = _route(address)
        if address in seen or route is None or routes.get(route, 0) >= OF_ONE_ROUTE:
            continue
        seen.add(address)
        routes[route] = routes.get(route, 0) + 1
        answer = client.get(address, follow=True)
        is_page = answer.headers["Content-Type"].startswith("text/html")
        if answer.status_code == 200 and is_page:
            yield address, answer.text
            waiting += [link for link in links(answer.text) if link not in seen]
        answer.getvalue()


def links(page):
    found = re.findall(r'href="(/[^"#]*)', page)
    return [link.replace("&amp;", "&") for link in found if not link.startswith(WAYS_OUT)]


def _route(address):
    try:
        return resolve(urlsplit(address).path).route
    except Resolver404:
        return None


def as_client(context, client):
    """Sign the browser in as the client's person."""
    cookie = {"name": "session", "value": client.cookies["session"].value, "path": "/"}
    context.add_cookies([cookie | {"domain": "localhost"}])


def main_of(page):
    """The content of a page without keys that differ each time."""
    content = page[page.find("<main") :]
    return re.sub(r'(csrfmiddlewaretoken|key)" value="[^"]*"', "", content)


def test_no_text_that_people_write_runs_in_anybodys_browser(page_at, industries_kept):
    """quality 11"""
    county, clerk, verifier, head = build()
    people = [head, verifier, clerk, make_person(county, Role.LEADER)]
    people += [make_person(county, role) for role in (Role.AUDIT_ADMIN, Role.SYSTEM_ADMIN)]
    poison()
    page = page_at(1440)
    dialogs, visited = [], set()
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    seen = set()

    for person in people:
        client = Client()
        client.force_login(User.objects.get(pk=person.pk))
        as_client(page.context, client)
        for address, text in list(walk(client)):
            if main_of(text) not in seen:
                seen.add(main_of(text))
                page.goto(address)
                assert "/accounts/login/" not in page.url
                visited.add(_route(address))

    assert dialogs == []
    assert len(visited) > 30


def test_a_page_that_escapes_nothing_is_found(browser, live_server, monkeypatch):
    """quality 11: the test above can fail"""
    client = Client()
    client.force_login(make_verifier(make_county(name=PAYLOADS[0])))
    context = browser.new_context(base_url=live_server.url)
    as_client(context, client)
    page, complaints = context.new_page(), []
    watch(page, live_server.url, complaints)
    monkeypatch.setattr("django.template.base.conditional_escape", str)

    page.goto("/units/")
    context.close()

    assert any("Content Security Policy" in complaint for complaint in complaints)


def test_no_cell_and_no_name_of_a_workbook_runs_in_its_pages(
    page_at, settings, tmp_path, monkeypatch
):
    """quality 11: cells, names of sheets and of the file, and headings, in preview, mapping and list"""
    settings.IMPORT_ROOT = tmp_path / "imports"
    monkeypatch.setattr(work, "start", lambda upload: work.run(upload, no_progress))
    client = Client()
    client.force_login(make_head(make_county()))
    page, dialogs = page_at(1440), []
    as_client(page.context, client)
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))

    for book in (poisoned_book(), poisoned_frame()):
        page.goto("/import/")
        file = {"name": f"{PAYLOADS[1]}.xlsx", "mimeType": XLSX, "buffer": books.content(book)}
        page.set_input_files("[name=file]", file)
        page.click("main form button.btn-primary")
        page.wait_for_url(re.compile("/import/.+"))
        assert "onerror=alert" in page.inner_text("main h1")
        page.goto(f"{page.url}columns/")
        assert page.locator(".mapping__top").count() > 0
    page.goto("/import/")

    assert dialogs == []


def poisoned_book():
    """A payload in every text cell, and each payload as a unit and an investor."""
    book = books.plain()
    for number, payload in enumerate(PAYLOADS):
        book["单位"].append([payload, "镇", number + 6])
        book["项目"].append(
            [payload, payload, payload, payload, "合同", payload, 9, 8, payload, payload]
        )
        book["到位资金"].append([payload, payload, payload, payload])
    return book


def poisoned_frame():
    """Payloads as headings and as a sheet name."""
    book = books.plain()
    for sheet, payload in zip(book, PAYLOADS, strict=False):
        sheet["B1"] = payload
    book.create_sheet(PAYLOADS[1]).append([PAYLOADS[0]])
    return book


def test_what_was_typed_does_not_run_when_a_refusal_shows_it_again(page_at):
    """quality 11: the echo of a refused form"""
    clerk = make_clerk(make_unit(make_county()))
    page = page_at(1440)
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto("/accounts/login/")
    for payload in PAYLOADS[:6]:
        page.fill("[name=username]", payload)
        page.fill("[name=password]", payload)
        page.press("[name=password]", "Enter")
    page.fill("[name=username]", clerk.username)
    page.fill("[name=password]", "sample")
    page.press("[name=password]", "Enter")

    for payload in PAYLOADS[::3]:
        page.goto("/projects/new/")
        for name in ("name", "content", "investor", "total_investment", "credit_code"):
            page.fill(f"[name={name}]", payload)
        page.click("main form button.btn-primary")
        assert page.locator(".field--refused").count() > 0

    assert dialogs == []
