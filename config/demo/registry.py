"""Students on the registry of each school that has a counselor: kept, raised, to be confirmed, late, and left."""

import datetime as dt
from typing import Any

from config.demo.talks import Talks
from schools.models import Membership
from students.models import PlanMeasure, PlanPart, PlanReview, RegistryEntry, Student
from students.places import key_by_numbers

DAY = dt.timedelta(days=1)
REASONS = [
    "妈妈来校说明：有过自伤念头，家里这半年变化大。",
    "连续请假，怕上数学课，夜里睡不着。",
    "同伴冲突后不愿到校，说“没有人想和我说话”。",
    "家庭变故，跟奶奶住，上课常走神。",
    "换校后一直一个人，作业交不上来。",
]
CHANGED = [
    "睡得好一些，愿意说难过的事。",
    "两周没有请假，交了三次作业。",
    "开学第一周请假三天，怕数学老师。",
    "家长每周日发来情况，情绪平稳。",
]
MEASURES = ["每周一次个体辅导", "数学作业减半，小测不排名", "座位换到好朋友旁边", "和家长签告知书，留两个能打通的电话"]
SIGNS = "上午不来，也没有请假\n说“你们不用管我了”，或把东西送人\n袖子一直拉着，不让看手\n连着两天不吃午饭"
TOLD = {
    "class_teacher": "每天早读看一眼，按四条信号留意；不在班里提这件事。",
    "leader": "等级、措施、复核结果。包保领导，每月谈一次。",
    "family": "计划全文，签了告知书。约定周日晚发一条“这周怎么样”。",
}
# From listing on: days before today, and the level from then; 0 is off the registry.
COURSES = [
    [(176, 3), (162, 4), (141, 3), (113, 2), (85, 2), (57, 2), (43, 3), (30, 2), (9, 2)],
    [(60, 3), (46, 3), (32, 2), (18, 2)],
    [(40, 2), (26, 3), (20, 3)],
    [(90, 2), (60, 1), (30, 1)],
    [(150, 2), (110, 1), (70, 1), (20, 0)],
]


class Book:
    """The entries of one school with all that belongs to them, ready to be written."""

    def __init__(self, talks: Talks) -> None:
        self.talks, self.ids, self.today = talks, talks.ids, talks.now.date()
        self.entries: list[RegistryEntry] = []
        self.reviews: list[PlanReview] = []
        self.measures: list[PlanMeasure] = []
        self.parts: list[PlanPart] = []

    def write(self) -> None:
        for model, rows in (
            (RegistryEntry, self.entries),
            (PlanReview, self.reviews),
            (PlanMeasure, self.measures),
            (PlanPart, self.parts),
        ):
            model.objects.bulk_create(rows)  # type: ignore[attr-defined, arg-type]


def add_registry(talks: Talks, students: list[Student]) -> None:
    """Five students: in a long course, late, raised, stable and to be confirmed, and left."""
    school = talks.school
    free = [one for one in students if one.pk not in talks.flagged and one.left_on is None][10 : 10 + len(COURSES)]
    if not school.counselor_members or len(free) < len(COURSES):
        return
    book = Book(talks)
    counselor, second = school.counselor_members[0], (school.counselor_members[1:] + school.leaders)[0]
    for number, student in enumerate(free):
        _entry(book, number, student, counselor, second)
    book.write()


def _entry(book: Book, number: int, student: Student, by: Membership, second: Membership) -> None:
    course, today, school = COURSES[number], book.today, book.talks.school
    last_ago, last = course[-1]
    standing = last or course[-2][1]
    interval = {4: 7, 3: 14, 2: 14, 1: 30}[standing]
    teacher = school.teachers[student.class_group_id or 0]
    entry = RegistryEntry(
        id=book.ids(),
        student=student,
        school=school.unit,
        first_severity=course[0][1],
        severity=standing,
        categories=[["family", "self_harm"], ["study"], ["peers"], ["family"], ["adaptation"]][number],
        reasons=REASONS[number],
        found_how="母亲来校说明" if number == 0 else "班主任谈话",
        treatment="在市三院看过，现在每晚服药一次。" if number == 0 else "",
        signs=SIGNS,
        listed_on=today - course[0][0] * DAY,
        listed_by=by,
        leader=school.leaders[0] if school.leaders else None,
        counselor=by,
        teacher=teacher,
        review_by=today - last_ago * DAY + (interval if last else 30) * DAY,
        off_on=None if last else today - last_ago * DAY,
        ending="" if last else "better",
        person_key=key_by_numbers(student),
    )
    book.entries.append(entry)
    _reviews(book, entry, course, by, second)
    if number == 3:  # stable: the second person is asked
        review = _review(book, entry, len(course) + 1, "off", 1, 0, today - DAY, by)
        review.state, review.in_force_on, review.second, review.ending = "proposed", None, second, "better"
    if last:
        _plan(book, entry, by, teacher)


def _reviews(book: Book, entry: RegistryEntry, course: Any, by: Membership, second: Membership) -> None:
    before = 0
    for place, (ago, after) in enumerate(course, start=1):
        kind = "listed" if place == 1 else "off" if not after else _kind(before, after)
        review = _review(book, entry, place, kind, before, after, book.today - ago * DAY, by)
        if kind in ("down", "off"):
            review.second, review.ending = second, "better" if kind == "off" else ""
        before = after


def _kind(before: int, after: int) -> str:
    return "kept" if before == after else "up" if after > before else "down"


def _review(
    book: Book, entry: RegistryEntry, number: int, kind: str, before: int, after: int, day: dt.date, by: Membership
) -> PlanReview:
    review = PlanReview(
        id=book.ids(),
        entry=entry,
        number=number,
        kind=kind,
        state="in_force",
        by=by,
        severity_before=before,
        severity_after=after,
        reviewed_on=day,
        recorded_at=book.talks.now - (book.today - day),
        in_force_on=day,
        changed=entry.reasons if number == 1 else CHANGED[number % len(CHANGED)],
        next_look="复诊结果、辅导、这两周的出勤",
    )
    book.reviews.append(review)
    return review


def _plan(book: Book, entry: RegistryEntry, by: Membership, teacher: Membership) -> None:
    for place, what in enumerate(MEASURES):
        due = book.today + (place * 9 - 4) * DAY
        who = teacher if place in (1, 2) else by
        measure = PlanMeasure(id=book.ids(), entry=entry, what=what, who=who, due_on=due, added_by=by)
        measure.added_on = entry.listed_on
        if place > 1:
            measure.done_on, measure.ended_by, measure.due_on = (
                entry.listed_on + 5 * DAY,
                who,
                entry.listed_on + 6 * DAY,
            )
        book.measures.append(measure)
    for audience, text in TOLD.items():
        told_on = entry.listed_on + DAY
        book.parts.append(PlanPart(id=book.ids(), entry=entry, audience=audience, text=text, told_on=told_on, by=by))
