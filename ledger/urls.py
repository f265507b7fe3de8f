"""All addresses of the site, collected from the rooms that declare them."""

from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.views.i18n import set_language

from ledger.api.views import addresses
from ledger.rules.months import MonthConverter
from units.access import ACTION, by_method

register_converter(MonthConverter, "month")

handler400 = "ledger.server.faults.not_understood"
handler500 = "ledger.server.faults.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("language/", by_method(*ACTION)(set_language), name="set_language"),
    path("", include("units.urls")),
    path("", include("projects.urls")),
    path("", include("ledger.accounts.urls")),
    path("", include("ledger.conversion.urls")),
    path("", include("ledger.entries.urls")),
    path("", include("ledger.explain.urls")),
    path("", include("ledger.founding.urls")),
    path("", include("ledger.guide.urls")),
    path("", include("ledger.importing.urls")),
    path("", include("ledger.inbox.urls")),
    path("", include("ledger.meeting.urls")),
    path("", include("ledger.papers.urls")),
    path("", include("ledger.quarter.urls")),
    path("", include("ledger.assessment.urls")),
    path("", include("ledger.indicators.urls")),
    path("", include("ledger.ranking.urls")),
    path("", include("ledger.receipts.urls")),
    path("", include("ledger.regions.urls")),
    path("", include("ledger.trail.urls")),
    *addresses(),
]
