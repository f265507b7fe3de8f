"""Statements that Django composes once and the program then only fills in.

Owns: the decorator ``composed_once``. Must never: hold a query of its own, or keep a value that was given.

Composing a statement of a page takes Django several times as long as PostgreSQL takes to answer it. A
function that composes a queryset of its arguments answers, under this decorator, with what the queryset
finds: its statement is kept by the shape of the arguments and sent again with their values. The function
itself sees stand-ins instead of days, moments and numbers, so it cannot calculate with them: whoever calls
does that. None, words and sets of words are part of the statement and arrive as they are; a list arrives
as one of stand-ins (see ``among``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, ParamSpec

from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.models import Expression, F, Model, QuerySet
from django.db.models.lookups import In
from django.db.models.query import ModelIterable, get_related_populators

P = ParamSpec("P")
Row = tuple[Any, ...]
MOST_KEPT = 500
# Arguments that shape a statement; all others are filled in.
SHAPING = (type(None), str, bool, frozenset)
FILLED_IN = object()


class Given(Expression):
    """Stands for an argument, or for one of a list of them."""

    def __init__(self, place: int, index: int | None = None) -> None:
        super().__init__()
        self.place, self.index = place, index

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)

    def of(self, values: Sequence[Any]) -> Any:
        value = values[self.place]
        return value if self.index is None else value[self.index]


@dataclass(frozen=True, slots=True)
class Statement:
    """A composed statement, and how Django makes of its rows what the queryset would give."""

    model: type[Model]
    text: str
    parameters: tuple[Any, ...]
    converters: dict[int, tuple[list[Callable[..., Any]], Any]]
    select: list[Any]
    klass_info: Any  # None where the queryset is one of values
    annotations: dict[str, int]

    def found(self, values: Sequence[Any]) -> list[Any]:
        using = router.db_for_read(self.model)
        filled = [part.of(values) if type(part) is Given else part for part in self.parameters]
        with connections[using].cursor() as cursor:
            cursor.execute(self.text, filled)
            rows: list[Row] = cursor.fetchall()
        if self.converters:
            rows = [self._converted(row, connections[using]) for row in rows]
        return rows if self.klass_info is None else self._instances(rows, using)

    def _converted(self, row: Row, connection: Any) -> Row:
        cells = list(row)
        for place, (converters, expression) in self.converters.items():
            for convert in converters:
                cells[place] = convert(cells[place], expression, connection)
        return tuple(cells)

    def _instances(self, rows: list[Row], using: str) -> list[Model]:
        """As ``ModelIterable`` does it, with the related ones of ``select_related``."""
        places = self.klass_info["select_fields"]
        first, end = places[0], places[-1] + 1
        names = [self.select[place][0].target.attname for place in range(first, end)]
        related = get_related_populators(self.klass_info, self.select, using)  # type: ignore[call-arg]
        found = []
        for row in rows:
            instance = self.model.from_db(using, names, row[first:end])
            for one in related:
                one.populate(row, instance)
            for name, place in self.annotations.items():
                setattr(instance, name, row[place])
            found.append(instance)
        return found


def composed_once(build: Callable[P, QuerySet[Any, Any]]) -> Callable[P, list[Any]]:
    """``build`` takes its arguments by place, and composes the same queryset for the same shapes."""

    @wraps(build)
    def found(*values: Any) -> list[Any]:
        try:
            return _statement(build, tuple(map(_shape, values))).found(values)
        except EmptyResultSet:  # among no values at all
            return []

    return found  # type: ignore[return-value]


def among(column: str, values: Sequence[Any]) -> In:
    """That a column has one of the values; Django's ``__in`` takes no stand-ins for keys."""
    return In(F(column), list(values))


def _shape(value: Any) -> Any:
    if isinstance(value, SHAPING):
        return value
    return range(len(value)) if isinstance(value, list | tuple) else FILLED_IN


def _stand_in(place: int, shape: Any) -> Any:
    if isinstance(shape, range):
        return [Given(place, index) for index in shape]
    return Given(place) if shape is FILLED_IN else shape


@lru_cache(maxsize=MOST_KEPT)
def _statement(build: Callable[..., QuerySet[Any, Any]], shape: tuple[Any, ...]) -> Statement:
    queryset = build(*(_stand_in(place, part) for place, part in enumerate(shape)))
    compiler = queryset.query.get_compiler(router.db_for_write(queryset.model))
    text, parameters = compiler.as_sql()
    is_of_instances = queryset._iterable_class is ModelIterable
    return Statement(
        model=queryset.model,
        text=text,
        parameters=tuple(parameters),
        converters=compiler.get_converters([expression for expression, *_ in compiler.select]),
        select=compiler.select,
        klass_info=compiler.klass_info if is_of_instances else None,
        annotations=compiler.annotation_col_map if is_of_instances else {},
    )
