"""From a file to the database: what is created, changed, kept, held, left alone; all or nothing."""

import pytest
from django.db import DatabaseError, connection

from schools.actions.units import create_unit
from schools.figures import Scope, figures
from schools.imports.pipeline import PreviewOutdated
from schools.models import AuditEntry, ClassGroup, UnitKind
from schools.queries import term_of
from students.actions.students import correct_student, save_guardian, set_groups
from students.models import ColumnMapping, GroupMember, Guardian, Student
from tests.importing import commit, import_file, preview, read
from tests.world import _identity_number

LAST_TERM, THIS_TERM = "2025-2026-1", "2025-2026-2"

pytestmark = pytest.mark.django_db
HEAD = "姓名,性别,出生日期,身份证件号,学籍号,学号,年级,班级,联系电话,是否孤儿,成员1姓名,成员1关系,成员1联系电话"


def number(n):
    return _identity_number(f"440608201701{n % 28 + 1:02}{n:03}")


def line(n, **changes):
    values = {
        "name": f"王小{'一二三四五六七八九十'[n % 10]}",
        "gender": "男" if int(number(n)[16]) % 2 else "女",
        "birth": number(n)[6:14],
        "id": number(n),
        "registry": f"G{number(n)}",
        "number": f"S{n:03}",
        "grade": "三年级",
        "class": "1班",
        "phone": "13900001111",
        "orphan": "否",
        "guardian": "王妈妈",
        "relation": "母亲",
        "guardian_phone": "13800002222",
    }
    return ",".join({**values, **changes}.values())


def file(*lines, head=HEAD):
    return "\n".join([head, *lines]).encode()


def rows():
    return list(Student.objects.order_by("pk").values_list("pk", "name", "class_group", "status", "set_by_hand"))


def counts(outcome):
    return outcome.created, outcome.changed, outcome.unchanged, outcome.problem_rows


# --- new students ---------------------------------------------------------------------------------------------------


def test_import_creates_students_with_class_guardian_and_group(world):
    outcome = import_file(file(line(1), line(2, **{"orphan": "是", "class": "5班"})), world.a.unit)
    orphan = Student.objects.get(school=world.a.unit, name="王小三")
    assert counts(outcome) == (2, 0, 0, 0)
    assert (orphan.class_group.number, orphan.phone, orphan.id_number) == (5, "13900001111", number(2))
    assert [member.group_id for member in orphan.group_members.current()] == ["orphan"]
    assert [(g.name, g.relation, g.phone) for g in orphan.guardians.all()] == [("王妈妈", "母亲", "13800002222")]


def test_import_finds_new_students_by_pinyin_and_number(world, viewer):
    from students.queries import by_paper_number, matching

    import_file(file(line(1)), world.a.unit)
    seen = Student.objects.visible_to(viewer(world.a.counselor))
    assert (
        [s.name for s in matching(seen, "wxe", viewer(world.a.counselor))]
        == ["王小二"]
        == [by_paper_number(seen, number(1)).name]
    )


def test_import_makes_missing_classes_once(world):
    import_file(file(line(1, **{"class": "7班"}), line(2, **{"class": "7班"}), line(3)), world.a.unit)
    made = ClassGroup.objects.filter(school=world.a.unit, number=7)
    assert [(c.stage, c.entry_year) for c in made] == [("primary", 2023)]
    assert ClassGroup.objects.filter(school=world.a.unit).count() == 4


def test_import_keeps_rare_characters(world, sign_in):
    import_file(file(line(1, name="𠮷㐂")), world.a.unit)
    assert "𠮷㐂" in sign_in(world.a.counselor).get("/students/", {"q": "𠮷㐂"}).content.decode()


def students_counted(school, code):
    return figures()["students"].query(Scope.of(school, term_of(school, code))).count()


def test_a_newcomer_changes_no_figure_of_the_term_before(world):
    school = world.a.unit
    before = students_counted(school, LAST_TERM)
    import_file(file(line(1), line(2)), school)
    assert (before, students_counted(school, LAST_TERM)) == (5, 5)
    assert students_counted(school, THIS_TERM) == 7


