"""Addresses of the inbox."""

from django.urls import URLPattern, URLResolver, path

from ledger.inbox.pages import inbox_page

urlpatterns: list[URLPattern | URLResolver] = [path("inbox/", inbox_page, name="inbox")]
