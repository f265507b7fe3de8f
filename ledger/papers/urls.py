"""Addresses of papers."""

from django.urls import URLPattern, URLResolver, path

from ledger.papers.conversion_file import conversion_xlsx
from ledger.papers.pages import ranking_bulletin, ranking_docx, ranking_xlsx
from ledger.papers.score_file import score_unit_xlsx, score_xlsx
from units.sign_in.rate_limited import rationed

urlpatterns: list[URLPattern | URLResolver] = [
    path("score/<month:month>.xlsx", rationed(score_xlsx), name="score-xlsx"),
    path("conversion/<month:month>.xlsx", rationed(conversion_xlsx), name="conversion-xlsx"),
    path(
        "score/<month:month>/<str:code>.xlsx",
        rationed(score_unit_xlsx),
        name="score-unit-xlsx",
    ),
    path("ranking/<month:month>.xlsx", rationed(ranking_xlsx), name="ranking-xlsx"),
    path("ranking/<month:month>.docx", rationed(ranking_docx), name="ranking-docx"),
    path("ranking/<month:month>/bulletin/", ranking_bulletin, name="ranking-bulletin"),
]
