"""What an answer says, in lines that can be compared: pages, workbooks, papers, calendars, JSON.

Chance is left out: tokens of forms, keys, the hashes in names of static files.
"""

import io
import json
import re
from collections import Counter
from functools import lru_cache
from hashlib import sha256
from html.parser import HTMLParser
from itertools import chain
from urllib.parse import urljoin

import docx
import openpyxl

RANDOM = (
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "<uuid>"),
    (r"\.[0-9a-f]{12}(?=\.\w+\b)", ""),  # of static files
    (r"/accounts/me/[\w-]+/end/", "/accounts/me/<mark>/end/"),
    (r"\b([A-Z2-7]{4} ){7}[A-Z2-7]{4}\b", "<secret>"),
    (r"(qrline.*? d=.?\")[\w .-]+", r"\1"),  # the same as a picture
)
LABELS = ("title", "aria-label", "alt", "placeholder", "datetime", "lang")
# All other elements begin a line of their own.
INLINE = {
    *(
        "a",
        "abbr",
        "b",
        "bdi",
        "code",
        "data",
        "em",
        "i",
        "img",
        "input",
        "kbd",
        "mark",
        "option",
        "q",
    ),
    *(
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "td",
        "textarea",
        "th",
        "time",
        "tspan",
        "u",
        "wbr",
    ),
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
Sections = dict[str, list[str]]


class Page(HTMLParser):
    """The text of a page line by line, cells apart; links, fields, labels and drawings for themselves."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.line, self.inside = path, "", Counter()
        self.said: Sections = {name: [] for name in ("text", "links", "forms", "labels", "shapes")}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.inside[tag] = 1 if tag == "option" else self.inside[tag] + 1
        self.begin(tag)
        self.said["labels"] += [f"{name}: {given[name]}" for name in LABELS if name in given]
        self.said["links"] += [
            urljoin(self.path, value)
            for name, value in given.items()
            if name in ("href", "src", "formaction", "hx-get") or value.startswith(("/", "?"))
            if name != "action" and not value.startswith("#")
        ]
        if tag in ("form", "input", "select", "option", "textarea", "button"):
            self.note_field(tag, given)
        if self.inside["svg"] or tag in ("meter", "progress"):
            shown = [f"{name}={value}" for name, value in sorted(given.items()) if name != "class"]
            self.said["shapes"].append(" ".join([tag, *shown]))

    def begin(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.line += " | "
        elif tag not in INLINE:
            self.end_line()

    def note_field(self, tag: str, given: dict[str, str]) -> None:
        if given.get("name") == "csrfmiddlewaretoken":
            return
        kept = {key: given[key] for key in ("name", "type", "value", "method") if key in given}
        kept |= {"action": urljoin(self.path, given["action"])} if "action" in given else {}
        flags = [key for key in ("checked", "selected", "required", "disabled") if key in given]
        self.said["forms"].append(" ".join([tag, *(f"{k}={v}" for k, v in kept.items()), *flags]))

    def handle_endtag(self, tag: str) -> None:
        self.inside[tag] = max(0, self.inside[tag] - 1)
        if tag == "select":
            self.inside["option"] = 0
        if tag not in INLINE:
            self.end_line()

    def handle_data(self, data: str) -> None:
        if self.inside["option"] or self.inside["textarea"]:
            self.said["forms"].append(f"  {data.strip()}")
        elif not self.inside["script"] and not self.inside["style"]:
            self.line += data

    def end_line(self) -> None:
        if line := " ".join(self.line.split()):
            self.said["text"].append(line)
        self.line = ""


def page(body: bytes, path: str) -> Sections:
    reader = Page(path)
    reader.feed(body.decode())
    reader.close()
    reader.end_line()
    return reader.said | {"links": list(dict.fromkeys(reader.said["links"]))}


@lru_cache(maxsize=200)
def workbook(body: bytes) -> list[str]:
    book = openpyxl.load_workbook(io.BytesIO(body))
    return [
        f"{sheet.title}!{cell.coordinate} {cell.value!r} {cell.number_format}"
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]


def document(body: bytes) -> list[str]:
    whole, said = docx.Document(io.BytesIO(body)), []
    ends = [end.paragraphs for part in whole.sections for end in (part.header, part.footer)]
    for part in chain(*ends, whole.iter_inner_content()):
        rows = part.rows if hasattr(part, "rows") else []
        said += [" | ".join(cell.text for cell in row.cells) for row in rows] or [part.text]
    return said


def calendar(body: bytes) -> list[str]:
    """Lines unfolded; those of one event in order of the alphabet, as theirs means nothing."""
    blocks = re.split(r"(?<=\n)(?=BEGIN:)", body.decode().replace("\r\n ", "").replace("\r", ""))
    return [line for block in blocks for line in sorted(block.splitlines())]


def document_of_json(body: bytes) -> list[str]:
    return json.dumps(json.loads(body), indent=1, sort_keys=True, ensure_ascii=False).splitlines()


def said_by(kind: str, body: bytes, path: str) -> Sections:
    if kind == "text/html":
        return page(body, path)
    readers = {XLSX: workbook, DOCX: document, "text/calendar": calendar}
    if kind.endswith("json"):
        readers[kind] = document_of_json
    elif kind.startswith("text/") or kind == "image/svg+xml":
        readers.setdefault(kind, lambda text: text.decode().splitlines())
    read = readers.get(kind, lambda file: [sha256(file).hexdigest()])
    return {"text": read(body) if body else []}


def without_chance(said: str) -> str:
    for found, put in RANDOM:
        said = re.sub(found, put, said)
    return said
