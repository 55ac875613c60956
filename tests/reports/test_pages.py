"""Pages of the figures and the workbench: who sees what, and at which cost."""

import datetime as dt
import re
from html import unescape

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse

from reports.material import class_places
from reports.models import SummarySection
from schools.figures import Scope, figures
from schools.queries import current_term
from schools.recounting import recount_all
from schools.tallies import mark
from tests.reports.bulk import grow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counted")]
CODES = sorted(figures())


def page(client, name, *args, **query):
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, (name, args, answer.status_code)
    return answer.content.decode()


def cells(html):
    """Numbers that stand alone in an element, as a figure does."""
    main = html.partition('<main id="main"')[2].partition("</main>")[0]
    return re.findall(r">\s*([\d,]+|\*)\s*<", main)


# --- figures ----------------------------------------------------------------------------------------------------------


def test_counselor_opens_the_records_of_every_figure(counted, sign_in):
    client = sign_in(counted.a.counselor)
    pages = {code: page(client, "reports:figure_records", code) for code in CODES}
    assert [code for code, html in pages.items() if str(figures()[code].label) not in html] == []


def test_center_staff_get_counts_by_school_and_no_student(world, sign_in):
    grow(world, schools=3)
    client = sign_in(world.district_staff)
    pages = {code: page(client, "reports:figure_records", code) for code in CODES}
    assert [code for code, html in pages.items() if "甲小学" not in html] == []
    never = ("SENTINEL", "学生0", 'href="/students/')
    assert [(code, word) for code, html in pages.items() for word in never if word in html] == []


def test_center_staff_see_exact_counts_and_open_each_school(counted, sign_in):
    client = sign_in(counted.district_staff)
    places = client.get(reverse("reports:figure_records", args=["key_students"])).context["places"]
    assert {label: str(amount) for label, amount, emphasis, _url in places if not emphasis} == {
        "甲小学": "1",
        "乙小学": "1",
    }
    url = next(url for label, _amount, _emphasis, url in places if label == "甲小学")
    one = client.get(url)
    assert (str(one.context["count"]), one.context["unit"], "page_obj" in one.context) == ("1", counted.a.unit, False)
    assert [value["url"] for split in one.context["splits"] for value in split["values"]]
    assert "SENTINEL" not in one.content.decode()


@pytest.mark.parametrize("name", ["figure_list", "figure_records"])
@pytest.mark.parametrize(
    ("who", "unit", "status"),
    [
        ("district_staff", "2144000001", 200),
        ("city_staff", "440608", 200),
        ("other_staff", "2144000001", 404),
        ("cluster_staff", "440608", 404),
        ("a.leader", "2144000001", 200),
        ("a.leader", "2144000002", 404),
        ("a.counselor", "440608", 404),
        ("district_staff", "nothing", 404),
    ],
)
def test_figures_of_a_unit_are_for_those_at_it_and_above_it(who, unit, status, name, world, sign_in):
    url = reverse(f"reports:{name}", args=["students"] if name == "figure_records" else [])
    assert sign_in(world.members()[who]).get(url, {"unit": unit}).status_code == status


def test_records_lead_to_the_pages_of_the_students(world, sign_in):
    html = page(sign_in(world.a.counselor), "reports:figure_records", "key_students")
    assert reverse("students:student_detail", args=[world.a.student.pk]) in html


def test_records_of_talks_lead_to_the_part_one_may_read(world, sign_in):
    part = world.a.talks["own"].parts.get()
    html = page(sign_in(world.a.counselor), "reports:figure_records", "talk_parts")
    assert reverse("counseling:talk_detail", args=[part.pk]) in html


def test_leader_sees_the_count_but_opens_no_restricted_talk(world, sign_in):
    html = page(sign_in(world.a.leader), "reports:figure_records", "restricted_talks")
    part = world.a.talks["restricted"].parts.get()
    assert str(part.pk) not in html
    assert "其中 1 条您的身份不能打开。" in html
    assert "仅限心理教师查看的谈话：1 次" in html


