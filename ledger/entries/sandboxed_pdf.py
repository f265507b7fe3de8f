"""Looks through a PDF for what acts by itself or carries other files: run as a job with limits.

    python -I sandboxed_pdf.py FILE

Prints one word: ``quiet``, ``active``, ``locked`` (a password) or ``broken``. Every object is looked
at as qpdf reads it, so neither compressed object streams nor escaped names hide anything.
"""

import sys
from collections.abc import Iterator
from typing import Any

import pikepdf

# What an action does (PDF 32000, 12.6.4). Links inside the document and to web pages are none of these.
ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/GoToR",
    "/GoToE",
    "/Movie",
    "/Sound",
    "/Rendition",
    "/RichMediaExecute",
}
# Keys under which a program or another file lies.
KEYS = {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/AF", "/XFA", "/RichMediaContent"}
KINDS = {"/EmbeddedFile", "/RichMedia", "/Movie", "/Sound", "/Screen", "/FileAttachment", "/3D"}
# qpdf goes on with nothing in place of objects that it could not unpack; others may unpack them.
UNREAD = ("error decoding", "unfilterable", "error reading object")


def verdict(path: str) -> str:
    try:
        with pikepdf.open(path) as document:
            acts = any(map(_acts, _dictionaries(document)))
            hides = any(word in str(said) for said in document.get_warnings() for word in UNREAD)
            return "active" if acts else "broken" if hides else "quiet"
    except pikepdf.PasswordError:
        return "locked"
    except (pikepdf.PdfError, ValueError, RecursionError):
        return "broken"


def _dictionaries(document: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary of the file, those inside of others and of the trailer too."""
    waiting: list[Any] = [document.trailer, *document.objects]
    while waiting:
        found = waiting.pop()
        if isinstance(found, pikepdf.Array):
            waiting += [each for each in found if _is_direct(each)]
        elif isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
            yield found
            waiting += [each for each in found.values() if _is_direct(each)]


def _is_direct(value: Any) -> bool:
    """Indirect objects are in the list of all objects."""
    return isinstance(value, pikepdf.Object) and not value.is_indirect


def _acts(found: Any) -> bool:
    keys = set(found.keys())
    named = {str(found[key]) for key in ("/S", "/Type", "/Subtype") if key in keys}
    return bool(keys & KEYS or named & (ACTIONS | KINDS))


if __name__ == "__main__":
    print(verdict(sys.argv[1]))
