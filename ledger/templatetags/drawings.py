"""Drawings shared by Jinja2 tables and Django templates."""

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from ledger.ranking.charts import Bullet

register = template.Library()


@register.simple_tag(name="bullet")
def bullet_drawn(bullet: Bullet | None) -> SafeString | str:
    if bullet is None:
        return ""
    return SafeString(render_to_string("ledger/ranking/bullet.jinja", {"bullet": bullet}))
