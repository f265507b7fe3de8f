"""PDF files for tests, whole and small."""

HEAD = b"%PDF-1.4\n"


def pdf(payload: bytes = b"", *more: bytes, catalog: bytes = b"") -> bytes:
    """A whole PDF without pages: a stream with the payload, then ``more`` objects (from number 3)."""
    stream = b"<</Length %d>>stream\n%s\nendstream" % (len(payload), payload)
    root = b"<</Type/Catalog/Pages<</Type/Pages/Kids[]/Count 0>>%s>>" % catalog
    body, places = HEAD, []
    for number, content in enumerate((root, stream, *more), start=1):
        places.append(len(body))
        body += b"%d 0 obj%s\nendobj\n" % (number, content)
    lines = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(places) + 1, lines)
    trailer = b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n" % (len(places) + 1, len(body))
    return body + table + trailer + b"%%EOF\n"


def pdf_of(size: int) -> bytes:
    """A whole PDF of exactly so many bytes."""
    found = pdf(b"0" * (size - len(pdf()) - 20))
    return found[:-6] + b"\n" * (size - len(found)) + found[-6:]


PDF = pdf()
