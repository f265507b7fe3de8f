"""One office for all tests of a module, built once; each test is rolled back."""

import logging
from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.access import matrix
from tests.office import Office
from units.models import User

TODAY = "2012-07-01 12:00+08:00"
OFFICE_NAMES = {"clerk_a": "clerk", "clerk_b": "stranger", "bureau_head": "head"}


class Asking:
    """The office and its clients; every request is rolled back."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.clients = {who: Client() for who in matrix.PEOPLE}
        for who in matrix.PEOPLE[1:]:
            self.clients[who].force_login(getattr(office, OFFICE_NAMES.get(who, who)))
        User.objects.filter(pk=office.disabled.pk).update(is_active=False)

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
    """Logging thousands of refusals with tracebacks would take longer than making them."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def asking(django_db_setup, django_db_blocker, unlogged) -> Iterator[Asking]:
    with (
        django_db_blocker.unblock(),
        time_machine.travel(TODAY, tick=False),
        # A job is a process of its own and would not find the office in this transaction.
        patch("ledger.importing.work.start"),
        transaction.atomic(),
    ):
        yield Asking(Office().ready())
        transaction.set_rollback(True)
