"""The two parts of a table that cost most, made once instead of cell by cell.

Owns: the heading row, which is the same for all tables of a class under one address and language, and
the rows, whose cells differ in their text alone. Must never: format a value (the table's columns do) or
be given a column whose attributes depend on the record.
"""

from collections.abc import Iterator
from typing import Any

from django import template
from django.template.base import render_value_in_context as as_shown
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()
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
            f'<td {column.attrs["td"].as_html()} data-label="{escape(str(column.header))}">'
        )
        for column in table.columns
    }
    laid_out = (
        f"<tr {row.attrs.as_html()}>{''.join(_cells(row, openings, context))}</tr>"
        for row in table.paginated_rows
    )
    return mark_safe("\n".join(laid_out))


def _cells(row: Any, openings: dict[str, str], context: Context) -> Iterator[str]:
    for column, cell in row.items():
        text = conditional_escape(cell) if isinstance(cell, str) else as_shown(cell, context)
        yield f"{openings[column.name]}{text}</td>"
