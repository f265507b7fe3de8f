"""Address of how signed projects get on."""

from django.urls import URLPattern, URLResolver, path

from ledger.conversion.pages import conversion_month

urlpatterns: list[URLPattern | URLResolver] = [
    path("conversion/<month:month>/", conversion_month, name="conversion"),
]
