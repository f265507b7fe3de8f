"""When something that an office does every night was done last, as a small file in ``VAR_DIR``."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from units.ground.atomic_files import write_durably

BACKUP: Final = "last_backup.json"
PROOF: Final = "last_proof.json"


def last(name: str) -> dict[str, Any] | None:
    """``{"at": moment, ...}``, or None if it was never done from here."""
    try:
        found: dict[str, Any] = json.loads((Path(settings.VAR_DIR) / name).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found


def remember(name: str, at: datetime, **facts: Any) -> None:
    """Readable by all: root makes the backup, and the program tells its age."""
    line = json.dumps({"at": at.isoformat(), **facts}, ensure_ascii=False)
    write_durably(Path(settings.VAR_DIR) / name, line.encode(), mode=0o644)
