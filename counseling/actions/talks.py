"""What happens to the record of a talk: filed once, revised by number, deleted with a trace."""

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from counseling import content
from counseling.access import can_change_part
from counseling.content import Content, Header, Unfit
from counseling.models import TalkDraft, TalkLog, TalkPart, TalkRevision
from counseling.states import talks
from schools import audit
from schools.access import STAFF_ROLES, Viewer
from schools.common.errors import Refused
from schools.models import Role
from schools.tallies import mark
from students.actions.flags import Following, raise_flag, stand_by_hand
from students.models import RiskFlag, Student
from students.states import keep

MOST_STUDENTS = 30
CLOCKS_DIFFER = dt.timedelta(minutes=5)


class Overtaken(Refused):
    """The record was changed since the form was opened."""


# --- filing ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def file_talk(
    *, by: Viewer, submission: UUID, header: Header, parts: Mapping[Student, Content], flag_reason: str = ""
) -> TalkLog:
    """File a talk with one or several students. The same submission again gives the talk that was filed first.

    `flag_reason` is what stands on the flags of a talk for counselors only, for those who may not read the talk.
    """
    filed = _filed(by, submission)
    if filed:
        return filed
    _check_header(by, header)
    _check_parts(by, header, parts)
    _check_flag_reason(flag_reason, header.is_restricted and any(written.severity for written in parts.values()))
    try:
        with transaction.atomic():
            talk = TalkLog.objects.create(
                submission=submission,
                school=by.unit,
                author=by.person,
                membership=by.membership,
                **{name: getattr(header, name) for name in content.HEADER_FIELDS},
            )
    except IntegrityError:
        # A second press, or a retry on a bad network, was quicker.
        filed = _filed(by, submission)
        if filed is None:
            raise
        return filed
    rows = [_part(talk, student, written) for student, written in parts.items()]
    then = Following()
    for part in sorted(rows, key=lambda part: part.student_id):  # in one order, as `keep` locks them too
        if part.severity:
            part.flag = _raise_flag(by, part, then, known_at=talk.happened_at, reason=flag_reason)
    for part in rows:
        part.save(force_insert=True)
    keep([student.pk for student in parts], talks)
    TalkDraft.objects.filter(person=by.person, submission=submission).delete()
    mark(talk.school_id, since=timezone.localdate(talk.happened_at))
    then.call()
    # Before the flags that it raises: to whoever may not read the talk its row is a look at the student's page, and who
    # raises a flag by hand has looked there before.
    audit.record_many(by=by, verb="talk.filed", rows=[(part, part.student_id) for part in rows])
    then.note()
    return talk


def _filed(by: Viewer, submission: UUID) -> TalkLog | None:
    return TalkLog.objects.filter(author=by.person, submission=submission).first()


def _part(talk: TalkLog, student: Student, written: Content) -> TalkPart:
    part = TalkPart(talk=talk, student=student, class_group_id=student.class_group_id)
    content.write(part, written)
    return part


def _check_header(by: Viewer, header: Header, was: Header | None = None) -> None:
    if by.role not in STAFF_ROLES:
        raise Refused(_("Only people who work with students log talks."))
    if header.is_restricted != (was.is_restricted if was else False) and by.role != Role.COUNSELOR:
        raise Refused(_("Only a counselor can keep a talk for counselors only."))
    if was and header.happened_at == was.happened_at:
        return
    if header.happened_at > timezone.now() + CLOCKS_DIFFER:
        raise Unfit(_("The talk cannot lie in the future. Check its date and time."), "happened_at")
    earliest = earliest_day(by)
    if timezone.localdate(header.happened_at) < earliest:
        text = _("The talk is too long ago: talks since {day} can be logged.")
        raise Unfit(text.format(day=earliest.isoformat()), "happened_at")


def earliest_day(by: Viewer) -> dt.date:
    """How far back a talk can be logged: to the beginning of the term before this one."""
    if by.term is None:
        return timezone.localdate() - dt.timedelta(days=365)
    before = [term.starts for term in by.terms if term.ends < by.term.starts]
    return before[-1] if before else by.term.starts - dt.timedelta(days=180)


def _check_parts(by: Viewer, header: Header, parts: Mapping[Student, Content]) -> None:
    if not parts:
        raise Refused(_("Choose whom the talk was with."))
    if len(parts) > MOST_STUDENTS:
        raise Refused(_("A talk can be with {count} students at most.").format(count=MOST_STUDENTS))
    seen = Student.objects.visible_to(by).exclude(status=Student.Status.LEFT).filter(pk__in=[s.pk for s in parts])
    if seen.count() != len(parts):
        raise Refused(_("You can log talks only with students you look after."))
    for student, written in parts.items():
        _check_content(header, student, written)


def _check_content(header: Header, student: Student, written: Content) -> None:
    if written.is_empty():
        raise Unfit(_("Choose a theme or write a line: an empty record helps nobody."), "words", student)
    if written.follow_up_on and written.follow_up_on < timezone.localdate(header.happened_at):
        raise Unfit(_("The follow-up cannot lie before the talk."), "follow_up_on", student)


# --- the flag -------------------------------------------------------------------------------------------------------


def _check_flag_reason(reason: str, is_needed: bool) -> None:
    if is_needed and not reason.strip():
        text = _("Write down why the flag stands: the leader and the grade head see the flag, but not this talk.")
        raise Unfit(text, "flag_reason")


