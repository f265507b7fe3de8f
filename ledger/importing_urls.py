"""The addresses of the import. Must never: hold a rule."""

from django.urls import URLPattern, path

from ledger.views.downloads import book_import_marked, book_template
from ledger.views.importing import book_import, book_import_decide, book_import_detail
from units.rationing import rationed

urlpatterns: list[URLPattern] = [
    path("import/", book_import, name="book-import"),
    path("import/template.xlsx", rationed(book_template), name="book-template"),
    path("import/<slug:token>/", book_import_detail, name="book-import-detail"),
    path("import/<slug:token>/decide/", book_import_decide, name="book-import-decide"),
    path(
        "import/<slug:token>/marked.xlsx", rationed(book_import_marked), name="book-import-marked"
    ),
]
