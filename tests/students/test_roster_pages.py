"""The import in the browser: upload, preview, columns, commit; what each page may not do."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from schools.common import files
from schools.imports.found import open_found
from schools.models import AuditEntry, Job
from students.actions.students import correct_student
from students.imports.words import choices_of_fields
from students.models import ColumnMapping, Student
from students.roster import VOCABULARY
from tests.importing import read_roster
from tests.students.test_roster_import import HEAD, file, line, number, rows

pytestmark = pytest.mark.django_db


def preview_of(client, job, tab=""):
    return client.get(reverse("schools:import_preview", args=[job.pk]), {"tab": tab} if tab else {})


def test_roster_import_previews_and_then_commits_what_was_shown(world, sign_in, upload, post):
    client = sign_in(world.a.leader)
    job = upload(world.a.leader, file(line(1), line(2, grade="九年级")))
    page = preview_of(client, job)
    assert (page.context["counts"]["created"], page.context["counts"]["problems"]) == (1, 1)
    assert not Student.objects.filter(name="王小二").exists()
    done = post(world.a.leader, "import_commit", job)
    assert done.result["counts"] == page.context["counts"]
    assert Student.objects.filter(school=world.a.unit, name="王小二").count() == 1
    assert "王小二" in client.get(reverse("schools:import_done", args=[done.pk]), {"tab": "new"}).content.decode()


def test_roster_import_shows_old_and_new_masked(world, sign_in, upload, post):
    job = upload(world.a.leader, file(line(1)))
    post(world.a.leader, "import_commit", job)
    again = upload(world.a.leader, file(line(1, phone="13700003333", name="王改名")))
    client = sign_in(world.a.leader)
    changed = preview_of(client, again, "changed").content.decode()
    assert "139****1111" in changed and "137****3333" in changed
    assert "13700003333" not in changed
    assert "王改名" in preview_of(client, again, "held").content.decode()


def test_roster_import_tells_of_address_and_health_only_that_they_differ(world, sign_in, upload, post):
    """A file of thousands with an x in both columns would show all of them, and no row of the log would tell."""
    texts = ["东风路一号", "哮喘"]
    job = upload(world.a.leader, file(line(1) + "," + ",".join(texts), head=HEAD + ",现住址,健康状况"))
    post(world.a.leader, "import_commit", job)
    assert [Student.objects.get(name="王小二").address, Student.objects.get(name="王小二").health] == texts
    again = upload(world.a.leader, file(line(1) + ",x,x", head=HEAD + ",现住址,健康状况"))
    page = preview_of(sign_in(world.a.leader), again, "changed")
    [changed] = page.context["page_obj"].object_list

    assert [old for _name, old, _new in changed["fields"]] == ["内容不显示"] * 2
    assert not any(text in page.content.decode() for text in texts)
    assert not any(text in json.dumps(open_found(again.pk), ensure_ascii=False) for text in texts)


@pytest.mark.parametrize(("confirm", "name"), [("", "王小二"), ("1", "王改名")])
def test_roster_commit_changes_key_fields_only_when_ticked(world, upload, post, confirm, name):
    post(world.a.leader, "import_commit", upload(world.a.leader, file(line(1))))
    again = upload(world.a.leader, file(line(1, name="王改名")))
    post(world.a.leader, "import_commit", again, {"confirm": confirm})
    assert Student.objects.get(student_number="S001").name == name


def test_roster_commit_shows_a_new_preview_when_something_changed_meanwhile(world, sign_in, upload, post):
    job = upload(world.a.leader, file(line(1), line(2)))
    Student.objects.create(school=world.a.unit, class_group=world.a.class_1, name="王小二", student_number="S001")
    before = rows()
    second = post(world.a.leader, "import_commit", job)
    page = preview_of(sign_in(world.a.leader), second)
    assert rows() == before
    assert (page.context["found"]["outdated"], page.context["counts"]["created"]) == (True, 1)
    third = post(world.a.leader, "import_commit", second)
    assert third.result["counts"]["created"] == 1
    assert Student.objects.filter(name__in=["王小二", "王小三"], school=world.a.unit).count() == 2


def test_roster_columns_are_remembered_for_the_school(world, sign_in, upload, post):
    content = file(line(1), head=HEAD.replace("联系电话,是否孤儿", "小灵通,是否孤儿"))
    job = upload(world.a.leader, content)
    assert preview_of(sign_in(world.a.leader), job).context["found"]["unknown"] == ["小灵通"]
    read_again = post(world.a.leader, "roster_columns", job, {"column-0": "phone"})
    assert preview_of(sign_in(world.a.leader), read_again).context["found"]["unknown"] == []
    mapping = ColumnMapping.objects.get()
    assert (mapping.school, mapping.label, mapping.field, mapping.set_by) == (
        world.a.unit,
        "小灵通",
        "phone",
        world.a.leader.person,
    )


def test_roster_columns_show_the_first_values_with_long_numbers_masked(world, sign_in, upload):
    head = HEAD.replace("联系电话,是否孤儿", "小灵通,是否孤儿")
    job = upload(
        world.a.leader, file(line(1, phone="6221001"), line(2, phone="13900001111"), line(3, phone=""), head=head)
    )
    page = sign_in(world.a.leader).get(reverse("students:roster_columns", args=[job.pk])).content.decode()
    assert "6221001 · 139****1111" in page


def test_roster_columns_offer_each_field_once_under_a_heading():
    offered = [name for _title, inside in choices_of_fields() for name, _word in inside]
    known = [name for name in VOCABULARY.fields if not name.startswith(("member3", "member4"))]
    assert sorted(offered) == sorted(known)


def test_roster_lists_one_line_for_each_student_however_many_fields_are_kept(world, sign_in, viewer, upload, post):
    post(world.a.leader, "import_commit", upload(world.a.leader, file(line(1))))
    student = Student.objects.get(student_number="S001")
    correct_student(by=viewer(world.a.leader), student=student, values={"phone": "13511112222", "name": "王晓二"})
    page = preview_of(sign_in(world.a.leader), upload(world.a.leader, file(line(1))), "kept").content.decode()
    assert (page.count(student.get_absolute_url()), "共 1 条" in page, "135****2222 →" in page) == (1, True, True)


def test_an_empty_file_is_told_like_every_other_that_cannot_be_read(world, sign_in, upload):
    job = upload(world.a.leader, b"")
    page = sign_in(world.a.leader).get(reverse("schools:job_detail", args=[job.pk])).content.decode()
    assert (job.state, "文件是空的。" in page) == ("failed", True)


def test_roster_columns_take_only_fields_that_exist(world, upload, post):
    content = file(line(1), head=HEAD.replace("联系电话,是否孤儿", "小灵通,是否孤儿"))
    post(world.a.leader, "roster_columns", upload(world.a.leader, content), {"column-0": "set_by_hand"})
    assert not ColumnMapping.objects.exists()


def test_roster_forget_forgets_only_the_own_schools_column(world, sign_in):
    for school in (world.a.unit, world.b.unit):
        ColumnMapping.objects.create(school=school, label="小灵通", field="phone")
    sign_in(world.a.counselor).post(reverse("students:roster_forget"), {"label": "小灵通"})
    assert [mapping.school for mapping in ColumnMapping.objects.all()] == [world.b.unit]


def test_a_preview_that_was_committed_leads_to_what_became_of_it(world, sign_in, upload, post):
    job = upload(world.a.leader, file(line(1)))
    done = post(world.a.leader, "import_commit", job)
    answer = preview_of(sign_in(world.a.leader), job)
    assert answer["Location"] == reverse("schools:import_done", args=[done.pk])
    assert post(world.a.leader, "import_commit", job).pk == done.pk


@pytest.mark.parametrize("key", ["teacher", "grade_head", "subject_teacher"])
def test_roster_import_is_closed_to_teachers(world, sign_in, key):
    answer = sign_in(world.a.people[key]).post("/roster/", {"file": SimpleUploadedFile("a.csv", file(line(1)))})
    assert (answer.status_code, Job.objects.count()) == (403, 0)


@pytest.mark.parametrize("who", ["a.counselor", "b.leader"])
@pytest.mark.parametrize(
    "name",
    ["schools:import_preview", "students:roster_columns", "schools:import_commit", "schools:import_done"],
)
def test_a_preview_belongs_to_who_made_it(world, sign_in, upload, who, name):
    job = upload(world.a.leader, file(line(1)))
    client, address = sign_in(world.members()[who]), reverse(name, args=[job.pk])
    assert {client.get(address).status_code, client.post(address).status_code} <= {404, 405}
    assert not Student.objects.filter(name="王小二").exists()


def test_the_row_of_a_job_holds_no_personal_data(world, upload):
    job = upload(world.a.leader, file(line(1)), "张三的班.csv")
    told = f"{job.params}{job.result}{job.message}{job.file_name}"
    assert not [secret for secret in ("王", "张三", number(1), "139") if secret in told]


def test_the_file_is_sealed_and_deleted_after_the_commit(world, upload, post, settings):
    job = upload(world.a.leader, file(line(1)))
    stored = files._path(job.pk, "").read_bytes()
    assert "王小二".encode() not in stored and number(1).encode() not in stored
    post(world.a.leader, "import_commit", job)
    with pytest.raises(FileNotFoundError):
        files.open_file(job.pk)


def test_roster_template_can_be_read_back(world, sign_in):
    import openpyxl

    answer = sign_in(world.a.leader).get(reverse("students:roster_template"))
    content = b"".join(answer.streaming_content)
    path = files._path(world.a.student.pk, "")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    book = openpyxl.load_workbook(path.open("rb"))
    titles = [cell.value for cell in book.active[1]]
    filled = {"姓名": "王五", "年级": "三年级", "班级": "1班"}
    book.active.append([filled.get(title) for title in titles])
    book.save(path)
    roster = read_roster(path)
    path.unlink()
    assert ([row.name for row in roster.rows], roster.unknown_columns) == (["王五"], [])


def test_opening_a_preview_is_not_an_act_on_a_student(world, sign_in, upload):
    job = upload(world.a.leader, file(line(1)))
    preview_of(sign_in(world.a.leader), job)
    assert list(AuditEntry.objects.filter(verb__startswith="roster").values_list("verb", flat=True)) == [
        "roster_preview.started"
    ]
