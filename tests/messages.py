"""Updates the Chinese catalogue (``make messages``): adds new texts, drops unused ones, compiles.

Uses Python packages only. Texts without a translation are printed with their place; write them into
the catalogue and run again.
"""

import sys
from pathlib import Path

import polib
from django.conf import settings

from tests.catalogue import CONTEXT_END, ROOT, plurals, texts

CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def renew(path: Path, found: dict[str, str], plural: dict[str, str]) -> list[str]:
    """Update the file; returns the keys of texts without a translation.

    Unchanged entries keep their formatting, line breaks too, so that a diff shows only real
    changes.
    """
    head, *written = path.read_text("utf-8").strip().split("\n\n")
    blocks = dict(zip(polib.pofile(str(path)), written, strict=True))
    kept = {
        entry: block
        for entry, block in blocks.items()
        if not entry.obsolete and key_of(entry) in found
    }
    for key in found.keys() - {key_of(entry) for entry in kept}:
        new = _entry(key, plural.get(key))
        kept[new] = new.__unicode__(wrapwidth=79).strip()
    entries = sorted(kept, key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    path.write_text("\n\n".join([head, *(kept[entry] for entry in entries)]) + "\n", "utf-8")
    _compile(path)
    return [key_of(entry) for entry in entries if not entry.translated()]


def _compile(path: Path) -> None:
    """Compile only if the content differs: two compilers may lay out the same content differently."""
    source, target = polib.pofile(str(path)), path.with_suffix(".mo")
    if not target.exists() or _said(polib.mofile(str(target))) != _said(source):
        source.save_as_mofile(str(target))


def _said(catalogue: polib.POFile | polib.MOFile) -> dict[str, object]:
    entries = catalogue.translated_entries()
    return {key_of(entry): (entry.msgstr, entry.msgstr_plural) for entry in entries}


def key_of(entry: polib.POEntry | polib.MOEntry) -> str:
    return f"{entry.msgctxt}{CONTEXT_END}{entry.msgid}" if entry.msgctxt else entry.msgid


def _entry(key: str, plural: str | None) -> polib.POEntry:
    context, _end, text = key.rpartition(CONTEXT_END)
    named = {"msgid": text, "msgctxt": context or None}
    named |= {"msgid_plural": plural, "msgstr_plural": {0: ""}} if plural else {}
    named |= {"flags": ["python-format"]} if "%(" in text else {}
    return polib.POEntry(**named)


if __name__ == "__main__":
    settings.configure(USE_I18N=True)  # all that templatize needs
    found = texts()
    for key in (missing := renew(CATALOGUE, found, plurals())):
        print(f"{found[key]}: {key.replace(CONTEXT_END, ' | ')}")
    sys.exit(1 if missing else 0)
