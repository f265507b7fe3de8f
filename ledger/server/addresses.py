"""The URLs by which people reach a server that listens on an address.

Turns "every address of this machine" (0.0.0.0) into names for a browser, without network requests.
Offers only names that ``ALLOWED_HOSTS`` accepts.
"""

import socket
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from django.http.request import validate_host

EVERYWHERE: Final = ("0.0.0.0", "::", "")  # noqa: S104 - compared, not listened on
HERE: Final = "127.0.0.1"
LOCAL: Final = (HERE, "localhost", "[::1]")
ELSEWHERE: Final = ("192.0.2.1", 9)  # TEST-NET-1: no packet is sent to it


class Names(NamedTuple):
    """Names to type; ``refused`` ones also lead to this machine, but ALLOWED_HOSTS rejects them."""

    answered: tuple[str, ...]
    refused: tuple[str, ...] = ()


def of(host: str, allowed: Sequence[str]) -> Names:
    """The names of a server that listens on ``host``; the last ``answered`` one serves most people."""
    if host not in EVERYWHERE:
        return Names((f"[{host}]" if ":" in host else host,))
    return sorted_out((*own_names(), *_named(allowed)), allowed)


def sorted_out(names: Iterable[str], allowed: Sequence[str]) -> Names:
    """Each name once. Refused ones are returned only if no name works from other machines."""
    others = [name for name in dict.fromkeys(names) if name not in LOCAL]
    answered = [name for name in (HERE, *others) if validate_host(name.lower(), allowed)]
    if any(name != HERE for name in answered):
        return Names(tuple(answered))
    return Names((HERE,), tuple(others))


def own_names() -> tuple[str, ...]:
    """The host names of this machine, and its outgoing address."""
    found = [socket.gethostname()]
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.connect(ELSEWHERE)
        found.append(asking.getsockname()[0])
    return tuple(name for name in found if name)


def _named(allowed: Iterable[str]) -> list[str]:
    """ALLOWED_HOSTS entries that name one host; ``*`` and ``.example.cn`` do not."""
    return [name for name in allowed if not name.startswith(("*", "."))]