@pytest.mark.parametrize("split", ["theme", "level", "grade"])
def test_no_value_of_a_split_counts_more_talks_than_a_leader_may_open(split, world, sign_in):
    """Or the one more would tell what a restricted talk was about."""
    world.a.talks["restricted"].parts.update(themes=["grief"], severity=3)
    mark(world.a.unit.pk)
    client, url = sign_in(world.a.leader), reverse("reports:figure_records", args=["talk_parts"])
    assert client.get(url).context["closed"] == 0
    values = [row["url"] for one in client.get(url).context["splits"] for row in one["values"] if row["url"]]
    asked = [f"{url}{value}" for value in values if f"split={split}" in value]
    assert asked
    assert {client.get(one).context["closed"] for one in asked} == {0}
    assert [one for one in asked if "value=grief" in one] == []


def test_grade_head_counts_only_the_own_grade(world, sign_in):
    html = page(sign_in(world.a.grade_head), "reports:figure_records", "students")
    assert "学生：4 人" in html
    assert world.a.older.name not in html


def test_grade_head_does_not_learn_of_a_restricted_talk(world, sign_in):
    html = page(sign_in(world.a.grade_head), "reports:figure_records", "talk_parts")
    assert "谈话人次：4 人次" in html  # own, two of shared, subject; not the restricted one


@pytest.mark.parametrize("query", [{}, {"split": "theme", "value": "a-theme"}])
def test_grade_head_is_not_told_how_many_talks_are_restricted(query, world, sign_in):
    world.a.talks["restricted"].parts.update(themes=["a-theme"])
    mark(world.a.unit.pk)
    html = page(sign_in(world.a.grade_head), "reports:figure_records", "talk_parts", **query)
    assert "您的身份不能打开" not in html


@pytest.fixture
def told_only_a_counselor(world):
    """A key student whose only talk of the term is restricted."""
    from students.models import GroupMember, Student

    found = Student.objects.create(school=world.a.unit, class_group=world.a.class_1, name="只与心理教师谈过")
    GroupMember.objects.create(student=found, group_id="family_change", since=dt.date(2026, 3, 1))
    world.a.talks["restricted"].parts.update(student=found)
    mark(world.a.unit.pk)
    return found


REACHED = ("students_reached", "key_students_reached")


@pytest.mark.parametrize("code", REACHED)
@pytest.mark.parametrize("who", ["leader", "grade_head", "counselor"])
def test_a_restricted_talk_reaches_nobody_in_the_figures(who, code, world, sign_in, told_only_a_counselor):
    assert told_only_a_counselor.name not in page(sign_in(world.a.people[who]), "reports:figure_records", code)


@pytest.mark.parametrize(("who", "count"), [("leader", 4), ("grade_head", 3), ("counselor", 4)])
def test_figures_coverage_and_summary_count_the_same_students_as_reached(
    who, count, world, sign_in, told_only_a_counselor
):
    """Or one minus the other names who had a talk for counselors only."""
    client = sign_in(world.a.people[who])
    answer = client.get(reverse("reports:figure_records", args=["students_reached"]))
    assert (str(answer.context["count"]), answer.context["closed"]) == (str(count), 0)
    groups = client.get(reverse("reports:figure_list")).context["groups"]
    numbers = {row.label: str(row.amount) for _title, rows in groups for row in rows}
    assert numbers[str(figures()["students_reached"].label)] == str(count)

    coverage = client.get(reverse("counseling:coverage"))
    assert coverage.context["whole"].reached == count
    assert told_only_a_counselor in coverage.context["page_obj"].object_list
    if who != "grade_head":
        found = class_places(Scope.of(world.a.unit, current_term(world.a.unit)))
        classes = [row for grade in coverage.context["grades"] for row in grade.classes]
        by_class = {row.class_group.name: row.reached for row in classes}
        assert {one.label: one.counts["students_reached"].value for one in found} == by_class


def test_heading_of_a_chosen_value_counts_that_value(world, sign_in):
    html = page(sign_in(world.a.counselor), "reports:figure_records", "students", split="grade", value="primary-4")
    assert "四年级 · 学生：1 人" in re.sub(r"\s+", " ", html)


