"""Reads the texts of the guide from docs/guide, once per process."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.translation import get_language

FOLDER: Final = Path(settings.BASE_DIR) / "docs" / "guide"


def language() -> str:
    """The reader's language as in the file names: ``zh`` or ``en``."""
    return "en" if get_language() == "en" else "zh"


@cache
def read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
