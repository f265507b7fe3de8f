"""Addresses of ranking."""

from django.urls import URLPattern, URLResolver, path

from ledger.ranking.pages import newest, ranking, ranking_json

urlpatterns: list[URLPattern | URLResolver] = [
    path("ranking/", newest, name="ranking"),
    path("ranking/<month:month>/", ranking, name="ranking-month"),
    path("ranking/<month:month>.json", ranking_json, name="ranking-json"),
]
