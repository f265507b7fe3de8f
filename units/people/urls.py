"""Addresses of people."""

from django.urls import URLPattern, URLResolver, path

from units.people import pages, reset_pages
from units.people.key_pages import key_list, key_revoke

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/keys/", key_list, name="key-list"),
    path("api/keys/<int:pk>/revoke/", key_revoke, name="key-revoke"),
    path("people/", pages.person_list, name="person-list"),
    path("people/new/", pages.person_new, name="person-new"),
    path("people/failures/", pages.failure_list, name="failure-list"),
    path("people/<int:pk>/", pages.person_detail, name="person-detail"),
    path("people/<int:pk>/place/", pages.person_place, name="person-place"),
    path("people/<int:pk>/off/", pages.person_off, name="person-disable"),
    path("people/<int:pk>/on/", pages.person_on, name="person-enable"),
    path("people/<int:pk>/password/", pages.person_password, name="person-password"),
    path("people/<int:pk>/role/", pages.person_role, name="person-role"),
    path("people/<int:pk>/unlock/", pages.person_unlock, name="person-unlock"),
    path("people/<int:pk>/factor/", pages.person_factor, name="person-factor"),
    path("people/<int:pk>/allow/", pages.person_allow, name="person-allow"),
    path("resets/", reset_pages.reset_list, name="reset-list"),
    path("resets/<int:pk>/release/", reset_pages.reset_release, name="reset-release"),
]
