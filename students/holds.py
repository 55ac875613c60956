"""What keeps the records of somebody who was handed over open after their time (docs/adr/0019): whatever the old school
has not ended yet. A floor above adds its own kind in its `holds.py`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from schools.common.floors import ask_apps
from students.models import RegistryEntry, RiskFlag, Student

if TYPE_CHECKING:
    from schools.access import Viewer


class Hold(NamedTuple):
    """A kind of record that somebody has still to end. `student` leads from it to whom it is about."""

    open_ones: Callable[[], Any]
    student: str
    words: Callable[[Any], str]


_holds: list[Hold] = []


def holds_back(*holds: Hold) -> None:
    _holds.extend(holds)


def all_holds() -> list[Hold]:
    ask_apps("holds")
    return _holds


def without_held(students: QuerySet[Student]) -> QuerySet[Student]:
    """Of whom nothing is open any more."""
    for hold in all_holds():
        held = hold.open_ones().filter(**{f"{hold.student}__isnull": False}).order_by()
        students = students.exclude(pk__in=held.values(hold.student))
    return students


def holding(viewer: "Viewer", student: Student) -> list[tuple[str, str]]:
    """What of it this viewer may know: in words, and where it is ended."""
    found = [(hold, hold.open_ones().visible_to(viewer).filter(**{hold.student: student.pk})) for hold in all_holds()]
    return [(hold.words(row), row.get_absolute_url()) for hold, rows in found for row in rows]


holds_back(
    Hold(RiskFlag.objects.open, "student", lambda _flag: _("An open flag")),
    Hold(RegistryEntry.objects.open, "student", lambda _entry: _("An entry of the registry")),
)
