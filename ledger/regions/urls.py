"""Addresses of regions."""

from django.urls import URLPattern, URLResolver, path

from ledger.regions.pages import region_month, region_newest

urlpatterns: list[URLPattern | URLResolver] = [
    path("regions/", region_newest, name="region-newest"),
    path("regions/<str:prefix>/<month:month>/", region_month, name="region-month"),
]
