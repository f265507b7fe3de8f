"""Sends the notices that wait in the outbox; ``manage.py serve`` runs it beside its workers."""

import logging
import os
import sys
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connection
from django.utils import timezone

from units.outbox import delivery

PAUSE = 5.0
SWEEP_EVERY = 60 * 60.0
log = logging.getLogger(__name__)


class Command(BaseCommand):
    requires_system_checks = []
    help = "Send waiting notices, again and again; with --once only what is due now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="send what is due and end")
        parser.add_argument("--supervised", action="store_true", help="end with the supervisor")

    def handle(self, *args: Any, once: bool, supervised: bool, **options: Any) -> None:
        if once:
            self.stdout.write(str(delivery.deliver(timezone.now())))
            return
        if supervised:
            threading.Thread(target=_end_with_the_supervisor, daemon=True).start()
        swept = 0.0
        while True:
            try:
                delivery.deliver(timezone.now())
                if time.monotonic() - swept > SWEEP_EVERY:
                    delivery.sweep(timezone.now())
                    swept = time.monotonic()
            except DatabaseError:
                log.warning("the outbox cannot be read; trying again", exc_info=True)
                connection.close()
            time.sleep(PAUSE)


def _end_with_the_supervisor() -> None:
    """The pipe closes when the supervisor stops or is killed; what was under way is tried again."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(0)
