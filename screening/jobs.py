"""Long work of this floor: what is printed for a class, or for all classes of a round; the answers as a table."""

from collections.abc import Iterator

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.common.errors import Refused
from schools.common.pdf_child import render
from schools.work.jobs import Work, job
from screening.actions import corrections as actions
from screening.actions.consents import make_links
from screening.count_table import counts_of_round
from screening.item_results import items_counted
from screening.models import Instrument, Round, RoundClass, Slip, StaffSurvey
from screening.printing import Write, chosen_classes, families_to_write_to, in_one_file, letters_pdf, slips_pdf
from screening.response_page import responses_to_show, shown
from screening.round_table import Table, table_of
from screening.staff_table import staff_table_of
from screening.table_files import TYPES, written


@job("consent_letters")
def consent_letters(work: Work) -> None:
    """A code is made for each guardian who has none yet."""
    viewer, base = work.viewer, work.params["base"]

    def write(row: RoundClass) -> bytes | None:
        slips = families_to_write_to(viewer, row.round, row.class_group)
        if not slips:
            return None
        with transaction.atomic():
            make_links(by=viewer, round_=row.round, students=[slip.student_id for slip in slips])
            details = {"class": row.class_group_id, "students": len(slips)}
            audit.record(by=viewer, verb="consent_letters.printed", about=row.round, details=details)
        return letters_pdf(viewer, row, slips, base)

    _print(work, write, _("Letters"), _("No family has to be asked any more: there is nothing to print."))


@job("slips")
def slips(work: Work) -> None:
    """Of those who can still answer. Codes and PINs open what students answer: each class is logged."""
    viewer, params = work.viewer, work.params

    def write(row: RoundClass) -> bytes | None:
        rows = Slip.objects.visible_to(viewer).filter(round=row.round, class_group=row.class_group_id)
        usable = list(rows.filter(finished_at=None, revoked_at=None).select_related("student"))
        if not usable:
            return None
        with transaction.atomic():
            audit.record(by=viewer, verb="slips.printed", about=row.round, details={"class": row.class_group_id})
        return slips_pdf(row, usable, params["base"], with_names=params["names"])

    _print(work, write, _("Slips"), _("Everybody has answered: there is nothing to print."))


def _print(work: Work, write: Write, title: str, nothing: str) -> None:
    """One class or all. The unit is that of the membership the job was started in."""
    rounds = Round.objects.visible_to(work.viewer).select_related("school__kind", "consent_text")
    round_ = rounds.get(pk=work.params["round"])
    rows = chosen_classes(round_, work.params.get("group"))

    def each() -> Iterator[RoundClass]:
        for done, row in enumerate(rows):
            work.progress(done, len(rows))
            row.round = round_
            yield row

    made = in_one_file(title, each(), write, nothing)
    work.keep(made.content, name=made.name, content_type=made.content_type)


@job("round_table")
def round_table(work: Work) -> None:
    """What the owner of the job may read at this moment."""
    viewer, params = work.viewer, work.params
    rounds = Round.objects.visible_to(viewer).select_related("school__kind").prefetch_related("parts__instrument")
    round_ = rounds.get(pk=params["round"])
    work.progress(0, 2)
    if round_.is_anonymous:
        table = counts_of_round(items_counted(viewer, round_, params["language"]))
    else:
        table = table_of(viewer, round_, params["language"], with_names=params["names"])
    _keep_table(work, table, _("screening"), f"{round_.title} {round_.opens_on}")


@job("staff_table")
def staff_table(work: Work) -> None:
    """What the owner of the job may read at this moment."""
    viewer, params = work.viewer, work.params
    surveys = StaffSurvey.objects.visible_to(viewer).select_related("unit__kind", "instrument")
    survey = surveys.get(pk=params["survey"])
    work.progress(0, 2)
    table = staff_table_of(viewer, survey, params["language"], with_names=params["names"])
    _keep_table(work, table, _("staff survey"), survey.title)


def _keep_table(work: Work, table: Table, name: str, title: str) -> None:
    file_format = work.params["format"]
    content = written(table, file_format, title=title)
    work.progress(1, 2)
    work.keep(content, name=f"{name}-{timezone.localtime():%Y%m%d-%H%M}.{file_format}", content_type=TYPES[file_format])


@job("response_pdf")
def response_pdf(work: Work) -> None:
    """One result, if the owner of the job may still read it."""
    viewer = work.viewer
    response = responses_to_show(viewer).filter(pk=work.params["response"]).first()
    if response is None:
        raise Refused(_("This result is no longer one that you may open."))
    work.progress(0, 2)
    context = shown(viewer, response, work.params["language"])
    html = render_to_string("screening/response_pdf.html", {**context, "viewer": viewer, "now": timezone.now()})
    work.progress(1, 2)
    name = f"{_('screening')}-{timezone.localtime():%Y%m%d-%H%M}.pdf"  # it names no student
    work.keep(render(html), name=name, content_type="application/pdf")


@job("score_anew")
def score_anew(work: Work) -> None:
    """The results of a closed round, with a corrected version of an instrument."""
    viewer, params = work.viewer, work.params
    rounds = Round.objects.visible_to(viewer).select_related("school__kind").prefetch_related("parts__instrument")
    work.progress(0, 1)
    round_, instrument = rounds.get(pk=params["round"]), Instrument.objects.get(pk=params["instrument"])
    # A worker that was lost after its commit has scored it already.
    if not round_.parts.filter(instrument=instrument).exists():
        actions.score_anew(by=viewer, round_=round_, instrument=instrument)
    work.progress(1, 1)
