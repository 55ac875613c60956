"""Giving a class's delegate the link, and handing the barometer in by it."""

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.access import can_give_link
from reports.barometer import Own, is_worrying, level_of, own_questions
from reports.models import Barometer, BarometerLink
from schools import audit
from schools.access import Viewer
from schools.common import crypto
from schools.common.errors import Refused
from schools.models import ClassGroup, Membership, Role
from schools.queries import class_teachers
from schools.settings_of import setting_of
from schools.work.notices import notify
from students.actions.flags import raise_flag
from students.models import Student


def hash_of(token: str) -> str:
    return crypto.lookup_hash(token, purpose="barometer")


@transaction.atomic
def give_link(*, by: Viewer, group: ClassGroup, dormitory: str = "") -> str:
    """A new link for the delegate of a class, or of a dormitory of it, good until the term ends; an older one opens
    nothing any more. Shown once."""
    if not can_give_link(by, group):
        raise Refused(_("Only the class teacher, a counselor or the leader gives the link to the delegate."))
    if by.term is None:
        raise Refused(_("There is no term yet."))
    older = BarometerLink.objects.filter(class_group=group, dormitory=dormitory, ended_at=None)
    older.update(ended_at=timezone.now())
    token = secrets.token_urlsafe(24)
    link = BarometerLink.objects.create(
        class_group=group,
        dormitory=dormitory,
        token_hash=hash_of(token),
        by=by.membership,
        last_on=by.term.ends,
    )
    audit.record(by=by, verb="barometer.link_given", about=link, details={"class_group": group.pk})
    return token


def link_of(token: str) -> BarometerLink | None:
    """The class that a link opens today."""
    rows = BarometerLink.objects.open(timezone.localdate()).filter(token_hash=hash_of(token))
    return rows.select_related("class_group__school__kind").first()


def own_of(group: ClassGroup) -> list[Own]:
    """The questions that the school, or a unit above it, has added."""
    return own_questions(setting_of(group.school, "barometer_questions"))


def monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


@transaction.atomic
def file_barometer(
    *, link: BarometerLink, answers: Mapping[str, int], named: str = "", words: str = ""
) -> Barometer | None:
    """Hand in this week's sheet. A week keeps every worrying sheet, and a calm one only if it comes first. Of the rest
    nothing is kept, and this is None: a calm one after any other, a worrying one that repeats another word for word.

    A name or a sentence is worrying whatever is ticked. Worrying, with the name of a student of the class: a flag.
    Worrying without one, or with a name that nobody here has: a notice to counselors, in a school without one to
    leaders, and to the class teacher."""
    group = ClassGroup.objects.select_for_update(no_key=True).get(pk=link.class_group_id)  # one at a time
    own = own_of(link.class_group)
    named, words = named.strip(), words.strip()
    worrying = is_worrying(answers, own) or bool(named or words)
    place: dict[str, Any] = {"class_group": group, "dormitory": link.dormitory, "week": monday(timezone.localdate())}
    there = list(Barometer.objects.filter(**place))
    is_repeated = any((row.answers, row.named, row.words) == (answers, named, words) for row in there)
    if is_repeated or (there and not worrying):
        return None
    student, now = _student(group, named), timezone.now()
    row = Barometer.objects.create(
        **place,
        asked=[[one.code, one.words] for one in own],
        answers=dict(answers),
        is_worrying=worrying,
        named=named,
        words=words,
        flag=raise_flag(by=None, student=student, severity=level_of(answers, own), known_at=now) if student else None,
        filed_at=now,
    )
    if worrying and not student:
        notify(
            to=_people(group),
            kind="barometer.worry",
            about=row,
            url=reverse("reports:barometer_list"),
            unit=link.class_group.school,
        )
    details = {"class_group": group.pk, "level": worrying}
    audit.record(by=None, verb="barometer.filed", about=row, unit=link.class_group.school, details=details)
    return row


def _student(group: ClassGroup, name: str) -> Student | None:
    """The one student of the class with exactly this name; of two nobody is guessed."""
    found = list(Student.objects.enrolled().filter(class_group=group, name=name)[:2]) if name else []
    return found[0] if len(found) == 1 else None


def _people(group: ClassGroup) -> list[Membership]:
    """The counselors, or in a school without one the leaders, and the class teachers."""
    here = Membership.objects.working().filter(unit=group.school_id).select_related("person")
    counselors = list(here.filter(role=Role.COUNSELOR))
    teachers = [member for _class, member in class_teachers([group.pk], timezone.localdate())]
    return [*(counselors or here.filter(role=Role.SCHOOL_LEADER)), *teachers]
