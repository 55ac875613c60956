"""The semester summary: what drafts itself, what people write, and two people at once."""

import datetime as dt
import re
from dataclasses import replace
from html import escape
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
import time_machine
from django.template.loader import render_to_string
from django.urls import reverse

from counseling.actions.statements import sign_crisis_free
from reports import drafts
from reports.actions import summaries as actions
from reports.appendix import three_shares
from reports.document import Amount, Row, Table
from reports.editions import HIDDEN
from reports.material import Material
from reports.models import Summary, SummarySection
from reports.sections import CODES
from reports.summary import build_summary
from schools.actions.units import set_term
from schools.common.errors import Refused
from schools.models import AuditEntry
from schools.queries import current_term, term_of
from schools.recounting import recount, recount_all
from schools.tallies import mark
from tests.walking import incident_of, kept_from, raised

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counted")]
TERM = "2025-2026-2"


@pytest.fixture
def term(world):
    return current_term(world.a.unit)


@pytest.fixture
def write(world, viewer, term):
    def go(member, body, version, code="problems"):
        return actions.write_section(by=viewer(member), term=term, code=code, body=body, version=version)

    return go


def section_of(world, code="problems"):
    return build_summary(world.a.unit, current_term(world.a.unit)).section(code)


def test_summary_has_every_section_with_text(world, term):
    document = build_summary(world.a.unit, term)
    assert [section.code for section in document.sections] == CODES
    assert [section.code for section in document.sections if not section.text and not section.is_appendix] == []


def test_drafted_text_says_the_figures(world, term):
    text = build_summary(world.a.unit, term).section("overview").text
    assert "甲小学现有 3 个班、5 名学生，其中重点学生 1 名。" in text


def test_balance_of_the_flags_is_an_equation(world, term):
    assert build_summary(world.a.unit, term).section("flags").balance.text == "0 + 1 − 0 = 1"


def test_a_term_of_ones_own_keeps_what_was_written_before_it(world, viewer, write):
    write(world.a.leader, "写在区里的学期", 0)
    starts, ends = dt.date(2026, 2, 25), dt.date(2026, 7, 3)
    set_term(by=viewer(world.a.leader), unit=world.a.unit, code=TERM, starts=starts, ends=ends)
    own = current_term(world.a.unit)
    assert own.unit == world.a.unit
    assert section_of(world).text == "写在区里的学期"

    actions.write_section(by=viewer(world.a.leader), term=own, code="problems", body="再写", version=1)
    assert (section_of(world).text, Summary.objects.count()) == ("再写", 1)


def test_summary_in_english_has_no_chinese_but_names(world, term):
    from django.utils.translation import override

    with override("en"):
        text = build_summary(world.a.unit, term).section("talks").text
    assert text.startswith("4 talks were held with 5 person-times")


def test_summary_of_a_school_says_how_restricted_talks_count(world, term):
    tables = [table for section in build_summary(world.a.unit, term).sections for table in section.tables]
    notes = [table.note for table in tables if table.code == "coverage"]
    assert len(notes) == 1
    assert notes[0].startswith("仅限心理教师查看的谈话只另计总数，不列入各表")


def test_shares_are_compared_in_points(world, term):
    rows = build_summary(world.a.unit, term).section("comparison").tables[0].rows
    row = next(row for row in rows if row.label == "全体学生谈话覆盖率")
    assert [str(cell) for cell in row.cells] == ["80.0%", "0.0%", "+80.0 个百分点"]


def test_points_are_the_difference_of_the_shares_as_they_are_written():
    shares = SimpleNamespace(
        share=lambda _code: Amount(0.8834, "percent"), share_was=lambda _code: Amount(0.9797, "percent")
    )
    assert [str(cell) for cell in three_shares(shares, "coverage")] == ["88.3%", "98.0%", "−9.7 个百分点"]


def test_comparison_says_that_the_term_is_not_over(world, term):
    running = Material.of(world.a.unit, term)
    over = replace(running, board=replace(running.board, scope=replace(running.scope, on=term.ends)))
    texts = [drafts.comparison(material) for material in (running, over)]
    assert ["上学期为全学期数据" in text for text in texts] == [True, False]


def test_grade_that_a_center_does_not_have_is_left_out(world, term):
    from schools.models import ClassGroup
    from students.models import Student

    group = ClassGroup.objects.create(school=world.a.unit, stage="vocational", entry_year=2025, number=7)
    for number in range(9):
        Student.objects.create(school=world.a.unit, class_group=group, name=f"学生{number}", gender="f")
    recount_all()
    for center, has_it in ((world.district, True), (world.other_district, False)):
        document = build_summary(center, term)
        tables = [document.section("students").tables[0], document.section("talks").tables[-1]]
        found = [[row.label for row in one.rows if row.label == "职高一"] for one in tables]
        assert found == ([["职高一"]] * 2 if has_it else [[], []])


