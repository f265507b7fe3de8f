"""The addresses of the site, all in one place. Must never: hold a rule."""

from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.views.i18n import set_language

from ledger.months import MonthConverter
from ledger.views.home import home
from ledger.views.ranking import newest, ranking, ranking_json

register_converter(MonthConverter, "month")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("language/", set_language, name="set_language"),
    path("", include("units.urls")),
    path("", include("projects.urls")),
    path("ranking/", newest, name="ranking"),
    path("ranking/<month:month>/", ranking, name="ranking-month"),
    path("ranking/<month:month>.json", ranking_json, name="ranking-json"),
]
