"""With DATABASE_URL no Unix-only module is imported. Windows itself is not tested here."""

import os
import subprocess
import sys

from django.conf import settings

WITHOUT_UNIX = """
import sys
for name in ("fcntl", "pwd", "grp", "resource", "termios"):
    sys.modules[name] = None  # importing it fails, as on Windows
from django.core.management import execute_from_command_line, load_command_class
execute_from_command_line(["manage.py", "check"])
for name in ("serve", "backup", "restore", "doctor", "verify_ledger", "migrate"):
    load_command_class("ledger" if name != "migrate" else "django.core", name)
"""


def test_the_program_starts_without_what_only_unix_has(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_UNIX],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "ledger.settings",
            "DATABASE_URL": "postgresql://jiaozhang@127.0.0.1/jiaozhang",
            "VAR_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
