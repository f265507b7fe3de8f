"""Fills in the form of an HTML page again with what was typed: text in, text out.

Every other character of the page stays as it is. Passwords and the page's CSRF token are never
touched, nor is a field added. Standard library only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

Typed = Mapping[str, Sequence[str]]
Edit = tuple[int, int, str]

SECRET = ("password", "csrfmiddlewaretoken", "second_factor")
NOT_TYPED = {"submit", "button", "image", "reset", "file", "password"}


def is_secret(name: str) -> bool:
    """Never stored and never filled in again."""
    return any(part in name for part in SECRET)


def refill(page: str, address: str, sent_to: str, typed: Typed) -> str:
    """The HTML ``page`` at ``address``, with its form that posts to ``sent_to`` filled in."""
    reading = _Reading(page, address, typed)
    reading.feed(page)
    reading.close()
    forms = [form for form in reading.forms if form.sent_to == sent_to]
    best = max(forms, key=lambda form: len(form.found), default=None)
    return _edited(page, best.edits) if best else page


@dataclass
class _Form:
    sent_to: str
    edits: list[Edit] = field(default_factory=list)
    found: dict[str, int] = field(default_factory=dict)  # how often each name occurred so far


def _edited(page: str, edits: Iterable[Edit]) -> str:
    parts, position = [], 0
    for start, end, text in sorted(edits):
        parts += [page[position:start], text]
        position = end
    return "".join([*parts, page[position:]])


class _Reading(HTMLParser):
    """Parses the page and collects the edits."""

    def __init__(self, page: str, address: str, typed: Typed) -> None:
        super().__init__(convert_charrefs=False)
        self.address, self.typed = address, typed
        self.forms: list[_Form] = []
        self.form: _Form | None = None
        self.choices: Sequence[str] | None = None
        self.area: tuple[int, str] | None = None
        self.templates = 0
        self.starts = [0]
        for line in page.split("\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "template":
            self.templates += 1
        elif tag == "form":
            target = urljoin(self.address, given.get("action") or self.address)
            self.form = _Form(urlsplit(target).path)
            self.forms.append(self.form)
        elif self.form is not None and not self.templates:
            self._enter(self.form, tag, given)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self.templates -= 1
        elif tag == "form":
            self.form = None
        elif tag == "select":
            self.choices = None
        elif tag == "textarea" and self.area is not None and self.form is not None:
            start, text = self.area
            # A browser drops the first line break of a textarea.
            self.form.edits.append((start, self._here(), "\n" + escape(text)))
            self.area = None

    def _enter(self, form: _Form, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "option" and self.choices is not None:
            self._tag(form, tag, _marked(given, "selected", given.get("value", "") in self.choices))
        elif name in self.typed and not is_secret(name):
            if tag == "input":
                self._input(form, given)
            elif tag == "select":
                self.choices = self.typed[name]
                form.found[name] = form.found.get(name, 0) + 1
            elif tag == "textarea":
                self.area = (
                    self._here() + len(self.get_starttag_text() or ""),
                    self._next(form, name),
                )
        elif tag == "input" and given.get("type") in ("checkbox", "radio") and not is_secret(name):
            self._tag(form, tag, _marked(given, "checked", False))

    def _input(self, form: _Form, given: dict[str, str]) -> None:
        name, kind = given["name"], given.get("type", "text")
        if kind in NOT_TYPED:
            return
        if kind in ("checkbox", "radio"):
            form.found[name] = form.found.get(name, 0) + 1
            is_set = given.get("value", "on") in self.typed[name]
            self._tag(form, "input", _marked(given, "checked", is_set))
        else:
            self._tag(form, "input", given | {"value": self._next(form, name)})

    def _next(self, form: _Form, name: str) -> str:
        """The next value of this name, in the order sent."""
        place = form.found.get(name, 0)
        form.found[name] = place + 1
        values = self.typed[name]
        return values[place] if place < len(values) else ""

    def _tag(self, form: _Form, tag: str, given: dict[str, str]) -> None:
        start = self._here()
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in given.items())
        end = start + len(self.get_starttag_text() or "")
        form.edits.append((start, end, f"<{tag}{attributes}>"))

    def _here(self) -> int:
        line, column = self.getpos()
        return self.starts[line - 1] + column


def _marked(given: dict[str, str], mark: str, is_set: bool) -> dict[str, str]:
    plain = {name: value for name, value in given.items() if name != mark}
    return plain | ({mark: ""} if is_set else {})
