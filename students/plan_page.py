"""What the page of a plan, and the sheet that is printed of it, shows to this viewer."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schools.access import Viewer, reason_to_see
from schools.common.identity import mask_phone
from schools.common.labels import listed
from schools.severity import scheme_of
from schools.templatetags.look import day
from students.access import can_keep_registry, reads_plan
from students.actions.registry import missing_before_off
from students.center_list import state_of
from students.level_path import Point, path_of
from students.models import CenterRequest, PlanMeasure, PlanPart, PlanReview, RegistryCategory, RegistryEntry

SHOWN_REVIEWS = 4
Kind, State = PlanReview.Kind, PlanReview.State


def plan_of(viewer: Viewer, entry: RegistryEntry) -> dict[str, Any]:
    """Each part as far as this viewer reads it."""
    today = timezone.localdate()
    scheme = scheme_of(viewer.unit)
    keeps = can_keep_registry(viewer)
    reviews = _reviews(viewer, entry)
    pending = next((one for one in reviews if one.state == State.PROPOSED), None)
    measures = _measures(viewer, entry, today)
    in_force = [one for one in reviews if one.state == State.IN_FORCE]
    points = [
        Point(one.in_force_on, one.severity_after)
        for one in reversed(in_force)
        if one.in_force_on and one.severity_after
    ]
    requests = _requests(viewer, entry) if keeps else []
    levels = [level.severity for level in scheme.levels]
    next_on = entry.review_by if entry.off_on is None else None
    return {
        "entry": entry,
        "student": entry.student,
        "level_label": scheme.word(entry.severity),
        "reads_plan": reads_plan(viewer),
        "keeps": keeps,
        "is_listed": entry.off_on is None,
        "heading": _heading(viewer, entry, measures, pending, today),
        "measures": measures,
        "open_count": sum(one.is_open for one in measures),
        "done_count": sum(one.done_on is not None for one in measures),
        "late_count": sum(one.is_late for one in measures),
        "parts": list(PlanPart.objects.visible_to(viewer).filter(entry=entry).select_related("by__person")),
        "pending": pending,
        "is_second": pending is not None and pending.second_id == viewer.membership.pk,
        "reviews": reviews[:SHOWN_REVIEWS],
        "earlier": reviews[SHOWN_REVIEWS:],
        "review_count": sum(one.kind != Kind.LISTED for one in in_force),
        "is_overdue": entry.review_by is not None and entry.review_by < today,
        "interval": int(viewer.settings["review_days"][str(entry.severity)]),
        "path": path_of(points, levels, today, next_on, wide=True),
        "narrow_path": path_of(points, levels, today, next_on, wide=False),
        "words": [(level.severity, level.word) for level in scheme.levels],
        "signs": [line for line in entry.signs.splitlines() if line.strip()],
        "calls": [line for line in entry.calls.splitlines() if line.strip()],
        "guardians": [(one, "" if one.do_not_call else mask_phone(one.phone)) for one in entry.student.guardians.all()],
        "labels": [one.label for one in RegistryCategory.objects.filter(code__in=entry.categories)],
        "requests": requests,
        "may_ask": all(one.ending for one in requests),
        "missing": missing_before_off(entry) if keeps and entry.off_on is None else "",
        "why": reason_to_see(viewer, class_id=entry.student.class_group_id),
    }


def _requests(viewer: Viewer, entry: RegistryEntry) -> list[CenterRequest]:
    """What was asked of a center, newest first, with how it stands."""
    found: list[Any] = list(
        CenterRequest.objects.visible_to(viewer).for_help().filter(entry=entry).select_related("to")
    )
    for one in found:
        one.state = state_of(one)
    return found


def _reviews(viewer: Viewer, entry: RegistryEntry) -> list[PlanReview]:
    """Newest first, with the words of their levels."""
    seen = PlanReview.objects.visible_to(viewer).filter(entry=entry).select_related("by__person", "second__person")
    found: list[Any] = list(seen.order_by("-number"))
    for review in found:
        word = viewer.scheme.word
        review.after_label = word(review.severity_after) if review.severity_after else ""
        review.before_label = word(review.severity_before) if review.severity_before else ""
    return found


def _measures(viewer: Viewer, entry: RegistryEntry, today: dt.date) -> list[Any]:
    """What waits first, by its day; then what is done, then what was dropped."""
    seen = PlanMeasure.objects.visible_to(viewer).filter(entry=entry).select_related("who__person")
    found: list[Any] = list(seen)
    for one in found:
        one.is_open = one.done_on is None and one.dropped_on is None
        one.is_late = one.is_open and one.due_on is not None and one.due_on < today
        one.days_late = (today - one.due_on).days if one.is_late else 0
        one.by_whom = listed(filter(None, [one.who.person.name if one.who else "", one.other]))
        one.is_own = one.who is not None and one.who.person_id == viewer.person.pk
    far = dt.date.max
    return sorted(found, key=lambda one: (not one.is_open, one.dropped_on is not None, one.due_on or far))


def _heading(
    viewer: Viewer, entry: RegistryEntry, measures: list[Any], pending: PlanReview | None, today: dt.date
) -> str:
    """The fact that matters most, as a sentence."""
    name = entry.student.name
    if entry.off_on is not None:
        if entry.review_by:
            return _("{name} has left the registry; one more look until {day}").format(
                name=name, day=day(entry.review_by)
            )
        return _("{name} left the registry on {day}").format(name=name, day=day(entry.off_on))
    if not reads_plan(viewer):
        return _("A plan stands for {name}: your part of it").format(name=name)
    if pending is not None:
        return _("A decision about {name} waits for the second person").format(name=name)
    late = sum(one.is_late for one in measures)
    if entry.review_by and entry.review_by < today:
        text = ngettext(
            "The review of {name} is {n} day late",
            "The review of {name} is {n} days late",
            n := (today - entry.review_by).days,
        )
        said = text.format(name=name, n=n)
    else:
        said = _("The next review of {name} is due on {day}").format(name=name, day=day(entry.review_by))
    if late:
        more = ngettext("{n} measure is past its day", "{n} measures are past their day", late).format(n=late)
        return _("{one}, {other}").format(one=said, other=more)
    if not any(one.is_open for one in measures):
        return _("{one}, {other}").format(one=said, other=_("and no measure is open"))
    return said
