"""Entering, changing, confirming and removing a record of a register, with what it said kept as versions."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import Attachment, RecordVersion, WorkRecord
from schools.models.records import subject_of
from schools.registers.base import attachments
from schools.registers.base.attachments import Upload
from schools.registers.base.register import Register
from schools.tallies import mark

Act = RecordVersion.Act


def enter_record(*, by: Viewer, register: Register, values: dict[str, Any], files: Iterable[Upload] = ()) -> Any:
    """A new row. It counts at once if a keeper enters it for somebody else."""
    if not register.can_enter(by):
        raise Refused(_("Your role does not enter this."))
    record = register.model(unit=register.unit_of(values, by), **values)
    if not register.can_change(by, record):
        raise Refused(_("You enter only your own."))
    if register.counts_at_once(by, record):
        record.confirmed_by, record.confirmed_at = by.person, timezone.now()
    return _kept_once(lambda: _entered(by, register, record, files))


def _kept_once(write: Any) -> Any:
    """What is there already is not entered a second time."""
    try:
        with transaction.atomic():
            return write()
    except IntegrityError:
        raise Refused(_("This is in the list already.")) from None


def _entered(by: Viewer, register: Register, record: Any, files: Iterable[Upload]) -> Any:
    record.save(force_insert=True)
    _told(by, register, record, Act.ENTERED, files)
    audit.record(by=by, verb=f"{register.name}.entered", about=record)
    return record


def change_record(
    *,
    by: Viewer,
    register: Register,
    record: WorkRecord,
    revision: int,
    values: dict[str, Any],
    files: Iterable[Upload] = (),
) -> Any:
    """What somebody changes in their own row asks for confirmation again."""
    if not register.can_change(by, record):
        raise Refused(_("You change only your own."))
    return _kept_once(lambda: _changed(by, register, record, revision, values, files))


def _changed(
    by: Viewer, register: Register, record: Any, revision: int, values: dict[str, Any], files: Iterable[Upload]
) -> Any:
    before = register.model._base_manager.select_related("unit").get(pk=record.pk)
    names = sorted(name for name, value in values.items() if getattr(before, name) != value)
    files = list(files)
    if not names and not files:
        return before
    _mark(register, before)
    after = register.model(unit=before.unit, **values)
    is_good = register.counts_at_once(by, before) and register.counts_at_once(by, after)
    confirmed = (by.person, timezone.now()) if is_good else (None, None)
    done = register.model._base_manager.filter(pk=record.pk, revision=revision).update(
        revision=revision + 1, confirmed_by=confirmed[0], confirmed_at=confirmed[1], **values
    )
    if not done:
        raise Refused(_("Somebody has changed this since you opened it. Compare before you save again."))
    changed = register.model._base_manager.get(pk=record.pk)
    if not register.can_change(by, changed):
        raise Refused(_("You change only your own."))
    _told(by, register, changed, Act.CHANGED, files)
    audit.record(by=by, verb=f"{register.name}.changed", about=changed, details={"fields": names})
    return changed


@transaction.atomic
def confirm_record(*, by: Viewer, register: Register, record: WorkRecord, revision: int) -> None:
    """From now on it counts. `revision` is what the keeper has read."""
    if not register.counts_at_once(by, record):
        raise Refused(_("Somebody else confirms this: nobody confirms what is their own."))
    waiting = register.model._base_manager.filter(pk=record.pk, revision=revision, confirmed_at=None)
    if not waiting.update(confirmed_by=by.person, confirmed_at=timezone.now()):
        raise Refused(_("It is confirmed already, or has been changed since you opened it. Look at it again."))
    record.refresh_from_db()
    _told(by, register, record, Act.CONFIRMED, ())
    audit.record(by=by, verb=f"{register.name}.confirmed", about=record)


@transaction.atomic
def remove_record(*, by: Viewer, register: Register, record: WorkRecord) -> None:
    """Its versions and files go with it; that it was there stays in the log."""
    if not register.can_change(by, record):
        raise Refused(_("You remove only your own."))
    if record.confirmed_at and register.is_own(by, record):
        raise Refused(_("It has been confirmed. Ask whoever confirmed it to remove it."))
    _mark(register, record)
    audit.record(by=by, verb=f"{register.name}.removed", about=record)
    attachments.drop(Attachment.objects.of(record))
    RecordVersion.objects.of(record).delete()
    record.delete()


@transaction.atomic
def remove_file(*, by: Viewer, register: Register, record: WorkRecord, attachment: Attachment) -> None:
    if not register.can_change(by, record):
        raise Refused(_("You change only your own."))
    if record.confirmed_at and register.is_own(by, record):
        raise Refused(_("It has been confirmed. Ask whoever confirmed it to remove the file."))
    audit.record(by=by, verb=f"{register.name}.file_removed", about=record)
    attachments.drop(Attachment.objects.filter(pk=attachment.pk))


@transaction.atomic
def take_file(*, by: Viewer, register: Register, record: WorkRecord, attachment: Attachment) -> Any:
    """A file leaves through its record; that it did is in the log."""
    audit.record(by=by, verb=f"{register.name}.file_taken", about=record)
    return attachments.as_download(attachment)


def _told(by: Viewer, register: Register, record: Any, act: str, files: Iterable[Upload]) -> None:
    """Keep what the row says now, its files, and have its figures counted anew."""
    RecordVersion.objects.create(
        **subject_of(record), by=by.membership, act=act, revision=record.revision, values=register.told(record)
    )
    for one in files:
        attachments.keep(record, one, by=by.membership)
    _mark(register, record)


def _mark(register: Register, record: Any) -> None:
    units, since = register.marks(record)
    if units:
        mark(*units, since=since)
