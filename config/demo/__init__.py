"""An invented network with life in it, the same every time (for the same day)."""

import datetime as dt
import random
from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone

from config.databases import look_at_tables
from config.demo import (
    barometers,
    daily,
    flags,
    hand_overs,
    incidents,
    network,
    pupils,
    registry,
    rounds,
    surveys,
    sweeps,
    talks,
    university,
    work,
)
from schools import audit
from schools.calendar import SchoolCalendar, TermSpan
from schools.common.errors import Refused
from schools.models import Unit
from schools.recounting import recount_all
from students.states import keep_all

SCALES = {"school": 1, "district": 1, "city": 3}  # districts of each
UNIVERSITY = "university"


def load_demo(scale: str, *, today: dt.date, tell: Callable[[str], object] = print) -> None:
    """Write the network into an empty database; all of it or nothing."""
    if Unit.objects.exists():
        raise Refused("The database is not empty: the demo is only loaded into a new one.")
    with transaction.atomic():
        if scale == UNIVERSITY:
            _load_university(today, tell)
        else:
            _load_network(scale, today, tell)
    look_at_tables(connection)


def _load_network(scale: str, today: dt.date, tell: Callable[[str], object]) -> None:
    city, districts = network.make_centers(today, districts=SCALES[scale])
    schools = [
        school
        for number, district in enumerate(districts)
        for school in network.make_schools(district, number=number, only_first=scale == "school")
    ]
    network.make_classes(schools, today)
    network.hire_everyone(city, districts, schools)
    work.open_rooms()
    work.give_certificates(today)
    surveys.make_survey(districts[0])
    daily.set_rules(districts, network.term_began(today))
    _fill(schools, today, tell)
    recount_all()
    audit.record(by=None, verb="demo.loaded", about=city, details={"scale": scale, "schools": len(schools)})


def _load_university(today: dt.date, tell: Callable[[str], object]) -> None:
    """One university below the city, with fewer kinds of records than a school of the network has."""
    city, _districts = network.make_centers(today, districts=0)
    school = university.make_university(city, today)
    calendar, spans = _calendar(today)
    university.fill_university(school, calendar, spans, _times(today), tell)
    recount_all()
    audit.record(by=None, verb="demo.loaded", about=city, details={"scale": UNIVERSITY, "schools": 1})


def _terms(today: dt.date) -> list[tuple[str, dt.date, dt.date]]:
    return [term for year in range(today.year - 2, today.year + 1) for term in network.term_dates(year)]


def _calendar(today: dt.date) -> tuple[SchoolCalendar, list[talks.Span]]:
    """The school days of the demo, and those of the terms that have talks."""
    terms = _terms(today)
    calendar = SchoolCalendar(terms=[TermSpan(*term) for term in terms])
    return calendar, talks.spans_of(terms, calendar, today)


def _times(today: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """Now, and until when reports are signed. No signature lies in the future: of today there is what came by now."""
    now = dt.datetime.combine(today, dt.time(8, 0), ZoneInfo("Asia/Shanghai"))
    return now, min(now + dt.timedelta(hours=2, minutes=45), max(now, timezone.now()))


def _fill(schools: list[network.DemoSchool], today: dt.date, tell: Callable[[str], object]) -> None:
    calendar, spans = _calendar(today)
    now, until = _times(today)
    ids, serials = network.Ids(2), pupils.Serials()
    left_on = network.left_on(today)
    for number, school in enumerate(schools, start=1):
        roster = pupils.make_roster(school, ids, serials)
        graduates = pupils.make_graduates(school, ids, serials, left_on)
        rows = talks.Talks(school, calendar, now, ids, random.Random(f"talks {school.unit.code}"))
        for group in (roster, graduates):
            pupils.write_roster(group)
            talks.make_talks(rows, group, spans)
        rows.write()
        flags.add_flags(rows, roster.students)
        registry.add_registry(rows, roster.students)
        if school.unit.code.endswith("000001"):
            incidents.add_incidents(rows, roster.students)
        if number == 1:
            rounds.add_rounds(school, roster.students, ids, now, rows.flagged)
            surveys.ask_staff(school, ids, now)
        keep_all(student.pk for group in (roster, graduates) for student in group.students)
        counts = f"{len(roster.students)} students, {len(graduates.students)} graduates, {len(rows.talks)} talks"
        tell(f"{number}/{len(schools)} {school.unit.name}: {counts}")
    hand_overs.add_hand_overs(schools, ids, now)
    incidents.sign_calm_terms(_terms(today), today)
    daily.add_reports(schools, calendar, today, until)
    barometers.add_barometers(schools[0], today)
    sweeps.add_sweep(schools, now)
