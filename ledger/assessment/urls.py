"""Addresses of the year's score."""

from django.urls import URLPattern, URLResolver, path

from ledger.assessment.pages import (
    scheme,
    scheme_file,
    score,
    score_mark,
    score_newest,
    score_remark,
    score_unit,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("score/", score_newest, name="score-newest"),
    path("score/<month:month>/", score, name="score"),
    path("score/<month:month>/<str:code>/", score_unit, name="score-unit"),
    path("score/<month:month>/<str:code>/points/", score_mark, name="score-mark"),
    path("score/<month:month>/<str:code>/objections/", score_remark, name="score-remark"),
    path("score/schemes/<int:year>/", scheme, name="scheme"),
    path("score/schemes/files/<int:pk>/", scheme_file, name="scheme-file"),
]
