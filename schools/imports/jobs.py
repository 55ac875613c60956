"""The two jobs of an import in the browser: read a file for its preview, and do exactly what the preview showed."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from schools.common.errors import Refused
from schools.common.files import delete_file, keep_file, open_file
from schools.common.tables import UnreadableFile
from schools.imports.actions import check_may_import
from schools.imports.found import Collector, Found, keep_found, open_found
from schools.imports.kinds import ImportKind, ImportOptions, ImportPlan, all_kinds
from schools.imports.pipeline import PreviewOutdated, ReadFile, commit, preview, read
from schools.models import Job, Unit
from schools.unreadable import file_sentence
from schools.work.jobs import Work, job

READ = 2  # steps until the file is read; then one for each plan
SLOWEST = 150  # rows that a commit writes each second at the very least


def register_jobs() -> None:
    """Called once all kinds are known."""
    for kind in all_kinds():
        if kind.roles:
            job(f"{kind.code}_preview")(partial(run_preview, kind))
            job(f"{kind.code}_commit")(partial(run_commit, kind))


def run_preview(kind: ImportKind, work: Work) -> None:
    content, filename = open_file(work.job.pk), open_found(work.job.pk)["filename"]
    _preview(kind, work, content, filename)


def _preview(kind: ImportKind, work: Work, content: bytes, filename: str, **more: Any) -> None:
    unit = _unit(work)
    found = _read(kind, work, unit, content)
    options = _options(kind, work)
    collector = Collector(kind, counts_only=options.counts_only)
    watch = _watch(found, collector, work.progress)
    result = preview(found, unit, by=work.viewer, options=options, watch=watch)
    keep_file(work.job.pk, content)
    keep_found(work.job.pk, {"filename": filename, **collector.finished(found, result), **more})
    _tell(work, collector.counts(result), "schools:import_preview")


def run_commit(kind: ImportKind, work: Work) -> None:
    if work.job.result:  # a worker that was lost after its commit: what it did is done
        return
    source = _source(work)
    try:
        content, filename = open_file(source.pk), open_found(source.pk)["filename"]
    except FileNotFoundError:
        raise Refused(_("The file has been deleted meanwhile. Choose it again.")) from None
    unit = _unit(work)
    found = _read(kind, work, unit, content)
    work.hold(len(found.rows) / SLOWEST)
    try:
        told = _committed(kind, work, unit, found)
    except PreviewOutdated:
        _preview(kind, work, content, filename, outdated=True)
        return
    keep_found(work.job.pk, {"filename": filename, **told})
    # The preview is used up: who goes back to it is led to what became of it.
    Job.objects.filter(pk=source.pk).update(result={"url": reverse("schools:import_done", args=[work.job.pk])})
    delete_file(source.pk)


def _committed(kind: ImportKind, work: Work, unit: Unit, found: ReadFile) -> Found:
    options = _options(kind, work)
    collector = Collector(kind, counts_only=options.counts_only)
    watch, expected = _watch(found, collector, work.tell), work.params["digest"]
    with transaction.atomic():
        result = commit(found, unit, by=work.viewer, options=options, expected=expected, watch=watch)
        _tell(work, collector.counts(result), "schools:import_done")
        if result.handout:
            work.keep(result.handout.content, name=result.handout.name, content_type=result.handout.content_type)
    return collector.finished(found, result)


def _unit(work: Work) -> Unit:
    return Unit.objects.select_related("kind", "parent").get(pk=work.params["unit"])


def _options(kind: ImportKind, work: Work) -> ImportOptions:
    confirmed, counts_only = bool(work.params.get("confirm")), kind.counts_only(work.viewer)
    return ImportOptions(confirm_key_fields=confirmed and not counts_only, counts_only=counts_only)


def _watch(found: ReadFile, collector: Collector, tell: Callable[[int, int], None]) -> Callable[[ImportPlan], None]:
    """Keep each plan's lines and tell how far it is."""
    plans = found.kind.plan_count(found.rows)
    done = 0

    def watch(plan: ImportPlan) -> None:
        nonlocal done
        collector.watch(plan)
        done += 1
        tell(READ + done, READ + plans)

    return watch


def _read(kind: ImportKind, work: Work, unit: Unit, content: bytes) -> ReadFile:
    check_may_import(work.viewer, kind, unit)
    work.progress(1, READ + 1)
    try:
        found = read(kind, content, unit)
        if kind.most_rows and len(found.rows) > kind.most_rows:
            raise UnreadableFile("too_many_rows")
    except UnreadableFile as error:
        raise Refused(file_sentence(error)) from None
    work.progress(READ, READ + 1)
    return found


def _tell(work: Work, counts: dict[str, int], url_name: str) -> None:
    result = {"url": reverse(url_name, args=[work.job.pk]), "counts": counts}
    Job.objects.filter(pk=work.job.pk).update(result=result)


def _source(work: Work) -> Job:
    """The preview this commit belongs to, of the same person in the same role."""
    found = Job.objects.visible_to(work.viewer).filter(pk=work.params["preview"]).first()
    if found is None:
        raise Refused(_("The file has been deleted meanwhile. Choose it again."))
    return found