def test_figure_without_classes_is_not_found_for_a_grade_head(world, sign_in):
    answer = sign_in(world.a.grade_head).get(reverse("reports:figure_records", args=["counselors"]))
    assert answer.status_code == 404


@pytest.mark.parametrize("name", ["teacher", "subject_teacher"])
def test_teachers_have_no_figures(name, world, sign_in):
    assert sign_in(world.a.people[name]).get(reverse("reports:figure_list")).status_code == 403


def test_a_value_of_a_split_filters_the_records(world, sign_in):
    html = page(sign_in(world.a.counselor), "reports:figure_records", "students", split="grade", value="primary-4")
    assert (world.a.older.name in html, world.a.student.name in html) == (True, False)


@pytest.mark.parametrize(("query", "status"), [({"split": "name"}, 400), ({"term": "1999-2000-1"}, 404)])
def test_unknown_words_in_the_address_are_refused(query, status, world, sign_in):
    url = reverse("reports:figure_records", args=["students"])
    assert sign_in(world.a.counselor).get(url, query).status_code == status


def test_unknown_figure_is_not_found(world, sign_in):
    assert sign_in(world.a.counselor).get(reverse("reports:figure_records", args=["nothing"])).status_code == 404


def test_figures_name_rule_and_setting(world, sign_in):
    html = page(sign_in(world.a.leader), "reports:figure_list")
    assert ("规定：" in html or "规定:" in html, "设定" in html) == (True, True)


def test_past_term_is_shown_on_request(world, sign_in):
    html = page(sign_in(world.a.leader), "reports:figure_records", "talks", term="2025-2026-1")
    assert "谈话：0 次" in html


def links_to_figures(html):
    main = html.partition('<main id="main"')[2].partition("</main>")[0]
    return sorted({unescape(url) for url in re.findall(r'href="(/figures/[^"?]+[^"]*)"', main)})


@pytest.mark.parametrize("who", ["a.leader", "a.grade_head", "district_staff"])
def test_every_number_of_the_figures_leads_to_its_records(who, world, sign_in):
    client = sign_in(world.members()[who])
    answer = client.get(reverse("reports:figure_list"))
    assert [row.label for _title, rows in answer.context["groups"] for row in rows if not row.url] == []
    assert [url for url in links_to_figures(answer.content.decode()) if client.get(url).status_code != 200] == []


def test_a_share_leads_to_both_of_its_numbers(world, sign_in):
    groups = sign_in(world.a.leader).get(reverse("reports:figure_list")).context["groups"]
    row = next(row for _title, rows in groups for row in rows if row.label == "全体学生谈话覆盖率")
    urls = [reverse("reports:figure_records", args=[code]) for code in ("students_reached", "students")]
    assert [(part.text, part.url.partition("?")[0]) for part in row.parts] == [("4", urls[0]), ("5", urls[1])]


def clocks_of(client):
    rows = client.get(reverse("reports:figure_list")).context["clocks"]
    return {row.label: {cell.label: cell for cell in cells} for row, cells in rows}


def test_figures_tell_the_four_clocks_by_level_and_lead_to_the_flags(world, sign_in):
    client = sign_in(world.a.leader)
    clocks = clocks_of(client)
    assert list(clocks) == ["全部等级", "二级（橙）"]
    told = {label: cell.text for label, cell in clocks["二级（橙）"].items()}
    assert told == {
        "本学期新增预警": "1",
        "知晓→上报": "60 分钟",
        "上报→首次措施": "–",
        "知晓→办结": "–",
        "按时有首次措施的比例": "–",
    }
    behind = client.get(clocks["二级（橙）"]["知晓→上报"].url).context["page_obj"]
    assert [line.url for line in behind] == [world.a.flag.get_absolute_url()]


# --- workbench --------------------------------------------------------------------------------------------------------

ACTIONS = {
    "a.teacher": "counseling:talk_new",
    "a.subject_teacher": "counseling:talk_new",
    "a.grade_head": "counseling:talk_new",
    "a.counselor": "students:flag_list",
    "a.leader": "students:flag_list",
    "district_staff": "reports:summary_list",
    "city_staff": "reports:summary_list",
    "admin": "schools:person_list",
    "auditor": "schools:audit_list",
}


