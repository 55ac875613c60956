import datetime as dt
import io
from io import StringIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from schools.common import files
from schools.common.tables import Limits, UnreadableFile
from schools.models import AuditEntry, Job, Membership, Person
from tests.files import xlsx_bytes as files_xlsx
from tests.importing import parsed
from tests.world import NOW, PASSWORD

SCHOOL = "2144000001"
FILE = """工号,姓名,手机号码,角色,班级,年级,用工形式,聘期至
T-1,王一,13800000001,班主任,三(1)班,,,
T-1,王一,,任课教师,三(2)班,,,
T-2,李二,,心理教师,,,外聘,2026年7月1日
T-3,张三,,年级组长,,三年级,,
T-4,赵四,,德育主任,,,,
T-5,钱五,123,班主任,三(1)班,,,
T-6,,,班主任,三(1)班,,,
T-7,孙七,,班主任,九(9)班,,,
"""


def csv(text, encoding="utf-8"):
    return text.encode(encoding)


def run(tmp_path, content=FILE, *, unit=SCHOOL, **options):
    path = tmp_path / "staff.csv"
    path.write_bytes(csv(content) if isinstance(content, str) else content)
    out = StringIO()
    call_command("import_staff", str(path), unit=unit, stdout=out, **options)
    return out.getvalue().splitlines()


# --- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_staff_is_read_in_any_encoding(encoding):
    sheet = parsed("staff", csv(FILE, encoding))

    assert [(row.staff_number, row.role) for row in sheet.rows] == [
        ("T-1", "class_teacher"),
        ("T-1", "subject_teacher"),
        ("T-2", "counselor"),
        ("T-3", "grade_head"),
        ("T-4", "school_leader"),
        ("T-5", "class_teacher"),
        ("T-7", "class_teacher"),
    ]
    assert [(p.row, p.column_label, p.code) for p in sheet.problems] == [
        (7, "手机号码", "phone_format"),
        (8, "姓名", "empty"),
    ]


def test_staff_in_another_order_with_a_title_row_and_a_total():
    text = "某校教职工名单,,\n角色,姓名,工号\nclass teacher,王一,T-1\nCOUNSELOR,李二,T-2\n,合计,\n"
    sheet = parsed("staff", csv(text))

    assert [(row.row, row.name, row.role) for row in sheet.rows] == [
        (3, "王一", "class_teacher"),
        (4, "李二", "counselor"),
    ]


def test_a_word_for_the_role_that_says_more_is_kept_as_a_title():
    text = "工号,姓名,角色\n1,甲,德育副校长\n2,乙,心理教师\n3,丙,school_leader\n"

    assert [row.title for row in parsed("staff", csv(text)).rows] == ["德育副校长", "", ""]


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "empty"), (b"\x89PNG\r\n", "wrong_type"), (csv("a,b\n1,2\n"), "no_header")]
)
def test_a_file_that_is_no_staff_list_is_refused(content, code):
    with pytest.raises(UnreadableFile) as refused:
        parsed("staff", content)

    assert refused.value.code == code


@pytest.mark.parametrize("titles", ["学籍号,姓名,班级", "学号,姓名", "姓名,性别,班级,监护人电话"])
def test_a_roster_is_no_staff_list_and_the_refusal_says_so(titles):
    with pytest.raises(UnreadableFile) as refused:
        parsed("staff", csv(f"三年级名单\n{titles}\n1,张三,1班,1\n"))

    assert refused.value.code == "student_list"


def test_a_staff_list_may_have_a_title_of_rosters_too():
    assert [row.name for row in parsed("staff", csv("工号,姓名,角色,学号\nT,甲,班主任,\n")).rows] == ["甲"]


