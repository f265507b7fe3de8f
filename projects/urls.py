"""Addresses of projects."""

from django.urls import URLPattern, URLResolver, include, path

from projects import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("projects.service.urls")),
    path("", include("projects.industries.urls")),
    path("projects/", views.project_list, name="project-list"),
    path("projects/new/", views.project_new, name="project-new"),
    path("projects/<int:pk>/edit/", views.project_edit, name="project-edit"),
]
