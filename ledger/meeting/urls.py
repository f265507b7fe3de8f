"""URLs of the meeting."""

from django.urls import URLPattern, URLResolver, path

from ledger.meeting.pages import meeting_month, meeting_newest, pledge_record, pledge_take_back
from ledger.meeting.screen_pages import screen

urlpatterns: list[URLPattern | URLResolver] = [
    path("meeting/", meeting_newest, name="meeting"),
    path("meeting/<month:month>/", meeting_month, name="meeting-month"),
    path("meeting/<month:month>/pledges/", pledge_record, name="pledge-record"),
    path(
        "meeting/<month:month>/pledges/<int:pk>/take-back/",
        pledge_take_back,
        name="pledge-take-back",
    ),
    path("screen/", screen, name="screen"),
]
