"""Lists to choose from, laid out in code; every other control as Django's own templates have it.

Owns: the renderer of forms. Must never: differ by a character from Django's templates, which take two
templates an option: a form that lets choose a unit of a county spends most of its time there.
"""

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest

from units.ground.markup import escaped, marked

SELECT = "django/forms/widgets/select.html"
OPTION = "django/forms/widgets/select_option.html"


class QuickChoices(DjangoTemplates):
    """``FORM_RENDERER``"""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        if template_name == SELECT and _is_plain(context["widget"]):
            return marked(_select(context["widget"]))
        return super().render(template_name, context, request)


def _is_plain(widget: dict[str, Any]) -> bool:
    """Some widget could lay out its options in a way of its own."""
    options = (option for _name, group, _index in widget["optgroups"] for option in group)
    return all(option["template_name"] == OPTION for option in options)


def _select(widget: dict[str, Any]) -> str:
    groups = "".join(_group(name, options) for name, options, _index in widget["optgroups"])
    return f'<select name="{escaped(widget["name"])}"{_attributes(widget)}>{groups}\n</select>'


def _group(name: str | None, options: list[dict[str, Any]]) -> str:
    found = "".join(
        f'\n  <option value="{escaped(option["value"])}"{_attributes(option)}>'
        f"{escaped(option['label'])}</option>\n"
        for option in options
    )
    return f'\n  <optgroup label="{escaped(name)}">{found}\n  </optgroup>' if name else found


def _attributes(widget: dict[str, Any]) -> str:
    return "".join(
        f" {escaped(name)}" if value is True else f' {escaped(name)}="{escaped(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )
