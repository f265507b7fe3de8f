"""The addresses of people and units. Must never: hold a rule."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, path

from units import views
from units.accounts import PasswordChange, SignIn
from units.county_views import county_target_list
from units.key_views import key_list, key_revoke

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/login/", SignIn.as_view(), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("accounts/password/", PasswordChange.as_view(), name="password-change"),
    path("api/keys/", key_list, name="key-list"),
    path("api/keys/<int:pk>/revoke/", key_revoke, name="key-revoke"),
    path("units/", views.unit_list, name="unit-list"),
    path("units/new/", views.unit_new, name="unit-new"),
    path("units/<str:code>/edit/", views.unit_edit, name="unit-edit"),
    path("units/<str:code>/targets/", views.unit_targets, name="unit-targets"),
    path("targets/", views.target_current, name="target-current"),
    path("targets/<int:year>/", views.target_grid, name="target-grid"),
    path("targets/<int:year>/county/", county_target_list, name="county-target-list"),
    path("targets/<int:year>/schedule/", views.target_schedule, name="target-schedule"),
]
