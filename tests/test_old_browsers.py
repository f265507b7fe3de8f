"""The styles and scripts say nothing that the oldest browser of an office needs and does not know.

The floor is Chromium 78, which 360 and QQ browsers of 2020 are made of. Versions are those of MDN's
compatibility tables.
"""

import re
from pathlib import Path

import esprima
import pytest
import tinycss2

from tests import builders

STATIC = Path(__file__).resolve().parent.parent / "static"
STYLES = sorted(path.name for path in STATIC.glob("*.css"))
SCRIPTS = sorted(path.name for path in STATIC.glob("*.js"))

# Newer than the floor, and a page reads as well without.
ORNAMENTS = {
    "accent-color",
    "text-decoration-thickness",
    "text-underline-offset",
    "text-wrap",
    "print-color-adjust",
    "content-visibility",
    "color-scheme",
}
NEW_PROPERTIES = re.compile(
    r"(margin|padding|border|inset)-(inline|block)|inset(-.*)?|aspect-ratio|translate|rotate|scale|"
    r"container.*|appearance|overflow-clip-margin|scrollbar-.*|field-sizing"
)
NEW_VALUES = re.compile(
    r"\b(min|max|clamp|color-mix|light-dark|oklch|subgrid)\(|\d(dvh|svh|lvh|dvw|lh|cqw)\b|"
    r"\b(anywhere|revert|revert-layer|subgrid)\b|\boverflow(-[xy])?: clip\b"
)
NEW_SELECTORS = re.compile(
    r":(has|is|where|focus-visible|modal|user-invalid)\b|::details|:not\([^)]*,|&"
)
# A rule that the floor drops whole, and why that does not matter.
DROPPED = {
    ":focus-visible": "the browser's own ring remains",
    "#nav-open:focus-visible + .nav-button": "the floor has a ring of its own",
    ".page-top:not(:has(*))": "an empty line stays",
    ".form__columns .field:has(textarea)": "a long text stays in its column",
    "body:has(> .paper-foot)": "the foot is printed once, at the end",
    ".menu::details-content": "menus open one by one",
}
NEW_GLOBALS = re.compile(
    r"\.(at|replaceAll|replaceChildren|findLast|toSorted|showPopover)\(|"
    r"\b(structuredClone|WeakRef|AggregateError|Object\.hasOwn|Promise\.any|AbortSignal\.timeout)\b"
)


def written(item):
    return tinycss2.serialize(item.value).strip() + (" !important" if item.important else "")


def rules(nodes, condition=""):
    """(condition, selector, [(property, value)]) of every rule, those inside @media too."""
    for node in nodes:
        if node.type == "qualified-rule":
            found = tinycss2.parse_declaration_list(node.content, True, True)
            assert not [item for item in found if item.type == "error"]
            selector = " ".join(tinycss2.serialize(node.prelude).split())
            yield (
                condition,
                selector,
                [(item.name, written(item)) for item in found],
            )
        elif node.type == "at-rule" and node.at_keyword in ("media", "supports"):
            inner = tinycss2.parse_rule_list(node.content, True, True)
            yield from rules(inner, tinycss2.serialize(node.prelude).strip())


def of(style):
    nodes = tinycss2.parse_stylesheet((STATIC / style).read_text("utf-8"), True, True)
    assert not [node for node in nodes if node.type == "error"]
    return list(rules(nodes))


def parts(selector):
    return [part.strip() for part in re.split(r",(?![^(]*\))", selector)]


@pytest.mark.parametrize("style", STYLES)
def test_each_declaration_is_known_or_follows_one_that_is(style):
    """everywhere 7"""
    unknown = []
    for _, selector, declarations in of(style):
        known = set()
        for name, value in declarations:
            if name in ORNAMENTS:
                continue
            if NEW_PROPERTIES.fullmatch(name) or NEW_VALUES.search(f"{name}: {value}"):
                if not {name, f"-webkit-{name}"} & known:
                    unknown.append((selector, name, value))
            else:
                known.add(name)

    assert unknown == []


@pytest.mark.parametrize("style", STYLES)
def test_each_selector_is_known_or_its_loss_does_no_harm(style):
    """everywhere 7"""
    assert [
        selector
        for _, selector, _ in of(style)
        if NEW_SELECTORS.search(selector) and selector not in DROPPED
    ] == []


@pytest.mark.parametrize("style", STYLES)
def test_pieces_in_a_row_stand_apart_without_a_gap(style):
    """everywhere 7"""
    flex, gaps, margins = set(), set(), set()
    for condition, selector, declarations in of(style):
        values = dict(declarations)
        if condition == "not (inset: 0)" and "!important" in values.get("margin-right", ""):
            margins |= {part.removesuffix(" > *") for part in parts(selector)}
        if "flex" in values.get("display", ""):
            flex |= set(parts(selector))
        if condition != "print" and values.get("gap", "0").split()[-1] != "0":
            gaps |= set(parts(selector))

    assert flex & gaps - margins == set()
    assert style != "jiaozhang.css" or len(flex & gaps) > 20


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_script_is_of_2019(script):
    """everywhere 7. The parser knows 2017; of what came since, `catch` without a name is used."""
    text = (STATIC / script).read_text("utf-8")

    esprima.parseScript(re.sub(r"\bcatch \{", "catch (error) {", text))
    assert NEW_GLOBALS.findall(text) == []


def test_the_sign_in_says_below_the_floor_that_the_browser_is_too_old(client, db):
    """everywhere 7"""
    builders.make_head(builders.make_county())
    shown = [condition for condition, selector, _ in of("jiaozhang.css") if selector == ".too-old"]

    assert 'class="too-old ' in client.get("/accounts/login/").content.decode()
    assert shown == ["(overscroll-behavior-inline: auto)"]
