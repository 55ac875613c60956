"""Queries that nearly every page makes, compiled to SQL once: Django compiles a query anew each time, which takes
longer than the database needs to answer it.

    NAMES = Prepared(lambda unit: Room.objects.filter(unit_id=unit).values_list("name"), unit=BigIntegerField())
    NAMES.rows(unit=viewer.unit.pk)

The query is built once, with a hole for each value that differs from time to time. `rows` gives plain values, in the
order of `values_list`; `objects` gives what the query itself would give, rows of its model with what it selects beside
them. For reads of what a viewer may see there is `schools.prepared_for`.

What is written all day is prepared too, with `PreparedInsert` and `PreparedUpdate`: thousands hand in within minutes,
and each opening of a record writes its row of the log.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID
from zlib import crc32

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import AutoField, CharField, Expression, Field, Model, QuerySet, UUIDField
from django.db.models.query import ModelIterable, get_related_populators
from django.db.models.sql import UpdateQuery

Row = TypeVar("Row", bound=Model)


class Hole(Expression):
    """Where a value will stand."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


class OneOf(NamedTuple):
    """Where one of several values will stand. Django takes no expressions in the list of `pk__in`, so a number or id
    that no row has is put there and found again among the parameters."""

    name: str
    number: int
    field: "Field[Any, Any]"

    @property
    def stand_in(self) -> Any:
        if isinstance(self.field, CharField):
            return f"{self.name} {self.number}"
        far = 2**62 + crc32(self.name.encode()) * 2**16 + self.number
        return UUID(int=far << 64) if isinstance(self.field, UUIDField) else far


class HoldsMoment(ValueError):
    pass


class Made(NamedTuple):
    """What was built for one kind of database. `converters` stand by the position of their column."""

    sql: str
    params: list[Any]
    converters: dict[int, tuple[list[Any], Any]]
    draw: Callable[[list[Any]], Any]


class Prepared:
    """`several` has the names of lists, with their fields and lengths: the function is given a list for each."""

    def __init__(
        self,
        build: Callable[..., QuerySet[Any, Any]],
        several: "Mapping[str, tuple[Field[Any, Any], int]] | None" = None,
        **holes: "Field[Any, Any]",
    ) -> None:
        self.build, self.holes = build, holes
        lists = (several or {}).items()
        self.lists = {name: [OneOf(name, n, field) for n in range(length)] for name, (field, length) in lists}
        self._made: dict[str, Made | None] = {}

    def rows(self, **values: Any) -> list[list[Any]]:
        made = self.prepare()
        return _fetched(made, values) if made else []

    def objects(self, **values: Any) -> list[Any]:
        made = self.prepare()
        return [made.draw(row) for row in _fetched(made, values)] if made else []

    def prepare(self) -> Made | None:
        vendor = connection.vendor
        if vendor not in self._made:
            self._made[vendor] = self._make()
        return self._made[vendor]

    def _make(self) -> Made | None:
        """Nothing where Django knows without asking that there is no row."""
        holes = {name: Hole(name, field) for name, field in self.holes.items()}
        lists = {name: [one.stand_in for one in places] for name, places in self.lists.items()}
        asked = self.build(**holes, **lists)
        compiler = asked.query.get_compiler(connection=connection)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        if any(_is_moment(param) for param in params):
            raise HoldsMoment(f"a moment would stay what it was when this was prepared, make it a hole: {sql}")
        converters = compiler.get_converters([column[0] for column in compiler.select])
        places = [one for places in self.lists.values() for one in places]
        known = {one.field.get_db_prep_value(one.stand_in, connection): one for one in places}
        sql, left = _write_constants(sql, [_place(param, known) for param in params])
        return Made(sql, left, converters, _drawn_by(asked, compiler))


_PLACE = re.compile(r"(?<!%)%s")
_PLAIN = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


