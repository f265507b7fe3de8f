"""The addresses of projects. Must never: hold a rule."""

from django.urls import URLPattern, URLResolver, path

from projects import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("projects/", views.project_list, name="project-list"),
    path("projects/new/", views.project_new, name="project-new"),
    path("projects/<int:pk>/edit/", views.project_edit, name="project-edit"),
]
