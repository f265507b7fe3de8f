"""The addresses of what leaders look at beyond the league table, and of what helps everybody: search,
calendar, glossary, handbook. Must never: hold a rule.
"""

from django.urls import URLPattern, URLResolver, path

from ledger.views.calendar import calendar, feed
from ledger.views.composition import composition_month, composition_newest
from ledger.views.glossary import glossary
from ledger.views.guide import guide, guide_own, guide_picture
from ledger.views.meeting import meeting_month, meeting_newest, pledge_record, pledge_take_back
from ledger.views.regions import region_month, region_newest
from ledger.views.screen import screen
from ledger.views.search import search

urlpatterns: list[URLPattern | URLResolver] = [
    path("calendar/", calendar, name="calendar"),
    path("calendar/<str:secret>.ics", feed, {"language": "zh-hans"}, name="calendar-zh-hans"),
    path("calendar/en/<str:secret>.ics", feed, {"language": "en"}, name="calendar-en"),
    path("composition/", composition_newest, name="composition"),
    path("composition/<month:month>/", composition_month, name="composition-month"),
    path("glossary/", glossary, name="glossary"),
    path("guide/", guide_own, name="guide-own"),
    path("guide/<slug:page>/", guide, name="guide"),
    path("guide/pictures/<slug:name>.png", guide_picture, name="guide-picture"),
    path("meeting/", meeting_newest, name="meeting"),
    path("meeting/<month:month>/", meeting_month, name="meeting-month"),
    path("meeting/<month:month>/pledges/", pledge_record, name="pledge-record"),
    path(
        "meeting/<month:month>/pledges/<int:pk>/take-back/",
        pledge_take_back,
        name="pledge-take-back",
    ),
    path("regions/", region_newest, name="region-newest"),
    path("regions/<str:prefix>/<month:month>/", region_month, name="region-month"),
    path("search/", search, name="search"),
    path("screen/", screen, name="screen"),
]
