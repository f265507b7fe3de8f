"""Addresses of trail."""

from django.urls import URLPattern, URLResolver, path

from ledger.trail.pages import trail

urlpatterns: list[URLPattern | URLResolver] = [
    path("trail/", trail, name="trail"),
]
