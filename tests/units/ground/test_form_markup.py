"""Lists to choose from: laid out in code, character for character as Django's templates do it."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from units.ground.form_markup import QuickChoices

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=8)
choices = st.lists(
    st.tuples(texts, texts | st.lists(st.tuples(texts, texts), min_size=1, max_size=3)), max_size=5
)


def test_it_is_the_renderer_of_all_forms():
    assert isinstance(get_default_renderer(), QuickChoices)


@given(choices, texts, st.dictionaries(st.sampled_from(["id", "class"]), texts | st.booleans()))
def test_a_select_reads_as_djangos(choices, value, attrs):
    widget = forms.Select(attrs=attrs, choices=choices)

    assert laid_out(widget, value, QuickChoices()) == laid_out(widget, value, DjangoTemplates())


@pytest.mark.parametrize("value", ["b", ["a", "b"], None, 3])
def test_several_choices_lazy_words_and_markup_read_as_djangos(value):
    choices = [("a", gettext_lazy("all")), ("b", mark_safe("<i>b</i>")), (3, "drei"), (None, "-")]
    several = [forms.SelectMultiple, forms.CheckboxSelectMultiple]
    single = [forms.Select, forms.RadioSelect, forms.NullBooleanSelect]
    for kind in several if isinstance(value, list) else several + single:
        widget = kind() if kind is forms.NullBooleanSelect else kind(choices=choices)

        assert laid_out(widget, value, QuickChoices()) == laid_out(widget, value, DjangoTemplates())


def test_options_of_another_template_are_left_to_it():
    class Marked(forms.Select):
        option_template_name = "django/forms/widgets/radio_option.html"

    widget = Marked(choices=[("a", "A")])

    assert 'type="select"' in laid_out(widget, "a", QuickChoices())


def laid_out(widget, value, renderer):
    return widget.render("unit<>", value, renderer=renderer)
