"""Drafts of talks: what a person has typed and not yet filed. Nobody else sees them, and they are no records."""

import datetime as dt
import json
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from counseling.models import TalkDraft, TalkLog
from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import AuditEntry

LARGEST = 200_000
KEPT = dt.timedelta(days=60)

Typed = dict[str, list[str]]


@transaction.atomic
def save_draft(*, by: Viewer, submission: UUID, typed: Typed) -> TalkDraft | None:
    """Keep what was typed. Nothing is kept of a talk that has been filed: a late message must not bring it back.

    Its first save leaves an audit row; those that follow every second or so do not.
    """
    text = json.dumps(typed, ensure_ascii=False)
    if len(text) > LARGEST:
        raise Refused(_("The draft is too long to be kept."))
    if TalkLog.objects.filter(author=by.person, submission=submission).exists():
        return None
    draft, is_new = TalkDraft.objects.get_or_create(
        person=by.person, submission=submission, defaults={"membership": by.membership}
    )
    draft.content = text
    draft.saved_at = timezone.now()
    draft.save(update_fields=["content", "saved_at"])
    if is_new:
        TalkDraft.objects.filter(person=by.person, saved_at__lt=timezone.now() - KEPT).delete()
        audit.record(by=by, verb="talk_draft.started", about=draft, details={"submission": str(submission)})
    return draft


def submission_of_gone(by: Viewer, pk: UUID) -> UUID | None:
    """Of a draft that is gone, the form it was typed in; only the log still knows, and only its writer is told."""
    started = AuditEntry.objects.filter(person=by.person, membership_id=by.membership.pk, verb="talk_draft.started")
    entry = started.filter(subject_id=str(pk)).first()
    return UUID(entry.details["submission"]) if entry and "submission" in entry.details else None


@transaction.atomic
def discard_draft(*, by: Viewer, draft: TalkDraft) -> None:
    """Throw a draft away."""
    if draft.person_id != by.person.pk:
        raise Refused(_("A draft belongs to the person who typed it."))
    audit.record(by=by, verb="talk_draft.discarded", about=draft)
    draft.delete()


def typed_in(draft: TalkDraft) -> Typed:
    """What a draft holds: the fields of the form as they were sent."""
    return dict(json.loads(draft.content or "{}"))
