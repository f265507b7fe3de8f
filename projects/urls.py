"""The addresses of projects. Must never: hold a rule."""

from django.urls import URLPattern, URLResolver, path

from projects import service_views, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("projects/", views.project_list, name="project-list"),
    path("projects/new/", views.project_new, name="project-new"),
    path("projects/<int:pk>/edit/", views.project_edit, name="project-edit"),
    path("projects/<int:pk>/services/new/", service_views.service_new, name="service-new"),
    path("projects/<int:pk>/problems/new/", service_views.problem_tell, name="problem-tell"),
    path("services/<int:pk>/", service_views.service_edit, name="service-edit"),
    path("services/<int:pk>/done/", service_views.service_finish, name="service-finish"),
    path("services/<int:pk>/drop/", service_views.service_drop, name="service-drop"),
    path("problems/<int:pk>/answer/", service_views.problem_answer, name="problem-answer"),
    path("problems/<int:pk>/settle/", service_views.problem_settle, name="problem-settle"),
]
