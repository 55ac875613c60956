"""What a school prints for a round, class by class: slips, and letters to families."""

import io
import zipfile
from collections.abc import Callable, Iterable
from typing import NamedTuple
from uuid import UUID

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from schools.access import Viewer
from schools.common.errors import Refused
from schools.common.pdf_child import render
from schools.models import ClassGroup
from screening.asking_families import still_asked, unanswered
from screening.consents import can_use_link
from screening.models import ConsentLink, Round, RoundClass, Slip
from screening.qr import qr_code
from screening.slip_codes import class_code_of, code_of, link_code_of, pin_of
from screening.windows import last_day
from students.models import Student

Write = Callable[[RoundClass], bytes | None]  # one class as PDF; nothing where nobody is to get any paper


def chosen_classes(round_: Round, group: int | None) -> list[RoundClass]:
    rows = round_.classes.select_related("class_group__school", "round")
    return list(rows.filter(class_group=group) if group else rows)


class Files(NamedTuple):
    content: bytes
    name: str
    content_type: str


def in_one_file(title: str, rows: Iterable[RoundClass], write: Write, nothing: str) -> Files:
    """The PDF of one class, or of several classes an archive with a PDF for each."""
    made = [(row.class_group.name, content) for row in rows if (content := write(row)) is not None]
    if not made:
        raise Refused(nothing)
    if len(made) == 1:
        return Files(made[0][1], f"{title} {made[0][0]}.pdf", "application/pdf")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in made:
            archive.writestr(f"{title} {name}.pdf", content)
    return Files(out.getvalue(), f"{title}.zip", "application/zip")


# --- slips ------------------------------------------------------------------------------------------------------------


class SlipShown(NamedTuple):
    slip: Slip
    picture: SafeString
    pin: str


def slips_pdf(row: RoundClass, slips: list[Slip], base: str, *, with_names: bool) -> bytes:
    """One slip for each student of a class, to cut; before them the class's own code."""

    def url(name: str, code: str) -> str:
        return base + reverse(f"screening:{name}", args=[code])

    class_url = url("answer_class", class_code_of(row))
    context = {
        "round": row.round,
        "group": row.class_group,
        "class_url": class_url,
        "class_picture": qr_code(class_url),
        "slips": [SlipShown(one, qr_code(url("answer_start", code_of(one))), pin_of(one)) for one in slips],
        "with_names": with_names,
        "until": last_day(row.round, row),
    }
    return render(render_to_string("screening/slips_pdf.html", context))


# --- letters to families ----------------------------------------------------------------------------------------------


class LinkShown(NamedTuple):
    """A guardian's link as it is printed or handed on."""

    link: ConsentLink
    label: str  # how the guardian stands to the child; the name where that is not known
    url: str
    picture: SafeString


class Letter(NamedTuple):
    student: Student
    links: list[LinkShown]


def links_shown(viewer: Viewer, round_: Round, students: Iterable[UUID], base: str) -> dict[UUID, list[LinkShown]]:
    """By student, of guardians who may be addressed. `base` is the address of the site."""
    rows = ConsentLink.objects.visible_to(viewer).filter(round=round_, student__in=list(students))
    found: dict[UUID, list[LinkShown]] = {}
    for link in rows.select_related("guardian"):
        if can_use_link(link.guardian):
            url = base + reverse("screening:consent_answer", args=[link_code_of(link)])
            label = link.guardian.relation or link.guardian.name
            found.setdefault(link.student_id, []).append(LinkShown(link, label, url, qr_code(url)))
    return found


def families_to_write_to(viewer: Viewer, round_: Round, group: ClassGroup) -> list[Slip]:
    """Of one class, as far as the viewer may see it: whose family is asked and has not answered."""
    seen = set(Slip.objects.visible_to(viewer).filter(round=round_, class_group=group).values_list("pk", flat=True))
    return unanswered(slip for slip in still_asked([round_]) if slip.pk in seen)


def letters_pdf(viewer: Viewer, row: RoundClass, slips: list[Slip], base: str) -> bytes:
    """A page for each family: what is asked, a code for each guardian, and below it the form to sign on paper."""
    shown = links_shown(viewer, row.round, [slip.student_id for slip in slips], base)
    context = {
        "round": row.round,
        "group": row.class_group,
        "letters": [Letter(slip.student, shown.get(slip.student_id, [])) for slip in slips],
        "until": last_day(row.round, row),
    }
    return render(render_to_string("screening/consent_letters_pdf.html", context))
