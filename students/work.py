"""The jobs of a roster import. What they find stands sealed beside the file; the job's row holds counts only."""

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from schools.errors import Refused
from schools.files import delete_file, keep_file, open_file
from schools.jobs import Work, job
from schools.models import Job
from schools.tables import UnreadableFile
from students.actions.roster import check_can_import
from students.imports import Outcome, Stale, Wish, commit, preview, read_file
from students.listing import Listing
from students.parcel import pack, unpack
from students.problems import file_sentence
from students.roster import Roster

STEPS = 3


@job("roster_preview")
def roster_preview(work: Work) -> None:
    meta, content = unpack(open_file(work.job.pk))
    _preview(work, content, meta["filename"])


def _preview(work: Work, content: bytes, filename: str, **more: Any) -> None:
    roster = _read(work, content, filename)
    listing = Listing()
    outcome = preview(roster, work.viewer.unit, Wish(), listing.watch)
    work.progress(STEPS, STEPS)
    meta = {"filename": filename, **listing.finished(roster, outcome), **more}
    keep_file(work.job.pk, pack(meta, content))
    _tell(work, outcome, "students:roster_preview")


def _read(work: Work, content: bytes, filename: str) -> Roster:
    check_can_import(work.viewer)
    work.progress(1, STEPS)
    try:
        roster = read_file(content, work.viewer.unit, filename=filename)
    except UnreadableFile as error:
        raise Refused(file_sentence(error)) from None
    work.progress(2, STEPS)
    return roster


def _tell(work: Work, outcome: Outcome, url_name: str) -> None:
    result = {"url": reverse(url_name, args=[work.job.pk]), "counts": outcome.counts()}
    Job.objects.filter(pk=work.job.pk).update(result=result)


@job("roster_commit")
def roster_commit(work: Work) -> None:
    if work.job.result:  # a worker that was lost after its commit: what it did is done
        return
    source = _source(work)
    try:
        meta, content = unpack(open_file(source.pk))
    except FileNotFoundError:
        raise Refused(_("The file has been deleted meanwhile. Choose it again.")) from None
    roster = _read(work, content, meta["filename"])
    listing = Listing()
    wish = Wish(confirm_key_fields=bool(work.params["confirm"]))
    try:
        with transaction.atomic():
            outcome = commit(
                roster, work.viewer.unit, by=work.viewer, wish=wish, expected=work.params["digest"], watch=listing.watch
            )
            _tell(work, outcome, "students:roster_done")
    except Stale:
        _preview(work, content, meta["filename"], stale=True)
        return
    keep_file(work.job.pk, pack({"filename": meta["filename"], **listing.finished(roster, outcome)}))
    # The preview is used up: who goes back to it is led to what became of it.
    Job.objects.filter(pk=source.pk).update(result={"url": reverse("students:roster_done", args=[work.job.pk])})
    delete_file(source.pk)


def _source(work: Work) -> Job:
    """The preview this commit belongs to, of the same person in the same role."""
    found = Job.objects.visible_to(work.viewer).filter(pk=work.params["preview"]).first()
    if found is None:
        raise Refused(_("The file has been deleted meanwhile. Choose it again."))
    return found
