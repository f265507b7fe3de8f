"""Faults of a page: WCAG 2.2 AA rules, missing heading or way back, sideways scrolling."""

from collections.abc import Iterator

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page

PHONE, WIDE = 390, 1440
AA = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
LOOK = """() => ({
  lang: document.documentElement.lang,
  title: document.title,
  heads: document.querySelectorAll('h1').length,
  crumbs: Boolean(document.querySelector('.crumbs')),
})"""
OPEN = "document.querySelectorAll('details').forEach(part => part.open = true)"
# Wider than the phone only inside a named region that the keyboard can reach.
TOO_WIDE = """() => {
  const hidden = document.documentElement.scrollWidth > window.innerWidth ? ['the page'] : [];
  for (const box of document.querySelectorAll('main *')) {
    if (box.scrollWidth <= box.clientWidth + 1 || getComputedStyle(box).overflowX === 'visible') continue;
    if (box.closest('.visually-hidden, thead, svg, input, select, textarea')) continue;
    if (!(box.tabIndex >= 0 && box.getAttribute('aria-label'))) hidden.push(box.className || box.tagName);
  }
  return hidden;
}"""


def hindrances(page: Page, language: str, *, is_top: bool) -> Iterator[str]:
    """The faults with everything unfolded; ``is_top`` pages need no way back."""
    looks = page.evaluate(LOOK)
    if not looks["lang"].lower().startswith(language[:2]):
        yield f"lang is {looks['lang']}"
    if not all(part.strip() for part in looks["title"].split("·")) or looks["heads"] != 1:
        yield f"title {looks['title']!r}, {looks['heads']} main headings"
    if not looks["crumbs"] and not is_top:
        yield "no breadcrumbs"
    page.evaluate(OPEN)
    for violation in Axe().run(page, options={"runOnly": AA})["violations"]:
        yield f"{violation['id']} {[node['target'] for node in violation['nodes'][:3]]}"
    page.set_viewport_size({"width": PHONE, "height": 900})
    for box in page.evaluate(TOO_WIDE):
        yield f"scrolls sideways: {box}"
