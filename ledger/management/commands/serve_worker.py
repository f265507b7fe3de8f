"""One worker of the server, on the listening socket that ``manage.py serve`` hands over."""

import socket
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ledger.server import worker


class Command(BaseCommand):
    requires_system_checks = []  # done by the supervisor
    help = "Serve on an inherited socket (started by manage.py serve)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("descriptor", type=int)

    def handle(self, *args: Any, descriptor: int, **options: Any) -> None:
        worker.work(socket.socket(fileno=descriptor), is_supervised=True)
