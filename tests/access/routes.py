"""Every route of the program, read from the URLconf, so that none is forgotten."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse


@dataclass(frozen=True)
class Route:
    """One route: its name, its pattern as written, and its parameters."""

    name: str
    pattern: str
    parameters: tuple[str, ...]

    def path(self, named: Mapping[str, object]) -> str:
        """The URL with the office's records as parameters."""
        return reverse(self.name, kwargs={key: self._value(named, key) for key in self.parameters})

    def _value(self, named: Mapping[str, object], key: str) -> object:
        special = f"{self.pattern.partition('/')[0]}/{key}"
        if special not in named and key not in named:
            raise LookupError(
                f"tests/office.py: tell in `named` what {special!r} is, for /{self.pattern}"
            )
        return named.get(special, named.get(key))


def routes() -> list[Route]:
    return list(_walk(get_resolver(), "", ""))


def _walk(resolver: URLResolver, before: str, space: str) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        written = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern, written, inner)
        elif isinstance(pattern, URLPattern):
            if not pattern.name:
                raise LookupError(f"/{written} has no name; give it one in its urls.py")
            yield Route(f"{space}{pattern.name}", written, tuple(pattern.pattern.converters))