@pytest.mark.parametrize(("who", "url_name"), ACTIONS.items())
def test_workbench_has_one_main_action_for_each_role(who, url_name, world, sign_in):
    html = page(sign_in(world.members()[who]), "reports:workbench")
    head = html.partition('<div class="head">')[2].partition('<div class="grid">')[0]
    assert re.findall(r'<a class="btn go" href="([^"]+)"', head) == [reverse(url_name)]


@pytest.mark.parametrize("who", ["district_staff", "city_staff", "cluster_staff", "admin", "auditor"])
def test_workbench_above_the_school_names_no_student(who, world, sign_in):
    grow(world, schools=2)
    assert "SENTINEL" not in page(sign_in(world.members()[who]), "reports:workbench")


def test_workbench_heading_of_the_counselor_is_the_flag_that_waits(world, sign_in):
    assert "1 条预警等您处理" in page(sign_in(world.a.counselor), "reports:workbench")


def test_workbench_heading_says_when_a_flag_is_late(world, sign_in):
    from students.models import RiskFlag
    from tests.world import NOW

    RiskFlag.objects.filter(pk=world.a.flag.pk).update(due_at=NOW - dt.timedelta(hours=1))
    assert "1 条预警已超过时限" in page(sign_in(world.a.counselor), "reports:workbench")


def test_workbench_leads_a_leader_to_flags_that_are_late_in_somebody_s_hands(world, sign_in):
    from students.models import RiskFlag
    from tests.world import NOW

    late = {"due_at": NOW - dt.timedelta(hours=1), "acted_at": None}
    flags = RiskFlag.objects.filter(school=world.a.unit, state=RiskFlag.State.RAISED)
    flags.update(state=RiskFlag.State.ACKNOWLEDGED, assignee=world.a.counselor, taken_at=NOW, **late)
    desk = sign_in(world.a.leader).get(reverse("reports:workbench")).context["desk"]
    assert (desk.heading, desk.action.url) == ("1 条预警已超过时限", reverse("students:flag_list"))


def test_workbench_of_a_teacher_shows_whom_to_talk_to_next(world, sign_in):
    html = page(sign_in(world.a.teacher), "reports:workbench")
    assert f"{reverse('counseling:talk_new')}?student={world.a.student_3.pk}" in html
    assert world.a.older.name not in html


def test_workbench_of_a_teacher_counts_the_own_class(world, sign_in):
    html = page(sign_in(world.a.teacher), "reports:workbench")
    assert "2 / 3" in html


@pytest.mark.parametrize(("place", "least"), [("city", 3), ("other_district", 0)])
def test_workbench_of_an_auditor_counts_what_the_log_shows_them(place, least, world, viewer, sign_in):
    from schools import audit
    from schools.models import Membership

    with transaction.atomic():
        for member in (world.a.leader, world.b.leader, world.city_staff):
            audit.record(by=viewer(member), verb="summary.written")
    Membership.objects.filter(pk=world.auditor.pk).update(unit=getattr(world, place))
    client = sign_in(Membership.objects.select_related("person", "unit").get(pk=world.auditor.pk))
    counted = [stat.value for stat in client.get(reverse("reports:workbench")).context["desk"].stats]
    listed = len(client.get(reverse("schools:audit_list")).context["rows"])
    assert (counted, listed >= least) == ([listed, listed], True)


def test_workbench_of_an_empty_school_says_how_to_begin(world, sign_in):
    from students.models import Student

    Student.objects.filter(pk=world.b.older.pk).update(status="left", left_on=dt.date(2026, 1, 1))
    mark(world.b.unit.pk)
    html = page(sign_in(world.b.teacher_4), "reports:workbench")
    assert "有了学生之后，每天从这里开始" in html


# Three of them say who is there; one more rule, duty or list on the page may cost one more.
WORKBENCH = {"a.teacher": 25, "a.counselor": 35, "a.leader": 35, "district_staff": 19, "admin": 10, "auditor": 9}


