"""Reads that span the models of this floor: the calendar, the term, the duty in force for a unit."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import Min
from django.utils import timezone

from schools.calendar import SchoolCalendar, TermSpan
from schools.models import CalendarDay, Duty, Membership, Role, Term, Unit
from schools.settings_of import settings_of

# Whose duty it is to talk with every student in a term.
TALK_DUTY: dict[str, Any] = {"role": Role.CLASS_TEACHER, "kind": Duty.Kind.TALK_EVERY_STUDENT}


def terms_of(unit: Unit) -> list[Term]:
    """The terms in force for a unit, oldest first; for each code the nearest unit's."""
    rows = Term.objects.filter(unit__code__in=unit.ancestor_codes).order_by("unit__path")
    nearest = {term.code: term for term in rows}
    return sorted(nearest.values(), key=lambda term: term.starts)


def term_of(unit: Unit, code: str) -> Term | None:
    return next((term for term in terms_of(unit) if term.code == code), None)


def current_term(unit: Unit, on: dt.date | None = None) -> Term | None:
    """The term a day lies in; between terms, the last one that has begun."""
    return last_begun(terms_of(unit), on or timezone.localdate())


def last_begun(terms: list[Term], day: dt.date) -> Term | None:
    """Of terms in their order, the last one that has begun by a day."""
    begun = [term for term in terms if term.starts <= day]
    return begun[-1] if begun else None


def begun_terms(unit: Unit) -> list[Term]:
    """Those that have begun, the newest first."""
    today = timezone.localdate()
    return [term for term in reversed(terms_of(unit)) if term.starts <= today]


def previous_term(unit: Unit, term: Term) -> Term | None:
    earlier = [other for other in terms_of(unit) if other.ends < term.starts]
    return earlier[-1] if earlier else None


def calendar_of(unit: Unit, terms: list[Term] | None = None, settings: dict[str, Any] | None = None) -> SchoolCalendar:
    """Terms and days in force for a unit; the nearest unit's word counts. Give what has been read already."""
    days = CalendarDay.objects.filter(unit__code__in=unit.ancestor_codes).order_by("unit__path")
    settings = settings_of(unit) if settings is None else settings
    return SchoolCalendar(
        terms=spans_of(terms_of(unit) if terms is None else terms),
        overrides=dict(days.values_list("day", "is_school_day")),
        day_starts=dt.time.fromisoformat(settings["day_starts"]),
        day_ends=dt.time.fromisoformat(settings["day_ends"]),
    )


def spans_of(terms: list[Term]) -> list[TermSpan]:
    return [TermSpan(term.code, term.starts, term.ends) for term in terms]


def duty_of(unit: Unit, *, term: Term, role: str, kind: str) -> Duty | None:
    """The duty in force, set by the nearest unit up the tree."""
    rows = Duty.objects.filter(unit__code__in=unit.ancestor_codes, term_code=term.code, role=role, kind=kind)
    return rows.order_by("-unit__path").first()


def talk_duties_of(unit: Unit) -> dict[str, Duty]:
    """By the code of its term, the duty in force to talk with every student."""
    rows = Duty.objects.filter(unit__code__in=unit.ancestor_codes, **TALK_DUTY).select_related("unit")
    return {duty.term_code: duty for duty in rows.order_by("unit__path")}


def demo_accounts() -> list[Membership]:
    """A member of the demo network for each role and level, in the order of the roles; none without a demo, and never
    in production."""
    if settings.PRODUCTION:
        return []
    members = Membership.objects.current().filter(unit__is_demo=True, person__is_active=True)
    usable = members.filter(person__must_change_password=False)
    firsts = usable.order_by().values("role", "unit__kind").annotate(first=Min("pk")).values_list("first", flat=True)
    found = Membership.objects.filter(pk__in=list(firsts)).select_related("person", "unit__kind")
    order = list(Role)
    return sorted(found, key=lambda member: (order.index(Role(member.role)), -member.unit.kind.rank))
