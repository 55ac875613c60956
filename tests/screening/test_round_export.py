"""The answers of a round leave as a table: for a reason, without names unless asked, and with nothing that runs."""

import csv
import io
import os
import stat
import time

import pyreadstat
import pytest
from django.urls import reverse
from openpyxl import load_workbook

from schools.access import Viewer
from schools.common import files
from schools.models import AuditEntry, Job
from schools.work.jobs import run
from screening.round_table import table_of
from screening.table_files import FORMATS, written
from students.models import RiskFlag, Student
from tests.screening.asked import answered, round_of
from tests.walking import kept_from

pytestmark = pytest.mark.django_db
FORMULA = "=cmd|'/C calc'!A0"


def by(world, who="counselor"):
    member = getattr(world.a, who)
    return Viewer(person=member.person, membership=member)


def asked(world):
    round_ = round_of(world.a)
    Student.objects.filter(pk=world.a.student_2.pk).update(name=FORMULA, gender="f")
    answered(round_, world.a.student_2, *(2,) * 9)
    answered(round_, world.a.student_3, 0, 0)
    return round_


def read(content, file_format, folder):
    """Rows of the file by the names of its columns, empty cells left out."""
    if file_format == "csv":
        assert content.startswith("\ufeff".encode())
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    elif file_format == "xlsx":
        heads, *lines = load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
        rows = [dict(zip(heads, line, strict=True)) for line in lines]
    else:
        (folder / "t.sav").write_bytes(content)
        rows = pyreadstat.read_sav(folder / "t.sav")[0].to_dict("records")
    return [{name: value for name, value in row.items() if value not in ("", None) and value == value} for row in rows]


@pytest.mark.parametrize("file_format", FORMATS)
def test_every_file_holds_the_same_answers_and_scores(file_format, world, tmp_path):
    round_ = asked(world)
    table = table_of(by(world), round_, "zh", with_names=True)
    rows = read(written(table, file_format, title="t"), file_format, tmp_path)
    first = next(row for row in rows if "calc" in row["name"])
    assert first["name"] == f"'{FORMULA}"
    assert [int(float(first[key])) for key in ("phq9_total", "phq9_9", "valid", "attention", "gender")] == [
        18,
        2,
        1,
        4,
        2,
    ]
    other = next(row for row in rows if row is not first)
    assert (int(float(other["valid"])), "phq9_total" in other, "phq9_3" in other) == (0, False, False)


def test_file_of_spss_has_the_words_of_questions_and_options(world, tmp_path):
    content = written(table_of(by(world), asked(world), "zh", with_names=False), "sav", title="t")
    (tmp_path / "t.sav").write_bytes(content)
    _frame, meta = pyreadstat.read_sav(tmp_path / "t.sav")
    assert meta.column_names_to_labels["phq9_1"] == "1. 做事时提不起劲或没有兴趣"
    assert meta.variable_value_labels["phq9_1"] == {0: "完全不会", 1: "好几天", 2: "一半以上的天数", 3: "几乎每天"}
    assert "name" not in meta.column_names and "student_number" not in meta.column_names


def test_open_answers_lie_in_a_private_folder_and_what_a_killed_worker_left_is_swept(
    world, tmp_path, settings, monkeypatch
):
    settings.VAR = tmp_path
    left, running = tmp_path / ".making-table-left", tmp_path / ".making-table-running"
    for folder in (left, running):
        folder.mkdir()
        (folder / "table.sav").touch()
    day_before, now = time.time() - 86_400, time.time()
    os.utime(left, (day_before, day_before))
    os.utime(running, (now, now))
    seen = []

    def look(_frame, path, **_options):
        seen.append((path.parent.parent, stat.S_IMODE(path.parent.stat().st_mode)))
        path.write_bytes(b"x")

    monkeypatch.setattr(pyreadstat, "write_sav", look)
    assert written(table_of(by(world), asked(world), "zh", with_names=False), "sav", title="t") == b"x"
    assert seen == [(tmp_path, 0o700)]
    assert list(tmp_path.iterdir()) == [running]


def test_who_may_not_see_a_flag_gets_no_row_of_it(world):
    round_ = asked(world)
    kept_from(world.a.counselor_2, RiskFlag.objects.get(student=world.a.student_2), world.a.counselor)
    counts = [len(list(table_of(by(world, who), round_, "zh", with_names=False).rows())) for who in PEOPLE]
    assert counts == [2, 1, 0]


PEOPLE = ("counselor", "counselor_2", "leader")


def test_the_file_is_made_by_a_job_logged_and_taken_after_a_fresh_proof(world, sign_in, fixed_clock):
    round_ = asked(world)
    url, client = reverse("screening:round_export", args=[round_.pk]), sign_in(world.a.counselor)
    assert client.post(url, {"file_format": "csv", "names": "on"}).status_code == 422  # for no reason
    client.post(url, {"file_format": "csv", "names": "on", "purpose": "report"})
    job = Job.objects.get()
    entry = AuditEntry.objects.get(verb="round_results.exported")
    assert entry.details == {"rows": 2, "purpose": "report", "names": True}
    assert (entry.subject_type, entry.subject_id) == ("screening.round", str(round_.pk))
    run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.file_name[-4:], b"calc" in files.open_file(job.pk)) == ("done", ".csv", True)
    file = reverse("schools:job_file", args=[job.pk])
    assert client.get(file).status_code == 200
    fixed_clock.shift(3600)
    assert [client.get(one).status_code for one in (file, url)] == [302, 302]
