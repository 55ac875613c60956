"""The jobs of a roster import. What they find stands sealed beside the file; the job's row holds counts only."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from schools.common.errors import Refused
from schools.common.files import delete_file, keep_file, open_file
from schools.common.tables import UnreadableFile
from schools.models import Job
from schools.work.jobs import Work, job
from students.access import imports_blind
from students.actions.roster import check_can_import
from students.imports import Stale, Watch, Wish, commit, preview, read_file
from students.listing import Listing
from students.parcel import pack, unpack
from students.planning import SchoolPlan
from students.problems import file_sentence
from students.roster import Roster
from students.tally import Tally

READ = 2  # steps until the file is read; then one for each school
SLOWEST = 150  # rows that a commit writes each second at the very least


@job("roster_preview")
def roster_preview(work: Work) -> None:
    meta, content = unpack(open_file(work.job.pk))
    _preview(work, content, meta["filename"])


def _preview(work: Work, content: bytes, filename: str, **more: Any) -> None:
    roster = _read(work, content, filename)
    listing = _listing(work)
    outcome = preview(roster, work.viewer.unit, _wish(work), _watch(roster, listing, work.progress))
    meta = {"filename": filename, **listing.finished(roster, outcome), **more}
    keep_file(work.job.pk, pack(meta, content))
    _tell(work, listing.counts(outcome), "students:roster_preview")


def _wish(work: Work) -> Wish:
    return Wish(confirm_key_fields=bool(work.params.get("confirm")), blind=imports_blind(work.viewer))


def _listing(work: Work) -> Listing | Tally:
    return Tally() if imports_blind(work.viewer) else Listing()


def _watch(roster: Roster, listing: Listing | Tally, tell: Callable[[int, int], None]) -> Watch:
    """Note each school's plan and tell how many schools are done."""
    schools = len({row.school_code for row in roster.rows})
    done = 0

    def watch(plan: SchoolPlan) -> None:
        nonlocal done
        listing.watch(plan)
        done += 1
        tell(READ + done, READ + schools)

    return watch


def _read(work: Work, content: bytes, filename: str) -> Roster:
    check_can_import(work.viewer)
    work.progress(1, READ + 1)
    try:
        roster = read_file(content, work.viewer.unit, filename=filename)
    except UnreadableFile as error:
        raise Refused(file_sentence(error)) from None
    work.progress(READ, READ + 1)
    return roster


def _tell(work: Work, counts: dict[str, int], url_name: str) -> None:
    result = {"url": reverse(url_name, args=[work.job.pk]), "counts": counts}
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
    listing = _listing(work)
    watch = _watch(roster, listing, work.tell)
    work.hold(len(roster.rows) / SLOWEST)
    wish = _wish(work)
    try:
        with transaction.atomic():
            outcome = commit(
                roster, work.viewer.unit, by=work.viewer, wish=wish, expected=work.params["digest"], watch=watch
            )
            _tell(work, listing.counts(outcome), "students:roster_done")
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
