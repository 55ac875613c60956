"""A worker that dies in the midst of a job of any kind, and once more at its very end: the third does it, and once."""

import copy
import datetime as dt
import shutil

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from reports.actions.daily import start_board_pdf
from reports.actions.summaries import export_summary
from schools.common.floors import ask_apps
from schools.imports.actions import start_commit, start_preview
from schools.imports.kinds import kind_named
from schools.models import AuditEntry, Job
from schools.queries import current_term
from schools.work import jobs
from screening.actions.corrections import begin_scoring_anew
from screening.actions.printing import print_letters, print_slips
from screening.actions.responses import start_pdf
from screening.actions.rounds import close_round
from screening.content import columns_of
from screening.models import Instrument, Response
from screening.reading import definition_of
from students.actions.file_print import start_file_pdf
from students.actions.hand_over_paper import start_paper
from students.actions.ledger import start_ledger_pdf
from students.file_page import Choice
from students.models import Guardian
from tests.files import csv_bytes, xlsx_bytes
from tests.screening.asked import answered, round_of
from tests.walking import entry_of, hand_over_of, staff_survey_of
from tests.world import NOW

pytestmark = pytest.mark.django_db
ROSTER = csv_bytes([["姓名", "性别", "年级", "班级"], ["新来的", "女", "三年级", "1班"]])
STAFF = csv_bytes([["工号", "姓名", "角色", "班级"], ["T-1", "王一", "班主任", "三(1)班"]])


class Killed(BaseException):
    """Nothing that the work itself could catch."""


class Killer:
    """Lets so many statements write, then ends the worker; or lets all, but for the one that says the job is over. It
    counts them."""

    def __init__(self, *, before=None, at_the_end=False):
        self.before, self.at_the_end, self.seen = before, at_the_end, 0

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            self.seen += 1
            is_the_end = sql.startswith('UPDATE "schools_job"') and '"finished_at"' in sql
            if self.seen == self.before or (self.at_the_end and is_the_end):
                raise Killed
        return execute(sql, params, many, context)


def run(job, killer):
    with connection.execute_wrapper(killer):
        jobs.run(job.pk)


def killed(job, killer):
    """What the transaction had written is undone with it; the lease of the dead worker runs out."""
    with pytest.raises(Killed):
        run(job, killer)
    assert Job.objects.get(pk=job.pk).state == "running"
    Job.objects.filter(pk=job.pk).update(leased_until=timezone.now() - dt.timedelta(seconds=1))


def content(job):
    """How many rows there are of everything, and which acts the log names. An attempt that died after an act which it
    had to log, such as printing codes, is told by a row of its own."""
    found = {model._meta.label: model.objects.order_by().count() for model in apps.get_models() if model._meta.managed}
    del found["schools.AuditEntry"]
    acts = AuditEntry.objects.order_by().values_list("verb").annotate(n=Count("subject_id", distinct=True))
    row = Job.objects.get(pk=job.pk)
    made = sorted(path.name for path in settings.PRIVATE_ROOT.rglob("*.*"))
    return found | {"acts": set(acts), "state": row.state, "files": made, "leads to": row.result.get("url", "")}


# --- one of each kind -------------------------------------------------------------------------------------------------


def preview_of(code, content, world, viewer):
    by = viewer(world.a.leader)
    return start_preview(by=by, kind=kind_named(code), unit=world.a.unit, content=content, filename="file")


def commit_of(code, content, world, viewer):
    preview = preview_of(code, content, world, viewer)
    jobs.run(preview.pk)
    return start_commit(by=viewer(world.a.leader), preview=Job.objects.get(pk=preview.pk))


def certificates(world):
    heads = ["姓名", "工号", "证书", "证书编号", "发证日期"]
    return xlsx_bytes([heads, [world.a.teacher.person.name, "a-teacher", "C证", "C-1", "2025-07-05"]], sheet="证书")


def table(world, viewer):
    params = {"round": str(round_of(world.a).pk), "names": True, "language": "en", "format": "csv"}
    return jobs.start_job(by=viewer(world.a.counselor), kind="round_table", params=params)


def table_of_the_staff(world, viewer):
    params = {"survey": str(staff_survey_of(world.a).pk), "names": True, "language": "en", "format": "csv"}
    return jobs.start_job(by=viewer(world.a.counselor), kind="staff_table", params=params)