def test_the_first_roster_of_a_school_stands_in_past_figures_too(world):
    """It says nothing of when its students came."""
    kind = UnitKind.objects.get(pk="school")
    school = create_unit(by=None, parent=world.cluster, kind=kind, code="2144000009", name="新校", stages=["primary"])
    import_file(file(line(1), line(2)), school)
    assert students_counted(school, LAST_TERM) == 2


def test_import_of_the_same_file_again_changes_nothing(world):
    content = file(*(line(n) for n in range(1, 9)), line(9, id="", registry="", birth="2017-01-01"))
    import_file(content, world.a.unit)
    before = rows()
    outcome = import_file(content, world.a.unit)
    assert (counts(outcome), rows()) == ((0, 0, 9, 0), before)


def test_import_leaves_other_schools_alone(world):
    twin = line(1, name=world.b.student.name, id=world.b.student.id_number, registry="")
    before = list(Student.objects.filter(school=world.b.unit).order_by("pk").values())
    import_file(file(twin), world.a.unit)
    assert list(Student.objects.filter(school=world.b.unit).order_by("pk").values()) == before
    assert Student.objects.filter(school=world.a.unit, name=world.b.student.name).count() == 1


# --- known students -------------------------------------------------------------------------------------------------


def test_import_changes_field_by_field(world):
    import_file(file(line(1)), world.a.unit)
    changed = line(1, phone="13700003333", **{"class": "2班"}, guardian_phone="13600004444", orphan="是")
    outcome = import_file(file(changed), world.a.unit)
    student = Student.objects.get(name="王小二")
    assert counts(outcome) == (0, 1, 0, 0)
    assert (student.phone, student.class_group, student.guardians.get().phone) == (
        "13700003333",
        world.a.class_2,
        "13600004444",
    )
    assert student.group_members.current().get().group_id == "orphan"


def test_import_ends_a_group_only_when_the_file_says_no(world):
    import_file(file(line(1, orphan="是")), world.a.unit)
    silent = import_file(file(line(1, orphan="")), world.a.unit)
    assert counts(silent) == (0, 0, 1, 0)
    import_file(file(line(1, orphan="否")), world.a.unit)
    assert not GroupMember.objects.filter(student__name="王小二").current().exists()


def test_import_of_a_blank_cell_deletes_nothing(world):
    import_file(file(line(1)), world.a.unit)
    outcome = import_file(file(line(1, phone="", guardian="", relation="", guardian_phone="")), world.a.unit)
    student = Student.objects.get(name="王小二")
    assert (counts(outcome), student.phone, student.guardians.count()) == ((0, 0, 1, 0), "13900001111", 1)


def test_import_recognises_by_identity_number_when_the_registry_number_changed(world):
    import_file(file(line(1, registry="")), world.a.unit)
    outcome = import_file(file(line(1)), world.a.unit)
    assert counts(outcome) == (0, 1, 0, 0)
    assert Student.objects.get(name="王小二").registry_number == f"G{number(1)}"


def test_import_recognises_by_name_birth_date_and_class(world):
    import_file(file(line(1, id="", registry="")), world.a.unit)
    outcome = import_file(file(line(1)), world.a.unit)
    assert counts(outcome) == (0, 1, 0, 0)
    assert Student.objects.filter(name="王小二").count() == 1


def test_import_does_not_guess_between_two_who_look_alike(world):
    alone = {"gender": "男", "guardian": "", "relation": "", "guardian_phone": ""}
    alike = [line(n, name="李雷", id="", registry="", birth="2017-01-01", number=f"X{n}", **alone) for n in (1, 2)]
    import_file(file(*alike), world.a.unit)
    Student.objects.filter(name="李雷").update(student_number="")
    outcome = import_file(file(alike[0]), world.a.unit)
    assert [problem.code for problem in outcome.problems] == ["ambiguous_student"]


def test_import_reports_numbers_of_two_known_students(world):
    import_file(file(line(1), line(2)), world.a.unit)
    mixed = line(1, registry=f"G{number(2)}")
    outcome = import_file(file(mixed), world.a.unit)
    assert ("two_students", 1) in [(problem.code, outcome.problem_rows) for problem in outcome.problems]
    assert Student.objects.get(name="王小二").registry_number == f"G{number(1)}"


