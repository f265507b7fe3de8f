"""URLs of accounts."""

from django.urls import URLPattern, URLResolver, path

from ledger.accounts.board_pages import project_board
from ledger.accounts.calendar_pages import calendar, feed
from ledger.accounts.home import home
from ledger.accounts.list_files import project_xlsx, receipt_xlsx, service_xlsx, trail_xlsx
from ledger.accounts.project_pages import project_detail, project_history
from ledger.accounts.search_pages import search
from ledger.accounts.service_pages import service_list_page
from ledger.accounts.unit_pages import unit_account, unit_entries, unit_history
from units.sign_in.rate_limited import rationed

urlpatterns: list[URLPattern | URLResolver] = [
    path("projects.xlsx", rationed(project_xlsx), name="project-xlsx"),
    path("services.xlsx", rationed(service_xlsx), name="service-xlsx"),
    path("receipts.xlsx", rationed(receipt_xlsx), name="receipt-xlsx"),
    path("trail.xlsx", rationed(trail_xlsx), name="trail-xlsx"),
    path("", home, name="home"),
    path("units/<str:code>/", unit_account, name="unit-account"),
    path("units/<str:code>/entries/", unit_entries, name="unit-entries"),
    path("units/<str:code>/history/", unit_history, name="unit-history"),
    path("projects/<int:pk>/", project_detail, name="project-detail"),
    path("projects/<int:pk>/history/", project_history, name="project-history"),
    path("calendar/", calendar, name="calendar"),
    path("calendar/<str:secret>.ics", feed, {"language": "zh-hans"}, name="calendar-zh-hans"),
    path("calendar/en/<str:secret>.ics", feed, {"language": "en"}, name="calendar-en"),
    path("search/", search, name="search"),
    path("projects/board/", project_board, name="project-board"),
    path("services/", service_list_page, name="service-list"),
]
