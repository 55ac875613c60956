"""Change beyond the error of measurement, beside what one student scored before."""

import datetime as dt

import pytest
from django.urls import reverse

from schools.access import Viewer
from schools.common import files
from schools.models import AuditEntry, Job
from schools.work.jobs import run
from screening.change import least_change
from screening.chronicle import behind
from screening.definition import Scale, Words
from screening.models import Instrument, Response
from screening.results import earlier_of, parts_shown
from students.actions.flags import acknowledge_flag
from students.actions.steps import record_interview
from tests.screening.asked import answered, round_of

CALM = (0,) * 9


def test_least_change_is_as_published_or_after_jacobson_and_truax():
    own = {"reliability": 0.8, "deviation": 5.0}
    scales = [{"change": 6, **own}, own, {"reliability": 0.8}, {}]
    found = [least_change(Scale("x", Words("x"), (1,), **one)) for one in scales]
    assert found == [6, pytest.approx(6.198, abs=0.001), None, None]  # 1.96 · 5 · √(2 · 0.2)


@pytest.mark.django_db
def test_shipped_instruments_cite_where_their_change_is_published():
    scales = {code: Instrument.objects.get(unit=None, code=code).parsed.scale("total") for code in ("phq9", "gad7")}
    assert {code: scale.change for code, scale in scales.items()} == {"phq9": 6, "gad7": 4}
    assert all("NHS" in scale.reliability_source.en for scale in scales.values())


@pytest.mark.django_db
@pytest.mark.parametrize(("now", "told"), [((1,) * 5, "误差之内"), ((1,) * 6, "多 6 分"), ((0, 0), "")])
def test_score_is_compared_with_the_last_valid_one(now, told, world):
    by = Viewer(person=world.a.counselor.person, membership=world.a.counselor)
    for days, values in ((60, CALM), (30, (3, 3))):  # the second sheet has too many gaps
        earlier = answered(round_of(world.a), world.a.student_2, *values)
        Response.objects.filter(pk=earlier.pk).update(at=earlier.at - dt.timedelta(days=days))
    response = answered(round_of(world.a), world.a.student_2, *(*now, *CALM)[: 9 if len(now) > 2 else 2])
    rows, known = earlier_of(by, response, "zh")
    (part,) = parts_shown(response, "zh", known)
    assert [one.told for one in rows] == ["作答存疑", "暂无需特别关注 · 患者健康问卷（PHQ-9） 总分 0"]
    assert told in part.scales[0].before and bool(told) == bool(part.scales[0].before)


@pytest.mark.django_db
def test_an_answer_that_called_has_its_level_behind_the_flag_though_the_rest_is_in_doubt(world):
    by = Viewer(person=world.a.counselor.person, membership=world.a.counselor)
    response = answered(round_of(world.a), world.a.student_2, *(3,) * 9)
    Response.objects.filter(pk=response.pk).update(is_valid=False)
    (told,) = [entry for entry in behind(by, response.slip.flag) if entry.url == response.get_absolute_url()]
    assert (told.severity, told.lines) == (4, (("", "需立即关注"),))


@pytest.mark.django_db
def test_page_and_pdf_tell_what_the_interview_said(world, sign_in):
    response = answered(round_of(world.a), world.a.student_2, *(2,) * 9)
    by = Viewer(person=world.a.counselor.person, membership=world.a.counselor)
    acknowledge_flag(by=by, flag=response.slip.flag)
    record_interview(by=by, flag=response.slip.flag, words={"happened": "说最近睡得不好，愿意再聊"}, severity=3)
    client = sign_in(world.a.counselor)
    assert "愿意再聊" in client.get(response.get_absolute_url()).content.decode()
    client.post(reverse("screening:response_pdf", args=[response.pk]))
    job = Job.objects.get()
    run(job.pk)
    assert files.open_file(job.pk).startswith(b"%PDF")
    verbs = AuditEntry.objects.filter(student_id=world.a.student_2.pk, verb__startswith="response.")
    assert sorted(verbs.values_list("verb", flat=True)) == ["response.opened", "response.printed"]
