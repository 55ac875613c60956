"""The summary as a file: PDF, Word, Excel; from the command and from the browser."""

import io
import re
import subprocess

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from reports.actions.summaries import set_publishable, write_section
from reports.editions import Edition
from reports.exporting import export
from reports.models import SummarySection
from reports.reminders_of_summaries import authors_of_summaries
from reports.summary import build_summary
from schools.common.errors import Refused
from schools.models import AuditEntry, Job, Reminder
from schools.queries import current_term
from schools.recounting import recount_all
from tests.reports.bulk import grow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counted")]
TERM = "2025-2026-2"
STAMP = "导出人：测试员"


@pytest.fixture
def made(world):
    def go(unit, file_format):
        return export(unit, current_term(unit), file_format, stamp=STAMP).content

    return go


@pytest.fixture(scope="module")
def kept():
    """What several tests only look at is made once: a document takes a second to lay out, a long one ten."""
    return {}


@pytest.fixture
def plain(world, kept):
    """The file of the school as the cast has it, and what the progress bar was told."""
    if "plain" not in kept:
        steps = []
        made = export(
            world.a.unit, current_term(world.a.unit), "pdf", stamp=STAMP, progress=lambda *step: steps.append(step)
        )
        kept["plain"] = made, steps
    return kept["plain"]


@pytest.fixture
def plain_pdf(plain):
    return plain[0].content


def text_of_pdf(content):
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
    ).stdout.decode()


def text_of_docx(content):
    from docx import Document

    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    footers = [paragraph.text for section in document.sections for paragraph in section.footer.paragraphs]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells, *footers])


def cells_of_xlsx(content):
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content))
    return [
        (sheet.title, cell) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None
    ]


def values_of_xlsx(content):
    return "\n".join(str(cell.value) for _title, cell in cells_of_xlsx(content))


def test_pdf_has_chinese_text_contents_and_the_mark_on_every_page(plain_pdf):
    pages = text_of_pdf(plain_pdf).split("\f")[:-1]
    assert "目录" in pages[1]
    assert [number for number, page in enumerate(pages, 1) if STAMP not in page] == []
    assert "甲小学现有 3 个班" in re.sub(r"\s+", " ", "".join(pages))


