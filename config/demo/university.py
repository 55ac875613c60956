"""A small university: classes of two colleges report to their college, the colleges to the university; the dormitories
of a class fill in a barometer beside it."""

import datetime as dt
import random
from collections.abc import Callable

from config.demo import barometers, daily, flags, network, pupils, registry, talks
from config.demo.network import DemoSchool, Ids, Staff
from reports.actions.schemes import PRESETS
from reports.models import ReportingScheme, ReportQuestion
from schools.calendar import SchoolCalendar
from schools.classnames import school_year
from schools.models import ClassGroup, Unit
from students.states import keep_all

CODE = "4144000100"
COLLEGES = [("CS", "计算机学院", "计科"), ("FL", "外国语学院", "英语")]
YEARS, STUDENTS = 4, 240
DORMITORIES = ("3-502", "3-504")


def make_university(city: Unit, today: dt.date) -> DemoSchool:
    """The unit with its colleges and classes, the people who work there, and the rule of who reports when."""
    unit = network.child(
        city, "school", CODE, "临海学院", "临海学院", stages=["university"], system="63", has_boarders=True
    )
    school = DemoSchool(unit, "university", STUDENTS, ["full_time", "full_time"])
    staff = Staff(random.Random("university"))
    staff.hire("city", city, "center_staff", title="主任")
    staff.hire("admin", city, "system_admin")
    staff.hire("auditor", city, "auditor")
    for number, title in enumerate(["校长", "学生工作部部长"]):
        school.leaders.append(staff.hire(_login("leader", number), unit, "school_leader", title=title))
    for number, employment in enumerate(school.counselors):
        login = _login("counselor", number)
        school.counselor_members.append(staff.hire(login, unit, "counselor", employment=employment))
    for number, (code, name, prefix) in enumerate(COLLEGES):
        college = network.child(unit, "college", code, name, name)
        dean = staff.hire(_login("dean", number), unit, "grade_head", department=college, title="副书记")
        school.heads[f"college-{college.pk}"] = dean
        _classes(school, staff, college, prefix, school_year(today))
    taught = [group.pk for group in school.classes]
    school.subject_teachers.append(staff.hire("subject", unit, "subject_teacher", classes=taught))
    staff.save()
    _set_rule(city, today)
    return school


def _login(word: str, number: int) -> str:
    return f"{word}{number + 1}" if number else word


def _classes(school: DemoSchool, staff: Staff, college: Unit, prefix: str, year: int) -> None:
    """One class of each year; its teacher is called an instructor there and has the rights of a class teacher."""
    for back in range(YEARS):
        about = {"stage": "university", "entry_year": year - back, "number": 1, "prefix": prefix}
        group = ClassGroup.objects.create(school=school.unit, department=college, **about)
        login = _login("teacher", len(school.classes))
        school.teachers[group.pk] = staff.hire(login, school.unit, "class_teacher", classes=[group.pk], title="辅导员")
        school.classes.append(group)


def _set_rule(city: Unit, today: dt.date) -> None:
    preset, first_day = PRESETS["university"], network.term_began(today)
    ReportQuestion.objects.create(unit=city, words="因病缺课几人？", kind="number", starts_on=first_day)
    ReportingScheme.objects.create(
        unit=city, preset="university", every=preset.every, starts_on=first_day, deadlines=dict(preset.deadlines)
    )


def fill_university(
    school: DemoSchool,
    calendar: SchoolCalendar,
    spans: list[talks.Span],
    times: tuple[dt.datetime, dt.datetime],
    tell: Callable[[str], object],
) -> None:
    """Students with their talks and flags, and a term of reports. `times`: now, and until when reports are signed."""
    now, until = times
    ids = Ids(2)
    roster = pupils.make_roster(school, ids, pupils.Serials())
    rows = talks.Talks(school, calendar, now, ids, random.Random("talks of the university"))
    pupils.write_roster(roster)
    talks.make_talks(rows, roster, spans)
    rows.write()
    flags.add_flags(rows, roster.students)
    registry.add_registry(rows, roster.students)
    keep_all(student.pk for student in roster.students)
    daily.add_reports([school], calendar, now.date(), until)
    barometers.add_barometers(school, now.date(), dormitories=DORMITORIES)
    tell(f"{school.unit.name}: {len(roster.students)} students, {len(rows.talks)} talks")
