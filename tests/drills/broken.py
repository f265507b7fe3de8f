"""Serves the program with a seeded fault, to show that drills find it, or with another clock.

python -m tests.drills.broken half          an import is committed ten rows at a time, slowly python
-m tests.drills.broken clock 3600    an hour fast
"""

import os
import sys
import time
from datetime import datetime, timedelta
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ledger.settings")
django.setup()

from ledger.importing import commit  # noqa: E402
from ledger.management.commands import serve  # noqa: E402
from ledger.server import worker  # noqa: E402

enter, now = commit._enter, timezone.now


def half() -> None:
    def piece(*given: Any) -> None:
        enter(*given)
        connection.connection.commit()
        time.sleep(0.5)

    commit.BATCH, commit._enter = 10, piece


def clock(seconds: str) -> None:
    def moved() -> datetime:
        return now() + timedelta(seconds=int(seconds))

    timezone.now = moved


if __name__ == "__main__":
    {"half": half, "clock": clock}[sys.argv[1]](*sys.argv[2:])
    listener = serve.listen(settings.SERVE_HOST, settings.SERVE_PORT)
    worker.work(listener, is_supervised=False)  # the fault is in this process only
