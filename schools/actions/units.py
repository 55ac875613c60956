"""The tree of units, the rules a unit sets, its terms and the days on which it differs from the national calendar."""

import datetime as dt
import re
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import WIDE_ROLES, Viewer, check_can_lead_unit
from schools.calendar import DEFAULT_TARGETS
from schools.common.errors import Refused
from schools.help_lines import are_help_lines
from schools.models import CalendarDay, Duty, Role, Term, Unit, UnitKind, UnitSetting
from schools.queries import TALK_DUTY, term_of, terms_of
from schools.settings_of import DEFAULTS, setting_of, settings_of
from schools.tallies import mark

CODE = re.compile(r"[0-9A-Za-z-]{1,20}")
TERM_CODE = re.compile(r"(\d{4})-(\d{4})-([12])")
MOST_DAYS = 120
SCHEMES = ("four_colors", "three_levels")


@transaction.atomic
def create_unit(*, by: Viewer | None, parent: Unit | None, kind: UnitKind, code: str, name: str, **more: Any) -> Unit:
    """A unit below `parent`. `more`: short_name, school_type, stages, system, has_boarders."""
    _check_may_build(by, parent)
    if not CODE.fullmatch(code):
        raise Refused(_("A code has 1 to 20 letters, digits or hyphens."))
    if parent and parent.kind.rank >= kind.rank:
        raise Refused(
            _("A %(kind)s cannot stand below a %(parent)s.") % {"kind": kind.label, "parent": parent.kind.label}
        )
    if code.lower() == audit.SYSTEM:  # the name of the system's own chain of the audit log
        raise Refused(_("This code is reserved for the system."))
    if Unit.objects.filter(code__iexact=code).exists():
        raise Refused(_("This code already belongs to a unit."))
    path = f"{parent.path if parent else ''}{code}/"
    unit = Unit.objects.create(
        parent=parent, kind=kind, code=code, name=name, path=path, is_demo=bool(parent and parent.is_demo), **more
    )
    mark(unit.pk)
    audit.record(by=by, verb="unit.created", about=unit, unit=unit, details={"kind": kind.pk})
    return unit


@transaction.atomic
def change_unit(*, by: Viewer | None, unit: Unit, **values: Any) -> list[str]:
    """Change name and description of a unit (never its code or place). The names of what changed."""
    if by:
        check_can_lead_unit(by, unit)
    changed = [field for field, value in values.items() if getattr(unit, field) != value]
    if changed:
        for field in changed:
            setattr(unit, field, values[field])
        unit.save(update_fields=changed)
        mark(unit.pk)
        audit.record(by=by, verb="unit.changed", about=unit, unit=unit, details={"fields": changed})
    return changed


@transaction.atomic
def change_settings(*, by: Viewer, unit: Unit, values: dict[str, Any]) -> list[str]:
    """Set rules for a unit and everything below it; None goes back to what the unit above says. Keys that changed."""
    check_can_lead_unit(by, unit)
    own = dict(UnitSetting.objects.filter(unit=unit).values_list("key", "value"))
    changed = [key for key, value in values.items() if own.get(key) != value]
    for key in changed:
        _check_rule(by, unit, key, values[key])
        if values[key] is None:
            UnitSetting.objects.filter(unit=unit, key=key).delete()
        else:
            UnitSetting.objects.update_or_create(unit=unit, key=key, defaults={"value": values[key]})
    _check_hours(unit)
    if changed:
        _mark_all(unit)
        audit.record(by=by, verb="unit.settings", about=unit, unit=unit, details={"keys": changed})
    return changed


def change_setting(*, by: Viewer, unit: Unit, key: str, value: Any) -> None:
    change_settings(by=by, unit=unit, values={key: value})


@transaction.atomic
def set_calendar_day(
    *, by: Viewer, unit: Unit, day: dt.date, is_school_day: bool | None, note: str = "", until: dt.date | None = None
) -> None:
    """Close or open a day, or all from it until another, for a unit and everything below; None takes the unit's own
    word back."""
    check_can_lead_unit(by, unit)
    until = until or day
    if not 0 <= (until - day).days < MOST_DAYS:
        raise Refused(_("The last day lies before the first, or more than {n} days after.").format(n=MOST_DAYS))
    if is_school_day is None:
        changed = CalendarDay.objects.filter(unit=unit, day__range=(day, until)).delete()[0]
    else:
        days = [day + dt.timedelta(days=n) for n in range((until - day).days + 1)]
        values = {"unit": unit, "is_school_day": is_school_day, "note": note}
        CalendarDay.objects.bulk_create(
            [CalendarDay(day=one, **values) for one in days],
            update_conflicts=True,
            unique_fields=["unit", "day"],
            update_fields=["is_school_day", "note"],
        )
        changed = len(days)
    if changed:
        _mark_all(unit)
        told = day.isoformat() if until == day else f"{day.isoformat()} – {until.isoformat()}"
        details = {"day": told, "school_day": is_school_day}
        audit.record(by=by, verb="unit.calendar_day", about=unit, unit=unit, details=details)


