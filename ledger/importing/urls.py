"""Addresses of importing."""

from django.urls import URLPattern, URLResolver, path

from ledger.importing.pages import book_import, book_import_decide, book_import_detail

urlpatterns: list[URLPattern | URLResolver] = [
    path("import/", book_import, name="book-import"),
    path("import/<slug:token>/", book_import_detail, name="book-import-detail"),
    path("import/<slug:token>/decide/", book_import_decide, name="book-import-decide"),
]
