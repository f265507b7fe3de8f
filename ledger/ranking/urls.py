"""Addresses of ranking."""

from django.urls import URLPattern, URLResolver, path

from ledger.ranking.folds import ranking_months, ranking_needed
from ledger.ranking.pages import newest, ranking_json

urlpatterns: list[URLPattern | URLResolver] = [
    path("ranking/", newest, name="ranking-newest"),
    path("ranking/<month:month>/needed/", ranking_needed, name="ranking-needed"),
    path("ranking/<month:month>/months/", ranking_months, name="ranking-months"),
    path("ranking/<month:month>.json", ranking_json, name="ranking-json"),
]
