"""The addresses of the site, all in one place. Must never: hold a rule."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
