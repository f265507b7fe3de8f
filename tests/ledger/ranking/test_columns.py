"""Each column is declared once: what a declaration promises is there."""

from dataclasses import fields

from ledger.api.ranking import ROW
from ledger.models import SettlementLine
from ledger.papers.ranking_sheet import SHAPES
from ledger.ranking.columns import COLUMNS, IN_JSON, ON_PAPER, ON_SCREEN, STORED
from ledger.ranking.document import SPELLINGS
from ledger.ranking.league import LeagueRow


def test_names_are_unique():
    names = [column.name for column in COLUMNS]

    assert sorted(set(names)) == sorted(names)


def test_what_is_stored_has_a_field_and_what_is_read_a_place_in_the_row():
    held = {field.name for field in SettlementLine._meta.get_fields()}
    row = {field.name for field in fields(LeagueRow)}

    assert {column.stored.field for column in STORED} <= held
    assert {column.stored.field for column in STORED if column.stored.is_read} <= row


def test_no_column_gets_lost_where_the_order_is_another_one():
    assert {column.name for column in ON_PAPER} == {c.name for c in COLUMNS if c.paper}
    assert {column.name for column in IN_JSON} == {c.name for c in COLUMNS if c.json}
    assert list(ROW["properties"]) == [column.json for column in IN_JSON]


def test_every_figure_on_the_page_leads_to_a_part_of_its_explanation():
    assert [c.name for c in ON_SCREEN if c.shape.is_figure and not c.screen.part] == []


def test_figures_are_numbers_on_paper_and_exact_texts_in_json():
    figures = {column.shape for column in COLUMNS if column.shape.is_figure}

    assert figures <= SHAPES.keys()
    assert figures <= SPELLINGS.keys()
