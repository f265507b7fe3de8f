"""The renderer of all forms: Django's own widgets in Jinja2, and our field around them.

Text boxes and lists have templates of their own: Django's take two or three for each box and each option,
and the grid of targets has four hundred boxes, the form of a project a thousand options.
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
