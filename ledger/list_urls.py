"""The addresses of the board, of service steps, and of lists as workbooks. Must never: hold a rule."""

from django.urls import URLPattern, URLResolver, path

from ledger.views.board import project_board
from ledger.views.downloads import project_xlsx, receipt_xlsx, service_xlsx, trail_xlsx
from ledger.views.services import service_list_page
from units.rationing import rationed

urlpatterns: list[URLPattern | URLResolver] = [
    path("projects.xlsx", rationed(project_xlsx), name="project-xlsx"),
    path("projects/board/", project_board, name="project-board"),
    path("services/", service_list_page, name="service-list"),
    path("services.xlsx", rationed(service_xlsx), name="service-xlsx"),
    path("receipts.xlsx", rationed(receipt_xlsx), name="receipt-xlsx"),
    path("trail.xlsx", rationed(trail_xlsx), name="trail-xlsx"),
]
