"""What people do with a summary: write a section, go back to the drafted text, export it."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from reports.editions import Edition
from reports.models import AUTHORS, Summary, SummarySection
from reports.sections import CODES
from reports.summary import drafted_text
from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import Job, Term
from schools.work.jobs import start_job
from schools.work.reminders import end_reminders

LONGEST = 20_000
FORMATS = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel"}
EDITIONS = {
    Edition.WORK: gettext_lazy("For work: exact numbers"),
    Edition.PUBLIC: gettext_lazy("Public: small numbers hidden, all rounded"),
}
# Chosen, not typed: the audit log keeps the reason, and never a text.
REASONS = {
    "submission": gettext_lazy("To hand it to the unit above"),
    "meeting": gettext_lazy("For a meeting of the leadership"),
    "inspection": gettext_lazy("For an inspection or evaluation"),
    "planning": gettext_lazy("To plan the work ahead"),
    "archive": gettext_lazy("For our own archive"),
}


@dataclass
class Conflict(Exception):
    """Somebody else wrote this section in the meantime. Nothing was saved; both texts are here."""

    mine: str
    theirs: SummarySection


@transaction.atomic
def write_section(*, by: Viewer, term: Term, code: str, body: str, version: int) -> SummarySection:
    """Save a text over the version its writer had before them; otherwise raise Conflict."""
    if len(body.strip()) > LONGEST:
        raise Refused(_("This text is too long. Shorten it to {n} characters.").format(n=LONGEST))
    return _change(by, term, code, version, body.strip(), is_drafted=False)


@transaction.atomic
def return_to_draft(*, by: Viewer, term: Term, code: str, version: int, body: str = "") -> SummarySection:
    """Let the section draft itself again. What was written stays in the row until something else is.

    `body` is what the person had typed: a conflict gives it back.
    """
    return _change(by, term, code, version, body, is_drafted=True)


def _change(by: Viewer, term: Term, code: str, version: int, body: str, *, is_drafted: bool) -> SummarySection:
    _check_may_write(by, code)
    section = _section(by, term, code)
    now = timezone.now()
    taken = SummarySection.objects.filter(pk=section.pk, version=version)
    # Another text is not the one that was found fit to publish.
    values = {"is_drafted": is_drafted, "is_publishable": False, "edited_by": by.person, "edited_at": now}
    if not taken.update(version=version + 1, **values):
        section.refresh_from_db()
        raise Conflict(body, section)
    section.refresh_from_db()
    if not is_drafted:
        section.body = body
        section.basis = drafted_text(by.unit, term, code)
        section.save(update_fields=["body", "basis"])
    verb = "summary.draft_restored" if is_drafted else "summary.written"
    audit.record(by=by, verb=verb, about=section.summary, details={"section": code, "version": section.version})
    return section


@transaction.atomic
def set_publishable(*, by: Viewer, term: Term, code: str, is_publishable: bool, version: int) -> SummarySection:
    """Say that the text as it stands may be in the public edition, or that it may not."""
    _check_may_write(by, code)
    section = _section(by, term, code)
    if not SummarySection.objects.filter(pk=section.pk, version=version).update(is_publishable=is_publishable):
        raise Refused(_("Somebody has changed this text. Read it again before you mark it."))
    section.refresh_from_db()
    details = {"section": code, "version": version, "publishable": is_publishable}
    audit.record(by=by, verb="summary.publishable_set", about=section.summary, details=details)
    return section


def _check_may_write(by: Viewer, code: str) -> None:
    if by.role not in AUTHORS:
        raise Refused(_("Only counselors, leaders and center staff write the summary of their unit."))
    if code not in CODES or code == "appendix":
        raise Refused(_("The summary has no such section to write."))


def _section(by: Viewer, term: Term, code: str) -> SummarySection:
    # By its code: a unit that sets a term of its own, or follows the one above again, keeps what it wrote.
    summary, _created = Summary.objects.get_or_create(unit=by.unit, term__code=term.code, defaults={"term": term})
    section, _created = SummarySection.objects.select_related("summary", "edited_by").get_or_create(
        summary=summary, code=code, defaults={"is_drafted": True}
    )
    return section


@transaction.atomic
def export_summary(*, by: Viewer, term: Term, file_format: str, reason: str, edition: str = Edition.WORK) -> Job:
    """Start the export, for a reason that is logged with it."""
    if by.role not in AUTHORS:
        raise Refused(_("Only counselors, leaders and center staff export the summary of their unit."))
    if file_format not in FORMATS:
        raise Refused(_("Choose PDF, Word or Excel."))
    if edition not in EDITIONS:
        raise Refused(_("Choose the edition for work or the public one."))
    if reason not in REASONS:
        raise Refused(_("Choose what the export is for."))
    params = {"term": term.code, "format": file_format, "edition": edition, "language": get_language() or "zh-hans"}
    job = start_job(by=by, kind="semester_report", params=params)
    end_reminders("summary.due", term.ends, units=[by.unit])
    details = {"term": term.code, "format": file_format, "edition": edition, "reason": reason}
    audit.record(by=by, verb="summary.exported", about=job, details=details)
    return job