def test_pdf_is_tagged_a4_with_embedded_fonts(plain_pdf, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(plain_pdf)
    info = subprocess.run(["pdfinfo", path], capture_output=True, check=True, text=True).stdout
    fonts = subprocess.run(["pdffonts", path], capture_output=True, check=True, text=True).stdout.splitlines()[2:]
    assert re.search(r"Tagged:\s+yes", info)
    assert "A4" in info
    assert [line for line in fonts if line.split()[-5] != "yes"] == []
    assert any("CJK" in line for line in fonts)


def test_pdf_declares_itself_accessible(plain_pdf):
    import pikepdf

    with pikepdf.open(io.BytesIO(plain_pdf)) as pdf:
        assert pdf.open_metadata().get("pdfuaid:part") == "1"
        assert (str(pdf.Root.Lang), bool(pdf.Root.MarkInfo.Marked)) == ("zh-CN", True)


def test_contents_name_the_page_of_each_section(plain_pdf):
    pages = text_of_pdf(plain_pdf).split("\f")
    line = next(line for line in pages[1].splitlines() if "下学期计划" in line)
    page = int(line.split()[-1])
    assert "下学期计划" in pages[page - 1]


def test_rare_characters_are_in_the_text_layer(world, made):
    world.a.unit.name = "㐂𠮷小学"
    world.a.unit.save(update_fields=["name"])
    assert "㐂𠮷小学" in text_of_pdf(made(world.a.unit, "pdf"))


def test_no_page_is_empty(plain_pdf):
    pages = text_of_pdf(plain_pdf).split("\f")[:-1]
    assert [number for number, page in enumerate(pages, 1) if len(page.split()) < 8] == []


def text_of_xlsx(content):
    return "\n".join(str(cell.value) for _title, cell in cells_of_xlsx(content) if cell.value is not None)


@pytest.mark.parametrize("file_format", ["pdf", "docx", "xlsx"])
def test_no_export_carries_a_student_or_a_talk(file_format, world, made, plain_pdf):
    content = plain_pdf if file_format == "pdf" else made(world.a.unit, file_format)
    text = {"pdf": text_of_pdf, "docx": text_of_docx, "xlsx": text_of_xlsx}[file_format](content)
    assert len(text) > 1000
    assert "SENTINEL" not in text


@pytest.fixture
def district(world, kept, monkeypatch):
    """The summary of a district with six schools: the public document as it is built, the workbook of each edition, and
    the PDF laid out a few rows at a time, with what the progress bar was told of it."""
    from reports import pdf

    if "district" not in kept:
        grow(world, schools=4, classes=3, students=20, talks=3, flags=3)
        recount_all()
        monkeypatch.setattr(pdf, "MOST_ROWS", 12)
        term, steps = current_term(world.district), []
        made = export(world.district, term, "pdf", stamp=STAMP, progress=lambda *step: steps.append(step))
        kept["district"] = {
            "document": build_summary(world.district, term, Edition.PUBLIC),
            **{one: export(world.district, term, "xlsx", stamp=STAMP, edition=one).content for one in Edition},
            "parts": (made.content, steps),
        }
    return kept["district"]


# Columns and tables that count no students: staff, classes, schools.
PLAIN_TABLES = {"staff", "T2"}
PLAIN_COLUMNS = {"学校", "班级", "Classes", "增减"}


def test_public_document_has_no_small_count_in_any_table(district):
    found = []
    for section in district["document"].sections:
        for table in section.tables:
            for row in table.rows:
                for column, cell in zip(list(table.columns)[1:], row.cells, strict=True):
                    value = getattr(cell, "value", None)
                    counted = getattr(cell, "kind", "") == "count" and isinstance(value, int)
                    plain = table.code in PLAIN_TABLES or column in PLAIN_COLUMNS or row.label == "心理教师"
                    if counted and 1 <= value <= 4 and not plain:
                        found.append((table.code, row.label, column, value))
    assert found == []


@pytest.mark.parametrize(("edition", "stars"), [(Edition.PUBLIC, True), (Edition.WORK, False)])
def test_district_xlsx_has_stars_in_the_public_edition_alone(edition, stars, district):
    sheet = [cell for title, cell in cells_of_xlsx(district[edition]) if "T3" in title]
    small = [cell.value for cell in sheet if isinstance(cell.value, int | float) and 1 <= cell.value <= 4]
    assert (any(cell.value == "*" for cell in sheet), small == []) == (stars, stars)


@pytest.mark.parametrize(("edition", "word"), [(Edition.PUBLIC, "公开版"), (Edition.WORK, "仅供工作使用")])
@pytest.mark.parametrize("file_format", ["pdf", "docx", "xlsx"])
def test_edition_stands_in_the_name_on_the_cover_and_beside_who_took_it_out(file_format, edition, word, world, plain):
    made = plain[0]
    if (file_format, edition) != ("pdf", Edition.WORK):
        made = export(world.a.unit, current_term(world.a.unit), file_format, stamp=STAMP, edition=edition)
    read = {"pdf": text_of_pdf, "docx": text_of_docx, "xlsx": text_of_xlsx}[file_format]
    other = {"公开版", "仅供工作使用"} - {word}
    text = re.sub(r"\s", "", read(made.content))
    assert made.name.endswith(f" {word}.{file_format}")
    assert f"{word}·{STAMP.replace(' ', '')}" in text
    assert not any(one in text for one in other)


def test_public_edition_has_no_table_by_class_and_no_text_that_nobody_marked(world, viewer):
    term = current_term(world.a.unit)
    by = viewer(world.a.leader)
    written = {code: write_section(by=by, term=term, code=code, body=f"text of {code}", version=0) for code in TWO}
    set_publishable(by=by, term=term, code="talks", is_publishable=True, version=written["talks"].version)
    work, public = (build_summary(world.a.unit, term, edition) for edition in Edition)
    tables = [{table.code for section in one.sections for table in section.tables} for one in (work, public)]
    assert [{"coverage", "classes"} & codes for codes in tables] == [{"coverage", "classes"}, set()]
    assert {section.code: section.text for section in public.sections if section.text} == {"talks": "text of talks"}
    assert len([section for section in work.sections if section.text]) > 5


TWO = ("talks", "flags")


def test_another_text_must_be_marked_anew(world, viewer):
    term, by = current_term(world.a.unit), viewer(world.a.leader)
    set_publishable(by=by, term=term, code="talks", is_publishable=True, version=0)
    assert build_summary(world.a.unit, term, Edition.PUBLIC).section("talks").text != ""
    write_section(by=by, term=term, code="talks", body="another", version=0)
    assert build_summary(world.a.unit, term, Edition.PUBLIC).section("talks").text == ""


def test_a_text_is_marked_as_it_was_read_or_not_at_all(world, viewer):
    term = current_term(world.a.unit)
    write_section(by=viewer(world.a.counselor), term=term, code="talks", body="new", version=0)
    with pytest.raises(Refused):
        set_publishable(by=viewer(world.a.leader), term=term, code="talks", is_publishable=True, version=0)
    assert build_summary(world.a.unit, term, Edition.PUBLIC).section("talks").text == ""


def test_typed_text_never_becomes_a_formula(world, made):
    from reports.models import Summary

    summary = Summary.objects.create(unit=world.a.unit, term=current_term(world.a.unit))
    SummarySection.objects.create(summary=summary, code="plan", body='=HYPERLINK("http://x","y")', version=1)
    cells = [cell for _title, cell in cells_of_xlsx(made(world.a.unit, "xlsx"))]
    typed = [cell for cell in cells if "HYPERLINK" in str(cell.value)]
    assert [cell.data_type for cell in typed] == ["s"]
    assert [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink] == []


def test_docx_holds_the_tables_and_the_mark(world, made):
    text = text_of_docx(made(world.a.unit, "docx"))
    assert STAMP in text
    assert "三(1)班" in text


MARKS = "\x01\x02\x0b\x1f\ufffe"


@pytest.mark.parametrize("file_format", ["pdf", "docx", "xlsx"])
def test_control_characters_of_old_word_files_stop_no_export(file_format, world):
    """In a typed text, in the names of units, themes and people."""
    from counseling.models import TalkOption
    from reports.exporting import stamp_of
    from reports.models import Summary
    from schools.access import Viewer

    summary = Summary.objects.create(unit=world.a.unit, term=current_term(world.a.unit))
    SummarySection.objects.create(summary=summary, code="plan", body=f"先{MARKS}做\n后做", version=1)
    TalkOption.objects.filter(list="theme", code="sleep").update(label_zh=f"睡眠{MARKS}主题")
    world.a.unit.name, world.a.leader.person.name = f"甲{MARKS}小学", f"甲{MARKS}校长"
    by = Viewer(person=world.a.leader.person, membership=world.a.leader)
    made = export(world.a.unit, current_term(world.a.unit), file_format, stamp=stamp_of(by))
    text = {"pdf": text_of_pdf, "docx": text_of_docx, "xlsx": values_of_xlsx}[file_format](made.content)
    told = re.sub(r"\s", "", text)
    assert [words for words in ("先做后做", "睡眠主题", "甲小学", "甲校长") if words not in told] == []
    assert not set(MARKS) & set(made.name)


def test_every_page_after_the_cover_says_its_number_and_how_many_there_are(plain_pdf):
    pages = text_of_pdf(plain_pdf).split("\f")[:-1]
    assert [last_words(page) for page in pages[1:]] == [f"{number}/{len(pages)}" for number in range(2, len(pages) + 1)]


def last_words(page):
    return re.sub(r"\s", "", page).rpartition(STAMP)[2]


def test_no_line_begins_with_a_mark_that_ends_a_sentence(world, made):
    lines = [line.strip() for line in text_of_pdf(made(world.district, "pdf")).splitlines()]
    assert [line for line in lines if line[:1] in set("，。、；：）%")] == []


@pytest.fixture
def parts(district):
    return district["parts"]


@pytest.fixture
def in_parts(parts):
    return parts[0]


def test_each_part_of_a_long_document_is_a_step_after_the_figures(parts):
    _content, steps = parts
    total = steps[-1][1]
    assert steps == [(0, 2), *((done, total) for done in range(1, total + 1))]
    assert total > 10


def test_a_short_pdf_takes_two_steps(plain):
    assert plain[1] == [(0, 2), (1, 2), (2, 2)]


@pytest.mark.parametrize("file_format", ["docx", "xlsx"])
def test_a_short_document_takes_two_steps(file_format, world):
    term, steps = current_term(world.a.unit), []
    export(world.a.unit, term, file_format, stamp=STAMP, progress=lambda *step: steps.append(step))
    assert steps == [(0, 2), (1, 2), (2, 2)]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_name_of_the_file_fits_its_row_however_long_the_units_name(language, world):
    from django.utils.translation import override

    world.a.unit.name = "长" * 80
    with override(language):
        name = export(world.a.unit, current_term(world.a.unit), "xlsx", stamp=STAMP).name
    assert len(name) <= Job._meta.get_field("file_name").max_length
    assert name.startswith("长" * 40)
    assert name.endswith(".xlsx")


def test_parts_of_a_long_document_have_running_page_numbers_heads_and_contents(in_parts):
    pages = text_of_pdf(in_parts).split("\f")[:-1]
    assert [last_words(page) for page in pages[1:]] == [f"{number}/{len(pages)}" for number in range(2, len(pages) + 1)]
    assert [number for number, page in enumerate(pages, 1) if STAMP not in page or "东区中心" not in page] == []
    for words in ("附录", "（T1）", "（T4）"):
        line = next(line for line in pages[1].splitlines() if words in line)
        assert words in pages[int(line.split()[-1]) - 1]


def test_parts_of_a_long_document_are_one_tagged_document(in_parts):
    import pikepdf

    with pikepdf.open(io.BytesIO(in_parts)) as pdf:
        tree = pdf.Root.StructTreeRoot
        places = [int(key) for key in list(tree.ParentTree.Nums)[::2]]
        found = list(elements(tree.K[0] if isinstance(tree.K, pikepdf.Array) else tree.K))
        names = [bytes(one.ID) for one in found if "/ID" in one]
        heads = {bytes(name) for one in found if "/Headers" in one.get("/A", {}) for name in one.A.Headers}
        assert pdf.open_metadata().get("pdfuaid:part") == "1"
        assert places == sorted(set(places))
        assert {one.Pg.objgen for one in found if "/Pg" in one} == {page.obj.objgen for page in pdf.pages}
        assert len({int(page.obj.StructParents) for page in pdf.pages} & set(places)) == len(pdf.pages)
        assert len(names) == len(set(names))
        assert heads <= set(names)


def elements(element):
    """An element of the structure tree and all below it, each hanging on its parent."""
    import pikepdf

    yield element
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            assert kid.P.objgen == element.objgen
            yield from elements(kid)


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file_format", ["pdf", "docx", "xlsx"])
@pytest.mark.parametrize("code", ["2144000001", "440608"])
def test_command_writes_a_file(code, file_format, world, tmp_path):
    path = tmp_path / "out"
    call_command("semester_report", code, TERM, format=file_format, output=path)
    assert path.read_bytes()[:4] == (b"%PDF" if file_format == "pdf" else b"PK\x03\x04")


@pytest.mark.parametrize(("code", "term"), [("nothing", TERM), ("2144000001", "1999-2000-1")])
def test_command_refuses_what_does_not_exist(code, term, world, tmp_path):
    with pytest.raises(CommandError):
        call_command("semester_report", code, term, format="pdf", output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


# --- in the browser ---------------------------------------------------------------------------------------------------


def start(client, **data):
    return client.post(reverse("reports:summary_export", args=[TERM]), {"edition": "work", **data})


def test_export_runs_as_a_job_and_ends_in_a_file(world, sign_in, django_capture_on_commit_callbacks):
    client = sign_in(world.a.leader)
    with django_capture_on_commit_callbacks(execute=True):
        answer = start(client, file_format="docx", reason="archive")
    job = Job.objects.get()
    assert answer.url.startswith(reverse("schools:job_detail", args=[job.pk]))
    file = client.get(reverse("schools:job_file", args=[job.pk]))
    assert "甲校leader" in text_of_docx(b"".join(file.streaming_content))


def test_export_needs_a_reason_and_starts_nothing_without(world, sign_in):
    answer = start(sign_in(world.a.leader), file_format="pdf", reason="")
    assert (answer.status_code, Job.objects.count()) == (200, 0)


def test_reason_of_an_export_is_logged(world, sign_in):
    start(sign_in(world.a.leader), file_format="pdf", reason="inspection")
    row = AuditEntry.objects.get(verb="summary.exported")
    assert row.details == {"term": TERM, "format": "pdf", "edition": "work", "reason": "inspection"}


def test_who_has_exported_is_reminded_no_more_when_the_file_is_long_gone(world, sign_in):
    ends = current_term(world.a.unit).ends
    row = Reminder(kind="summary.due", unit=world.a.unit, day=ends, step=0, whom="above")
    assert authors_of_summaries(row) == [world.a.leader]
    start(sign_in(world.a.leader), file_format="pdf", reason="archive")
    Job.objects.all().delete()
    assert authors_of_summaries(row) == []


@pytest.mark.parametrize("name", ["teacher", "grade_head", "subject_teacher"])
def test_others_do_not_export(name, world, sign_in):
    answer = start(sign_in(world.a.people[name]), file_format="pdf", reason="archive")
    assert (answer.status_code, Job.objects.count()) == (403, 0)


def test_export_of_a_center_is_its_own_unit(counted, sign_in, django_capture_on_commit_callbacks):
    client = sign_in(counted.cluster_staff)
    with django_capture_on_commit_callbacks(execute=True):
        start(client, file_format="docx", reason="archive", edition="public")
    file = client.get(reverse("schools:job_file", args=[Job.objects.get().pk]))
    text = text_of_docx(b"".join(file.streaming_content))
    assert "第一学区" in text
    assert "公开版" in text
    assert "\n*\n" in text


def test_the_public_edition_has_no_heading_with_nothing_below_it(world):
    public = build_summary(world.a.unit, current_term(world.a.unit), Edition.PUBLIC).sections
    assert not {"problems", "plan"} & {section.code for section in public}
    assert [section.number for section in public] == list(range(1, len(public) + 1))