def test_import_reports_who_is_missing_in_the_classes_of_the_file_and_changes_nothing(world):
    before = rows()
    outcome = import_file(file(line(1)), world.a.unit, dry_run=True)
    assert (outcome.missing, rows()) == (3, before)


# --- key fields -----------------------------------------------------------------------------------------------------


def test_import_holds_key_fields_of_a_known_student_until_confirmed(world):
    import_file(file(line(1)), world.a.unit)
    renamed = file(line(1, name="王改名", phone="13700003333"))
    outcome = import_file(renamed, world.a.unit)
    student = Student.objects.get(phone__isnull=False, student_number="S001")
    assert (outcome.held, outcome.changed, student.name, student.phone) == (1, 1, "王小二", "13700003333")


def test_import_changes_key_fields_with_a_confirmation_and_notes_it_for_the_student(world):
    import_file(file(line(1)), world.a.unit)
    import_file(file(line(1, name="王改名")), world.a.unit, confirm_key_fields=True)
    student = Student.objects.get(student_number="S001")
    entry = AuditEntry.objects.get(verb="roster.key_fields_changed")
    assert (student.name, student.search_keys.split()[0]) == ("王改名", "wanggaiming")
    assert (entry.student_id, entry.details) == (student.pk, {"fields": ["name"]})


def test_import_fills_a_key_field_that_was_empty(world):
    import_file(file(line(1, birth="", id="", registry="")), world.a.unit)
    import_file(file(line(1)), world.a.unit)
    assert Student.objects.get(student_number="S001").birth_date.isoformat().replace("-", "") == number(1)[6:14]


# --- by hand --------------------------------------------------------------------------------------------------------


def test_import_keeps_what_a_person_corrected_and_reports_it(world, viewer):
    import_file(file(line(1)), world.a.unit)
    student = Student.objects.get(student_number="S001")
    correct_student(by=viewer(world.a.counselor), student=student, values={"phone": "13511112222", "name": "王晓二"})
    outcome = import_file(file(line(1)), world.a.unit, confirm_key_fields=True)
    fresh = Student.objects.get(pk=student.pk)
    assert (fresh.phone, fresh.name, outcome.kept, outcome.changed) == ("13511112222", "王晓二", 1, 0)


def test_import_keeps_groups_and_guardians_set_by_hand(world, viewer):
    import_file(file(line(1, orphan="是")), world.a.unit)
    student = Student.objects.get(student_number="S001")
    guardian = student.guardians.get()
    by = viewer(world.a.counselor)
    set_groups(by=by, student=student, codes={"hardship"})
    save_guardian(by=by, student=student, guardian=guardian, values={"phone": "13511112222"})
    save_guardian(by=by, student=student, guardian=None, values={"name": "外公", "phone": "13511113333"})
    outcome = import_file(file(line(1, orphan="是")), world.a.unit)
    assert (outcome.kept, outcome.changed) == (1, 0)
    assert [m.group_id for m in student.group_members.current()] == ["hardship"]
    assert [(g.position, g.phone) for g in Guardian.objects.filter(student=student)] == [
        (1, "13511112222"),
        (3, "13511113333"),
    ]


# --- problems -------------------------------------------------------------------------------------------------------


def test_import_takes_the_good_rows_and_lists_the_bad_ones(world):
    bad = line(2, id="440608201701010010", registry="")
    outcome = import_file(file(line(1), bad, line(3, grade="九年级"), line(4, name="")), world.a.unit)
    assert counts(outcome) == (2, 0, 0, 2)
    assert {(p.row, p.code, p.severity) for p in outcome.problems} == {
        (3, "id_checksum", "warning"),
        (4, "class_not_taught", "error"),
        (5, "name_missing", "error"),
    }
    assert Student.objects.get(student_number="S002").id_number == ""


def test_import_takes_none_when_strict(world):
    before = rows()
    outcome = import_file(file(line(1), line(3, grade="九年级")), world.a.unit, strict=True)
    assert (outcome.applied, rows()) == (False, before)


def test_import_refuses_rows_of_another_school(world):
    head, other = f"学校标识码,{HEAD}", f"{world.b.unit.code},{line(1)}"
    outcome = import_file(file(other, head=head), world.a.unit)
    assert [problem.code for problem in outcome.problems] == ["school_other"]
    assert Student.objects.filter(name="王小二").count() == 0


