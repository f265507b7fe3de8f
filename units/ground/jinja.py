"""Jinja2 for what a page repeats a hundred times: rows of tables, fields of forms.

A Jinja2 template ends in ``.jinja``; any other name is left to Django's own templates in the same
folders. Texts are translated by Django's catalogues, values are escaped.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import jinja2
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext, ngettext, npgettext, pgettext

from units.ground.money import wan_text


class ByName(jinja2.FileSystemLoader):
    """Loads ``.jinja`` files only; every other name is a Django template."""

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        if not template.endswith(".jinja"):
            raise jinja2.TemplateNotFound(template)
        return super().get_source(environment, template)


def environment(*, loader: jinja2.FileSystemLoader, **options: Any) -> jinja2.Environment:
    """Texts are written ``{{ _("Unit") }}`` or ``{{ pgettext("rank", "new") }}``."""
    made = jinja2.Environment(  # noqa: S701 - Django's backend switches autoescape on
        loader=ByName(loader.searchpath),
        **options | {"undefined": jinja2.StrictUndefined},
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    made.globals |= {"url": _url, "static": static}
    made.globals |= {"querystring": _querystring}
    made.filters |= {"date": _date, "wan": wan_text}
    return made


def _url(name: str, *args: object) -> str:
    return reverse(name, args=args)


def _querystring(request: HttpRequest, changes: Mapping[str, str | int]) -> str:
    """The current query string with some parameters replaced."""
    query: dict[str, str | int | list[str]] = dict(request.GET.lists())
    return "?" + urlencode(query | dict(changes), doseq=True)


def _date(value: date, form: str = "DATE_FORMAT") -> str:
    """In the reader's language; a datetime in the county's time zone."""
    moment = timezone.localtime(value) if isinstance(value, datetime) else value
    return _written(moment, form, get_language())


@lru_cache(maxsize=5_000)
def _written(moment: date, form: str, _language: str | None) -> str:
    """Cached: a table repeats its days, and formatting one costs as much as the rest of the row."""
    return date_format(moment, form)
