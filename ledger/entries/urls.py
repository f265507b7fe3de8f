"""Addresses of entries."""

from django.urls import URLPattern, URLResolver, path

from ledger.entries.notice_pages import notice_read

urlpatterns: list[URLPattern | URLResolver] = [
    path("notices/<int:pk>/read/", notice_read, name="notice-read"),
]
