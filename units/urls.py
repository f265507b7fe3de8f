"""The addresses of people and units. Must never: hold a rule."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, path

from units import my_account, people_views, views
from units.access import DEED, FORM, by_method
from units.county_views import county_target_list
from units.key_views import key_list, key_revoke
from units.sign_in import PasswordChange, SignIn, kept_form, kept_text, sign_in_code

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/login/", by_method(*FORM)(SignIn.as_view()), name="login"),
    path("accounts/code/", sign_in_code, name="sign-in-code"),
    path("accounts/logout/", by_method(*DEED)(LogoutView.as_view()), name="logout"),
    path("accounts/password/", by_method(*FORM)(PasswordChange.as_view()), name="password-change"),
    path("accounts/me/", my_account.my_account, name="my-account"),
    path("accounts/me/end-others/", my_account.end_others, name="sitting-end-others"),
    path("accounts/me/<slug:mark>/end/", my_account.end_one, name="sitting-end"),
    path("accounts/second-factor/", my_account.second_factor_page, name="second-factor"),
    path("accounts/second-factor/key.svg", my_account.picture, name="second-factor-picture"),
    path("accounts/second-factor/codes/", my_account.new_codes, name="second-factor-codes"),
    path("accounts/second-factor/off/", my_account.switch_off, name="second-factor-off"),
    path("accounts/forms/<uuid:key>/", kept_form, name="kept-form"),
    path("accounts/forms/<uuid:key>/text/", kept_text, name="kept-text"),
    path("api/keys/", key_list, name="key-list"),
    path("api/keys/<int:pk>/revoke/", key_revoke, name="key-revoke"),
    path("people/", people_views.person_list, name="person-list"),
    path("people/new/", people_views.person_new, name="person-new"),
    path("people/<int:pk>/", people_views.person_detail, name="person-detail"),
    path("people/<int:pk>/place/", people_views.person_place, name="person-place"),
    path("people/<int:pk>/off/", people_views.person_off, name="person-off"),
    path("people/<int:pk>/on/", people_views.person_on, name="person-on"),
    path("people/<int:pk>/password/", people_views.person_password, name="person-password"),
    path("people/<int:pk>/role/", people_views.person_role, name="person-role"),
    path("people/<int:pk>/unlock/", people_views.person_unlock, name="person-unlock"),
    path("people/<int:pk>/factor/", people_views.person_factor, name="person-factor"),
    path("units/", views.unit_list, name="unit-list"),
    path("units/new/", views.unit_new, name="unit-new"),
    path("units/<str:code>/edit/", views.unit_edit, name="unit-edit"),
    path("units/<str:code>/targets/", views.unit_targets, name="unit-targets"),
    path("targets/", views.target_current, name="target-current"),
    path("targets/<int:year>/", views.target_grid, name="target-grid"),
    path("targets/<int:year>/county/", county_target_list, name="county-target-list"),
    path("targets/<int:year>/schedule/", views.target_schedule, name="target-schedule"),
]
