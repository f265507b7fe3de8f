"""The addresses of the site, all in one place. Must never: hold a rule."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from ledger.views.home import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("language/", set_language, name="set_language"),
    path("", include("units.urls")),
    path("", include("projects.urls")),
]
