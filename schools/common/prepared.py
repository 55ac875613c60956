"""Reads that nearly every page makes, prepared once: Django puts a query into words anew each time, which takes longer
than the database needs to answer it.

    NAMES = Prepared(lambda unit: Room.objects.filter(unit_id=unit).values_list("name"), unit=BigIntegerField())
    NAMES.rows(unit=viewer.unit.pk)

The query is built once, with a hole for each value that differs from time to time. Rows come as plain values, in the
order of `values_list`.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

from django.db import connection
from django.db.models import Expression, Field, Model, QuerySet

T = TypeVar("T")


class Hole(Expression):
    """Where a value will stand."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


class Made(NamedTuple):
    """What was built for one kind of database. `converters` stand by the position of their column."""

    sql: str
    params: list[Any]
    converters: dict[int, tuple[list[Any], Any]]


class Prepared:
    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **holes: "Field[Any, Any]") -> None:
        self.build, self.holes = build, holes
        self._made: dict[str, Made] = {}

    def rows(self, **values: Any) -> list[list[Any]]:
        made = self._made.get(connection.vendor) or self._make()
        filled = [_fill(param, values) if isinstance(param, Hole) else param for param in made.params]
        with connection.cursor() as cursor:
            cursor.execute(made.sql, filled)
            found = [list(row) for row in cursor.fetchall()]
        for row in found:
            for position, (converters, expression) in made.converters.items():
                for convert in converters:
                    row[position] = convert(row[position], expression, connection)
        return found

    def _make(self) -> Made:
        query = self.build(**{name: Hole(name, field) for name, field in self.holes.items()}).query
        compiler = query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        converters = compiler.get_converters([column[0] for column in compiler.select])
        made = self._made[connection.vendor] = Made(sql, list(params), converters)
        return made


def _fill(hole: Hole, values: dict[str, Any]) -> Any:
    return hole.output_field.get_db_prep_value(values[hole.name], connection)


def columns_of(model: type[Model], prefix: str = "") -> list[str]:
    """The names of all columns of a model, for `values_list`; `model.from_db` makes a row of their values."""
    return [f"{prefix}{field.attname}" for field in model._meta.concrete_fields]


def numbered(values: Iterable[T]) -> dict[str, T]:
    """By the names of as many holes: a list has one for each of its values."""
    return {f"hole_{number}": value for number, value in enumerate(values)}
