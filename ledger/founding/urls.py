"""URLs of founding."""

from django.urls import URLPattern, URLResolver, path

from ledger.founding import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("start/", pages.founding, name="founding"),
    path("start/county/", pages.founding_county, name="founding-county"),
    path("start/units/", pages.founding_units, name="founding-units"),
    path("start/units/check/", pages.founding_units_check, name="founding-units-check"),
    path("start/targets/", pages.founding_targets, name="founding-targets"),
    path("start/people/", pages.founding_people, name="founding-people"),
    path("start/slips/", pages.founding_slips, name="founding-slips"),
]
