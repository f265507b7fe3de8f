"""Renew the Chinese catalogue (``make messages``): new texts in, lost ones out, compiled.

Works with Python packages alone. What still lacks a translation is printed with its place; write it
into the catalogue and run again.
"""

import sys
from pathlib import Path

import polib
from django.conf import settings

from tests.catalogue import CONTEXT_END, ROOT, plurals, texts

CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def renew(path: Path, found: dict[str, str], plural: dict[str, str]) -> list[str]:
    """Bring the file up to date; the keys of the texts that have no translation yet."""
    catalogue = polib.pofile(str(path), wrapwidth=79)
    for entry in list(catalogue):
        if entry.obsolete or key_of(entry) not in found:
            catalogue.remove(entry)
    present = {key_of(entry) for entry in catalogue}
    for key in found.keys() - present:
        catalogue.append(_entry(key, plural.get(key)))
    catalogue.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    catalogue.save()
    catalogue.save_as_mofile(str(path.with_suffix(".mo")))
    return [key_of(entry) for entry in catalogue if not entry.translated()]


def key_of(entry: polib.POEntry) -> str:
    return f"{entry.msgctxt}{CONTEXT_END}{entry.msgid}" if entry.msgctxt else entry.msgid


def _entry(key: str, plural: str | None) -> polib.POEntry:
    context, _end, text = key.rpartition(CONTEXT_END)
    named = {"msgid": text, "msgctxt": context or None}
    named |= {"msgid_plural": plural, "msgstr_plural": {0: ""}} if plural else {}
    named |= {"flags": ["python-format"]} if "%(" in text else {}
    return polib.POEntry(**named)


if __name__ == "__main__":
    settings.configure(USE_I18N=True)  # all that reading a template for its texts needs
    found = texts()
    for key in (missing := renew(CATALOGUE, found, plurals())):
        print(f"{found[key]}: {key.replace(CONTEXT_END, ' | ')}")
    sys.exit(1 if missing else 0)
