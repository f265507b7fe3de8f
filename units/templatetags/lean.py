"""The two parts of a table that cost most, made once instead of cell by cell.

Owns: the heading row, which is the same for all tables of a class under one address and language, and
the rows, whose cells differ in their text alone. Must never: format a value (the table's columns do) or
be given a column whose attributes depend on the record.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django import template
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.template.base import render_value_in_context as as_shown
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django_tables2.rows import BoundRow
from django_tables2.utils import signature

from units.ground.markup import escaped, marked

register = template.Library()
Cell = Callable[[Any], Any]
MOST_HEADINGS = 500
_headings: dict[tuple[object, ...], SafeString] = {}


@register.simple_tag(takes_context=True)
def heading(context: Context, table: Any) -> SafeString:
    """The heading row with its links to sort by; another address sorts by other links."""
    request = context["request"]
    key = (
        type(table),
        get_language(),
        request.GET.urlencode(),
        table.prefix,
        str(table.order_by),
        tuple((column.name, str(column.header), column.orderable) for column in table.columns),
    )
    found = _headings.get(key)
    if found is None:
        if len(_headings) >= MOST_HEADINGS:
            _headings.clear()
        found = render_to_string("tables/heading.html", {"table": table}, request)
        _headings[key] = found
    return found


@register.simple_tag(takes_context=True)
def rows(context: Context, table: Any) -> SafeString:
    """The rows of the page that is shown; each value is escaped unless it is markup already."""
    openings = {
        column.name: (
            f'<td {column.attrs["td"].as_html()} data-label="{escaped(str(column.header))}">'
        )
        for column in table.columns
    }
    cells: list[tuple[str, Cell]] = []
    laid_out = []
    for row in table.paginated_rows:
        cells = cells or [(openings[c.name], _cell_of(c, row.record)) for c in table.columns]
        texts = (f"{opening}{_shown(cell(row), context)}</td>" for opening, cell in cells)
        laid_out.append(f"<tr {_attributes(row)}>{''.join(texts)}</tr>")
    return marked("\n".join(laid_out))


def _attributes(row: BoundRow) -> str:
    if type(row) is BoundRow and not row.table.row_attrs:
        return f'class="{row.get_even_odd_css_class()}"'
    return str(row.attrs.as_html())


def _shown(cell: Any, context: Context) -> str:
    if isinstance(cell, Promise):
        cell = str(cell)
    return escaped(cell) if isinstance(cell, str) else as_shown(cell, context)


def _cell_of(column: Any, sample: Any) -> Cell:
    """How the column makes a cell of a row.

    django-tables2 finds that out anew for every cell, by inspecting the signature of the method that
    renders it. Where that method wants no more than the value and the record, it is asked once.
    """
    wanted, takes_all = _wanted(column.render.__func__)
    if takes_all or not wanted <= {"value", "record"} or column.link:
        return lambda row: row.get_cell(column.name)
    with_record, with_value = "record" in wanted, "value" in wanted
    value_of, words = _value_of(column.accessor), _words_of(column, sample)

    def cell(row: Any) -> Any:
        try:
            value = value_of(row.record)
        except Exception:  # as django-tables2 has it: what a record does not have is empty,
            value = None  # and yet shown where the column says that nothing is empty
        value = words.get(value, value) if words else value
        if value in column.column.empty_values:
            return column.default
        given = {"record": row.record} if with_record else {}
        return column.render(**given, value=value) if with_value else column.render(**given)

    return cell


@lru_cache(maxsize=1_000)
def _wanted(method: Callable[..., Any]) -> tuple[frozenset[str], bool]:
    """What a method asks for beside itself, and whether it takes whatever there is."""
    names, takes_all = signature(method)
    return frozenset(names[1:]), takes_all is not None


def _value_of(accessor: Any) -> Cell:
    """What the accessor resolves to. It asks whatever it meets for an item first, and so for an
    exception; models and dataclasses have no items."""

    def value(record: Any) -> Any:
        found = record
        for name in accessor.bits:
            if hasattr(type(found), "__getitem__"):
                return accessor.resolve(record)
            found = getattr(found, name)
            if found is None:
                return None
            if callable(found):
                return accessor.resolve(record)
        return found

    return value


def _words_of(column: Any, sample: Any) -> dict[Any, str]:
    """The words by which a choice is shown; empty where the column is of no such field."""
    if not isinstance(sample, Model):
        return {}
    try:
        choices = getattr(column.accessor.get_field(sample), "flatchoices", ())
    except FieldDoesNotExist:
        return {}
    return {value: str(word) for value, word in choices}