def test_many_grades_are_told_by_stage(world, term):
    from schools.models import ClassGroup
    from students.models import Student

    for stage, entry in [("primary", year) for year in range(2020, 2026)] + [("junior", y) for y in range(2023, 2026)]:
        group = ClassGroup.objects.create(school=world.a.unit, stage=stage, entry_year=entry, number=9)
        Student.objects.create(school=world.a.unit, class_group=group, name="学生", gender="f")
    group = ClassGroup.objects.create(school=world.a.unit, stage="senior", entry_year=2025, number=9)
    Student.objects.create(school=world.a.unit, class_group=group, name="学生", gender="f")
    mark(world.a.unit.pk)
    text = build_summary(world.a.unit, term).section("students").text
    assert "各年级学生数：小学 11、初中 3、高中 1。" in text


def test_numbers_have_a_bar_in_their_table_and_no_drawing_beside_it(world, term):
    section = build_summary(world.a.unit, term).section("coverage")
    page = render_to_string("reports/summary_table.html", {"table": section.tables[0]})
    assert page.count("<rect") == len(section.tables[0].rows) - 1  # the sum has none


def test_bar_is_the_share_or_the_count_beside_the_highest_and_tells_nothing_hidden():
    def drawn(kind, *values):
        rows = [Row("x", [Amount(value, kind)]) for value in values]
        table = Table("t", "t", ["x", "n"], [*rows, Row("all", [Amount(9)], "total")], drawn=0)
        return [table.share_drawn(row) for row in table.rows]

    assert drawn("count", 4, 1, HIDDEN) == [1, 0.25, None, None]
    assert drawn("percent", 0.5, None) == [0.5, None, None]


def test_written_text_stands_in_place_of_the_draft(world, write):
    write(world.a.counselor, "我们看到两点。", 0)
    section = section_of(world)
    assert (section.text, section.is_edited, section.version) == ("我们看到两点。", True, 1)


