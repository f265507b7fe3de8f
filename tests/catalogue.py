"""Finds every translated text of the program without GNU gettext.

Reads Python files with ``ast`` and templates with Django's ``templatize``. A text's key is that of
a compiled catalogue: the context and an end-of-transmission character before the text.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize
from jinja2 import Environment

ROOT = Path(__file__).resolve().parent.parent
APPS = ("units", "projects", "ledger")
CONTEXT_END = "\x04"
PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
IN_CONTEXT = {"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"}


def texts() -> dict[str, str]:
    """Each translated text and one place where it occurs."""
    found: dict[str, str] = {}
    for path, source in sources():
        for key, line in keys(ast.parse(source)):
            found.setdefault(key, f"{path.relative_to(ROOT)}:{line}")
    return found


def plurals() -> dict[str, str]:
    """The plural form of each text that has one."""
    found: dict[str, str] = {}
    for _path, source in sources():
        for node in ast.walk(ast.parse(source)):
            words = _literals(node) if isinstance(node, ast.Call) else []
            if len(words) > 1 and _name(node) in ("ngettext", "ngettext_lazy"):
                found[words[0]] = words[1]
            elif len(words) > 2 and _name(node) in ("npgettext", "npgettext_lazy"):
                found[CONTEXT_END.join(words[:2])] = words[2]
    return found


def sources() -> Iterator[tuple[Path, str]]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, path.read_text()
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield path, python_of(path.read_text())
    jinja = Environment(extensions=["jinja2.ext.i18n"])
    for path in sorted((ROOT / "templates").rglob("*.jinja")):
        calls = jinja.extract_translations(path.read_text())
        yield path, "\n".join(f"{name}{_arguments(said)!r}" for _line, name, said in calls)


def _arguments(said: str | tuple[str | None, ...]) -> tuple[str | None, ...]:
    return (said,) if isinstance(said, str) else said


def python_of(template: str) -> str:
    """The calls that ``templatize`` leaves of a template, one a line; it blanks out all else."""
    lines = []
    for number, line in enumerate(calls_in(templatize(template)), start=1):
        lines.append(f"{line}  # {number}")
    return "\n".join(lines)


def calls_in(text: str) -> Iterator[str]:
    """``gettext(...)`` calls inside the filler that ``templatize`` writes around them."""
    names = sorted(PLAIN | IN_CONTEXT, key=len, reverse=True)
    at = 0
    while at < len(text):
        name = next((name for name in names if text.startswith(f"{name}(", at)), None)
        if name is None or (at and (text[at - 1].isalnum() or text[at - 1] == "_")):
            at += 1
            continue
        end = call_end(text, at + len(name))
        yield text[at:end].replace("\n", " ") if "'''" not in text[at:end] else text[at:end]
        at = end


def call_end(text: str, opening: int) -> int:
    """The index after the bracket that closes the one at ``opening``."""
    for end in range(opening + 2, len(text) + 1):
        if text[end - 1] == ")":
            try:
                ast.parse(f"f{text[opening:end]}")
            except SyntaxError:
                continue
            return end
    raise ValueError(f"no end of the call: {text[opening : opening + 80]!r}")


def keys(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name, literals = _name(node), _literals(node)
        if name in PLAIN and literals:
            yield literals[0], node.lineno
        elif name in IN_CONTEXT and len(literals) > 1:
            yield CONTEXT_END.join(literals[:2]), node.lineno


def _name(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _literals(call: ast.Call) -> list[str]:
    return [
        part.value
        for part in call.args
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
