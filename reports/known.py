"""What the system knows of a class already: it goes with the class's report, and nobody types it again."""

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from counseling.models import TalkPart
from schools.common.days import midnight
from schools.models import ClassGroup
from students.models import RiskFlag, Student

WORDS: Mapping[str, object] = {
    "students": _("students in the class"),
    "on_leave": _("on leave"),
    "talks": _("talks since yesterday"),
    "flags": _("new flags since yesterday"),
    "open_flags": _("flags in hand or waiting"),
}
WORDS_OF: Mapping[str, Mapping[str, object]] = {
    "week": {**WORDS, "talks": _("talks in seven days"), "flags": _("new flags in seven days")},
    "month": {**WORDS, "talks": _("talks in 31 days"), "flags": _("new flags in 31 days")},
}
PAST_WORDS = {
    **WORDS,
    "talks": _("talks that day and the day before"),
    "flags": _("new flags that day and the day before"),
}
DAYS_BACK = {"week": 6, "month": 30}


def words_of(every: str, *, is_today: bool) -> Mapping[str, object]:
    return WORDS_OF.get(every, WORDS if is_today else PAST_WORDS)


def known_of(group: ClassGroup, day: dt.date, every: str = "day") -> dict[str, int]:
    """Counts of a day and the day before it, or of the week or month that a report is about. Talks for counselors
    only, and flags that are kept from somebody, are not among them: a count would tell of them."""
    since, until = midnight(day - dt.timedelta(days=DAYS_BACK.get(every, 1))), midnight(day + dt.timedelta(days=1))
    students = Student.objects.filter(class_group=group)
    flags = RiskFlag.objects.filter(student__class_group=group, kept_from=None)
    talks = TalkPart.objects.covering().filter(class_group=group)
    return {
        "students": students.enrolled().count(),
        "on_leave": students.filter(status=Student.Status.ON_LEAVE).count(),
        "talks": talks.filter(talk__happened_at__gte=since, talk__happened_at__lt=until).count(),
        "flags": flags.filter(reported_at__gte=since, reported_at__lt=until).count(),
        "open_flags": flags.open().count(),
    }
