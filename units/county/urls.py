"""The address of the county's settings."""

from django.urls import URLPattern, URLResolver, path

from units.county.pages import county_settings

urlpatterns: list[URLPattern | URLResolver] = [
    path("county/", county_settings, name="county"),
]
