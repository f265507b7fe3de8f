"""Lets a template show what draws itself.

Owns: one filter. Must never: trust a text; only an object's own ``__html__`` counts as markup.
"""

from django import template
from django.utils.html import format_html

register = template.Library()


@register.filter
def drawn(value: object) -> str:
    """The markup of a drawing such as ``charts.Bullet``; anything else is escaped."""
    return format_html("{}", value)