def test_a_phone_number_never_stands_in_a_problem():
    sheet = parsed("staff", csv("工号,姓名,角色,手机\nT,甲,班主任,1380000\n"))

    assert "1380000" not in str(sheet.problems)


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=8), max_size=8))
def test_whatever_stands_in_the_cells_nothing_breaks(rows):
    lines = ["工号,姓名,角色,手机,班级,聘期至"] + [",".join(cell.replace(",", "") for cell in row) for row in rows]
    try:
        sheet = parsed("staff", "\n".join(lines).encode())
    except UnreadableFile:
        return
    assert all(row.staff_number and row.name and row.role for row in sheet.rows)


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_good_rows_go_in_and_problem_rows_are_listed(world, tmp_path):
    lines = run(tmp_path)

    assert lines[-1] == "created=6 changed=0 unchanged=0 problems=2"
    assert set(Person.objects.filter(staff_number__startswith="T-").values_list("staff_number", flat=True)) == {
        "T-1",
        "T-2",
        "T-3",
        "T-4",
        "T-5",
    }
    assert [line for line in lines if "9" in line and "[九(9)班]" in line]


@pytest.mark.django_db
def test_what_the_file_says_is_what_is_stored(world, tmp_path):
    run(tmp_path)
    teacher = Membership.objects.get(person__staff_number="T-1", role="class_teacher")
    visiting = Membership.objects.get(person__staff_number="T-2")
    head = Membership.objects.get(person__staff_number="T-3")

    assert (list(teacher.classes.all()), teacher.person.phone) == ([world.a.class_1], "13800000001")
    assert (visiting.employment, visiting.ends_on.isoformat()) == ("visiting", "2026-07-01")
    assert (head.cohort_stage, head.cohort_year) == ("primary", 2023)
    assert Membership.objects.get(person__staff_number="T-4").title == "德育主任"
    assert teacher.person.must_change_password


@pytest.mark.django_db
def test_the_same_file_again_changes_nothing(world, tmp_path):
    run(tmp_path)
    before = list(Membership.objects.values_list("pk", "title", "starts_on", "ends_on"))

    assert run(tmp_path)[-1] == "created=0 changed=0 unchanged=6 problems=2"
    assert list(Membership.objects.values_list("pk", "title", "starts_on", "ends_on")) == before


@pytest.mark.django_db
def test_a_changed_file_changes_only_what_is_different(world, tmp_path):
    run(tmp_path)

    assert run(tmp_path, FILE.replace("三(2)班", "四(1)班"))[-1] == "created=0 changed=1 unchanged=5 problems=2"
    assert list(Membership.objects.get(person__staff_number="T-1", role="subject_teacher").classes.all()) == [
        world.a.class_4
    ]


@pytest.mark.django_db
def test_a_new_phone_number_in_the_file_is_taken_over(world, tmp_path):
    run(tmp_path)

    assert run(tmp_path, FILE.replace("13800000001", "13800000002"))[-1].startswith("created=0 changed=1")
    assert Person.objects.get_by_natural_key("13800000002").staff_number == "T-1"


@pytest.mark.django_db
def test_dry_run_writes_nothing(world, tmp_path):
    before = Person.objects.count(), AuditEntry.objects.count()

    assert run(tmp_path, dry_run=True)[-1] == "created=6 changed=0 unchanged=0 problems=2"
    assert (Person.objects.count(), AuditEntry.objects.count()) == before


@pytest.mark.django_db
def test_strict_takes_none_says_so_and_fails(world, tmp_path):
    before = Person.objects.count(), AuditEntry.objects.count()
    path = tmp_path / "staff.csv"
    path.write_bytes(csv(FILE))
    out = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("import_staff", str(path), unit=SCHOOL, strict=True, stdout=out)

    assert refused.value.returncode == 1
    assert out.getvalue().splitlines()[-1] == "created=0 changed=0 unchanged=0 problems=2"
    assert (Person.objects.count(), AuditEntry.objects.count()) == before


@pytest.mark.django_db
def test_strict_takes_all_when_every_row_is_good(world, tmp_path):
    assert run(tmp_path, FILE.partition("T-6")[0], strict=True)[-1] == "created=6 changed=0 unchanged=0 problems=0"
    assert Person.objects.filter(staff_number__startswith="T-").count() == 5


