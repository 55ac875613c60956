"""A term of daily reports with believable gaps: some classes forget on Mondays, one school is often silent, some days
come late and say why. Classes in full for the first school, of the others the last days."""

import datetime as dt
import random
from zoneinfo import ZoneInfo

from config.demo.network import DemoSchool, Ids
from reports.daily import plain, students_in
from reports.known import known_of
from reports.models import DailyReport, ReportingScheme, ReportQuestion, ReportVersion
from reports.parts import part_of
from reports.reporting import due_at
from schools.calendar import SchoolCalendar
from schools.models import ClassGroup, Membership, Unit

SHANGHAI = ZoneInfo("Asia/Shanghai")
LAST_DAYS = 2  # of the classes of other schools
# How many minutes before its hour a level signs, from and to.
EARLY = {"class": (5, 140), "grade": (1, 12), "school": (5, 25)}
REASONS = ["lesson", "lesson", "absent", "network", "forgotten"]


def set_rules(districts: list[Unit], first_day: dt.date) -> None:
    """Every district asks for the full chain, since the term began, and how many students are ill."""
    for district in districts:
        ReportQuestion.objects.create(unit=district, words="因病缺课几人？", kind="number", starts_on=first_day)
        ReportingScheme.objects.create(
            unit=district,
            preset="full_chain",
            every=ReportingScheme.Every.DAY,
            starts_on=first_day,
            deadlines={"class": "10:00", "grade": "10:15", "school": "10:30", "district": "15:00"},
        )


class Reports:
    """The rows of one school."""

    def __init__(self, school: DemoSchool, rule: ReportingScheme, now: dt.datetime, ids: Ids, *, number: int) -> None:
        self.school, self.rule, self.scheme, self.now, self.ids = school, rule, plain(rule), now, ids
        self.rng = random.Random(f"daily {school.unit.code}")
        self.ill = f"q{ReportQuestion.objects.get(unit=rule.unit).pk}"
        self.sizes = students_in(school.classes)
        self.silence = 0.09 if number % 13 == 7 else 0.012
        self.reports: list[DailyReport] = []
        self.versions: list[ReportVersion] = []

    def add(
        self,
        day: dt.date,
        level: str,
        signer: Membership,
        group: ClassGroup | None,
        concerns: int,
        counts: dict[str, int],
        part: str = "",
    ) -> bool:
        """One report, unless this one was forgotten or its hour has not come."""
        rng, due = self.rng, due_at(self.scheme, level, day)
        late = rng.random() < self.silence
        minutes = rng.randrange(3, 90) if late else -rng.randrange(*EARLY[level])
        at = due + dt.timedelta(minutes=minutes)
        if at > self.now or rng.random() < self.silence * (2 if day.weekday() == 0 else 1):
            return False
        signed = {
            "state": "reported" if concerns else "zero",
            "concerns": concerns,
            "counts": counts,
            "signed_by": signer,
            "signed_at": at,
        }
        report = DailyReport(
            id=self.ids(),
            day=day,
            unit=self.school.unit,
            class_group=group,
            part=part,
            scheme=self.rule,
            due_at=due,
            first_signed_at=at,
            late_reason=rng.choice(REASONS) if late else "",
            **signed,
        )
        self.reports.append(report)
        self.versions.append(ReportVersion(id=self.ids(), report=report, number=1, **signed))
        return True

    def day(self, day: dt.date, *, with_classes: bool) -> None:
        """The classes of a day, then the school."""
        told = zero = concerns = all_ill = 0
        for group in self.school.classes if with_classes else ():
            found = 1 if self.rng.random() < 0.03 else 0
            ill = self.rng.choice((0, 0, 0, 0, 0, 1, 1, 2))
            counts = {"students": self.sizes[group.pk], self.ill: ill}
            if self.add(day, "class", self.school.teachers[group.pk], group, found, counts):
                told, zero, concerns = told + bool(found), zero + (not found), concerns + found
                all_ill += ill
        if with_classes:
            self.grades(day)
        every = len(self.school.classes)
        if not with_classes:
            concerns = int(self.rng.random() < 0.2) + int(self.rng.random() < 0.06)
            told, zero, all_ill = concerns, every - concerns, self.rng.randrange(every + 1)
        counts = {
            "classes": every,
            "classes_reported": told,
            "classes_zero": zero,
            "classes_silent": every - told - zero,
            "in_classes": concerns,
            "own": 0,
            self.ill: all_ill,
        }
        self.add(day, "school", self.school.leaders[-1], None, concerns, counts)

    def grades(self, day: dt.date) -> None:
        """Their heads, from what the classes of the day have signed."""
        signed = {one.class_group_id: one for one in self.reports if one.day == day and one.class_group_id}
        for part, head in self.school.heads.items():
            classes = [group for group in self.school.classes if part_of(group) == part]
            found = [signed[group.pk] for group in classes if group.pk in signed]
            told = sum(bool(one.concerns) for one in found)
            concerns = sum(one.concerns for one in found)
            counts = {
                "classes": len(classes),
                "classes_reported": told,
                "classes_zero": len(found) - told,
                "classes_silent": len(classes) - len(found),
                "in_classes": concerns,
                "own": 0,
                self.ill: sum(one.counts[self.ill] for one in found),
            }
            self.add(day, "grade", head, None, concerns, counts, part)

    def add_known(self, day: dt.date) -> None:
        """What the system knows of each class goes with its report."""
        for report in self.reports:
            if report.day == day and report.class_group:
                report.counts.update(known_of(report.class_group, day))

    def write(self) -> None:
        DailyReport.objects.bulk_create(self.reports, batch_size=1000)
        ReportVersion.objects.bulk_create(self.versions, batch_size=1000)


def add_reports(schools: list[DemoSchool], calendar: SchoolCalendar, today: dt.date, now: dt.datetime) -> None:
    term = next((term for term in calendar.terms if term.starts <= today <= term.ends), None)
    if term is None:
        return
    rules = {row.unit.path: row for row in ReportingScheme.objects.select_related("unit")}
    days = [term.starts + dt.timedelta(days=n) for n in range((today - term.starts).days + 1)]
    days = [day for day in days if calendar.is_school_day(day)]
    ids = Ids(7)
    for number, school in enumerate(schools):
        rule = next(row for path, row in rules.items() if school.unit.path.startswith(path))
        reports = Reports(school, rule, now, ids, number=number)
        for day in days:
            reports.day(day, with_classes=number == 0 or day in days[-LAST_DAYS:])
        if number == 0:
            reports.add_known(today)
        reports.write()
