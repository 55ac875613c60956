"""The plan of one student on the registry: measures, and what each of those around the student is told."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused, changed_meanwhile
from schools.models import Membership
from schools.work.notices import notify, this_once
from students.actions.registry import check_listed, check_may_keep, check_words, locked, may_know
from students.models import PlanMeasure, PlanPart, RegistryEntry


@transaction.atomic
def add_measure(
    *,
    by: Viewer,
    entry: RegistryEntry,
    what: str,
    who: Membership | None = None,
    other: str = "",
    due_on: dt.date | None = None,
) -> PlanMeasure:
    """What is done, by somebody of the school or somebody else by name, by when."""
    check_may_keep(by, entry)
    entry = locked(entry)
    check_listed(entry)
    check_words(what, "what")
    if who is None and not other:
        raise Refused(_("Say who does it."), field="who")
    if who is not None and (who.unit_id != entry.school_id or not who.is_current()):
        raise Refused(_("Choose somebody of the school."), field="who")
    measure = PlanMeasure.objects.create(
        entry=entry, what=what, who=who, other=other, due_on=due_on, added_by=by.membership
    )
    if who and who.person_id != by.person.pk and may_know(entry, who):
        notify(to=[who], kind="plan.measure", about=entry, occasion=str(measure.pk))
    _written(by, entry, "plan.measure_added")
    return measure


@transaction.atomic
def end_measure(*, by: Viewer, measure: PlanMeasure, is_done: bool, outcome: str = "") -> None:
    """Done, by whoever was to do it or who keeps the registry; dropped, with a reason, by the latter only."""
    is_own = measure.who is not None and measure.who.person_id == by.person.pk
    if not PlanMeasure.objects.visible_to(by).filter(pk=measure.pk).exists() or not (is_own and is_done):
        check_may_keep(by, measure.entry)
    entry = locked(measure.entry)
    check_listed(entry)
    if not is_done:
        check_words(outcome, "outcome")
    day = "done_on" if is_done else "dropped_on"
    values: dict[str, Any] = {day: timezone.localdate(), "ended_by": by.membership}
    if not PlanMeasure.objects.open().filter(pk=measure.pk).update(**values):
        raise changed_meanwhile()
    measure.refresh_from_db()
    measure.outcome = outcome
    measure.save(update_fields=["outcome"])
    _written(by, entry, "plan.measure_done" if is_done else "plan.measure_dropped")


@transaction.atomic
def tell_part(*, by: Viewer, entry: RegistryEntry, audience: str, text: str) -> PlanPart:
    """Write what one of those around the student is told: it replaces what they were told before."""
    check_may_keep(by, entry)
    entry = locked(entry)
    check_listed(entry)
    check_words(text, "text")
    if audience not in PlanPart.Audience.values:
        raise Refused(_("Choose from the list."), field="audience")
    part = entry.parts.filter(audience=audience).first() or PlanPart(entry=entry, audience=audience)
    part.text, part.told_on, part.by = text, timezone.localdate(), by.membership
    part.save()
    teacher = entry.teacher
    is_theirs = audience in (PlanPart.Audience.CLASS_TEACHER, PlanPart.Audience.SUBJECT_TEACHERS)
    if is_theirs and teacher and may_know(entry, teacher):
        notify(to=[teacher], kind="plan.told", about=entry, occasion=this_once())
    _written(by, entry, "plan.told", part=audience)
    return part


def _written(by: Viewer, entry: RegistryEntry, verb: str, **details: Any) -> None:
    audit.record(by=by, verb=verb, about=entry, student=entry.student_id, details=details)
