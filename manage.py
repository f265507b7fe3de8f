#!/usr/bin/env python
"""The command line: ``manage.py`` in a checkout, ``jiaozhang`` where the wheel is installed.

Names the settings, and says in a sentence what is wrong with them.
"""

import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

# Processes that answer requests keep the limits of the program's login (units/ground/time_limits.py);
# commands by hand have none.
OF_REQUESTS = ("serve_worker", "write_file", "import_step")
UNLIMITED = "-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0"


def set_time_limits(command: str) -> None:
    if command not in OF_REQUESTS:
        os.environ.setdefault("PGOPTIONS", UNLIMITED)
    elif os.environ.get("PGOPTIONS") == UNLIMITED:
        del os.environ["PGOPTIONS"]  # inherited from manage.py serve


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ledger.settings")
    set_time_limits("".join(sys.argv[1:2]))
    os.umask(0o077)  # what the program writes is its user's alone: files 0600, folders 0700
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Settings: {error}")


def installed() -> None:
    """The command of the wheel, which holds the tree as a folder in ``site-packages``."""
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    os.environ.setdefault("VAR_DIR", "var")  # in the current folder, not among the packages
    main()


if __name__ == "__main__":
    main()
