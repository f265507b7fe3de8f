"""The addresses of people and units. Must never: hold a rule."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, path

from units.accounts import PasswordChange, SignIn

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/login/", SignIn.as_view(), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("accounts/password/", PasswordChange.as_view(), name="password-change"),
]
