"""The sheet of a register: in and out of a workbook."""

import datetime as dt
import io
from dataclasses import replace

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from schools.management.commands.import_work import Command
from schools.models import AuditEntry, Certificate, Job, RecordVersion
from tests.files import sheets_xlsx, xlsx_bytes
from tests.walking import certificate_of

pytestmark = pytest.mark.django_db
HEADS = ["序号", "姓名", "工号", "证书", "证书编号", "发证单位", "发证日期", "有效期至", "期次"]


def rows(world):
    a = world.a
    return [
        HEADS,
        ["1", a.teacher.person.name, "a-teacher", "C证", "C-1", "区中心", "2025-07-05", "2031年12月31日", "2025-1"],
        ["2", a.counselor.person.name, "", "心理健康教育A证", "A-1", "区中心", "2024/7/5", "", "2024-2"],
        ["3", a.leader.person.name, "a-leader", "驾驶证", "", "", "2024/7/5", "", ""],
        ["4", "无此人", "nobody", "C证", "", "", "2024/7/5", "", ""],
        ["", "合计", "4", "", "", "", "", "", ""],
    ]


@pytest.fixture
def run(world, tmp_path, capsys):
    def imported(content, *options, unit=None):
        path = tmp_path / "work.xlsx"
        path.write_bytes(content)
        call_command("import_work", str(path), "--unit", (unit or world.a.unit).code, *options)
        return capsys.readouterr().out.strip().splitlines()

    return imported


def test_a_sheet_enters_what_it_knows_and_names_the_rest(world, run):
    told = run(xlsx_bytes(rows(world), sheet="证书"))
    assert told[-1] == "created=2 changed=0 unchanged=0 problems=2"
    assert [line for line in told if "驾驶证" in line or "nobody" in line] != []
    c, a = Certificate.objects.order_by("level__position").reverse()
    assert (c.holder, c.level_id, c.number, c.run) == (world.a.teacher.person, "abc_c", "C-1", "2025-1")
    assert (c.issued_on, c.expires_on, c.unit) == (dt.date(2025, 7, 5), dt.date(2031, 12, 31), world.a.unit)
    assert (a.holder, a.level_id, a.expires_on) == (world.a.counselor.person, "abc_a", None)
    assert c.confirmed_at and AuditEntry.objects.latest("pk").verb == "certificate.imported"


def test_the_same_sheet_again_changes_nothing(world, run):
    content = xlsx_bytes(rows(world), sheet="证书")
    run(content)
    assert run(content)[-1] == "created=0 changed=0 unchanged=2 problems=2"
    assert RecordVersion.objects.count() == 2


def test_a_corrected_cell_changes_the_record_and_a_blank_one_says_nothing(world, run):
    run(xlsx_bytes(rows(world), sheet="证书"))
    corrected = rows(world)[:2]
    corrected[1][4], corrected[1][7] = "C-9", ""
    assert run(xlsx_bytes(corrected, sheet="证书"))[-1] == "created=0 changed=1 unchanged=0 problems=0"
    row = Certificate.objects.get(holder=world.a.teacher.person)
    assert (row.number, row.expires_on, row.revision) == ("C-9", dt.date(2031, 12, 31), 2)


def test_strict_and_dry_write_nothing(world, run):
    content = xlsx_bytes(rows(world), sheet="证书")
    assert run(content, "--dry-run")[-1] == "created=2 changed=0 unchanged=0 problems=2"
    with pytest.raises(CommandError):
        run(content, "--strict")
    assert Certificate.objects.count() == 0


def test_a_workbook_without_a_known_sheet_is_told_in_a_sentence(world, run):
    with pytest.raises(CommandError):
        run(xlsx_bytes([["a", "b"], ["1", "2"]], sheet="别的"))


def book(world, *names):
    return sheets_xlsx({name: rows(world)[:2] for name in names})


