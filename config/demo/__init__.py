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
    work,
)
from schools import audit
from schools.calendar import SchoolCalendar, TermSpan
from schools.common.errors import Refused
from schools.models import Unit
from schools.recounting import recount_all
from students.states import keep_all

SCALES = {"school": 1, "district": 1, "city": 3}


def load_demo(scale: str, *, today: dt.date, tell: Callable[[str], object] = print) -> None:
    """Write the network into an empty database; all of it or nothing."""
    if Unit.objects.exists():
        raise Refused("The database is not empty: the demo is only loaded into a new one.")
    with transaction.atomic():
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
        terms = network.term_dates(today.year - 1) + network.term_dates(today.year)
        began = max((starts for _code, starts, _ends in terms if starts <= today), default=today)
        daily.set_rules(districts, began)
        _fill(schools, today, tell)
        recount_all()
        audit.record(by=None, verb="demo.loaded", about=city, details={"scale": scale, "schools": len(schools)})
    look_at_tables(connection)


def _fill(schools: list[network.DemoSchool], today: dt.date, tell: Callable[[str], object]) -> None:
    terms = [term for year in range(today.year - 2, today.year + 1) for term in network.term_dates(year)]
    calendar = SchoolCalendar(terms=[TermSpan(*term) for term in terms])
    spans = talks.spans_of(terms, calendar, today)
    now = dt.datetime.combine(today, dt.time(8, 0), ZoneInfo("Asia/Shanghai"))
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
    incidents.sign_calm_terms(terms, today)
    # No signature lies in the future: of today there is what came by now.
    until = min(now + dt.timedelta(hours=2, minutes=45), max(now, timezone.now()))
    daily.add_reports(schools, calendar, today, until)
    barometers.add_barometers(schools[0], today)
    sweeps.add_sweep(schools, now)
