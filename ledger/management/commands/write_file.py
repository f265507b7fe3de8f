"""Writes one file for a request that a worker has authorised: a job of ``ledger.server.files``."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand

from ledger.server import faults, files


class Command(BaseCommand):
    requires_system_checks = []  # done by the server
    help = "Write a file to standard output (started by the program itself)."

    def handle(self, *args: Any, **options: Any) -> None:
        files.write(json.load(sys.stdin), sys.stdout.buffer, faults.sentence_for)
