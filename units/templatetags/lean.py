"""The two parts of a table that cost most, made once instead of cell by cell.

Owns: the heading row, which is the same for all tables of a class under one address and language, and
the rows, whose cells differ in their text alone. Must never: format a value (the table's columns do) or
be given a column whose attributes depend on the record.
"""

from collections.abc import Callable
from typing import Any

from django import template
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.template.base import render_value_in_context as as_shown
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django_tables2.utils import signature

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
            f'<td {column.attrs["td"].as_html()} data-label="{escape(str(column.header))}">'
        )
        for column in table.columns
    }
    cells: list[tuple[str, Cell]] = []
    laid_out = []
    for row in table.paginated_rows:
        cells = cells or [(openings[c.name], _cell_of(c, row.record)) for c in table.columns]
        texts = (f"{opening}{_shown(cell(row), context)}</td>" for opening, cell in cells)
        laid_out.append(f"<tr {row.attrs.as_html()}>{''.join(texts)}</tr>")
    return mark_safe("\n".join(laid_out))  # noqa: S308 - attributes and texts are escaped above


def _shown(cell: Any, context: Context) -> str:
    return conditional_escape(cell) if isinstance(cell, str) else as_shown(cell, context)


def _cell_of(column: Any, sample: Any) -> Cell:
    """How the column makes a cell of a row.

    django-tables2 finds that out anew for every cell, by inspecting the signature of the method that
    renders it. Where that method wants no more than the value and the record, it is asked once.
    """
    wanted, takes_all = signature(column.render)
    plain = not takes_all and set(wanted) <= {"value", "record"} and not column.link
    if not plain or "__" in str(column.accessor) or _has_choices(column, sample):
        return lambda row: row.get_cell(column.name)
    with_record, with_value = "record" in wanted, "value" in wanted

    def cell(row: Any) -> Any:
        try:
            value = column.accessor.resolve(row.record)
        except Exception:  # as django-tables2 has it: what a record does not have is empty,
            value = None  # and yet shown where the column says that nothing is empty
        if value in column.column.empty_values:
            return column.default
        given = {"record": row.record} if with_record else {}
        return column.render(**given, value=value) if with_value else column.render(**given)

    return cell


def _has_choices(column: Any, sample: Any) -> bool:
    """Such a value is shown by its word, which only django-tables2 knows to find."""
    if not isinstance(sample, Model):
        return False
    try:
        return bool(getattr(column.accessor.get_field(sample), "choices", ()))
    except FieldDoesNotExist:
        return False