def test_written_text_is_sealed_in_the_database(world, write):
    from django.db import connection

    write(world.a.counselor, "SENTINEL-a-summary", 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM reports_summarysection")
        assert b"SENTINEL" not in bytes(cursor.fetchone()[0])


def test_writing_leaves_a_row_in_the_log_without_the_text(world, write):
    write(world.a.counselor, "SENTINEL-a-summary", 0)
    row = AuditEntry.objects.get(verb="summary.written")
    assert (row.person, row.details) == (world.a.counselor.person, {"section": "problems", "version": 1})


def test_second_of_two_writers_gets_both_texts_and_overwrites_nothing(world, write):
    write(world.a.counselor, "first", 0)
    with pytest.raises(actions.Conflict) as conflict:
        write(world.a.leader, "second", 0)
    assert (conflict.value.mine, conflict.value.theirs.body) == ("second", "first")
    assert section_of(world).text == "first"


def test_second_writer_may_then_put_theirs_in_its_place(world, write):
    write(world.a.counselor, "first", 0)
    write(world.a.leader, "second", 1)
    assert (section_of(world).text, section_of(world).version) == ("second", 2)


def test_back_to_the_drafted_text(world, write, viewer, term):
    drafted = section_of(world).text
    write(world.a.counselor, "mine", 0)
    actions.return_to_draft(by=viewer(world.a.leader), term=term, code="problems", version=1)
    section = section_of(world)
    assert (section.text, section.is_edited, section.version) == (drafted, False, 2)


def test_back_to_the_draft_over_a_newer_text_is_a_conflict(world, write, viewer, term):
    write(world.a.counselor, "mine", 0)
    with pytest.raises(actions.Conflict):
        actions.return_to_draft(by=viewer(world.a.leader), term=term, code="problems", version=0)
    assert section_of(world).text == "mine"


@pytest.mark.parametrize("name", ["teacher", "grade_head", "subject_teacher"])
def test_others_do_not_write(name, world, write):
    with pytest.raises(Refused):
        write(world.a.people[name], "mine", 0)
    assert not SummarySection.objects.exists()


@pytest.mark.parametrize("code", ["appendix", "nothing"])
def test_only_sections_with_text_are_written(code, world, write):
    with pytest.raises(Refused):
        write(world.a.counselor, "mine", 0, code=code)
    assert not SummarySection.objects.exists()


def test_each_unit_has_its_own_summary(world, write, viewer):
    write(world.a.counselor, "only ours", 0)
    others = [world.b.counselor, world.district_staff, world.a.teacher]
    assert [Summary.objects.visible_to(viewer(member)).count() for member in others] == [0, 0, 0]
    assert "only ours" not in str(build_summary(world.b.unit, current_term(world.b.unit)))


# --- in the browser ---------------------------------------------------------------------------------------------------


def address(code, term=TERM):
    return reverse("reports:summary_section", args=[term, code])


def test_autosave_answers_with_the_next_version(world, sign_in):
    client = sign_in(world.a.counselor)
    answer = client.post(address("plan"), {"body": "new plan", "version": 0}, headers={"HX-Request": "true"})
    assert 'id="version-plan" value="1" hx-swap-oob="true"' in answer.content.decode()
    assert SummarySection.objects.get(code="plan").body == "new plan"


def test_autosave_over_a_newer_text_brings_both(world, sign_in):
    sign_in(world.a.counselor).post(address("plan"), {"body": "theirs here", "version": 0})
    answer = sign_in(world.a.leader).post(
        address("plan"), {"body": "mine here", "version": 0}, headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert ("theirs here" in page, "mine here" in page, answer["HX-Retarget"]) == (True, True, "#write-plan")
    assert SummarySection.objects.get(code="plan").body == "theirs here"


def test_back_to_the_draft_over_a_newer_text_keeps_what_was_typed(world, sign_in):
    sign_in(world.a.counselor).post(address("plan"), {"body": "theirs here", "version": 0})
    sent = {"body": "mine here", "version": 0, "reset": "1"}
    for headers in ({}, {"HX-Request": "true"}):
        answer = sign_in(world.a.leader).post(address("plan"), sent, headers=headers)
        assert (answer.context["mine"], answer.context["theirs"]) == ("mine here", "theirs here")


def test_back_to_the_draft_asks_nothing_of_the_text_that_is_given_up(world, sign_in):
    client = sign_in(world.a.leader)
    client.post(address("plan"), {"body": "mine", "version": 0})
    client.post(address("plan"), {"body": "x" * 20_001, "version": 1, "reset": "1"})
    assert SummarySection.objects.get(code="plan").is_drafted


def test_a_line_end_counts_as_one_character_as_in_the_browser(world, sign_in):
    body = "\r\n".join(["x" * 199] * 100)
    answer = sign_in(world.a.leader).post(address("plan"), {"body": body, "version": 0})
    assert (answer.status_code, len(SummarySection.objects.get(code="plan").body)) == (302, 19_999)


@pytest.mark.parametrize("sent", [{"body": "x" * 20_001, "version": 0}, {"body": "x", "version": "nonsense"}])
def test_a_refused_autosave_says_why_and_leaves_the_page_alone(sent, world, sign_in):
    answer = sign_in(world.a.leader).post(address("plan"), sent, headers={"HX-Request": "true"})
    assert (answer.status_code, "HX-Refresh" in answer) == (422, False)
    assert (answer.context["why_not"] in answer.content.decode(), 'id="saved-plan"' in answer.content.decode()) == (
        True,
        True,
    )
    assert not SummarySection.objects.exists()


def test_without_script_the_conflict_is_a_page_of_its_own(world, sign_in):
    sign_in(world.a.counselor).post(address("plan"), {"body": "theirs here", "version": 0})
    answer = sign_in(world.a.leader).post(address("plan"), {"body": "mine here", "version": 0})
    assert (answer.status_code, b"theirs here" in answer.content, b"mine here" in answer.content) == (409, True, True)


def test_save_button_leads_back_to_the_section(world, sign_in):
    answer = sign_in(world.a.counselor).post(address("plan"), {"body": "x", "version": 0})
    assert answer.url == f"{reverse('reports:summary_detail', args=[TERM])}#plan"


def test_written_text_is_escaped(world, sign_in):
    client = sign_in(world.a.counselor)
    client.post(address("plan"), {"body": "<script>alert(1)</script>", "version": 0})
    page = client.get(reverse("reports:summary_detail", args=[TERM])).content.decode()
    assert "<script>alert" not in page


@pytest.mark.parametrize("term_code", ["2030-2031-1", "nothing"])
def test_unknown_term_is_not_found(term_code, world, sign_in):
    assert sign_in(world.a.counselor).get(reverse("reports:summary_detail", args=[term_code])).status_code == 404


def test_unknown_section_is_not_found(world, sign_in):
    assert sign_in(world.a.counselor).post(address("nothing"), {"body": "", "version": 0}).status_code == 404


def test_list_says_who_wrote_last(world, sign_in, write):
    write(world.a.counselor, "x", 0)
    page = sign_in(world.a.leader).get(reverse("reports:summary_list")).content.decode()
    assert world.a.counselor.person.name in page


def test_summary_costs_as_many_queries_with_three_classes_as_with_thirty(world):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from schools.models import ClassGroup
    from students.models import Student

    def queries():
        with CaptureQueriesContext(connection) as found:
            build_summary(world.a.unit, term_of(world.a.unit, TERM))
        return len(found)

    queries()  # fills what is kept in memory
    before = queries()
    for number in range(3, 30):
        group = ClassGroup.objects.create(school=world.a.unit, stage="primary", entry_year=2023, number=number)
        Student.objects.create(school=world.a.unit, class_group=group, name=f"学生{number}", gender="f")
    recount(world.a.unit)
    assert queries() == before


def test_numbers_of_a_school_lead_to_as_many_records(world, sign_in, term):
    client = sign_in(world.a.leader)
    linked = [
        cell
        for section in build_summary(world.a.unit, term).sections
        for table in section.tables
        for row in table.rows
        for cell in row.cells
        if getattr(cell, "behind", None) and cell.value
    ]
    page = client.get(reverse("reports:summary_detail", args=[TERM])).content.decode()
    assert len(linked) > 50
    for cell in {(cell.behind, cell.kind, cell.value): cell for cell in linked}.values():
        more = {"split": cell.behind.split, "value": cell.behind.value} if cell.behind.split else {}
        url = f"{reverse('reports:figure_records', args=[cell.behind.figure])}?{urlencode({'term': TERM} | more)}"
        assert f'<a href="{escape(url)}">{cell}</a>' in page
        answer = client.get(url)
        assert (answer.status_code, cell.kind != "count" or str(answer.context["count"]) == str(cell)) == (200, True)


def test_balance_of_a_school_leads_to_its_flags(world, sign_in):
    page = sign_in(world.a.leader).get(reverse("reports:summary_detail", args=[TERM])).content.decode()
    balance = page.partition('class="equation"')[2].partition("</p>")[0]
    assert re.findall(r'href="/figures/(\w+)/', balance) == [
        "flags_at_start",
        "flags_new",
        "flags_closed",
        "flags_at_end",
    ]


def test_numbers_of_a_center_lead_nowhere_but_from_the_headline(world, sign_in):
    page = sign_in(world.district_staff).get(reverse("reports:summary_detail", args=[TERM])).content.decode()
    assert re.findall(r"<td[^>]*><a|<b><a", page) == []
    assert len(re.findall(r'<dt><a href="/figures/', page)) == 6


def test_page_of_a_center_tells_exact_counts_and_whom_they_were_shown(counted, sign_in):
    page = sign_in(counted.district_staff).get(reverse("reports:summary_detail", args=[TERM])).content.decode()
    assert "重点学生 2 名" in page
    assert f"仅供工作使用 · {counted.district_staff.person.name}" in page
    assert "SENTINEL" not in page


def test_a_text_whose_figures_moved_says_so_until_it_is_saved_again(world, write):
    write(world.a.leader, "本学期预警情况平稳。", 0, code="flags")
    before = section_of(world, "flags").changes
    raised(world.a.student_2, world.a.counselor)
    recount_all(world.a.unit)
    told = [bool(section_of(world, "flags").changes)]
    write(world.a.leader, "本学期预警情况平稳。", 1, code="flags")
    told.append(bool(section_of(world, "flags").changes))
    assert (before, told) == ([], [True, False])


def test_no_crisis_is_pointed_at_unless_it_is_signed_and_nothing_speaks_against_it(world, write, viewer):
    def told():
        recount_all(world.a.unit)
        return section_of(world).warning

    write(world.a.leader, "本学期未发生危机事件。", 0)
    unsigned = told()
    with time_machine.travel(current_term(world.a.unit).ends):
        sign_crisis_free(by=viewer(world.a.leader), term=current_term(world.a.unit))
    signed = told()
    flag = raised(world.a.student_2, world.a.counselor, severity=4)
    worst = told()
    kept_from(world.a.leader, flag, world.a.counselor)
    hidden = told()
    incident_of(world.a.counselor, text="x", who="a boy")
    assert (bool(unsigned), signed, bool(worst), hidden) == (True, "", True, "")
    assert "1" in told()


def test_the_export_asks_about_a_text_that_does_not_fit(world, write, sign_in):
    raised(world.a.student_2, world.a.counselor, severity=4)
    recount_all(world.a.unit)
    write(world.a.leader, "本学期未发生危机事件。", 0)
    client, address = sign_in(world.a.leader), reverse("reports:summary_export", args=[TERM])
    fields = {"file_format": "xlsx", "edition": "work", "reason": "archive"}
    asked = client.post(address, fields)
    done = client.post(address, fields | {"is_read": "on"})
    assert (asked.status_code, 'name="is_read"' in asked.content.decode(), done.status_code) == (200, True, 302)
