"""Addresses of notices that leave the program."""

from django.urls import URLPattern, URLResolver, path

from units.outbox.pages import county_notices, my_notices, notices_test, robot_add, robot_remove

urlpatterns: list[URLPattern | URLResolver] = [
    path("county/notices/", county_notices, name="county-notices"),
    path("county/notices/test/", notices_test, name="notices-test"),
    path("county/notices/robots/", robot_add, name="robot-add"),
    path("county/notices/robots/<int:pk>/remove/", robot_remove, name="robot-remove"),
    path("accounts/notices/", my_notices, name="my-notices"),
]
