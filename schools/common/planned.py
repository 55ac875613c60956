"""A cursor for prepared reads on PostgreSQL."""

from typing import Any

from psycopg import Cursor

PLANNED_FROM, MOST_PLANNED = 2, 1000  # the time a query is asked; how many a connection keeps


class PlannedCursor(Cursor[Any]):
    """Lets psycopg count and keep the texts of its own queries only. Django's other queries have their values within
    the text: to keep them would be to keep what they say of people, and megabytes of it after an import."""

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        database = self.connection
        database.prepare_threshold, database.prepared_max = PLANNED_FROM, MOST_PLANNED
        try:
            return super().execute(*args, **kwargs)
        finally:
            database.prepare_threshold = None
