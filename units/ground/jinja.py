"""Jinja2 for what a page repeats a hundred times: rows of tables, fields of forms.

A Jinja2 template ends in ``.jinja`` and lies beside the others of its room; any other name is one of
Django's own. Texts are translated by Django's catalogues, values are escaped.
"""

from collections.abc import Callable
from typing import Any

import jinja2
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext, ngettext, npgettext, pgettext


class ByName(jinja2.FileSystemLoader):
    """Leaves every other name to Django's own templates in the same folders."""

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
    return made


def _url(name: str, *args: object) -> str:
    return reverse(name, args=args)
