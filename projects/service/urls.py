"""Addresses of service."""

from django.urls import URLPattern, URLResolver, path

from projects.service import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("projects/<int:pk>/services/new/", pages.service_new, name="service-new"),
    path("projects/<int:pk>/problems/new/", pages.problem_tell, name="problem-report"),
    path("services/<int:pk>/", pages.service_edit, name="service-edit"),
    path("services/<int:pk>/done/", pages.service_finish, name="service-finish"),
    path("services/<int:pk>/drop/", pages.service_drop, name="service-drop"),
    path("problems/<int:pk>/answer/", pages.problem_answer, name="problem-answer"),
    path("problems/<int:pk>/settle/", pages.problem_settle, name="problem-settle"),
]
