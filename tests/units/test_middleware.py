"""What every request and answer carries."""

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from tests.builders import make_county, make_person
from units import trail
from units.middleware import CompressedPages, address_for_trail
from units.models import Role


def test_the_trail_knows_the_address_during_the_request_and_forgets_it_after():
    seen = []

    def answer(request):
        seen.append(trail.address.get())
        return HttpResponse()

    request = RequestFactory().get("/", REMOTE_ADDR="10.1.2.3", HTTP_X_FORWARDED_FOR="6.6.6.6")
    address_for_trail(answer)(request)

    assert (seen, trail.address.get()) == (["10.1.2.3"], None)


def test_the_address_is_forgotten_even_after_an_error():
    def answer(request):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        address_for_trail(answer)(RequestFactory().get("/"))

    assert trail.address.get() is None


@pytest.mark.django_db
def test_pages_of_signed_in_people_are_not_stored_also_when_they_are_refused(client):
    """quality 12"""
    client.force_login(make_person(make_county(), Role.LEADER))

    for path in ("/ranking/2012-06/", "/nowhere/", "/targets/"):
        assert "no-store" in client.get(path)["Cache-Control"]


@pytest.mark.django_db
def test_signing_out_clears_what_the_browser_has_cached(client):
    client.force_login(make_person(make_county(), Role.LEADER))

    assert client.post("/accounts/logout/")["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in Client().get("/accounts/login/")


@pytest.mark.django_db
def test_every_answer_forbids_what_no_page_needs(client):
    """quality 46"""
    page = client.get("/accounts/login/")

    assert "geolocation=()" in page["Permissions-Policy"]
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert "unsafe-inline" not in page["Content-Security-Policy"]


def test_pages_are_compressed_and_files_keep_the_length_they_tell():
    request = RequestFactory().get("/", HTTP_ACCEPT_ENCODING="gzip")
    page = HttpResponse("招商" * 500)
    file = StreamingHttpResponse([b"x" * 1000], headers={"Content-Length": "1000"})

    sent = [CompressedPages(lambda _, answer=answer: answer)(request) for answer in (page, file)]

    assert [answer.get("Content-Encoding") for answer in sent] == ["gzip", None]
    assert sent[1]["Content-Length"] == "1000"
