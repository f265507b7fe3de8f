"""The renderer of all forms: Django's widgets in Jinja2, with our own field template.

Text inputs and selects have their own templates: Django renders two or three per input and option,
and the grid of targets has four hundred inputs, the form of a project a thousand options.
"""

from typing import Any, Final

from django.forms import renderers
from django.template.loader import get_template

OWN: Final = {
    "django/forms/widgets/text.html": "forms/input.jinja",
    "django/forms/widgets/select.html": "forms/select.jinja",
}


class FormRenderer(renderers.Jinja2):
    """``FORM_RENDERER``"""

    field_template_name = "forms/field.jinja"

    def get_template(self, template_name: str) -> Any:
        name = OWN.get(template_name, template_name)
        return get_template(name) if name.endswith(".jinja") else super().get_template(name)
