"""Addresses of papers."""

from django.urls import URLPattern, URLResolver, path

from ledger.papers.pages import (
    book_import_marked,
    book_template,
    project_xlsx,
    ranking_bulletin,
    ranking_docx,
    ranking_xlsx,
    receipt_xlsx,
    service_xlsx,
    trail_xlsx,
)
from units.sign_in.rate_limited import rationed

urlpatterns: list[URLPattern | URLResolver] = [
    path("ranking/<month:month>.xlsx", rationed(ranking_xlsx), name="ranking-xlsx"),
    path("ranking/<month:month>.docx", rationed(ranking_docx), name="ranking-docx"),
    path("ranking/<month:month>/bulletin/", ranking_bulletin, name="ranking-bulletin"),
    path("projects.xlsx", rationed(project_xlsx), name="project-xlsx"),
    path("services.xlsx", rationed(service_xlsx), name="service-xlsx"),
    path("receipts.xlsx", rationed(receipt_xlsx), name="receipt-xlsx"),
    path("trail.xlsx", rationed(trail_xlsx), name="trail-xlsx"),
    path("import/template.xlsx", rationed(book_template), name="book-template"),
    path(
        "import/<slug:token>/marked.xlsx", rationed(book_import_marked), name="book-import-marked"
    ),
]