def test_sheets_that_are_not_taken_are_named(world, run):
    told = run(book(world, "证书", "证书2", "培训"))
    assert told[-4:-2] == ["工作表“证书2”没有读取，共 2 行", "工作表“培训”没有读取，共 2 行"]
    assert told[-1] == "created=1 changed=0 unchanged=0 problems=0"


def test_a_sheet_that_another_kind_takes_is_not_told_as_left_out(world, tmp_path, capsys):
    class Two(Command):
        """As if there were a register of trainings with the same columns."""

        def _kinds(self):
            (kind,) = super()._kinds()
            return [kind, replace(kind, sheets=frozenset({"培训"}))]

    (tmp_path / "work.xlsx").write_bytes(book(world, "培训", "证书", "说明"))
    call_command(Two(), str(tmp_path / "work.xlsx"), "--unit", world.a.unit.code)
    told = capsys.readouterr().out
    assert [name in told for name in ("“培训”", "“证书”")] == [False, False]
    assert told.count("“说明”") == 1


def test_a_book_without_a_sheet_of_the_name_says_which_there_are(world, run):
    with pytest.raises(CommandError) as refused:
        run(book(world, "证书C", "证书B"))
    assert [text in str(refused.value) for text in ("证书C · 证书B", "持证情况", "空")] == [True, True, False]
    assert Certificate.objects.count() == 0


def test_the_name_of_a_sheet_may_be_decorated(world, run):
    assert run(book(world, " 证书＊", "说明"))[-1] == "created=1 changed=0 unchanged=0 problems=0"


def test_a_center_s_sheet_reaches_the_schools_below_it_and_no_other(world, run):
    sheet = [
        HEADS,
        ["1", world.b.teacher.person.name, "b-teacher", "C证", "C-1", "", "2025-07-05", "", ""],
        ["2", world.city_staff.person.name, "city_staff", "C证", "C-1", "", "2025-07-05", "", ""],
    ]
    told = run(xlsx_bytes(sheet, sheet="证书"), unit=world.cluster)
    assert told[-1] == "created=1 changed=0 unchanged=0 problems=1"
    assert Certificate.objects.get().unit == world.b.unit


def test_what_the_list_exports_can_be_imported(world, sign_in, run):
    certificate_of(world.a.teacher, confirmed_at=dt.datetime(2025, 9, 1, tzinfo=dt.UTC))
    answer = sign_in(world.a.leader).post(reverse("schools:certificate_export"), {"purpose": "report"})
    assert openpyxl.load_workbook(io.BytesIO(answer.content)).active["A2"].value == world.a.teacher.person.name
    assert run(answer.content)[-1] == "created=0 changed=0 unchanged=1 problems=0"


def test_the_preview_names_the_sheets_that_it_does_not_take(world, sign_in, django_capture_on_commit_callbacks):
    client = sign_in(world.a.leader)
    with django_capture_on_commit_callbacks(execute=True):
        file = SimpleUploadedFile("证书.xlsx", book(world, "证书", "证书2", "培训"))
        client.post(reverse("schools:certificate_import"), {"file": file})
    page = client.get(Job.objects.get().result["url"]).content.decode()
    assert ["证书2 (2 行)" in page, "培训 (2 行)" in page] == [True, True]


def test_a_sheet_in_the_browser_is_previewed_first_and_an_own_row_waits(
    world, sign_in, django_capture_on_commit_callbacks
):
    client = sign_in(world.a.counselor)
    with django_capture_on_commit_callbacks(execute=True):
        file = SimpleUploadedFile("证书.xlsx", xlsx_bytes(rows(world), sheet="证书"))
        client.post(reverse("schools:certificate_import"), {"file": file})
    preview = Job.objects.get()
    page = client.get(preview.result["url"])
    assert (page.status_code, Certificate.objects.count()) == (200, 0)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("schools:import_commit", args=[preview.pk]))
    waits = {row.holder_id: row.confirmed_at is None for row in Certificate.objects.all()}
    assert waits == {world.a.teacher.person_id: False, world.a.counselor.person_id: True}