def _raise_flag(by: Viewer, part: TalkPart, then: Following, *, known_at: dt.datetime, reason: str) -> RiskFlag:
    """The flag is seen by people who may not learn of a talk for counselors only: it then looks in every respect like
    one that the counselor raised by hand just now, on the form, which knows minutes only."""
    source = RiskFlag.Source.TALK
    if part.talk.is_restricted:
        known_at, source = timezone.now().replace(second=0, microsecond=0), RiskFlag.Source.BY_HAND
    return raise_flag(
        by=by,
        student=part.student,
        severity=part.severity,
        known_at=known_at,
        source=source,
        reason=reason if part.talk.is_restricted else "",
        following=then,
    )


def _hide_behind_reason(talk: TalkLog, part: TalkPart, reason: str) -> None:
    """Let the flag of a talk that becomes one for counselors only stand as if it had been raised by hand. If a talk
    that others may read began it, it goes on saying so."""
    flag = part.flag
    if flag is None:
        return
    others = TalkPart.objects.covering().filter(
        flag=flag, talk__membership=talk.membership_id, talk__happened_at=flag.known_at
    )
    is_ours = flag.source == RiskFlag.Source.TALK and flag.raised_by_id == talk.membership_id
    began = is_ours and not others.exclude(talk=talk).exists()
    known_at = flag.known_at if began else talk.happened_at
    stand_by_hand(flag=flag, by=talk.membership, reason=reason, known_at=known_at, began=began)


# --- correcting and deleting ------------------------------------------------------------------------------------------


@transaction.atomic
def revise_part(
    *, by: Viewer, part: TalkPart, revision: int, header: Header, written: Content, flag_reason: str = ""
) -> TalkPart:
    """Correct a filed part; how it read before is kept under its number.

    `revision` is the one the author had before their eyes: a second window does not overwrite the first. A change of
    the header concerns the parts of all students of the talk, and each keeps its own number.
    """
    _check_may_change(by, part)
    _check_header(by, header, content.header_of(part.talk))
    _check_content(header, part.student, written)
    talk = TalkLog.objects.select_for_update().get(pk=part.talk_id)
    concerned = list(
        talk.parts.standing().select_for_update().select_related("talk", "student").prefetch_related("flag")
    )
    part = next((one for one in concerned if one.pk == part.pk), part)
    if part.revision != revision or part.deleted_at:
        raise Overtaken(_("This record has been changed since you opened it. Compare before you save again."))
    hidden = [one for one in concerned if one.flag_id and header.is_restricted and not talk.is_restricted]
    is_raised = written.severity > part.severity
    _check_flag_reason(flag_reason, bool(hidden) or (header.is_restricted and is_raised))
    for one in hidden:
        _hide_behind_reason(talk, one, flag_reason)
    before = {one.pk: content.to_json(one) for one in concerned}
    happened_at = talk.happened_at
    changed = content.write(part, written)
    changed_header = content.write(talk, header)
    if not changed and not changed_header:
        return part
    part.talk = talk
    then = Following()
    if is_raised:
        part.flag = _raise_flag(by, part, then, known_at=timezone.now(), reason=flag_reason)
        changed.append("flag")
    if changed_header:
        talk.save(update_fields=changed_header)
        keep([one.student_id for one in concerned], talks)
    revised = concerned if changed_header else [part]
    for one in revised:
        _keep_revision(by, one, before[one.pk])
    part.save(update_fields=[*changed, "revision"])
    mark(talk.school_id, since=timezone.localdate(min(happened_at, talk.happened_at)))
    then.call()
    audit.record_many(  # before the flag, as when a talk is filed
        by=by,
        verb="talk.revised",
        rows=[(one, one.student_id) for one in revised],
        details={"fields": sorted({*changed, *changed_header})},
    )
    then.note()
    return part


def _keep_revision(by: Viewer, part: TalkPart, before: str) -> None:
    moved = TalkPart.objects.filter(pk=part.pk, revision=part.revision, deleted_at=None).update(
        revision=F("revision") + 1
    )
    if not moved:
        raise Overtaken(_("This record has been changed since you opened it. Compare before you save again."))
    TalkRevision.objects.create(part=part, number=part.revision, by=by.person, content=before)
    part.revision += 1


@transaction.atomic
def delete_part(*, by: Viewer, part: TalkPart, reason: str) -> TalkPart:
    """Take a part out of the file. The row stays, and with it who deleted it, when and why."""
    _check_may_change(by, part)
    if not reason.strip():
        raise Refused(_("Write down why this record is deleted."))
    now = timezone.now()
    moved = TalkPart.objects.filter(pk=part.pk, deleted_at=None).update(deleted_at=now, deleted_by=by.person)
    if not moved:
        raise Refused(_("This record has already been deleted."))
    part.refresh_from_db()
    part.deletion_reason = reason.strip()
    part.save(update_fields=["deletion_reason"])
    keep([part.student_id], talks)
    mark(part.talk.school_id, since=timezone.localdate(part.talk.happened_at))
    audit.record(by=by, verb="talk.deleted", about=part, student=part.student_id)
    return part


def _check_may_change(by: Viewer, part: TalkPart) -> None:
    if not can_change_part(by, part):
        raise Refused(_("Only the person who held the talk changes its record, and only while it stands."))
