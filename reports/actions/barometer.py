"""Giving a class's delegate the link, and handing the barometer in by it."""

import datetime as dt
import secrets
from collections.abc import Mapping

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
    """Hand in this week's. One that is there stays, and this is None; but a worrying one takes the place of one that
    worries nobody. A name or a sentence is worrying whatever is ticked. Worrying, with the name of a student of the
    class: a flag. Worrying without one, or with a name that nobody here has: a notice to counselors, in a school
    without one to leaders, and to the class teacher."""
    group = link.class_group
    own = own_of(group)
    worrying = is_worrying(answers, own) or bool(named.strip() or words.strip())
    said = {
        "asked": [[one.code, one.words] for one in own],
        "answers": dict(answers),
        "is_worrying": worrying,
        "named": named.strip(),
        "words": words.strip(),
        "filed_at": timezone.now(),
    }
    row, is_first = Barometer.objects.select_for_update(no_key=True).get_or_create(
        class_group=group, dormitory=link.dormitory, week=monday(timezone.localdate()), defaults=said
    )
    if not is_first:
        if row.is_worrying or not worrying:
            return None
        for name, value in said.items():
            setattr(row, name, value)
        row.save()
    student = _student(group, row.named)
    if student:
        row.flag = raise_flag(by=None, student=student, severity=level_of(answers, own), known_at=timezone.now())
        row.save(update_fields=["flag"])
    elif worrying:
        notify(
            to=_people(group),
            kind="barometer.worry",
            about=row,
            url=reverse("reports:barometer_list"),
            unit=group.school,
        )
    audit.record(
        by=None,
        verb="barometer.filed" if is_first else "barometer.replaced",
        about=row,
        unit=group.school,
        details={"class_group": group.pk, "level": worrying},
    )
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
