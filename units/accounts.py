"""Signing in and changing one's password.

Owns: these two pages. Must never: say whether a user name exists.
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from units.models import County, User


class SignIn(LoginView):
    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Where nobody has an account yet, the county is founded first."""
        if not User.objects.exists():
            return redirect("founding")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The page names the county where the installation keeps only one."""
        counties = list(County.objects.all()[:2])
        county = counties[0] if len(counties) == 1 else None
        return super().get_context_data(county=county, **kwargs)


class PasswordChange(PasswordChangeView):
    success_url = reverse_lazy("home")

    def form_valid(self, form: Any) -> HttpResponse:
        form.user.must_change_password = False
        response = super().form_valid(form)
        messages.success(self.request, _("Your password is changed."))
        return response
