"""Figures of crisis events: how many, by kind and month; which were reported in time; who signed that there was none.

For whom an event is kept from (`Scope.unseen`: by itself, or by the flag of one of its people) it is counted as if it
had never been; everybody else counts it. The public edition of a school leaves it out for everybody (`kept_events`).
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counseling.models import CrisisFreeTerm, EventClass, Incident, IncidentBarrier, IncidentPerson, IncidentReport
from schools.figures import Figure, Ratio, Reader, Rows, Scope, Split, Value, Words, declare
from schools.indicators import choices
from schools.models import Unit
from students.models import KeptFrom


def incidents(scope: Scope) -> Rows:
    """That became known in the term."""
    found = Incident.objects.filter(scope.schools(), scope.within_term("known_at"))
    if not scope.unseen:
        return found
    kept = IncidentPerson.objects.filter(flag__in=scope.unseen).order_by().values("incident")
    return found.exclude(pk__in=kept).exclude(pk__in=scope.unseen)


def kept_events(school: Unit) -> frozenset[Any]:
    """Of this school, kept from anybody: by themselves, or by the flag of one of their people."""
    by_flag = IncidentPerson.objects.filter(flag__in=KeptFrom.objects.values("flag")).order_by().values("incident")
    by_itself = IncidentBarrier.objects.order_by().values("incident")
    kept = Incident.objects.filter(Q(pk__in=by_flag) | Q(pk__in=by_itself), school=school)
    return frozenset(kept.values_list("pk", flat=True))


def _reports(scope: Scope) -> Rows:
    return IncidentReport.objects.filter(incident=OuterRef("pk"), passes_on=None, at__lt=scope.ends)


def _owing(scope: Scope) -> Rows:
    """One that turned out to be no crisis owed nothing."""
    return incidents(scope).exclude(outcome=Incident.Outcome.FALSE)


def oral_due(scope: Scope) -> Rows:
    """Whose promptness is known: it was reported, or the time is over."""
    return _owing(scope).filter(Q(oral_by__lt=scope.known_until) | Exists(_reports(scope)))


def oral_in_time(scope: Scope) -> Rows:
    return _owing(scope).filter(Exists(_reports(scope).filter(at__lte=OuterRef("oral_by"))))


def written_due(scope: Scope) -> Rows:
    written = _reports(scope).filter(form=IncidentReport.Form.WRITTEN)
    return _owing(scope).filter(Q(written_by__lt=scope.known_until) | Exists(written))


def written_in_time(scope: Scope) -> Rows:
    written = _reports(scope).filter(form=IncidentReport.Form.WRITTEN)
    return _owing(scope).filter(Exists(written.filter(at__lte=OuterRef("written_by"))))


def crisis_free(scope: Scope) -> Rows:
    """Signed, and no event of the term was entered since."""
    signed = CrisisFreeTerm.objects.filter(scope.schools("unit"), term_code=scope.term.code)
    return signed.filter(~Exists(incidents(scope)))


def _month_words(_scope: Scope) -> Words:
    def word(code: str) -> Value:
        year, month = code.split("-")
        return Value(code, code, date_format(dt.date(int(year), int(month), 1), _("F Y")))

    return word


def _month_reader(_scope: Scope) -> Reader:
    return lambda row: [f"{row[0]:04}-{row[1]:02}"]


KIND = choices("kind", gettext_lazy("event"), "kind", list(EventClass.choices))
MONTH = Split("month", gettext_lazy("month"), ("known_at__year", "known_at__month"), _month_reader, _month_words)


def _figure(code: str, label: Any, records: Callable[[Scope], Rows], *splits: Split) -> Figure:
    return Figure(
        code=code,
        label=label,
        group="incidents",
        unit_of_measure=gettext_lazy("events"),
        records=records,
        splits=splits,
        is_told_by_school=code == "incidents",  # the others add up with it
    )


declare(
    _figure("incidents", gettext_lazy("Crisis events"), incidents, KIND, MONTH),
    _figure("incidents_oral_due", gettext_lazy("Crisis events with an oral report due"), oral_due),
    _figure("incidents_oral_in_time", gettext_lazy("Of these reported orally in time"), oral_in_time),
    _figure("incidents_written_due", gettext_lazy("Crisis events with a written report due"), written_due),
    _figure("incidents_written_in_time", gettext_lazy("Of these reported in writing in time"), written_in_time),
    Ratio(
        code="incidents_oral_share",
        label=gettext_lazy("Share of crisis events reported orally in time"),
        group="incidents",
        numerator="incidents_oral_in_time",
        denominator="incidents_oral_due",
    ),
    Ratio(
        code="incidents_written_share",
        label=gettext_lazy("Share of crisis events reported in writing in time"),
        group="incidents",
        numerator="incidents_written_in_time",
        denominator="incidents_written_due",
    ),
    Figure(
        code="crisis_free",
        label=gettext_lazy("Schools that signed: no crisis event this term"),
        group="incidents",
        unit_of_measure=gettext_lazy("schools"),
        records=crisis_free,
        about_students=False,
    ),
)
