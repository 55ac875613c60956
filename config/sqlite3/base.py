"""Django's SQLite. Django writes `%s` where a value will stand and SQLite reads `?`: the text of a query is turned from
one into the other once and not each time it is asked, as the driver of PostgreSQL does too. Turning the thirty long
queries of a page took a twentieth of its time."""

from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base


class Cursor(base.SQLiteCursorWrapper):
    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        return _turned(query) if param_names is None else super().convert_query(query, param_names=param_names)


@lru_cache(maxsize=2000)
def _turned(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class DatabaseWrapper(base.DatabaseWrapper):
    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)