@pytest.mark.parametrize(("who", "most"), WORKBENCH.items())
def test_workbench_costs_as_few_queries_for_thirty_as_for_three(who, most, world, sign_in):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from students.models import Student

    member = world.members()[who]

    def queries():
        cache.clear()
        client = sign_in(member)
        page(client, "reports:workbench")
        cache.clear()
        with CaptureQueriesContext(connection) as found:
            page(client, "reports:workbench")
        return len(found)

    Student.objects.bulk_create([_student(world, n) for n in range(3)])
    before = queries()
    Student.objects.bulk_create([_student(world, n) for n in range(3, 30)])
    grow(world, schools=3)
    assert (queries(), before <= most) == (before, True), before


def _student(world, number):
    from students.models import Student

    return Student(
        school=world.a.unit, class_group=world.a.class_1, name=f"新生{number}", gender="f", student_number=f"N{number}"
    )


@pytest.mark.parametrize("body", ["a" * 20_001, "b" * 30_000, "c\x00"])
def test_a_text_that_cannot_be_saved_comes_back_with_the_reason(body, world, sign_in):
    url = reverse("reports:summary_section", args=["2025-2026-2", "plan"])
    answer = sign_in(world.a.leader).post(url, {"body": body, "version": "0"})
    assert (answer.status_code, answer.context["body"]) == (422, body)
    assert answer.context["why_not"] in answer.content.decode()
    assert not SummarySection.objects.exists()


# --- the map of a center ----------------------------------------------------------------------------------------------


@pytest.fixture
def late_at_b(counted):
    from schools.recounting import recount_marked
    from schools.tallies import mark
    from students.models import RiskFlag
    from tests.world import NOW

    RiskFlag.objects.filter(pk=counted.b.flag.pk).update(due_at=NOW - dt.timedelta(hours=1))
    mark(counted.b.unit.pk)
    recount_marked()
    return counted


def test_map_shows_the_school_first_where_the_worst_waits(late_at_b, sign_in):
    answer = sign_in(late_at_b.district_staff).get(reverse("reports:school_list"))
    tiles = answer.context["tiles"]
    assert [(tile.name, tile.text, tile.tone) for tile in tiles] == [
        ("乙小学", "1 条预警超时", "silent"),
        ("甲小学", "无待办", "zero"),
    ]
    assert answer.context["heading"] == "2 所学校中有 1 所的预警超过时限"
    assert tiles[0].url == f"{reverse('reports:figure_list')}?unit=2144000002"
    workbench = sign_in(late_at_b.district_staff).get(reverse("reports:workbench")).context["desk"]
    assert workbench.tiles == tiles


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "甲"}, ["甲小学"]),
        ({"sort": "name"}, ["乙小学", "甲小学"]),
        ({"sort": "-flags_overdue"}, ["乙小学", "甲小学"]),
    ],
)
def test_map_is_searched_and_sorted(query, names, late_at_b, sign_in):
    answer = sign_in(late_at_b.district_staff).get(reverse("reports:school_list"), query)
    assert [unit.name for unit in answer.context["list"].page_obj] == names


def test_map_of_a_center_reads_no_record_and_costs_the_same_for_more_schools(counted, sign_in):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries():
        client = sign_in(counted.district_staff)
        page(client, "reports:school_list")
        with CaptureQueriesContext(connection) as found:
            page(client, "reports:school_list")
        return [one["sql"] for one in found]

    few = queries()
    grow(counted, schools=4)
    recount_all()
    many = queries()
    assert len(many) == len(few)
    assert [sql for sql in many if '"students_' in sql or '"counseling_' in sql] == []


def test_figures_of_a_grade_head_are_counted_once_until_the_school_is_counted_anew(world, viewer, sign_in):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from schools.recounting import recount
    from students.models import Student

    def shown():
        with CaptureQueriesContext(connection) as asked:
            found = client.get(reverse("reports:figure_records", args=["students"])).context["count"]
        return str(found), len(asked)

    recount(world.a.unit)
    client = sign_in(world.a.grade_head)
    (before, live), (again, kept) = shown(), shown()
    assert before == again
    assert kept < 25 < live
    Student.objects.create(school=world.a.unit, class_group=world.a.class_1, name="新同学")
    mark(world.a.unit.pk)
    assert int(shown()[0]) == int(before) + 1
