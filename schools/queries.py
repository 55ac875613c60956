"""Reads that span the models of this floor: the calendar, the term, the duty in force for a unit."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import CharField, DateField, Min, UUIDField
from django.utils import timezone

from schools.calendar import SchoolCalendar, TermSpan
from schools.common.prepared import Prepared, PreparedUp
from schools.models import CalendarDay, Duty, Membership, Person, Role, Term, Unit
from schools.settings_of import settings_of

# Whose duty it is to talk with every student in a term.
TALK_DUTY: dict[str, Any] = {"role": Role.CLASS_TEACHER, "kind": Duty.Kind.TALK_EVERY_STUDENT}


_CURRENT_OF = Prepared(
    lambda person, today: Membership.objects.current(today).filter(person_id=person).select_related("unit__kind"),
    person=UUIDField(),
    today=DateField(),
)


def current_memberships(person: Person) -> list[Membership]:
    """The roles somebody has today, with unit and kind: every page begins with them."""
    return _CURRENT_OF.objects(person=person.pk, today=timezone.localdate())


def terms_of(unit: Unit) -> list[Term]:
    """The terms in force for a unit, oldest first; for each code the nearest unit's."""
    nearest = {term.code: term for term in _TERMS.of(unit.ancestor_codes)}
    return sorted(nearest.values(), key=lambda term: term.starts)


_TERMS = PreparedUp(lambda codes: Term.objects.filter(unit__code__in=codes).order_by("unit__path"))


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
    settings = settings_of(unit) if settings is None else settings
    return SchoolCalendar(
        terms=spans_of(terms_of(unit) if terms is None else terms),
        overrides=dict(_DAYS.of(unit.ancestor_codes)),
        day_starts=dt.time.fromisoformat(settings["day_starts"]),
        day_ends=dt.time.fromisoformat(settings["day_ends"]),
    )


_DAYS = PreparedUp(
    lambda codes: (
        CalendarDay.objects.filter(unit__code__in=codes).order_by("unit__path").values_list("day", "is_school_day")
    )
)


def spans_of(terms: list[Term]) -> list[TermSpan]:
    return [TermSpan(term.code, term.starts, term.ends) for term in terms]


def duty_of(unit: Unit, *, term: Term, role: str, kind: str) -> Duty | None:
    """The duty in force, set by the nearest unit up the tree."""
    found = _DUTIES.of(unit.ancestor_codes, term=term.code, role=role, kind=kind)
    return found[-1] if found else None


_DUTIES = PreparedUp(
    lambda codes, term, role, kind: Duty.objects.filter(
        unit__code__in=codes, term_code=term, role=role, kind=kind
    ).order_by("unit__path"),
    **{name: CharField() for name in ("term", "role", "kind")},
)


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


def class_teachers(classes: Iterable[int], day: dt.date) -> list[tuple[int, Membership]]:
    """Pairs of class and class teacher, in two queries."""
    links = Membership.classes.through.objects.filter(
        classgroup__in=list(classes), membership__role=Role.CLASS_TEACHER, membership__person__is_active=True
    ).values_list("classgroup_id", "membership_id")
    pairs = list(links)
    members = Membership.objects.current(day).filter(pk__in={pk for _class, pk in pairs})
    found = {member.pk: member for member in members.select_related("person", "backup__person")}
    return [(class_id, found[pk]) for class_id, pk in pairs if pk in found]