def _write_constants(sql: str, params: list[Any]) -> tuple[str, list[Any]]:
    """Codes and numbers that never differ are written into the text. A value beside it makes SQLite plan the query anew
    each time, wherever an index holds a part of the rows only (`state <> 'closed'`)."""
    left: list[Any] = []
    waiting = iter(params)

    def write(_place: Any) -> str:
        param = next(waiting)
        if isinstance(param, int) and not isinstance(param, bool):  # PostgreSQL's have classes of their own
            return str(int(param))
        if isinstance(param, str) and _PLAIN.fullmatch(param):
            return f"'{param}'"
        left.append(param)
        return "%s"

    return _PLACE.sub(write, sql), left


def _place(param: Any, known: "Mapping[Any, OneOf]") -> Any:
    return known.get(param, param) if isinstance(param, (int, str, UUID)) else param


def _fetched(made: Made, values: dict[str, Any]) -> list[list[Any]]:
    database = connections[DEFAULT_DB_ALIAS]  # `connection` would look for it anew with each value
    filled = [_fill(param, values, database) for param in made.params]
    with _planned(database) as cursor:
        cursor.execute(made.sql, filled)
        found = [list(row) for row in cursor.fetchall()]
    if found:
        for position, (converters, expression) in made.converters.items():
            for convert in converters:
                for row in found:
                    row[position] = convert(row[position], expression, database)
    return found


def _planned(database: Any) -> Any:
    """A cursor whose queries the database plans once for each connection. SQLite does so by itself; PostgreSQL if the
    values come apart from the text, into which Django's usual cursor writes them. To plan the thirty queries of a
    workbench took longer than to answer them. While queries are logged they are told with their values."""
    if database.vendor != "postgresql" or database.queries_logged:
        return database.cursor()
    from schools.common.planned import PlannedCursor  # SQLite needs no driver of PostgreSQL

    database.close_if_health_check_failed()  # as the usual cursor does
    database.ensure_connection()
    return database._prepare_cursor(PlannedCursor(database.connection))


def _fill(param: Any, values: dict[str, Any], database: Any) -> Any:
    if isinstance(param, Hole):
        return param.output_field.get_db_prep_value(values[param.name], database)
    if isinstance(param, OneOf):
        return param.field.get_db_prep_value(values[param.name][param.number], database)
    return param


_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:")


def _is_moment(param: Any) -> bool:
    """SQLite is given moments as text."""
    return isinstance(param, dt.datetime) or (isinstance(param, str) and _MOMENT.match(param) is not None)


def _drawn_by(asked: Any, compiler: Any) -> Callable[[list[Any]], Any]:
    """What makes of a row what the query would make of it: a list of values, or the value where there is but one; or an
    object, as `ModelIterable` of Django does."""
    if not issubclass(asked._iterable_class, ModelIterable):
        return list if len(compiler.select) > 1 else lambda row: row[0]
    info = compiler.klass_info
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    names = frozenset(column[0].target.attname for column in compiler.select[first:last])
    beside = get_related_populators(info, compiler.select, asked.db)  # type: ignore[call-arg]  # as Django 6 has it
    noted = dict(compiler.annotation_col_map or {})

    def draw(row: list[Any]) -> Any:
        found = info["model"].from_db(asked.db, names, row[first:last])
        for one in beside:
            one.populate(row, found)
        for name, position in noted.items():
            setattr(found, name, row[position])
        return found

    return draw


class PreparedIn:
    """A read of rows that are named by a list, for each length of it. The function is given the list as `among`."""

    name = "among"

    def __init__(
        self, build: Callable[..., QuerySet[Any, Any]], among: "Field[Any, Any]", **holes: "Field[Any, Any]"
    ) -> None:
        self.build, self.among, self.holes = build, among, holes
        self._made: dict[int, Prepared] = {}

    def of(self, among: Sequence[Any], **values: Any) -> list[Any]:
        """The rows, as `Prepared.objects` gives them."""
        length = len(among)
        if length not in self._made:
            self._made[length] = Prepared(self.build, {self.name: (self.among, length)}, **self.holes)
        return self._made[length].objects(**{self.name: among}, **values)


