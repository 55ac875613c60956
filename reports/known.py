"""What the system knows of a class already: it goes with the class's report, and nobody types it again."""

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from counseling.models import TalkPart
from schools.common.days import midnight
from schools.models import ClassGroup
from students.models import KeptFrom, PlanReview, RiskFlag, Student

WORDS: Mapping[str, object] = {
    "students": _("students in the class"),
    "on_leave": _("on leave"),
    "talks": _("talks held"),
    "flags": _("new flags"),
    "registry": _("changes on the registry"),
    "open_flags": _("flags in hand or waiting"),
}
# How far back talks, new flags and changes are counted, and how that is told.
PERIODS: Mapping[str, tuple[int, object]] = {
    "day": (1, _("Talks, new flags and changes since yesterday.")),
    "past": (1, _("Talks, new flags and changes of that day and the day before.")),
    "week": (6, _("Talks, new flags and changes of seven days.")),
    "month": (30, _("Talks, new flags and changes of 31 days.")),
}
CHANGES = (PlanReview.Kind.LISTED, PlanReview.Kind.UP, PlanReview.Kind.DOWN, PlanReview.Kind.OFF)


def known_of(group: ClassGroup, day: dt.date, every: str = "day") -> dict[str, int]:
    """Counts of a day and the day before it, or of the week or month that a report is about. Talks for counselors
    only, and what is about a flag that is kept from somebody, are not among them: a count would tell of them."""
    first = day - dt.timedelta(days=PERIODS.get(every, PERIODS["day"])[0])
    since, until = midnight(first), midnight(day + dt.timedelta(days=1))
    students = Student.objects.filter(class_group=group)
    flags = RiskFlag.objects.filter(student__class_group=group, kept_from=None)
    changes = PlanReview.objects.in_force().filter(entry__student__class_group=group, kind__in=CHANGES)
    kept = KeptFrom.objects.filter(flag__student__class_group=group).order_by().values("flag__student")
    talks = TalkPart.objects.covering().filter(class_group=group)
    return {
        "students": students.enrolled().count(),
        "on_leave": students.filter(status=Student.Status.ON_LEAVE).count(),
        "talks": talks.filter(talk__happened_at__gte=since, talk__happened_at__lt=until).count(),
        "flags": flags.filter(reported_at__gte=since, reported_at__lt=until).count(),
        "registry": changes.filter(in_force_on__range=(first, day)).exclude(entry__student__in=kept).count(),
        "open_flags": flags.open().count(),
    }
