"""Forms in Jinja2: the same controls as Django's own, with nothing in them that runs."""

from html.parser import HTMLParser

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.utils.translation import gettext_lazy

from units.ground.form_renderer import FormRenderer

HOSTILE = "\"'><img src=x onerror=alert(1)></select></textarea>"
CHOICES = [("", "—"), ("组", [("a", gettext_lazy("all")), (3, HOSTILE)]), (HOSTILE, "甲")]
ATTRS = {"id": "x", "class": HOSTILE, "required": True, "hidden": False}
WIDGETS = [
    forms.TextInput(ATTRS),
    forms.HiddenInput(ATTRS),
    forms.DateInput(ATTRS),
    forms.PasswordInput(ATTRS, render_value=True),
    forms.Textarea(ATTRS),
    forms.CheckboxInput(ATTRS),
    forms.FileInput(ATTRS),
    forms.Select(ATTRS, CHOICES),
    forms.SelectMultiple(ATTRS, CHOICES),
    forms.RadioSelect(ATTRS, CHOICES),
    forms.CheckboxSelectMultiple(ATTRS, CHOICES),
]


class Told(HTMLParser):
    """Every tag with its attributes, and every text that is not blank."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, sorted((name, value or "") for name, value in attrs)))

    def handle_data(self, text):
        self.found += [text.strip()] if text.strip() else []


class Form(forms.Form):
    words = forms.CharField(label=HOSTILE, help_text=HOSTILE, required=False)
    choice = forms.ChoiceField(label=HOSTILE, choices=CHOICES)
    several = forms.MultipleChoiceField(
        label=HOSTILE, choices=CHOICES, widget=forms.CheckboxSelectMultiple, help_text="help"
    )
    hidden = forms.CharField(widget=forms.HiddenInput)


def test_it_is_the_renderer_of_all_forms():
    assert isinstance(get_default_renderer(), FormRenderer)


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
@pytest.mark.parametrize("value", [None, "", "a", 3, HOSTILE])
def test_a_control_reads_as_djangos_own(widget, value):
    """quality 16"""
    value = [value] if getattr(widget, "allow_multiple_selected", False) and value else value

    ours = widget.render("name<>", value, renderer=FormRenderer())

    assert (
        Told(ours).found == Told(widget.render("name<>", value, renderer=DjangoTemplates())).found
    )
    assert "<img" not in ours


def test_a_field_shows_label_help_and_refusals_as_text_linked_to_its_control():
    form = Form({"words": HOSTILE, "choice": "no"}, auto_id="id_%s")
    form.add_error("words", HOSTILE)

    words, choice, several, hidden = (field.as_field_group() for field in form)

    assert "<img" not in words + choice + several
    assert words.count("&gt;&lt;img src=x onerror=alert(1)&gt;") == 4  # label, value, help, refusal
    assert 'for="id_words"' in words
    assert 'aria-describedby="id_words_helptext id_words_error"' in words
    assert 'aria-invalid="true"' in words
    assert all(f'id="id_words_{part}"' in words for part in ("helptext", "error"))
    assert "field__optional" in words
    assert "field__optional" not in choice
    assert '<fieldset aria-describedby="id_several_helptext id_several_error"><legend' in several
    assert hidden.startswith('<input type="hidden"')
