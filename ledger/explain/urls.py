"""Addresses of explain."""

from django.urls import URLPattern, URLResolver, path

from ledger.explain.compare_pages import ranking_compare
from ledger.explain.composition_pages import composition_month, composition_newest
from ledger.explain.pages import ranking_explain, unit_explain
from ledger.explain.whatif_pages import target_what_if

urlpatterns: list[URLPattern | URLResolver] = [
    path("targets/<int:year>/what-if/", target_what_if, name="target-what-if"),
    path("ranking/compare/", ranking_compare, name="ranking-compare"),
    path("ranking/<month:month>/explain/", ranking_explain, name="ranking-explain"),
    path("units/<str:code>/explain/", unit_explain, name="unit-explain"),
    path("composition/", composition_newest, name="composition"),
    path("composition/<month:month>/", composition_month, name="composition-month"),
]
