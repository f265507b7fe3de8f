"""The addresses of the board, of service steps, and of lists as workbooks. Must never: hold a rule."""

from django.urls import URLPattern, URLResolver, path

from ledger.views.board import project_board
from ledger.views.lists import project_xlsx, receipt_xlsx, service_xlsx, trail_xlsx
from ledger.views.services import service_list_page

urlpatterns: list[URLPattern | URLResolver] = [
    path("projects.xlsx", project_xlsx, name="project-xlsx"),
    path("projects/board/", project_board, name="project-board"),
    path("services/", service_list_page, name="service-list"),
    path("services.xlsx", service_xlsx, name="service-xlsx"),
    path("receipts.xlsx", receipt_xlsx, name="receipt-xlsx"),
    path("trail.xlsx", trail_xlsx, name="trail-xlsx"),
]
