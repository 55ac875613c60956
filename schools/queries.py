"""Reads that span the models of this floor: the calendar, the term, the duty in force for a unit."""

import datetime as dt
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.db.models import CharField, DateField, Min, UUIDField
from django.utils import timezone

from schools.calendar import SchoolCalendar, TermSpan
from schools.common.prepared import Prepared, columns_of, numbered
from schools.models import CalendarDay, Duty, Membership, Person, Role, Term, Unit, UnitKind
from schools.settings_of import settings_of

# Whose duty it is to talk with every student in a term.
TALK_DUTY: dict[str, Any] = {"role": Role.CLASS_TEACHER, "kind": Duty.Kind.TALK_EVERY_STUDENT}


def _current_of(person: Any, today: Any) -> Any:
    columns = columns_of(Membership) + columns_of(Unit, "unit__") + columns_of(UnitKind, "unit__kind__")
    return Membership.objects.current(today).filter(person_id=person).values_list(*columns)


_CURRENT_OF = Prepared(_current_of, person=UUIDField(), today=DateField())


def current_memberships(person: Person) -> list[Membership]:
    """The roles somebody has today, with unit and kind: every page begins with them."""
    own, unit = len(columns_of(Membership)), len(columns_of(Membership)) + len(columns_of(Unit))
    found = []
    for row in _CURRENT_OF.rows(person=person.pk, today=timezone.localdate()):
        membership = Membership.from_db(DEFAULT_DB_ALIAS, columns_of(Membership), row[:own])
        membership.unit = Unit.from_db(DEFAULT_DB_ALIAS, columns_of(Unit), row[own:unit])
        membership.unit.kind = UnitKind.from_db(DEFAULT_DB_ALIAS, columns_of(UnitKind), row[unit:])
        found.append(membership)
    return found


def terms_of(unit: Unit) -> list[Term]:
    """The terms in force for a unit, oldest first; for each code the nearest unit's."""
    names = columns_of(Term)
    codes = unit.ancestor_codes
    rows = _terms_on_the_way(len(codes)).rows(**numbered(codes))
    nearest = {term.code: term for term in (Term.from_db(DEFAULT_DB_ALIAS, names, row) for row in rows)}
    return sorted(nearest.values(), key=lambda term: term.starts)


@cache
def _terms_on_the_way(length: int) -> Prepared:
    """The terms of a unit and of those above it, for units so far down the tree."""

    def build(**codes: Any) -> Any:
        rows = Term.objects.filter(unit__code__in=list(codes.values())).order_by("unit__path")
        return rows.values_list(*columns_of(Term))

    return Prepared(build, **numbered([CharField()] * length))


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


def class_teachers(classes: Iterable[int], day: dt.date) -> list[tuple[int, Membership]]:
    """Pairs of class and class teacher, in two queries."""
    links = Membership.classes.through.objects.filter(
        classgroup__in=list(classes), membership__role=Role.CLASS_TEACHER, membership__person__is_active=True
    ).values_list("classgroup_id", "membership_id")
    pairs = list(links)
    members = Membership.objects.current(day).filter(pk__in={pk for _class, pk in pairs})
    found = {member.pk: member for member in members.select_related("person", "backup__person")}
    return [(class_id, found[pk]) for class_id, pk in pairs if pk in found]
