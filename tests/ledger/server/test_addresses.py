"""The addresses that a start prints: nobody can type 0.0.0.0."""

import pytest

from ledger.server import addresses
from ledger.server.addresses import Names

OWN = ("office-7", "10.1.2.3")


@pytest.fixture(autouse=True)
def machine(monkeypatch):
    monkeypatch.setattr(addresses, "own_names", lambda: OWN)


@pytest.mark.parametrize(
    ("host", "allowed", "names"),
    [
        ("10.1.2.3", ["*"], Names(("10.1.2.3",))),
        ("::1", ["*"], Names(("[::1]",))),
        ("0.0.0.0", ["*"], Names(("127.0.0.1", *OWN))),
        ("::", ["127.0.0.1", "10.1.2.3"], Names(("127.0.0.1", "10.1.2.3"))),
        ("0.0.0.0", [".example.cn", "jz.example.cn"], Names(("jz.example.cn",))),
        ("0.0.0.0", ["localhost", "127.0.0.1", "[::1]"], Names(("127.0.0.1",), OWN)),
    ],
)
def test_only_names_that_the_program_answers_are_offered(host, allowed, names):
    assert addresses.of(host, allowed) == names


def test_the_machine_knows_a_name_of_its_own(monkeypatch):
    monkeypatch.undo()

    assert addresses.own_names()
    assert not set(addresses.own_names()) & set(addresses.EVERYWHERE)
