"""What was typed survives the end of a sign-in, for its person alone."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.builders import make_clerk, make_county, make_project, make_unit
from units.models import KeptForm
from units.sign_in import kept_forms

pytestmark = pytest.mark.django_db


class Browser:
    """A client as strict about tokens as the program itself, that knows what it was shown last."""

    def __init__(self):
        self.client = Client(enforce_csrf_checks=True)

    def get(self, path, **more):
        self.page = self.client.get(path, **more)
        return self.page

    def token(self):
        found = re.search('csrfmiddlewaretoken" value="(.*?)"', self.page.text)
        return found.group(1) if found else ""

    def post(self, path, typed, token=None, **more):
        typed = {**typed, "csrfmiddlewaretoken": token or self.token()}
        return self.client.post(path, typed, **more)

    def sign_in(self, person, parameter=""):
        self.get("/accounts/login/")
        typed = {"username": person.username, "password": "sample", "next": parameter}
        return self.post("/accounts/login/", typed)


@pytest.fixture
def project():
    return make_project(make_unit(make_county()))


@pytest.fixture
def clerk(project):
    return make_clerk(project.lead_unit)


def value_of(page, name):
    field = re.search(f'<input[^>]*name="{name}"[^>]*>', page).group()
    return re.search('value="(.*?)"', field).group(1)


def typed():
    return {
        "key": "0b8f1c7e-6d57-4e0c-8a55-1d3d59b6f3c1",
        "received_on": "2012-05-10",
        "amount": "123.45",
        "note": "<b>二</b> 第一行",
        "action": "submit",
        "evil_password": "secret",
    }


def half_typed(clerk, project):
    """The form lies open while the sitting ends."""
    browser = Browser()
    browser.sign_in(clerk)
    path = f"/projects/{project.pk}/receipts/new/"
    browser.get(path)
    return browser, path, browser.token()


def test_a_form_sent_too_late_comes_back_after_signing_in(clerk, project):
    """quality 21: a half-typed form survives re-login"""
    with time_machine.travel("2026-03-02T01:00Z", tick=False) as clock:
        browser, path, token = half_typed(clerk, project)
        clock.shift(timedelta(minutes=45))
        away = browser.post(path, typed(), token, headers={"referer": f"http://testserver{path}"})
        query = browser.get(away.url).content.decode()
        parameter = away.url.split("next=")[1].replace("%2F", "/")
        back = browser.sign_in(clerk, parameter)
        form = browser.get(back.url, follow=True)

    assert away.url.startswith("/accounts/login/?next=%2Faccounts%2Fforms%2F")
    assert "已保留" in query
    assert back.url == parameter
    assert value_of(form.text, "amount") == "123.45"
    assert value_of(form.text, "key") == "0b8f1c7e-6d57-4e0c-8a55-1d3d59b6f3c1"
    assert value_of(form.text, "note") == "&lt;b&gt;二&lt;/b&gt; 第一行"
    assert "secret" not in KeptForm.objects.get().fields
    assert project.receipts.count() == 0
    sent = browser.post(
        form.request["PATH_INFO"], typed() | {"kind": "construction", "confirmed": "on"}
    )
    assert sent.status_code in (302, 422)


def test_it_comes_back_after_signing_out_in_another_tab(clerk, project):
    """quality 21: the token was drawn anew meanwhile"""
    browser, path, token = half_typed(clerk, project)
    browser.post("/accounts/logout/", {}, token)
    browser.sign_in(clerk)

    refused = browser.post(path, typed(), token)

    assert refused.status_code == 403
    way = re.search("/accounts/forms/[0-9a-f-]+/", refused.text).group()
    assert value_of(browser.get(way, follow=True).text, "amount") == "123.45"


def test_a_colleague_who_signs_in_does_not_get_it(clerk, project):
    """quality 6, 21"""
    colleague = make_clerk(project.lead_unit)
    browser, path, token = half_typed(clerk, project)
    browser.post("/accounts/logout/", {}, token)
    away = browser.post(path, typed(), token)
    parameter = away.url.split("next=")[1].replace("%2F", "/")

    browser.sign_in(colleague, parameter)

    assert browser.get(parameter).url == "/"
    key = KeptForm.objects.get().key
    assert "123.45" not in browser.get(f"{path}?kept={key}").text
    assert browser.get(f"/accounts/forms/{key}/text/").status_code == 404


def test_a_colleagues_open_form_is_not_kept_under_his_name(clerk, project):
    """quality 6: the form of one person, sent in the sitting of another"""
    colleague = make_clerk(project.lead_unit)
    browser, path, token = half_typed(clerk, project)
    browser.post("/accounts/logout/", {}, token)
    browser.sign_in(colleague)

    assert browser.post(path, typed(), token).status_code == 403
    assert not KeptForm.objects.exists()


def test_a_form_that_another_site_made_up_is_not_kept(clerk, project):
    """quality 9"""
    browser, path, _token = half_typed(clerk, project)

    for token in ("x" * 64, "x", "Z" * 32, "é" * 64):
        assert browser.post(path, typed(), token).status_code == 403
    assert not KeptForm.objects.exists()


def test_all_that_was_typed_can_be_read_as_text(clerk, project):
    browser, path, token = half_typed(clerk, project)
    browser.post("/accounts/logout/", {}, token)
    browser.post(path, typed(), token)
    browser.sign_in(clerk)

    page = browser.get(f"/accounts/forms/{KeptForm.objects.get().key}/text/")

    assert "123.45" in page.text
    assert "&lt;b&gt;" in page.text


def test_what_is_kept_is_little_and_not_for_long(clerk, project, monkeypatch):
    monkeypatch.setattr(kept_forms, "MAX", 2)
    browser, path, token = half_typed(clerk, project)
    browser.post("/accounts/logout/", {}, token)
    for number in range(4):
        browser.post(path, typed() | {"note": str(number)}, token)
    browser.post(path, typed() | {"note": "x" * kept_forms.LARGEST}, token)

    assert sorted("note=3" in kept.fields for kept in KeptForm.objects.all()) == [False, True]
    kept = KeptForm.objects.first()
    late = timezone.now() + timedelta(hours=12, minutes=1)
    assert kept_forms.find(str(kept.key), clerk, late) is None
    kept_forms.sweep(late)
    assert not KeptForm.objects.exists()


def test_signing_in_and_out_keep_nothing(clerk, project):
    browser, _path, token = half_typed(clerk, project)
    browser.post("/accounts/logout/", {}, token)
    browser.get("/accounts/login/")
    browser.post("/accounts/login/", {"username": clerk.username, "password": "wrong"})
    browser.post("/accounts/logout/", {})

    assert not KeptForm.objects.exists()


@pytest.mark.parametrize("key", ["x", "0" * 36, "%00", "../../etc"])
def test_a_made_up_key_fills_nothing(clerk, project, key):
    browser = Browser()
    browser.sign_in(clerk)

    assert browser.get("/projects/new/", data={"kept": key}).status_code == 200
