#!/usr/bin/env python
"""The command line: ``manage.py`` in a checkout, ``jiaozhang`` where the wheel is installed.

Names the settings, and says in a sentence what is wrong with them.
"""

import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ledger.settings")
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
