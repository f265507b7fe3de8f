"""The hook for the office's virus scanner: SCAN_COMMAND, any program that takes a file.

Exit status 0 is clean, 1 infected, all else a fault; a file that could not be scanned never passes.
The program gets only the file, under a name of ours, and nothing else from the visitor.
"""

import logging
import subprocess
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from units.ground.refusal import Refusal

PATIENCE_SECONDS: Final = 60
INFECTED: Final = 1
log = logging.getLogger(__name__)


def demand_clean(path: Path, field: str | None = None) -> None:
    """Refuse an infected file, and every file while the scanner does not work."""
    if not settings.SCAN_COMMAND:
        return
    try:
        done = subprocess.run(
            [*settings.SCAN_COMMAND, str(path.resolve())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _out_of_order(str(error), field) from error
    if done.returncode == INFECTED:
        log.warning("the scanner refused a file: %s", done.stdout.decode(errors="replace")[:500])
        sentence = _("The virus scanner refuses this file. Do not open it; tell the administrator.")
        raise Refusal(sentence, field)
    if done.returncode != 0:
        raise _out_of_order(done.stdout.decode(errors="replace")[:500], field)


def _out_of_order(reason: str, field: str | None) -> Refusal:
    log.error("the scanner does not work: %s", reason)
    sentence = _("The virus scanner does not work now; nothing was saved. Tell the administrator.")
    return Refusal(sentence, field)