class PreparedUp(PreparedIn):
    """A read of what a unit and those above it have set, for each depth of the tree. The function is given `codes`."""

    name = "codes"

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **holes: "Field[Any, Any]") -> None:
        super().__init__(build, CharField(), **holes)


class PreparedUpdate:
    """The function gives the rows and, by name, what is set in them.

    END = PreparedUpdate(lambda pk, at: (Task.objects.filter(pk=pk), {"at": at}), pk=UUIDField(), at=DateTimeField())
    END.run(pk=task.pk, at=now)
    """

    def __init__(
        self, build: Callable[..., tuple[QuerySet[Any, Any], dict[str, Any]]], **holes: "Field[Any, Any]"
    ) -> None:
        self.build, self.holes = build, holes
        self._made: dict[str, tuple[str, list[Any]]] = {}

    def run(self, **values: Any) -> int:
        """How many rows were written."""
        if connection.vendor not in self._made:
            self._made[connection.vendor] = self._make()
        sql, params = self._made[connection.vendor]
        database = connections[DEFAULT_DB_ALIAS]
        with database.cursor() as cursor:
            cursor.execute(sql, [_fill(param, values, database) for param in params])
            return int(cursor.rowcount)

    def _make(self) -> tuple[str, list[Any]]:
        rows, changes = self.build(**{name: Hole(name, field) for name, field in self.holes.items()})
        query: Any = rows.query.chain(UpdateQuery)
        query.add_update_values(changes)
        sql, params = query.get_compiler(connection=connection).as_sql()
        return sql, list(params)


class PreparedInsert(Generic[Row]):
    """New rows of a model, as `bulk_create` writes them; a key that the database makes is not told."""

    AT_ONCE = 100

    def __init__(self, model: type[Row]) -> None:
        self.table, self.key = model._meta.db_table, model._meta.pk
        self.fields = [one for one in model._meta.concrete_fields if not isinstance(one, AutoField)]
        self._sql: dict[tuple[int, str], str] = {}

    def write(self, rows: Sequence[Row]) -> None:
        for chunk in self._chunks(rows):
            with connection.cursor() as cursor:
                cursor.execute(*self._insert(chunk))
            _are_stored(chunk)

    def write_new(self, rows: Sequence[Row]) -> list[Row]:
        """Leaves out the rows that a unique rule forbids, and gives those that were written: of two who write the same
        at the same moment one does. For models whose key we make ourselves."""
        end = f" ON CONFLICT DO NOTHING RETURNING {connection.ops.quote_name(str(self.key.column))}"
        written: list[Row] = []
        for chunk in self._chunks(rows):
            with connection.cursor() as cursor:
                cursor.execute(*self._insert(chunk, end))
                keys = {key for (key,) in cursor.fetchall()}
            written += [row for row in chunk if self.key.get_db_prep_value(row.pk, connection) in keys]
        _are_stored(written)
        return written

    def _chunks(self, rows: Sequence[Row]) -> list[Sequence[Row]]:
        return [rows[first : first + self.AT_ONCE] for first in range(0, len(rows), self.AT_ONCE)]

    def _insert(self, rows: Sequence[Row], end: str = "") -> tuple[str, list[Any]]:
        database = connections[DEFAULT_DB_ALIAS]
        params = [one.get_db_prep_save(one.pre_save(row, True), database) for row in rows for one in self.fields]
        if (len(rows), end) not in self._sql:
            self._sql[len(rows), end] = self._compiled(len(rows)) + end
        return self._sql[len(rows), end], params

    def _compiled(self, count: int) -> str:
        quote = connection.ops.quote_name
        columns = ", ".join(quote(str(one.column)) for one in self.fields)
        holes = f"({', '.join(['%s'] * len(self.fields))})"
        return f"INSERT INTO {quote(self.table)} ({columns}) VALUES {', '.join([holes] * count)}"  # noqa: S608


def _are_stored(rows: Sequence[Model]) -> None:
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