@transaction.atomic
def set_term(
    *, by: Viewer, unit: Unit, code: str, starts: dt.date, ends: dt.date, talk_by: dt.date | None = None
) -> Term:
    """Set a term for a unit and everything below it: its days, and until when every student is talked to."""
    check_can_lead_unit(by, unit)
    _check_term(unit, code, starts, ends)
    term = term_of(unit, code)
    if not _may_move_begun_terms(by, unit):
        _check_begun(unit, term, code, starts, ends)
    # The same days as above are not the unit's own: it goes on following when they move.
    if term is None or (term.starts, term.ends) != (starts, ends):
        days = {"starts": starts, "ends": ends}
        term, _created = Term.objects.update_or_create(unit=unit, code=code, defaults=days)
        _mark_all(unit)
        audit.record(by=by, verb="unit.term", about=unit, unit=unit, details={"term": code})
    set_talk_duty(by=by, unit=unit, term=term, due_on=talk_by)
    return term


@transaction.atomic
def set_talk_duty(*, by: Viewer, unit: Unit, term: Term, due_on: dt.date | None) -> None:
    """Until when every student is talked to in a term; None takes the unit's own date back."""
    check_can_lead_unit(by, unit)
    if due_on and not term.starts <= due_on <= term.ends:
        raise Refused(_("The date for the talks must lie in the term."))
    own = Duty.objects.filter(unit=unit, term_code=term.code, **TALK_DUTY)
    if own.values_list("due_on", flat=True).first() == due_on:
        return
    if due_on is None:
        own.delete()
    else:
        own.update_or_create(unit=unit, term_code=term.code, **TALK_DUTY, defaults={"due_on": due_on})
    details = {"term": term.code, "due_on": due_on and due_on.isoformat()}
    audit.record(by=by, verb="unit.talk_duty", about=unit, unit=unit, details=details)


@transaction.atomic
def remove_term(*, by: Viewer, unit: Unit, code: str) -> None:
    """Take a unit's own days of a term and its date for the talks back: what the unit above says counts again."""
    check_can_lead_unit(by, unit)
    own = next((term for term in unit.terms.all() if term.code == code), None)
    if own is None:
        raise Refused(_("This unit has not set this term itself."))
    if own.starts <= timezone.localdate() and not _may_move_begun_terms(by, unit):
        raise Refused(_term_has_begun())
    set_talk_duty(by=by, unit=unit, term=own, due_on=None)
    try:
        own.delete()
    except ProtectedError:
        raise Refused(
            _("A summary or another record belongs to these days, so they stay. They can still be changed.")
        ) from None
    _mark_all(unit)
    audit.record(by=by, verb="unit.term_removed", about=unit, unit=unit, details={"term": code})


def _check_term(unit: Unit, code: str, starts: dt.date, ends: dt.date) -> None:
    match = TERM_CODE.fullmatch(code)
    if not match or int(match[2]) != int(match[1]) + 1:
        raise Refused(_("A term is written like 2025-2026-1."))
    if ends <= starts:
        raise Refused(_("The last day of a term lies after its first."))
    if not dt.date(int(match[1]), 7, 1) <= starts <= dt.date(int(match[2]), 8, 31):
        raise Refused(_("These days do not lie in that school year."))
    if Term.objects.filter(unit=unit, starts__lte=ends, ends__gte=starts).exclude(code=code).exists():
        raise Refused(_("Two terms of a unit cannot overlap."))


def _may_move_begun_terms(by: Viewer, unit: Unit) -> bool:
    """A school sees its own figures plainly. Above it the same count from two first days tells a single student."""
    return unit.is_school and by.role != Role.CENTER_STAFF


def _check_begun(unit: Unit, term: Term | None, code: str, starts: dt.date, ends: dt.date) -> None:
    """A term that has begun keeps its first day, and none begins in the midst of another."""
    today = timezone.localdate()
    if term and term.starts <= today:
        moved = starts != term.starts or (ends != term.ends and ends < today)
    else:
        others = [other for other in terms_of(unit) if other.code != code]
        moved = starts <= today and any(other.starts <= ends and starts <= other.ends for other in others)
    if moved:
        raise Refused(_term_has_begun())


def _term_has_begun() -> str:
    return _(
        "The term has begun: with other days the numbers of the units below would change in the middle of it and "
        "could tell of single students. Its last day can still be set to today or later, and each school may set its "
        "own days."
    )


