"""URLs of importing."""

from django.urls import URLPattern, URLResolver, path

from ledger.importing.files import book_import_marked, book_template
from ledger.importing.mapping_pages import book_import_mapping
from ledger.importing.pages import book_import, book_import_decide, book_import_detail
from units.sign_in.rate_limited import rationed

urlpatterns: list[URLPattern | URLResolver] = [
    path("import/template.xlsx", rationed(book_template), name="book-template"),
    path(
        "import/<slug:token>/marked.xlsx", rationed(book_import_marked), name="book-import-marked"
    ),
    path("import/", book_import, name="book-import"),
    path("import/<slug:token>/", book_import_detail, name="book-import-detail"),
    path("import/<slug:token>/columns/", book_import_mapping, name="book-import-mapping"),
    path("import/<slug:token>/decide/", book_import_decide, name="book-import-decide"),
]
