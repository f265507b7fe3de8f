"""The types of the part of django-tables2 that we use; the package ships none.

Read by mypy only. A name that is missing here is added with the type that its source shows.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.functional import Promise, _StrOrPromise
from django.utils.safestring import SafeString

_Attrs: TypeAlias = Mapping[str, Any]

class Column:
    def __init__(
        self,
        verbose_name: str | Promise | None = ...,
        accessor: str | Callable[..., Any] | None = ...,
        default: Any = ...,
        visible: bool = ...,
        orderable: bool | None = ...,
        attrs: _Attrs | None = ...,
        order_by: str | Sequence[str] | None = ...,
        empty_values: Sequence[Any] | None = ...,
        localize: bool | None = ...,
        footer: str | Callable[..., Any] | None = ...,
        exclude_from_export: bool = ...,
        linkify: bool | str | tuple[Any, ...] | Callable[..., Any] = ...,
        initial_sort_descending: bool = ...,
    ) -> None: ...

class BoundColumn:
    name: str
    column: Column

class BoundRow:
    record: Any

class TableData:
    data: Any
    def __iter__(self) -> Iterator[Any]: ...
    def __len__(self) -> int: ...

class Table:
    attrs: _Attrs
    data: TableData
    page: Page[Any]
    paginator: Paginator[Any]
    request: HttpRequest
    def __init__(
        self,
        data: Iterable[Any] | None = ...,
        order_by: str | Sequence[str] | None = ...,
        orderable: bool | None = ...,
        empty_text: _StrOrPromise | None = ...,
        exclude: Iterable[str] | None = ...,
        attrs: _Attrs | None = ...,
        row_attrs: _Attrs | None = ...,
        pinned_row_attrs: _Attrs | None = ...,
        sequence: Iterable[str] | None = ...,
        prefix: str | None = ...,
        order_by_field: str | None = ...,
        page_field: str | None = ...,
        per_page_field: str | None = ...,
        template_name: str | None = ...,
        default: Any = ...,
        request: HttpRequest | None = ...,
        show_header: bool | None = ...,
        show_footer: bool = ...,
        extra_columns: Sequence[tuple[str, Column]] | None = ...,
    ) -> None: ...
    @property
    def paginated_rows(self) -> Iterator[BoundRow]: ...
    def paginate(self, page: int = ..., per_page: int | None = ...) -> None: ...
    def get_column_class_names(
        self, classes_set: set[str], bound_column: BoundColumn
    ) -> set[str]: ...
    def as_html(self, request: HttpRequest) -> SafeString: ...
