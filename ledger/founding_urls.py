"""The addresses of founding a county. Must never: hold a rule."""

from django.urls import URLPattern, path

from ledger.views import founding

urlpatterns: list[URLPattern] = [
    path("start/", founding.founding, name="founding"),
    path("start/county/", founding.founding_county, name="founding-county"),
    path("start/units/", founding.founding_units, name="founding-units"),
    path("start/units/check/", founding.founding_units_check, name="founding-units-check"),
    path("start/targets/", founding.founding_targets, name="founding-targets"),
    path("start/people/", founding.founding_people, name="founding-people"),
    path("start/slips/", founding.founding_slips, name="founding-slips"),
]
