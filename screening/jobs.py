"""Long work of this floor: what is printed for a class, or for all classes of a round; the answers as a table."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.work.jobs import Work, job
from screening.actions.consents import make_links
from screening.models import Round, RoundClass
from screening.printing import chosen_classes, families_to_write_to, in_one_file, letters_pdf
from screening.round_table import table_of
from screening.table_files import TYPES, written


@job("consent_letters")
def consent_letters(work: Work) -> None:
    """The unit is that of the membership the job was started in; a code is made for each guardian who has none yet."""
    viewer, params = work.viewer, work.params
    rounds = Round.objects.visible_to(viewer).select_related("school__kind", "consent_text")
    round_ = rounds.get(pk=params["round"])
    rows = chosen_classes(round_, params.get("group"))
    done = 0

    def write(row: RoundClass) -> bytes | None:
        nonlocal done
        row.round = round_
        slips = families_to_write_to(round_, row.class_group)
        work.progress(done, len(rows))
        done += 1
        if not slips:
            return None
        with transaction.atomic():
            make_links(by=viewer, round_=round_, students=[slip.student_id for slip in slips])
            details = {"class": row.class_group_id, "students": len(slips)}
            audit.record(by=viewer, verb="consent_letters.printed", about=round_, details=details)
        return letters_pdf(viewer, row, slips, params["base"])

    made = in_one_file(_("Letters"), rows, write, _("No family has to be asked any more: there is nothing to print."))
    work.keep(made.content, name=made.name, content_type=made.content_type)


@job("round_table")
def round_table(work: Work) -> None:
    """What the owner of the job may read at this moment."""
    viewer, params = work.viewer, work.params
    rounds = Round.objects.visible_to(viewer).select_related("school__kind").prefetch_related("parts__instrument")
    round_ = rounds.get(pk=params["round"])
    work.progress(0, 2)
    table = table_of(viewer, round_, params["language"], with_names=params["names"])
    content = written(table, params["format"], title=f"{round_.title} {round_.opens_on}")
    work.progress(1, 2)
    name = f"{_('screening')}-{timezone.localtime():%Y%m%d-%H%M}.{params['format']}"
    work.keep(content, name=name, content_type=TYPES[params["format"]])
