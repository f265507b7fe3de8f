"""One office for all tests of a module: built once, everything done in it taken back."""

import logging
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse

from tests.access.office import TODAY, Office


class Asking:
    """The office and its browsers; whatever a request does is taken back after it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.clients = office.clients()

    def ask(self, who: str, method: str, path: str, **sent: object) -> HttpResponse:
        client = self.clients[who]
        kept = client.cookies.output()
        undone = transaction.savepoint()
        try:
            send: Callable[..., HttpResponse] = getattr(client, method.lower())
            answer = send(path, **sent)
            if answer.streaming:
                answer.getvalue()
            return answer
        finally:
            transaction.savepoint_rollback(undone)
            client.cookies.clear()
            client.cookies.load(kept.replace("Set-Cookie: ", ""))


@pytest.fixture(scope="module")
def unlogged() -> Iterator[None]:
    """Thousands of refusals, each with its traceback, would take longer to write than to make."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def asking(django_db_setup, django_db_blocker, unlogged) -> Iterator[Asking]:
    with django_db_blocker.unblock(), time_machine.travel(TODAY, tick=False), transaction.atomic():
        yield Asking(Office())
        transaction.set_rollback(True)
