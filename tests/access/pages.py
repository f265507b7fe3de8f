"""Parses pages as a browser does: their forms with initial values, filled in plausibly."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

# By a part of the field's name; the first match counts. All other fields get words.
PLAUSIBLE = (
    ("password", "sample"),
    ("username", "newcomer"),
    ("amount", "100"),
    ("introduced", "900"),
    ("total", "1000"),
    ("share", "40"),
    ("points", "40"),
    ("_on", "2012-06-15"),
    ("day", "5"),
    ("code", ""),
    ("order", "3"),
    ("place-", "3"),
    ("voucher", "凭证0417"),
    ("year", "2012"),
    ("trips", "2"),
    ("reserve", "1"),
)


@dataclass
class Form:
    """A form that sends: its URL, and the pairs that a browser would send."""

    action: str
    pairs: list[tuple[str, str]] = field(default_factory=list)
    several: set[str] = field(default_factory=set)  # names that may be repeated

    @property
    def names(self) -> set[str]:
        return {name for name, _value in self.pairs}


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.forms, self.form = path, [], None
        self.select, self.option, self.area = "", "", ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form" and (given.get("method") or "").lower() == "post":
            action = given.get("action") or self.path
            self.form = Form(action)
            self.forms.append(self.form)
        elif self.form is None or "disabled" in given:
            return
        elif tag == "input" and name:
            self._input(given.get("type") or "text", name, value, given)
        elif tag == "textarea":
            self.form.pairs.append((name, "写明情况"))
        elif tag == "select":
            self.select, self.option = name, ""
        elif tag == "option" and self.select and value and not self.option:
            self.option = value

    def _input(self, kind, name, value, given):
        if kind in ("checkbox", "radio"):
            self.form.several |= {name} if kind == "checkbox" else set()
            if kind == "checkbox" or "checked" in given:
                self.form.pairs.append((name, value or "on"))
        elif kind not in ("file", "submit", "button", "reset"):
            self.form.pairs.append((name, value or _plausible(name)))

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select" and self.form is not None and self.select:
            self.form.pairs.append((self.select, self.option))
            self.select = ""


def _plausible(name: str) -> str:
    return next((value for part, value in PLAUSIBLE if part in name), "写明情况")


def forms_of(html: str, path: str) -> list[Form]:
    """The forms of a page that send something."""
    reader = _Reader(path)
    reader.feed(html)
    return reader.forms
