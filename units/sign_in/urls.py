"""Addresses of sign in."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, path

from units.access import ACTION, FORM, by_method
from units.sign_in import my_account
from units.sign_in.pages import PasswordChange, SignIn, kept_form, kept_text, sign_in_code

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/login/", by_method(*FORM)(SignIn.as_view()), name="login"),
    path("accounts/code/", sign_in_code, name="sign-in-code"),
    path("accounts/logout/", by_method(*ACTION)(LogoutView.as_view()), name="logout"),
    path("accounts/password/", by_method(*FORM)(PasswordChange.as_view()), name="password-change"),
    path("accounts/me/", my_account.my_account, name="my-account"),
    path("accounts/me/end-others/", my_account.end_others, name="session-end-others"),
    path("accounts/me/<slug:mark>/end/", my_account.end_one, name="session-end"),
    path("accounts/second-factor/", my_account.second_factor_page, name="second-factor"),
    path("accounts/second-factor/key.svg", my_account.picture, name="second-factor-picture"),
    path("accounts/second-factor/codes/", my_account.new_codes, name="second-factor-codes"),
    path("accounts/second-factor/off/", my_account.switch_off, name="second-factor-off"),
    path("accounts/forms/<uuid:key>/", kept_form, name="kept-form"),
    path("accounts/forms/<uuid:key>/text/", kept_text, name="kept-text"),
]
