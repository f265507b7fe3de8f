"""Addresses of targets."""

from django.urls import URLPattern, URLResolver, path

from units.targets.county_pages import county_target_list
from units.targets.pages import target_current, target_grid, target_schedule, unit_targets

urlpatterns: list[URLPattern | URLResolver] = [
    path("units/<str:code>/targets/", unit_targets, name="unit-targets"),
    path("targets/", target_current, name="target-current"),
    path("targets/<int:year>/", target_grid, name="target-grid"),
    path("targets/<int:year>/county/", county_target_list, name="county-target-list"),
    path("targets/<int:year>/schedule/", target_schedule, name="target-schedule"),
]