def test_import_into_a_district_sorts_rows_by_school_code(world):
    head = f"学校标识码,{HEAD}"
    lines = [f"{code},{line(n)}" for n, code in enumerate((world.a.unit.code, world.b.unit.code, "9999999999"), 1)]
    outcome = import_file(file(*lines, head=head), world.district)
    assert (counts(outcome), outcome.schools) == ((2, 0, 0, 1), 2)
    assert Student.objects.get(name="王小三").school == world.b.unit


def test_import_into_a_district_does_not_reach_schools_outside(world):
    head = f"学校标识码,{HEAD}"
    outcome = import_file(file(f"{world.a.unit.code},{line(1)}", head=head), world.other_district)
    assert [problem.code for problem in outcome.problems] == ["school_unknown"]


def test_import_uses_the_columns_the_school_has_explained(world):
    head = HEAD.replace("联系电话,是否孤儿", "小灵通,是否孤儿")
    ColumnMapping.objects.create(school=world.a.unit, label="小灵通", field="phone")
    import_file(file(line(1), head=head), world.a.unit)
    assert Student.objects.get(name="王小二").phone == "13900001111"


# --- preview and commit ---------------------------------------------------------------------------------------------


def test_commit_does_exactly_what_the_preview_said(world, viewer):
    import_file(file(line(1), line(2)), world.a.unit)
    roster = read(file(line(1, phone="13700003333"), line(2), line(3), line(4, grade="九年级")), world.a.unit)
    before = rows()
    shown = preview(roster, world.a.unit)
    assert rows() == before
    done = commit(roster, world.a.unit, by=viewer(world.a.leader), expected=shown.digest)
    assert (counts(done), done.digest) == (counts(shown), shown.digest)
    assert counts(done) == (1, 1, 1, 1)


def test_commit_writes_nothing_when_the_database_has_changed_since_the_preview(world, viewer):
    import_file(file(line(1)), world.a.unit)
    roster = read(file(line(1, phone="13700003333"), line(2)), world.a.unit)
    shown = preview(roster, world.a.unit)
    student = Student.objects.get(student_number="S001")
    correct_student(by=viewer(world.a.counselor), student=student, values={"phone": "13511112222"})
    before = rows()
    with pytest.raises(PreviewOutdated):
        commit(roster, world.a.unit, by=viewer(world.a.leader), expected=shown.digest)
    assert rows() == before


def test_commit_leaves_one_row_in_the_audit_log(world, viewer):
    import_file(file(line(1), line(2)), world.a.unit, viewer(world.a.leader))
    entry = AuditEntry.objects.get(verb="roster.imported")
    assert (entry.person, entry.chain.scope) == (world.a.leader.person, world.a.unit.code)
    assert (entry.details["created"], "王" in repr(entry.details)) == (2, False)


def test_the_row_in_the_audit_log_counts_the_rows_that_could_not_be_read(world, viewer):
    bad = line(2, name="")
    import_file(file(line(1), bad, line(3, grade="九年级")), world.a.unit, viewer(world.a.leader))
    assert AuditEntry.objects.get(verb="roster.imported").details["problems"] == 2


class Killed(DatabaseError):
    pass


def test_import_killed_at_any_statement_is_all_or_nothing(world):
    """Each statement of the import once fails; nothing of it may remain."""
    import_file(file(line(1, orphan="是"), line(2)), world.a.unit)
    content = file(line(1, orphan="否", phone="13700003333"), line(2), line(3, **{"class": "8班"}, orphan="是"))
    before = [rows(), *(model.objects.count() for model in (Guardian, GroupMember, ClassGroup, AuditEntry))]
    for at in range(1, 100):
        left = at

        def kill(execute, *args):
            nonlocal left
            left -= 1
            if left == 0:
                raise Killed
            return execute(*args)

        try:
            with connection.execute_wrapper(kill):
                import_file(content, world.a.unit)
        except Killed:
            after = [rows(), *(model.objects.count() for model in (Guardian, GroupMember, ClassGroup, AuditEntry))]
            assert after == before, f"killed at statement {at}"
        else:
            break
    assert 10 < at < 99
    assert Student.objects.filter(student_number="S003", class_group__number=8).count() == 1
