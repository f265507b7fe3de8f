"""Faults of a page: WCAG 2.2 AA rules, missing heading or way back, sideways scrolling."""

from collections.abc import Iterator

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page

PHONE, WIDE = 390, 1440
DESKS = (1440, 1366, 1280, 1120, 1024, 900, 768)
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
    const name = box.getAttribute('aria-label') || box.getAttribute('aria-labelledby');
    if (!(box.tabIndex >= 0 && name)) hidden.push(box.className || box.tagName);
  }
  return hidden;
}"""

# Cells of a table whose edges or visibility differ from those of their column; colspan and rowspan count.
STRAY_CELLS = """() => {
  const shown = box => getComputedStyle(box).display !== 'none';
  const stray = [];
  for (const table of document.querySelectorAll('main table')) {
    const rows = [...table.rows].filter(row => row.offsetParent !== null);
    if (!rows.length || rows.some(row => getComputedStyle(row).display !== 'table-row')) continue;
    const columns = new Map(), taken = new Map(), wide = [];
    rows.forEach((row, number) => {
      let at = 0;
      for (const cell of row.cells) {
        while (taken.get(at) > number) at++;
        const {left, right} = cell.getBoundingClientRect();
        if (cell.rowSpan > 1) taken.set(at, number + cell.rowSpan);
        if (cell.colSpan > 1) wide.push([at, cell, left, right]);
        else if (!columns.has(at)) columns.set(at, {left, right, seen: shown(cell)});
        else {
          const column = columns.get(at);
          const differs = shown(cell) !== column.seen || column.seen &&
            Math.max(Math.abs(left - column.left), Math.abs(right - column.right)) > 1;
          if (differs) stray.push([table.className, row.parentElement.tagName, at, cell.innerText].join(' '));
        }
        at += cell.colSpan;
      }
      const length = row.cells.length && at;
      table.columnsOfRows = [...(table.columnsOfRows || []), length];
    });
    for (const [at, cell, left, right] of wide) {
      const under = [...Array(cell.colSpan).keys()].map(step => columns.get(at + step)).filter(one => one?.seen);
      if (!under.length) continue;
      if (Math.abs(left - under[0].left) > 1 || Math.abs(right - under.at(-1).right) > 1)
        stray.push([table.className, cell.parentElement.parentElement.tagName, at, cell.innerText].join(' '));
    }
    const lengths = new Set(table.columnsOfRows);
    delete table.columnsOfRows;
    if (lengths.size > 1) stray.push(`${table.className} has rows of ${[...lengths]} columns`);
  }
  return stray;
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


def stray_cells(page: Page) -> Iterator[str]:
    """Cells of head, body or foot that do not stand in their column, at the widths of desks."""
    page.evaluate(OPEN)
    for width in DESKS:
        page.set_viewport_size({"width": width, "height": 900})
        for cell in page.evaluate(STRAY_CELLS):
            yield f"{width} px: {cell}"
