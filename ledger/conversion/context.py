"""What the page of the lights of projects lays out: each project, and the counts of each unit."""

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ledger.conversion.health import RED, RULES, YELLOW, unhealthy, words
from projects.models import Project
from units.ground.money import wan_text
from units.models import County

LIGHTS = {RED: _("red"), YELLOW: _(YELLOW)}
TONES = {RED: "behind", YELLOW: "no_funds"}


def health_of(county: County, as_of: date, projects: QuerySet[Project]) -> dict[str, Any]:
    lines = unhealthy(county, as_of, projects)
    counts = Counter((line.unit, line.light) for line in lines)
    units = dict.fromkeys(line.unit for line in lines)
    return {
        "lines": [
            {
                "light": LIGHTS[line.light],
                "tone": TONES[line.light],
                "name": line.name,
                "url": reverse("project-detail", args=[line.pk]),
                "unit": line.unit,
                "facts": line.facts,
                "introduced": wan_text(line.facts.introduced),
                "received": wan_text(line.facts.received),
                "why": [words(rule, county) for rule in line.rules],
            }
            for line in lines
        ],
        "units": [(unit, counts[unit, RED], counts[unit, YELLOW]) for unit in units],
        "rules": [
            (LIGHTS[rule.light], words(rule, county))
            for rule in RULES
            if getattr(county, rule.setting)
        ],
    }
