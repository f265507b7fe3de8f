"""Jinja2 beside Django's templates: which names are whose, escaping, and the catalogue."""

import pytest
from django.template import TemplateDoesNotExist, engines
from django.template.loader import get_template
from django.utils.translation import override
from jinja2 import UndefinedError


@pytest.fixture
def jinja():
    return engines["jinja2"]


def test_only_names_that_end_in_jinja_are_its_own(jinja):
    with pytest.raises(TemplateDoesNotExist):
        jinja.get_template("_term.html")

    assert get_template("_term.html").backend is engines["django"]


def test_values_are_escaped_and_texts_translated(jinja):
    """quality 16"""
    template = jinja.from_string('{{ _("Unit") }} {{ pgettext("rank", "new") }} {{ name }}')

    with override("zh-hans"):
        assert template.render({"name": "<b>"}) == "单位 新 &lt;b&gt;"


def test_a_misspelled_name_is_an_error(jinja):
    with pytest.raises(UndefinedError):
        jinja.from_string("{{ missing }}").render()
