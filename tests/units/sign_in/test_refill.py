"""Putting back what was typed, without a page of the program."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from units.sign_in.refill import refill

FORM = """<!doctype html><p title="a>b">价 &amp; 值</p>
<form action="/other/"><input name="note" value="untouched"></form>
<form method="post">
<input type="hidden" name="csrfmiddlewaretoken" value="fresh"><input type="hidden" name="key" value="new">
<input type=text name="amount" value="1" class="entry-box"><input name="unit" value=""><input name="unit" value="x"/>
<input type="password" name="password"><input type="file" name="evidence">
<input type="checkbox" name="known" value="3" checked><input type="checkbox" name="known" value="4">
<input type="radio" name="way" value="a" checked> <input type="radio" name="way" value="b">
<select name="kind"><option value="">—</option><option value="land" selected>地</option><option value="cash">钱</option></select>
<textarea name="note" rows="3">before</textarea>
<template><input name="amount" value="pattern"></template>
<button name="action" value="keep">草稿</button></form><p>after</p>
"""
TYPED = {
    "csrfmiddlewaretoken": ["stolen"],
    "password": ["secret"],
    "key": ["old"],
    "amount": ['12.5"><script>'],
    "unit": ["甲", "乙"],
    "known": ["4"],
    "way": ["b"],
    "kind": ["cash"],
    "note": ["第一行\n</textarea><b>"],
    "action": ["submit"],
}


def test_every_kind_of_field_gets_what_was_typed():
    page = refill(FORM, "/here/?x=1", "/here/", TYPED)

    assert 'name="amount" value="12.5&quot;&gt;&lt;script&gt;" class="entry-box"' in page
    assert 'name="unit" value="甲"' in page
    assert 'name="unit" value="乙"' in page
    assert 'name="key" value="old"' in page
    assert '<input type="checkbox" name="known" value="3">' in page
    assert '<input type="checkbox" name="known" value="4" checked="">' in page
    assert '<input type="radio" name="way" value="b" checked="">' in page
    assert '<option value="land">' in page
    assert '<option value="cash" selected="">' in page
    assert "\n第一行\n&lt;/textarea&gt;&lt;b&gt;</textarea>" in page


def test_secrets_files_buttons_and_other_forms_stay_as_they_are():
    page = refill(FORM, "/here/?x=1", "/here/", TYPED)

    assert 'name="csrfmiddlewaretoken" value="fresh"' in page
    assert '<input type="password" name="password"><input type="file" name="evidence">' in page
    assert '<button name="action" value="keep">' in page
    assert 'value="untouched"' in page
    assert 'value="pattern"' in page
    assert page.startswith('<!doctype html><p title="a>b">价 &amp; 值</p>')
    assert page.endswith("</form><p>after</p>\n")


def test_a_page_without_the_form_stays_as_it_is():
    assert refill(FORM, "/here/", "/elsewhere/", TYPED) == FORM


def test_of_two_forms_to_one_address_the_one_with_the_fields_is_filled():
    page = '<form action="/go/"><input name="a"></form><form action="/go/"><input name="b" value=""></form>'

    assert 'name="b" value="typed"' in refill(page, "/here/", "/go/", {"b": ["typed"]})


@given(st.text(), st.text())
def test_whatever_was_typed_adds_no_element(first, second):
    page = '<form><input name="a"><textarea name="b"></textarea></form>'

    filled = refill(page, "/", "/", {"a": [first], "b": [second]})

    assert filled.count("<") == page.count("<")
    assert filled.endswith("</textarea></form>")


@pytest.mark.parametrize("broken", ["<form", "<form><input name='a", "<form><textarea name=a>", ""])
def test_a_broken_page_does_not_break_it(broken):
    assert refill(broken, "/", "/", {"a": ["x"]}).startswith(broken[:5])
