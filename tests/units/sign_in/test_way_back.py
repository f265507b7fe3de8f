"""The way back to a kept form never leaves the site."""

import pytest
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from tests.builders import make_county, make_head
from units.sign_in import kept_forms

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "referer",
    ["http://testserver//evil.example/", "http://testserver/\\evil.example/", "//evil.example/"],
)
@pytest.mark.parametrize("path", ["/projects/new/", "//evil.example/projects/"])
def test_the_way_back_is_a_page_of_ours(rf, referer, path):
    head = make_head(make_county())
    request = rf.post("/x/", {"name": "钒矿"}, headers={"referer": referer})
    request.path = path

    kept = kept_forms.keep(request, head, timezone.now())

    assert url_has_allowed_host_and_scheme(kept_forms.way_back(kept), {"testserver"})
