"""Lean rows lay out what django-tables2 itself would, cell for cell."""

import re
from datetime import date
from types import SimpleNamespace

import django_tables2 as tables
import pytest
from django.template import Context
from django.test import RequestFactory
from django.utils.html import escape, format_html

from tests.builders import make_county, make_unit
from units.models import Unit
from units.templatetags import lean


class Things(tables.Table):
    name = tables.Column("Name", attrs={"td": {"class": "who"}})
    count = tables.Column("Count", default="none")
    kind = tables.Column("Kind")
    place = tables.Column("Place", accessor="county__name")
    marked = tables.Column("Marked", accessor="name")
    both = tables.Column("Both", accessor="name")
    whole = tables.Column("Whole", empty_values=())
    row = tables.Column("Row", accessor="name")

    def render_marked(self, value):
        return format_html("<b>{}</b>", value)

    def render_both(self, value, record):
        return f"{value} {record.count}"

    def render_whole(self, record):
        return record.kind

    def render_row(self, bound_row, **others):
        return others["value"]


def thing(name, count, kind="town"):
    return SimpleNamespace(name=name, count=count, kind=kind, county=SimpleNamespace(name="商南县"))


def laid_out(table):
    table.paginate(page=1, per_page=50)
    context = Context({"request": RequestFactory().get("/")})
    return lean.rows(context, table)


def test_cells_are_those_of_the_table_and_texts_are_escaped():
    table = Things([thing("<i>甲</i>", 3), thing("乙", None), thing("", 0)])

    found = laid_out(table)

    assert '<td class="who" data-label="Name">&lt;i&gt;甲&lt;/i&gt;</td>' in found
    assert "<b>&lt;i&gt;甲&lt;/i&gt;</b>" in found
    assert "none</td>" in found
    assert "&lt;i&gt;甲&lt;/i&gt; 3</td>" in found
    assert 'data-label="Place">商南县</td>' in found
    assert found.count('data-label="Whole">town</td>') == 3  # no attribute, and yet not empty
    assert found.count("<tr ") == 3


@pytest.mark.django_db
def test_a_choice_is_shown_by_its_word():
    make_unit(make_county(), "甲镇")

    class Units(tables.Table):
        name = tables.Column()
        kind = tables.Column()

    [unit] = Unit.objects.all()

    assert f">{unit.get_kind_display()}</td>" in laid_out(Units(Unit.objects.all()))


class Deep(tables.Table):
    """Accessors of every sort; what each gives is django-tables2's own to say."""

    county = tables.Column(accessor="county__name")
    nothing = tables.Column(accessor="successor__name", default="none")
    kind_of = tables.Column(accessor="successor__kind", default="none")
    missing = tables.Column(accessor="no__such", default="none")
    called = tables.Column(accessor="get_kind_display")
    letter = tables.Column(accessor="name__0")
    shown = tables.Column(accessor="kind")

    def render_shown(self, value, record):
        return format_html("{}/{}", value, type(record).__name__)


@pytest.mark.django_db
def test_accessors_find_what_django_tables2_finds():
    first = make_unit(make_county(), "甲镇", "department")
    second = make_unit(first.county, "乙<镇", successor=first, ended_on=date(2012, 5, 1))
    for records in ([second, first], [{"name": "甲", "kind": "x", "county": {"name": "<b>"}}]):
        own = [[escape(cell) for cell in row] for row in Deep(records).rows]

        found = re.findall(r"<td[^>]*>(.*?)</td>", laid_out(Deep(records)))

        assert found == [cell for row in own for cell in row]


def test_a_table_without_rows_lays_out_nothing():
    assert laid_out(Things([])) == ""


def test_the_heading_is_made_once_for_an_address_and_again_for_another():
    table = Things([thing("甲", 1)], order_by="name")
    first = Context({"request": RequestFactory().get("/?q=1&sort=name")})
    other = Context({"request": RequestFactory().get("/?q=2&sort=name")})

    assert lean.heading(first, table) is lean.heading(first, table)
    assert "q=1" in lean.heading(first, table)
    assert "q=2" in lean.heading(other, table)
    assert 'aria-sort="ascending"' in lean.heading(first, table)
    assert 'aria-sort="descending"' in lean.heading(first, Things([], order_by="-name"))