def result_on_paper(world, viewer):
    answered(round_of(world.a), world.a.student_2, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    return start_pdf(by=viewer(world.a.counselor), response=Response.objects.get())


def letters(world, viewer):
    Guardian.objects.create(student=world.a.student_2, position=2, name="家长", phone="13800000011")
    round_ = round_of(world.a, consented=False)
    return print_letters(by=viewer(world.a.counselor), round_=round_, group=None, base="https://x.example")


def slips(world, viewer):
    by = viewer(world.a.counselor)
    return print_slips(by=by, round_=round_of(world.a), group=None, base="https://x.example", with_names=True)


def scoring_anew(world, viewer):
    """Attention from 4 points on, where it was from 10 on: somebody is called."""
    by, round_ = viewer(world.a.counselor), round_of(world.a, codes=("gad7",))
    answered(round_, world.a.student_2, 1, 1, 1, 1, 1, 0, 0)
    close_round(by=by, round_=round_)
    data = copy.deepcopy(Instrument.objects.get(unit=None, code="gad7", version="1").definition)
    data["version"] = "2"
    data["scales"][0]["bands"] = [
        {"from": 0, "code": "minimal", "attention": 0},
        {"from": 4, "code": "moderate", "attention": 2},
    ]
    new = Instrument.objects.create(**columns_of(data, definition_of(data)))
    return begin_scoring_anew(by=by, round_=round_, instrument=new)


def hand_over(world, viewer):
    paper = {"to_school": None, "outside": "邻市第三小学"}
    offer = hand_over_of(world.a.student, world.a.counselor, world.a.leader, **paper)
    return start_paper(by=viewer(world.a.counselor), offer=offer)


def ledger(world, viewer):
    entry_of(world.a.student, world.a.counselor)
    return start_ledger_pdf(by=viewer(world.a.counselor))


def summary(world, viewer):
    term = current_term(world.a.unit)
    return export_summary(by=viewer(world.a.leader), term=term, file_format="xlsx", reason="archive")


def file_of_a_student(world, viewer):
    return start_file_pdf(by=viewer(world.a.counselor), student=world.a.student, choice=Choice())


CASES = {
    "certificates_commit": lambda *cast: commit_of("certificates", certificates(cast[0]), *cast),
    "certificates_preview": lambda *cast: preview_of("certificates", certificates(cast[0]), *cast),
    "consent_letters": letters,
    "daily_board": lambda world, viewer: start_board_pdf(by=viewer(world.a.leader), day=NOW.date()),
    "hand_over": hand_over,
    "registry_ledger": ledger,
    "response_pdf": result_on_paper,
    "roster_commit": lambda *cast: commit_of("roster", ROSTER, *cast),
    "roster_preview": lambda *cast: preview_of("roster", ROSTER, *cast),
    "round_table": table,
    "score_anew": scoring_anew,
    "semester_report": summary,
    "slips": slips,
    "staff_commit": lambda *cast: commit_of("staff", STAFF, *cast),
    "staff_preview": lambda *cast: preview_of("staff", STAFF, *cast),
    "staff_table": table_of_the_staff,
    "student_file": file_of_a_student,
}


def test_each_kind_of_job_has_a_case():
    ask_apps("jobs")
    assert set(jobs._kinds) == set(CASES)


@pytest.mark.parametrize("kind", CASES)
def test_a_job_whose_worker_died_twice_is_done_once(kind, world, viewer, readable_papers, settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path / "files"
    (tmp_path / "files").mkdir()
    ask_apps("jobs")
    job = CASES[kind](world, viewer)
    assert job.kind == kind
    before = content(job)
    clean = Killer()
    shutil.copytree(tmp_path / "files", tmp_path / "before")
    with transaction.atomic():
        run(job, clean)
        left = content(job)
        transaction.set_rollback(True)
    shutil.rmtree(tmp_path / "files")
    (tmp_path / "before").rename(tmp_path / "files")
    assert (left["state"], left != before) == ("done", True)

    killed(job, Killer(before=2 + (clean.seen - 2) // 2))  # the first statement takes the lease
    killed(job, Killer(at_the_end=True))  # all is done, and nobody was told so
    assert jobs.run_waiting() == 1
    found = content(job)
    assert {name: (found[name], left[name]) for name in left if found[name] != left[name]} == {}
