"""The address of a county's words for industries."""

from django.urls import URLPattern, URLResolver, path

from projects.industries.pages import industries

urlpatterns: list[URLPattern | URLResolver] = [
    path("county/industries/", industries, name="industries"),
]
