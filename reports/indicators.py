"""Figures of this floor: sweeps that a school has not signed in time."""

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reports import daily_missing  # noqa: F401
from reports.models import Sweep, SweepSignature
from schools.figures import Alarm, Figure, Rows, Scope, declare


def sweeps_overdue(scope: Scope) -> Rows:
    """Open ones past their day that a unit above has called: a school's own is its own. A center owes no signature."""
    if not scope.unit.is_school:
        return Sweep.objects.none()
    signed = SweepSignature.objects.filter(sweep=OuterRef("pk"), unit=scope.unit, class_group=None)
    called = Sweep.objects.asking(scope.unit).filter(unit__kind__is_school=False)
    asking = called.open().filter(due_on__gte=scope.term.starts, due_on__lte=scope.on)
    past = [sweep.pk for sweep in asking.exclude(Exists(signed)) if sweep.school_due_at <= scope.known_until]
    return Sweep.objects.filter(pk__in=past)


def _not_signed(count: int) -> str:
    return ngettext("{n} sweep not signed", "{n} sweeps not signed", count).format(n=count)


declare(
    Figure(
        code="sweeps_overdue",
        label=_("Sweeps not signed in time"),
        group="registry",
        unit_of_measure=_("sweeps"),
        records=sweeps_overdue,
        about_students=False,
    ),
    Alarm("sweeps_overdue", 30, _not_signed),
)
