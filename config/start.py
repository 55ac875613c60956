"""What web, worker and scheduler look at in the database before they start (settings: `config.refusals`)."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

DEMO_IN_PRODUCTION = (
    "Xinyu does not start in production on this database: it holds the invented units of the demo, whose passwords are "
    "printed. Give production an empty database of its own (another VAR_DIR or DATABASE_URL) and run migrate there; "
    "the demo's can stay where it is."
)

NO_ANSWER = (
    "Xinyu does not start in production while its database does not answer: it could hold the invented units of the "
    "demo. Start it again when the database runs."
)


def has_demo() -> bool:
    """Whether the demo was loaded here, by the mark that it writes: its codes may be those of a real district."""
    from schools.models import Unit

    try:
        return Unit.objects.filter(is_demo=True).exists()
    except DatabaseError:  # not reachable, or without tables: nothing to show either
        return False


def refuse_demo(*, needs_answer: bool = False) -> None:
    """`needs_answer`: for the web, which signs people in and asks this only once."""
    if not settings.PRODUCTION:
        return
    if needs_answer:
        try:
            connection.ensure_connection()
        except DatabaseError as silence:
            raise ImproperlyConfigured(NO_ANSWER) from silence
    if has_demo():
        raise ImproperlyConfigured(DEMO_IN_PRODUCTION)
