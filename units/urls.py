"""Addresses of units."""

from django.urls import URLPattern, URLResolver, include, path

from units import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("units.sign_in.urls")),
    path("", include("units.people.urls")),
    path("", include("units.targets.urls")),
    path("", include("units.county.urls")),
    path("", include("units.outbox.urls")),
    path("units/", views.unit_list, name="unit-list"),
    path("units/new/", views.unit_new, name="unit-new"),
    path("units/<str:code>/edit/", views.unit_edit, name="unit-edit"),
]
