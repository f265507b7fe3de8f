"""In which language a page speaks: Chinese, what the browser asks for, and above both the choice."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

SIGN_IN = "/accounts/login/"


def language(client, query=None):
    headers = {"Accept-Language": query} if query else {}
    answered = client.get(SIGN_IN, headers=headers)
    assert "Accept-Language" in answered["Vary"]
    return answered["Content-Language"]


@pytest.mark.parametrize(
    ("query", "spoken"),
    [
        (None, "zh-hans"),
        ("*", "zh-hans"),
        ("de,fr;q=0.9", "zh-hans"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"),
        ("zh-TW,zh;q=0.9", "zh-hans"),
        ("en", "en"),
        ("en-GB,en;q=0.9,zh-CN;q=0.8", "en"),
        ("de,en;q=0.5", "en"),
    ],
)
def test_a_visitor_is_answered_in_the_language_that_his_browser_asks_for(query, spoken):
    assert language(Client(), query) == spoken


@pytest.mark.parametrize(("chosen", "query"), [("zh-hans", "en-US"), ("en", "zh-CN")])
def test_the_switch_wins_over_the_browser(chosen, query):
    client = Client()

    client.post("/language/", {"language": chosen, "next": SIGN_IN})

    assert language(client, query) == chosen
