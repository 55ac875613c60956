"""Long work of this floor: the export of a summary."""

from reports.editions import Edition
from reports.exporting import export, stamp_of
from schools.queries import term_of
from schools.work.jobs import Work, job


@job("semester_report")
def semester_report(work: Work) -> None:
    """The unit is that of the membership the job was started in, never one that a request named."""
    viewer = work.viewer
    term = term_of(viewer.unit, work.params["term"])
    if term is None:
        raise LookupError("the term has gone")
    edition = Edition(work.params.get("edition", Edition.WORK))  # a job from before there were two
    made = export(
        viewer.unit, term, work.params["format"], stamp=stamp_of(viewer), edition=edition, progress=work.progress
    )
    work.keep(made.content, name=made.name, content_type=made.content_type)
