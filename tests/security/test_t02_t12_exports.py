"""Threats T2 and T12: exports reach those who may have them, with a reason that is kept, and no cell is a formula."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from counseling.models import TalkOption
from reports.exporting import export
from reports.models import Summary, SummarySection
from schools.common.workbooks import write_table
from schools.models import AuditEntry
from schools.queries import current_term
from tests.reports.test_exports import text_of_docx, text_of_pdf

pytestmark = pytest.mark.django_db
STARTS = ["=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠", "\ufeff=", " =", "\u200b="]
FORMULAS = [f"{start}cmd|'/C calc'!A0" for start in STARTS]
ROLES = ["teacher", "subject_teacher", "grade_head"]


def cells(content):
    book = load_workbook(io.BytesIO(content))
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


def runs(content):
    """Cells that a spreadsheet would do something with."""
    return [cell.coordinate for cell in cells(content) if cell.data_type == "f" or cell.hyperlink]


def talks_of(client, **data):
    return client.post(reverse("counseling:talk_export"), {"purpose": "meeting"} | data)


@pytest.mark.parametrize("text", FORMULAS, ids=ascii)
def test_names_in_the_list_of_talks_stay_text_and_also_in_a_later_csv(text, world, sign_in):
    student, author = world.a.student, world.a.teacher.person
    type(student).objects.filter(pk=student.pk).update(name=text, student_number=text[:30])
    type(author).objects.filter(pk=author.pk).update(name=text)
    TalkOption.objects.filter(code="sleep").update(label_zh=text)
    content = talks_of(sign_in(world.a.leader)).content
    held = [cell for cell in cells(content) if "calc" in str(cell.value)]
    assert len(held) >= 3
    assert [cell.value for cell in held if cell.data_type != "s" or not cell.value.startswith("'")] == []
    assert runs(content) == []


def test_the_summary_in_every_kind_of_file_keeps_formulas_as_text(world):
    world.a.unit.short_name = world.a.unit.name = FORMULAS[0]
    world.a.unit.save()
    summary = Summary.objects.create(unit=world.a.unit, term=current_term(world.a.unit))
    SummarySection.objects.create(summary=summary, code="plan", body="\n".join(FORMULAS[:4]), version=1)
    made = {
        kind: export(world.a.unit, current_term(world.a.unit), kind, stamp=FORMULAS[0]).content
        for kind in ("xlsx", "docx", "pdf")
    }
    assert runs(made["xlsx"]) == []
    assert {cell.data_type for cell in cells(made["xlsx"]) if "calc" in str(cell.value)} == {"s"}
    assert "calc" in text_of_docx(made["docx"])
    assert "calc" in text_of_pdf(made["pdf"])


def test_first_passwords_and_the_roster_template_hold_no_formula(world, sign_in):
    table = write_table(["number", "name"], [["1", text] for text in FORMULAS])
    assert runs(table) == []
    assert {cell.data_type for cell in cells(table)} == {"s"}
    template = b"".join(sign_in(world.a.leader).get(reverse("students:roster_template")).streaming_content)
    assert runs(template) == []
    assert cells(template)


def test_export_of_talks_holds_no_other_school_and_nothing_restricted_for_a_leader(world, sign_in):
    narrowed = f"{reverse('counseling:talk_export')}?class={world.a.class_1.pk}"
    for member, others, status in ((world.a.leader, "SENTINEL-b", 200), (world.b.leader, "SENTINEL-a", 400)):
        client = sign_in(member)
        answers = [talks_of(client), client.post(narrowed, {"purpose": "meeting"})]
        assert [answer.status_code for answer in answers] == [200, status]
        books = [answer.content for answer in answers if answer.status_code == 200]
        assert others not in "\n".join(str(cell.value) for book in books for cell in cells(book))
        assert others.encode() not in answers[1].content
    rows = [len(cells(talks_of(sign_in(member)).content)) for member in (world.a.leader, world.a.counselor)]
    assert rows[0] < rows[1]


@pytest.mark.parametrize("name", [*ROLES, "district_staff", "admin", "auditor"])
def test_others_export_no_talks(name, world, sign_in):
    member = world.a.people.get(name) or getattr(world, name)
    client = sign_in(member)
    assert talks_of(client).status_code == 403
    assert not AuditEntry.objects.filter(verb="talk_list.exported").exists()


@pytest.mark.parametrize("purpose", ["", "because", "=1+1"])
def test_an_export_of_talks_needs_a_known_reason(purpose, world, sign_in):
    answer = talks_of(sign_in(world.a.leader), purpose=purpose)
    assert answer.status_code == 422
    assert "spreadsheet" not in answer.headers["Content-Type"]


def test_the_reason_of_an_export_of_talks_is_kept(world, sign_in):
    talks_of(sign_in(world.a.leader), purpose="handover")
    row = AuditEntry.objects.get(verb="talk_list.exported")
    assert (row.person, row.details["purpose"]) == (world.a.leader.person, "handover")


def test_a_link_to_an_export_takes_nothing(world, sign_in):
    """A reason is asked for first: the page itself is no file."""
    client = sign_in(world.a.leader)
    for url in (reverse("counseling:talk_export"), reverse("reports:summary_export", args=["2025-2026-2"])):
        assert "html" in client.get(f"{url}?purpose=meeting&reason=archive&file_format=xlsx").headers["Content-Type"]
