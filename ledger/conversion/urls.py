"""Address of how signed projects get on."""

from django.urls import URLPattern, URLResolver, path

from ledger.conversion.pages import conversion_month, project_health

urlpatterns: list[URLPattern | URLResolver] = [
    path("projects/health/", project_health, name="project-health"),
    path("conversion/<month:month>/", conversion_month, name="conversion"),
]