@pytest.mark.django_db
def test_several_rows_of_one_role_are_one_role_with_all_classes(world, tmp_path):
    run(tmp_path, '工号,姓名,角色,班级\nT,甲,班主任,三(1)班\nT,甲,班主任,三(2)班\nT,甲,班主任,"三(1)班、四(1)班"\n')

    classes = set(Membership.objects.get(person__staff_number="T").classes.all())
    assert classes == {world.a.class_1, world.a.class_2, world.a.class_4}


PROBLEMS = {
    "another name": "工号,姓名,角色\na-teacher,别人,班主任\n",
    "twice under two names": "工号,姓名,角色\nT,甲,班主任\nT,乙,任课教师\n",
    "a role of centers": "工号,姓名,角色\nT,甲,教研员\n",
    "an unknown role": "工号,姓名,角色\nT,甲,厨师\n",
    "no role": "工号,姓名,角色\nT,甲,\n",
    "visiting without an end": "工号,姓名,角色,聘用方式\nT,甲,心理教师,外聘\n",
    "an end before the beginning": "工号,姓名,角色,开始日期,结束日期\nT,甲,班主任,2026-09-01,2026-03-01\n",
    "a grade head without a grade": "工号,姓名,角色\nT,甲,年级组长\n",
    "a number Excel has rounded": "工号,姓名,角色\n1.10105E+17,甲,班主任\n",
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", PROBLEMS)
def test_a_row_with_a_problem_stays_out(world, tmp_path, what):
    content = PROBLEMS[what]
    before = Person.objects.count()
    lines = run(tmp_path, content)

    good = content.count("\n") - 2
    assert lines[-1] == f"created={good} changed=0 unchanged=0 problems=1"
    assert Person.objects.count() == before + good


LEFT_EMPTY = {
    "a phone that is none": "手机\nT,甲,班主任,1380000\n",
    "somebody's phone": "手机\nT,甲,班主任,{phone}\n",
    "no such date": "开始日期\nT,甲,班主任,2026-02-30\n",
    "a month without its day": "聘期至\nT,甲,班主任,2026-07\n",
    "an unknown employment": "用工形式\nT,甲,班主任,借调\n",
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", LEFT_EMPTY)
def test_another_bad_cell_is_left_empty_and_named(world, tmp_path, what):
    phone = world.b.teacher.person.phone
    lines = run(tmp_path, "工号,姓名,角色," + LEFT_EMPTY[what].format(phone=phone))
    given = Membership.objects.get(person__staff_number="T")

    assert (len(lines), lines[-1]) == (3, "created=1 changed=0 unchanged=0 problems=0")
    assert (given.person.phone, given.starts_on, given.ends_on) == ("", NOW.date(), None)
    assert all(phone not in line and "1380000" not in line for line in lines)


@pytest.mark.django_db
def test_one_phone_for_two_is_that_of_the_first(world, tmp_path):
    lines = run(tmp_path, "工号,姓名,角色,手机\nT,甲,班主任,13800000009\nU,乙,班主任,13800000009\n")

    assert lines[-1] == "created=2 changed=0 unchanged=0 problems=0"
    assert [Person.objects.get(staff_number=number).phone for number in "TU"] == ["13800000009", ""]


@pytest.mark.django_db
def test_files_that_cannot_be_read_end_with_a_sentence(world, tmp_path):
    with pytest.raises(CommandError, match="空"):
        run(tmp_path, b"")
    with pytest.raises(CommandError):
        call_command("import_staff", str(tmp_path / "nothing.csv"), unit=SCHOOL)
    with pytest.raises(CommandError):
        run(tmp_path, unit="nowhere")


@pytest.mark.django_db
def test_first_passwords_are_written_for_their_owner_only(world, tmp_path):
    path = tmp_path / "first.xlsx"
    run(tmp_path, "工号,姓名,角色\nT,=cmd(),班主任\n", passwords=path)
    _titles, row = openpyxl.load_workbook(path).active.iter_rows(values_only=True)

    assert path.stat().st_mode & 0o077 == 0
    assert Person.objects.get(staff_number="T").check_password(row[2])
    assert openpyxl.load_workbook(path).active["B2"].data_type == "s"


@pytest.mark.django_db
def test_first_passwords_replace_a_file_that_everyone_could_read(world, tmp_path):
    path = tmp_path / "first.xlsx"
    path.write_bytes(b"old")
    path.chmod(0o644)
    run(tmp_path, "工号,姓名,角色\nT,甲,班主任\n", passwords=path)

    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.django_db
def test_no_account_is_made_when_its_password_cannot_be_kept(world, tmp_path):
    with pytest.raises(CommandError):
        run(tmp_path, "工号,姓名,角色\nT,甲,班主任\n", passwords=tmp_path / "no such folder" / "first.xlsx")

    assert not Person.objects.filter(staff_number="T").exists()


def test_a_number_that_signs_in_somebody_else_stays_out(world, tmp_path):
    phone = world.a.teacher.person.phone
    rows = [f"{phone},甲,,班主任", "13700000001,乙,,班主任", "T-8,丙,13700000001,班主任", "T-9,丁,13700000002,班主任"]
    out = run(tmp_path, "\n".join(["工号,姓名,手机号码,角色", *rows, "13700000002,戊,,班主任"]))

    assert out[-1] == "created=3 changed=0 unchanged=0 problems=2"
    phones = {person.name: person.phone for person in Person.objects.filter(name__in="甲乙丙丁戊")}
    assert phones == {"乙": "", "丙": "", "丁": "13700000002"}


# --- the browser ------------------------------------------------------------------------------------------------------


NOTHING = {"created": 0, "changed": 0, "unchanged": 0}
LEADERS_FILE = FILE.replace("T-4,赵四,,德育主任,,,,\n", "")


@pytest.fixture
def upload(sign_in, django_capture_on_commit_callbacks):
    """Hand in a file; its preview is made at once. The client, and the job."""

    def go(member, content=LEADERS_FILE, query=""):
        client = sign_in(member)
        with django_capture_on_commit_callbacks(execute=True):
            file = SimpleUploadedFile("staff.csv", csv(content))
            client.post(reverse("schools:staff_import") + query, {"file": file})
        return client, Job.objects.latest("created_at")

    return go


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    def go(client, preview):
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("schools:import_commit", args=[preview.pk]))
        return Job.objects.latest("created_at")

    return go


def page_of(client, job, tab=""):
    return client.get(job.result["url"], {"tab": tab} if tab else {})


@pytest.mark.django_db
def test_the_preview_writes_nothing_and_shows_every_row(world, upload):
    before = Person.objects.count()
    client, job = upload(world.a.leader)
    problems = page_of(client, job, "problems").context["page_obj"].object_list

    assert page_of(client, job).context["counts"] == {"created": 5, "changed": 0, "unchanged": 0, "problems": 2}
    assert [(one["row"], one["severity"]) for one in problems] == [(7, "error"), (8, "error"), (6, "warning")]
    assert Person.objects.count() == before


@pytest.mark.django_db
def test_commit_does_what_the_preview_showed(world, upload, commit):
    job = commit(*upload(world.a.leader))

    assert (job.state, job.message) == ("done", "")
    assert Person.objects.filter(staff_number__startswith="T-").count() == 4
    rows = list(openpyxl.load_workbook(io.BytesIO(files.open_file(job.pk))).active.iter_rows(values_only=True))
    assert Person.objects.get(staff_number=rows[1][0]).check_password(rows[1][2])


@pytest.mark.django_db
def test_commit_of_a_preview_that_is_no_longer_true_writes_nothing_and_shows_it_anew(world, upload, commit):
    client, preview = upload(world.a.leader)
    Person.objects.create(staff_number="T-2", name="李二")
    before = Person.objects.count()
    job = commit(client, preview)

    assert page_of(client, job).context["found"]["outdated"]
    assert Person.objects.count() == before


@pytest.mark.django_db
def test_commit_asks_for_a_fresh_proof_as_it_gives_roles(world, upload, fixed_clock):
    client, preview = upload(world.a.leader)
    before = Person.objects.count(), Job.objects.count()
    fixed_clock.shift(dt.timedelta(minutes=6))
    answer = client.post(reverse("schools:import_commit", args=[preview.pk]))

    assert answer.headers["Location"].startswith("/account/confirm")
    assert (Person.objects.count(), Job.objects.count()) == before


@pytest.mark.django_db
def test_a_preview_belongs_to_who_made_it(world, upload, sign_in):
    _client, job = upload(world.a.leader)
    before = Job.objects.count()
    for member in (world.b.leader, world.cluster_staff, world.a.counselor):
        assert sign_in(member).post(reverse("schools:import_commit", args=[job.pk])).status_code == 404
    assert Job.objects.count() == before


@pytest.mark.django_db
def test_a_leader_imports_no_role_above_their_own(world, upload):
    client, job = upload(world.a.leader, "工号,姓名,角色\nT,甲,校长\nU,乙,系统管理员\nV,丙,审计员\n")

    assert page_of(client, job).context["counts"] == NOTHING | {"problems": 3}


@pytest.mark.django_db
def test_a_leader_changes_nobody_above_them_by_import(world, upload):
    """A phone number signs in: it must not be set for someone who also leads another school."""
    person = world.a.teacher.person
    Membership.objects.create(person=person, unit=world.b.unit, role="school_leader")
    content = f"工号,姓名,角色,手机,班级\na-teacher,{person.name},班主任,13800000099,三(1)班\n"
    client, job = upload(world.a.leader, content)

    assert page_of(client, job).context["counts"] == NOTHING | {"problems": 1}


@pytest.mark.django_db
def test_a_leader_cannot_give_themselves_a_role_by_import(world, upload):
    client, job = upload(world.a.leader, f"工号,姓名,角色\na-leader,{world.a.leader.person.name},心理教师\n")

    assert page_of(client, job).context["counts"] == NOTHING | {"problems": 1}


@pytest.mark.django_db
def test_importing_someone_who_has_an_account_keeps_their_password(world, upload, commit):
    commit(*upload(world.a.leader, f"工号,姓名,角色\nb-teacher,{world.b.teacher.person.name},任课教师\n"))

    person = Person.objects.get(staff_number="b-teacher")
    assert person.check_password(PASSWORD)
    assert person.memberships.filter(unit=world.a.unit, role="subject_teacher").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("content", ["a,b\n1,2\n", "学籍号,姓名,班级\n1,张三,1班\n"])
def test_a_bad_file_in_the_browser_gets_a_sentence(world, upload, content):
    client, job = upload(world.a.leader, content)

    assert job.state == "failed"
    assert job.message in client.get(reverse("schools:job_detail", args=[job.pk])).content.decode()


@pytest.mark.django_db
def test_a_roster_in_the_browser_is_told_where_it_belongs(world, upload):
    _client, job = upload(world.a.leader, "学籍号,姓名,班级\n1,张三,1班\n")

    assert "“导入名册”" in job.message
    assert "学籍号" in job.message


@pytest.mark.django_db
def test_rows_with_problems_come_back_corrected(world, upload, commit):
    """The sheet has the row as it was handed in, the reason last; corrected, only that row is new."""
    client, preview = upload(world.a.leader)
    commit(client, preview)
    done = Job.objects.latest("created_at")
    content = client.get(reverse("schools:import_problems", args=[done.pk])).content
    titles, phone, no_name, no_class = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)

    assert (titles[0], titles[-1]) == ("工号", "问题说明")
    assert (phone[0], no_name[0], no_class[0]) == ("T-5", "T-6", "T-7")
    assert no_class[-1].startswith("班级：")

    corrected = [titles, (*no_name[:1], "周六", *no_name[2:])]
    again = parsed("staff", files_xlsx(corrected))
    assert ([row.name for row in again.rows], again.unknown_columns, again.problems) == (["周六"], [], [])


def test_a_file_that_is_too_large_is_refused_before_it_is_read(world, sign_in, monkeypatch):
    monkeypatch.setattr("schools.views.staff.LIMITS", Limits(file_bytes=10))
    file = SimpleUploadedFile("staff.csv", csv(FILE))
    page = sign_in(world.a.leader).post(reverse("schools:staff_import"), {"file": file})

    assert page.context["form"].errors["file"] == ["文件超过 0 MB，请删去图片或拆成几份。"]
