"""Crisis events corrected, opened again, and passed on from center to center."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse

from counseling.actions import incidents as acts
from counseling.actions.incident_changes import correct_act, correct_incident, reopen_incident
from counseling.actions.incident_reports import acknowledge_report, dues_of, pass_up, report_up
from counseling.incident_page import versions_of
from counseling.models import IncidentAct, IncidentReport
from schools.common.errors import Refused
from schools.models import Notice
from tests.world import NOW

pytestmark = pytest.mark.django_db
WORDS = {"kind": "threat", "happened": "On the roof.", "place": "", "condition": "", "cause": ""}


@pytest.fixture
def incident(world, viewer):
    return acts.start_incident(
        by=viewer(world.a.teacher),
        submission=uuid.uuid4(),
        kind="threat",
        happened="On the roof.",
        student=world.a.student_2,
        known_at=NOW,
    )


def test_correction_keeps_the_first_version_and_takes_the_deadlines_of_the_right_kind(world, viewer, incident):
    from schools.models import UnitSetting

    table = {"*": [60, 24, 24], "violence": [30, 12, 6]}
    UnitSetting.objects.create(unit=world.city, key="incident_deadlines", value=table)
    by = viewer(world.a.counselor)
    new = WORDS | {"kind": "violence", "happened": "A fight on the roof.", "known_at": NOW, "condition": "a cut"}
    with pytest.raises(Refused):
        correct_incident(by=viewer(world.a.teacher), incident=incident, reason="It was a fight.", **new)
    correct_incident(by=by, incident=incident, reason="It was a fight.", **new)
    incident.refresh_from_db()
    assert (incident.kind, incident.condition, incident.deadlines) == ("violence", "a cut", [30, 12, 6])
    correct_incident(by=by, incident=incident, reason="Not on the roof.", **new | {"happened": "A fight."})
    first = versions_of(by, incident)[-1][1]
    assert "On the roof." in dict(first).values()
    assert versions_of(viewer(world.a.teacher), incident) == []
    with pytest.raises(Refused):
        correct_incident(by=by, incident=incident, reason="Once more.", **new | {"happened": "A fight."})


def test_corrected_line_stays_and_is_corrected_once(world, viewer, incident, sign_in):
    line = acts.add_act(by=viewer(world.a.teacher), incident=incident, kind="told", text="Mother", whom="guardian")
    with pytest.raises(Refused):
        correct_act(by=viewer(world.a.grade_head), incident=incident, act=line, text="Father")
    url = reverse("counseling:incident_act_correct", args=[incident.pk, line.pk])
    sign_in(world.a.teacher).post(url, {"text": "Father", "happened_at": ""})
    new = line.corrections.get()
    assert (new.kind, new.code, new.text, new.happened_at) == ("told", "guardian", "Father", line.happened_at)
    with pytest.raises(Refused):
        correct_act(by=viewer(world.a.counselor), incident=incident, act=line, text="Uncle")


def test_opened_again_with_a_reason_keeps_how_it_had_ended_and_calls(world, viewer, incident):
    by = viewer(world.a.counselor)
    ending = {"outcome": "safe", "lessons": "The roof is locked now.", "not_reported_because": "Over in a minute."}
    acts.close_incident(by=by, incident=incident, **ending)
    with pytest.raises(Refused):
        reopen_incident(by=by, incident=incident, reason="...")
    reopen_incident(by=by, incident=incident, reason="He went up again.")
    incident.refresh_from_db()
    assert (incident.is_open, incident.outcome, incident.acts.last().kind) == (True, "", "reopened")
    assert "The roof is locked now." in dict(versions_of(by, incident)[0][1]).values()
    assert Notice.objects.filter(kind="incident.reopened", membership=world.a.leader).count() == 1
    with pytest.raises(Refused):
        reopen_incident(by=by, incident=incident, reason="He went up again.")


def test_why_it_was_opened_again_is_read_by_those_who_lead(world, viewer, incident):
    by = viewer(world.a.counselor)
    ending = {"outcome": "safe", "lessons": "The roof is locked now.", "not_reported_because": "Over in a minute."}
    acts.close_incident(by=by, incident=incident, **ending)
    reopen_incident(by=by, incident=incident, reason="He went up again.")
    read = [
        IncidentAct.objects.visible_to(one).filter(kind="reopened").count() for one in (by, viewer(world.a.teacher))
    ]
    assert read == [1, 0]


def test_no_correction_puts_a_deadline_off(world, viewer, incident):
    by, later = viewer(world.a.counselor), NOW + dt.timedelta(hours=2)
    oral, written = incident.oral_by, incident.written_by
    correct_incident(by=by, incident=incident, reason="Learned later.", **WORDS | {"known_at": later})
    incident.refresh_from_db()
    assert (incident.known_at, incident.oral_by, incident.written_by) == (later, oral, written)
    assert [due.by for due in dues_of(incident)] == [oral, written]
    earlier = NOW - dt.timedelta(hours=1)
    correct_incident(by=by, incident=incident, reason="Learned sooner.", **WORDS | {"known_at": earlier})
    incident.refresh_from_db()
    assert (incident.first_known_at, incident.oral_by) == (earlier, oral - dt.timedelta(hours=1))


def test_report_goes_up_to_the_city_with_an_acknowledgement_at_each_level(world, viewer, incident):
    school, district, city = viewer(world.a.leader), viewer(world.district_staff), viewer(world.city_staff)
    report = report_up(by=school, incident=incident, to=world.district, form="oral", text="One student, safe now.")
    words = {"to": world.city, "text": "A school of ours reports."}
    with pytest.raises(Refused):
        pass_up(by=district, report=report, **words)  # not acknowledged yet
    acknowledge_report(by=district, report=report)
    with pytest.raises(Refused):
        pass_up(by=city, report=report, **words)
    passed = pass_up(by=district, report=report, **words)
    assert Notice.objects.filter(kind="incident.reported", membership=world.city_staff).count() == 1
    assert list(IncidentReport.objects.visible_to(city)) == [passed]
    assert list(IncidentReport.objects.visible_to(school)) == [report]
    acknowledge_report(by=city, report=passed)
    told = Notice.objects.filter(kind="incident.passed_acknowledged")
    assert list(told.values_list("membership", flat=True)) == [world.district_staff.pk]
    assert [act.kind for act in incident.acts.all()] == ["report", "answer", "passed", "answer"]
    with pytest.raises(Refused):
        pass_up(by=district, report=report, **words)


def test_what_a_center_passes_on_makes_no_deadline_of_the_school_kept(world, viewer, incident):
    report = report_up(by=viewer(world.a.leader), incident=incident, to=world.district, form="oral", text="One.")
    acknowledge_report(by=viewer(world.district_staff), report=report)
    before = dues_of(incident)
    IncidentReport.objects.filter(pk=report.pk).update(form="written")
    passed = pass_up(by=viewer(world.district_staff), report=report, to=world.city, text="One.")
    IncidentReport.objects.filter(pk=report.pk).update(form="oral")
    assert (passed.form, dues_of(incident)) == ("written", before)


def test_deadlines_by_kind_are_set_by_a_center_and_hold_below(world, sign_in, viewer):
    url = reverse("counseling:incident_deadlines")
    typed = {"*_0": 60, "*_1": 24, "*_2": 24, "missing_0": 10, "missing_1": 2, "missing_2": 2}
    client = sign_in(world.district_staff)
    assert client.post(url, typed | {"death_0": 5}).status_code == 422
    assert client.post(url, typed).status_code == 302
    incident = acts.start_incident(
        by=viewer(world.a.counselor), submission=uuid.uuid4(), kind="missing", happened="Gone.", who="a boy"
    )
    assert dues_of(incident)[0].by - incident.known_at == dt.timedelta(minutes=10)


def test_form_as_pdf(world, incident, sign_in):
    answer = sign_in(world.a.leader).get(reverse("counseling:incident_pdf", args=[incident.pk]))
    assert (answer.status_code, answer.content[:4]) == (200, b"%PDF")