def _mark_all(unit: Unit) -> None:
    mark(*Unit.objects.within(unit).values_list("pk", flat=True))


# --- who may, and what fits -------------------------------------------------------------------------------------------


def _check_may_build(by: Viewer | None, parent: Unit | None) -> None:
    if by is None or by.role == Role.SYSTEM_ADMIN:
        return
    if by.role != Role.CENTER_STAFF or parent is None or not parent.is_within(by.unit):
        raise Refused(_("Only the center above it or a system administrator may add a unit."))


def _check_not_weaker(by: Viewer, unit: Unit, value: Any) -> None:
    """A unit may ask for more second factors than the one above it, never for fewer."""
    if by.role == Role.SYSTEM_ADMIN or value is None:
        return
    above = setting_of(unit.parent, "second_factor_roles") if unit.parent else None
    if not set(WIDE_ROLES if above is None else above) <= set(value):
        raise Refused(_("A unit may ask more roles for a second factor than the unit above it, not fewer."))


def _check_not_more(unit: Unit, value: Any) -> None:
    """A unit may let out fewer lists than the one above it, never more: a higher number would not count."""
    if value is not None and unit.parent and value > setting_of(unit.parent, "exports_per_day"):
        raise Refused(_("A unit may allow fewer lists in a day than the unit above it, not more."))


def _check_rule(by: Viewer, unit: Unit, key: str, value: Any) -> None:
    if key not in DEFAULTS:
        raise Refused(_("There is no such rule."))
    if value is not None and not _CHECKS[key](value):
        raise Refused(_("This value does not fit the rule."))
    if key == "second_factor_roles":
        _check_not_weaker(by, unit, value)
    if key == "exports_per_day":
        _check_not_more(unit, value)


def _check_hours(unit: Unit) -> None:
    """The day must end after it starts, also for the units below that set only one of the two."""
    for below in Unit.objects.within(unit).filter(settings__key__in=("day_starts", "day_ends")).distinct():
        settings = settings_of(below)
        if settings["day_starts"] >= settings["day_ends"]:
            raise Refused(_("%(unit)s: the school day must end after it starts.") % {"unit": below.name})


def _is_clock(value: Any) -> bool:
    try:
        return dt.time.fromisoformat(value) is not None
    except (TypeError, ValueError):
        return False


def _are_targets(value: Any) -> bool:
    """{"4": ["minutes", 30], …}: a target for every severity."""
    if not isinstance(value, dict) or set(value) != {str(severity) for severity in DEFAULT_TARGETS}:
        return False
    return all(
        kind in ("minutes", "school_hours", "same_day", "school_days")
        and isinstance(amount, int)
        and 0 <= amount <= 10_000
        for kind, amount in value.values()
    )


def _are_questions(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= 20
        and all(isinstance(one, str) and 0 < len(one) <= 100 for one in value)
    )


def _are_deadlines(value: Any) -> bool:
    """By kind of crisis event, with one for every other kind: minutes, hours, hours."""
    return (
        isinstance(value, dict)
        and "*" in value
        and all(
            isinstance(times, list)
            and len(times) == 3
            and all(isinstance(one, int) and 0 < one <= 10_000 for one in times)
            for times in value.values()
        )
    )


def _are_days(value: Any) -> bool:
    """By level of the registry."""
    return isinstance(value, dict) and all(
        level in ("1", "2", "3", "4") and isinstance(days, int) and 0 < days <= 366 for level, days in value.items()
    )


def _are_own_questions(value: Any) -> bool:
    """Of the barometer: a text, and whether a “yes” is worrying by itself."""
    return (
        isinstance(value, list)
        and len(value) <= 3
        and all(
            isinstance(one, list) and len(one) == 2 and 0 < len(one[0]) <= 60 and one[1] in (True, False)
            for one in value
        )
    )


_CHECKS: dict[str, Any] = {
    "review_days": _are_days,
    "unseen_days": _are_days,
    "incident_deadlines": _are_deadlines,
    "severity_scheme": lambda value: value in SCHEMES,
    "hand_targets": _are_targets,
    "clock_targets": _are_targets,
    "center_is_called": lambda value: isinstance(value, bool),
    "interview_questions": _are_questions,
    "help_lines": are_help_lines,
    "barometer_questions": _are_own_questions,
    "day_starts": _is_clock,
    "day_ends": _is_clock,
    "second_factor_roles": lambda value: isinstance(value, list) and set(value) <= set(Role.values),
    "exports_per_day": lambda value: isinstance(value, int) and 0 <= value <= 100,
    "record_years": lambda value: isinstance(value, int) and 1 <= value <= 100,
    "students_per_counselor": lambda value: isinstance(value, int) and 0 < value <= 100_000,
}
