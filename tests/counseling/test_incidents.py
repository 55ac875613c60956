"""Crisis events: from the button to the acknowledgement, who is called and who never learns of it."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse

from counseling.access import can_lead_incident
from counseling.actions import incidents as acts
from counseling.actions.incident_changes import reopen_incident
from counseling.actions.incident_reports import acknowledge_report, dues_of, remind_of_reports, report_up
from counseling.models import Incident, IncidentAct, IncidentPerson, IncidentReport, SafetyPlan
from schools.common.errors import Refused
from schools.figures import Scope, figures
from schools.models import AuditEntry, Membership, Notice, OnDuty
from schools.queries import current_term
from students.access import unseen_by
from students.actions import decisions, steps
from students.actions.flags import acknowledge_flag
from students.actions.keeping import keep_from
from students.models import RegistryEntry, RiskFlag
from tests.walking import entry_of
from tests.world import NOW

pytestmark = pytest.mark.django_db
LESSONS = "The roof is locked now."


@pytest.fixture
def start(world, viewer):
    def go(member=None, student=None, **more):
        values = {"submission": uuid.uuid4(), "kind": "threat", "happened": "On the roof of block two."}
        member, student = member or world.a.teacher, student or world.a.student_2
        return acts.start_incident(by=viewer(member), student=student, **(values | more))

    return go


def called(kind="incident.started"):
    found = Notice.objects.standing().filter(kind=kind, over_at=None)
    return sorted(found.values_list("membership__person__staff_number", flat=True))


def test_start_calls_counselors_leader_and_grade_head_at_once_and_raises_the_worst_flag(world, start):
    incident = start()
    assert called() == ["a-counselor", "a-counselor_2", "a-grade_head", "a-leader"]
    flag = RiskFlag.objects.get(student=world.a.student_2)
    assert (flag.severity, incident.people.get().flag) == (4, flag)
    assert Notice.objects.filter(kind="incident.started").first().url == incident.get_absolute_url()


def test_who_is_named_in_the_plan_is_called_and_sees_the_event_of_that_student(world, start, viewer):
    entry = entry_of(world.a.student_2, world.a.counselor)
    RegistryEntry.objects.filter(pk=entry.pk).update(teacher=world.a.subject_teacher)
    incident, by = start(), viewer(world.a.subject_teacher)
    start(student=world.a.student_3)
    assert "a-subject_teacher" in called()
    assert list(Incident.objects.visible_to(by)) == [incident]
    assert [person.student for person in IncidentPerson.objects.visible_to(by)] == [world.a.student_2]


def test_list_shows_open_events_before_anything_is_chosen(world, start, sign_in):
    incident, client = start(), sign_in(world.a.counselor)
    shown = [
        incident.get_absolute_url() in client.get(f"/incidents/{q}").content.decode() for q in ("", "?state=closed")
    ]
    assert shown == [True, False]


def test_second_tap_of_the_same_form_finds_the_first_incident(start):
    key = uuid.uuid4()
    first, notices = start(submission=key), Notice.objects.count()
    assert start(submission=key) == first
    assert (Incident.objects.count(), Notice.objects.count()) == (1, notices)


def test_start_for_a_student_one_does_not_look_after_is_refused(world, start):
    with pytest.raises(Refused):
        start(world.a.teacher, world.a.older)
    assert (Incident.objects.count(), called()) == (0, [])


def test_incident_is_not_there_for_whom_its_flag_is_kept_from(world, start, viewer):
    incident = start(keep_it_from=[world.a.leader.person, world.a.counselor.person])
    assert called() == ["a-counselor_2", "a-grade_head"]
    seen = Incident.objects.visible_to(viewer(world.a.leader)).filter(pk=incident.pk)
    assert (seen.exists(), can_lead_incident(viewer(world.a.leader))) == (False, True)
    with pytest.raises(Refused):
        acts.take_lead(by=viewer(world.a.leader), incident=incident)
    assert Incident.objects.get().lead is None


def off_roster(world, viewer, **more):
    values = {"submission": uuid.uuid4(), "kind": "abuse", "happened": "A boy was beaten.", "who": "A boy in red"}
    return acts.start_incident(by=viewer(world.a.teacher), **(values | more))


def test_the_end_of_a_students_flag_ends_no_call_of_the_event(world, viewer, start):
    incident = start()
    flag, by, second = incident.people.get().flag, viewer(world.a.counselor), world.a.counselor_2
    raised = called("flag.raised")
    acknowledge_flag(by=by, flag=flag)
    steps.record_interview(by=by, flag=flag, words={"happened": "说好多了，睡得好"}, severity=4)
    flag.refresh_from_db()
    words = {"seen": "两周来睡得好", "done": "谈了两次，家长来过"}
    decisions.close_flag(by=by, flag=flag, outcome="supported", second=second, **words)
    decisions.confirm_flag(by=viewer(second), flag=flag)
    assert (raised != [], called("flag.raised"), called("flag.confirm")) == (True, [], [])
    assert called() == ["a-counselor", "a-counselor_2", "a-grade_head", "a-leader"]


def test_event_about_nobody_of_the_roster_is_kept_from_the_first_moment_on(world, viewer, sign_in):
    client = sign_in(world.a.teacher)
    form = {"submission": str(uuid.uuid4()), "kind": "abuse", "happened": "x", "who": "A boy in red"}
    barred = {"belongs": "elsewhere", "keep_it_from": [str(world.a.leader.person.pk)]}
    client.post(reverse("counseling:incident_begin"), form | barred)
    incident, leader = Incident.objects.get(), viewer(world.a.leader)
    assert (incident.people.get().belongs, called()) == ("elsewhere", ["a-counselor", "a-counselor_2"])
    assert Incident.objects.visible_to(leader).count() == 0
    assert called("incident.kept") == ["auditor"]
    assert AuditEntry.objects.filter(verb="incident.kept").count() == 1
    with pytest.raises(Refused):
        acts.take_lead(by=leader, incident=incident)


def test_nobody_belongs_anywhere_until_somebody_says_so(world, sign_in):
    client, url = sign_in(world.a.teacher), reverse("counseling:incident_begin")
    assert client.get(url).context["form"]["belongs"].value() is None
    form = {"submission": str(uuid.uuid4()), "kind": "abuse", "happened": "x", "who": "A boy in red"}
    client.post(url, form)
    assert IncidentPerson.objects.get().belongs == "unknown"


def test_event_that_nobody_could_handle_is_not_kept_from_all(world, viewer):
    able = [world.a.leader, world.a.counselor, world.a.counselor_2]
    with pytest.raises(Refused):
        off_roster(world, viewer, keep_it_from=[one.person for one in able])
    assert Incident.objects.count() == 0
    off_roster(world, viewer, keep_it_from=[one.person for one in able[:2]])
    assert called() == ["a-counselor_2"]


def test_event_is_kept_later_too_and_a_student_who_is_added_has_a_kept_flag(world, viewer):
    incident, by = off_roster(world, viewer), viewer(world.a.counselor)
    acts.take_lead(by=viewer(world.a.leader), incident=incident)
    acts.keep_incident_from(by=by, incident=incident, person=world.a.leader.person, reason="He was seen there.")
    incident.refresh_from_db()
    assert (incident.lead, Incident.objects.visible_to(viewer(world.a.leader)).count()) == (None, 0)
    person = acts.add_person(by=by, incident=incident, part="hurt", student=world.a.student_2)
    assert RiskFlag.objects.visible_to(viewer(world.a.leader)).filter(pk=person.flag.pk).count() == 0
    assert "a-leader" not in called() + called("flag.raised")
    with pytest.raises(Refused):
        acts.keep_incident_from(by=by, incident=incident, person=world.a.grade_head.person, reason="x")
    assert incident.barriers.count() == 1


def is_there(viewer, member, flag):
    return RiskFlag.objects.visible_to(viewer(member)).filter(pk=flag.pk).exists()


def test_flag_of_a_student_who_is_added_is_kept_from_whom_the_flag_of_another_is_kept_from(world, start, viewer):
    incident, by = start(keep_it_from=[world.a.leader.person]), viewer(world.a.counselor)
    person = acts.add_person(by=by, incident=incident, part="hurt", student=world.a.neighbor)
    assert (is_there(viewer, world.a.leader, person.flag), is_there(viewer, world.a.teacher_2, person.flag)) == (
        False,
        True,
    )
    assert "a-leader" not in called() + called("flag.raised")


def test_keeping_one_flag_of_an_event_keeps_those_of_its_other_people(world, start, viewer):
    incident, by = start(), viewer(world.a.counselor)
    person = acts.add_person(by=by, incident=incident, part="hurt", student=world.a.neighbor)
    first = incident.people.get(student=world.a.student_2).flag
    assert is_there(viewer, world.a.leader, person.flag)
    keep_from(by=by, flag=first, person=world.a.leader.person, reason="The leader is his uncle.")
    assert not is_there(viewer, world.a.leader, person.flag)
    assert AuditEntry.objects.filter(verb="flag.kept").count() == 2


def test_barred_person_who_left_and_comes_back_does_not_see_the_flag_of_who_was_added_meanwhile(world, viewer):
    incident = off_roster(world, viewer, keep_it_from=[world.a.leader.person])
    here = Membership.objects.filter(pk=world.a.leader.pk)
    here.update(ends_on=NOW.date() - dt.timedelta(days=1))
    person = acts.add_person(by=viewer(world.a.counselor), incident=incident, part="hurt", student=world.a.student_2)
    here.update(ends_on=None)
    assert not is_there(viewer, world.a.leader, person.flag)


def test_closed_event_is_kept_and_opening_it_again_calls_others_only(world, viewer, sign_in):
    incident, by = off_roster(world, viewer), viewer(world.a.counselor)
    acts.take_lead(by=viewer(world.a.leader), incident=incident)
    acts.close_incident(by=by, incident=incident, outcome="safe", lessons=LESSONS, not_reported_because="x")
    address = reverse("counseling:incident_keep", args=[incident.pk])
    client = sign_in(world.a.counselor)
    assert address in client.get(incident.get_absolute_url()).content.decode()
    client.post(address, {"person": str(world.a.leader.person.pk), "reason": "He was seen there."})
    reopen_incident(by=by, incident=incident, reason="He talks of it again.")
    incident.refresh_from_db()
    assert (incident.lead, called("incident.reopened")) == (None, ["a-counselor_2"])


def test_report_of_an_event_does_not_reach_center_staff_from_whom_it_is_kept(world, viewer):
    above = Membership.objects.create(
        person=world.a.counselor_2.person, unit=world.district, role="center_staff", starts_on=dt.date(2025, 9, 1)
    )
    made = report(world, viewer, off_roster(world, viewer, keep_it_from=[above.person]))
    assert called("incident.reported") == ["district_staff"]
    assert IncidentReport.objects.visible_to(viewer(above)).filter(pk=made.pk).count() == 0


def test_figures_leave_an_event_out_only_for_whom_it_is_kept_from(world, start, viewer):
    start(keep_it_from=[world.a.leader.person])
    off_roster(world, viewer, keep_it_from=[world.a.leader.person])
    start(student=world.a.student_3)

    def count(member):
        scope = Scope.of(world.a.unit, current_term(world.a.unit), NOW.date()).without(unseen_by(viewer(member)))
        return figures()["incidents"].query(scope).count()

    assert [count(one) for one in (world.a.leader, world.a.counselor, world.a.counselor_2)] == [1, 3, 3]


def test_keeping_the_flag_later_withdraws_the_call_too(world, start, viewer):
    flag = start().people.get().flag
    keep_from(by=viewer(world.a.counselor), flag=flag, person=world.a.leader.person, reason="The leader is his uncle.")
    assert called() == ["a-counselor", "a-counselor_2", "a-grade_head"]


def test_keeping_the_flag_of_a_further_person_withdraws_the_call_and_the_lead(world, start, viewer):
    incident, by = start(), viewer(world.a.counselor)
    other = acts.add_person(by=by, incident=incident, part="hurt", student=world.a.neighbor)
    acts.take_lead(by=viewer(world.a.leader), incident=incident)
    keep_from(by=by, flag=other.flag, person=world.a.leader.person, reason="The leader is his uncle.")
    incident.refresh_from_db()
    leaders = Notice.objects.standing().filter(membership=world.a.leader, kind="incident.started")
    assert (incident.lead, leaders.count()) == (None, 0)
    assert called() == ["a-counselor", "a-counselor_2", "a-grade_head", "a-teacher_2"]


def test_adding_a_person_whose_flag_is_kept_takes_the_event_from_the_barred(world, start, viewer):
    from students.actions.flags import raise_flag

    words = {"student": world.a.neighbor, "severity": 4, "reason": "The leader is his uncle.", "known_at": NOW}
    raise_flag(by=viewer(world.a.counselor), keep_it_from=[world.a.leader.person], **words)
    incident = start()
    acts.take_lead(by=viewer(world.a.leader), incident=incident)
    acts.add_person(by=viewer(world.a.counselor), incident=incident, part="hurt", student=world.a.neighbor)
    incident.refresh_from_db()
    leaders = Notice.objects.standing().filter(membership=world.a.leader, kind="incident.started")
    assert (incident.lead, leaders.count()) == (None, 0)
    assert called() == ["a-counselor", "a-counselor_2", "a-grade_head", "a-teacher_2"]


def test_each_person_stands_apart_for_class_teachers(world, start, viewer):
    incident = start()
    other = acts.add_person(by=viewer(world.a.counselor), incident=incident, part="involved", student=world.a.neighbor)
    acts.add_act(by=viewer(world.a.counselor), incident=incident, kind="note", text="She cried.", person=other)
    shown = [one.student for one in incident.people.visible_to(viewer(world.a.teacher))]
    assert shown == [world.a.student_2]
    told = [one.kind for one in IncidentAct.objects.visible_to(viewer(world.a.teacher))]
    assert told == []
    assert [one.kind for one in IncidentAct.objects.visible_to(viewer(world.a.teacher_2))] == ["person", "note"]


def test_exception_to_confidentiality_is_read_by_counselors_and_leaders_only(world, start, viewer):
    incident = start()
    with pytest.raises(Refused):
        acts.add_exception(by=viewer(world.a.teacher), incident=incident, reason="x", told="y", said="z")
    acts.add_exception(by=viewer(world.a.counselor), incident=incident, reason="x", told="y", said="z")
    seen = {one: IncidentAct.objects.visible_to(viewer(one)).count() for one in (world.a.leader, world.a.teacher)}
    assert list(seen.values()) == [1, 0]


def test_tick_stops_the_clock_of_the_first_measure_once(world, start, viewer):
    incident = start()
    for _again in range(2):
        acts.tick_line(by=viewer(world.a.teacher), incident=incident, code="stay")
    with pytest.raises(Refused):
        acts.tick_line(by=viewer(world.a.teacher), incident=incident, code="search")
    incident.refresh_from_db()
    assert (incident.acts.count(), incident.acted_at is not None) == (1, True)


def test_taking_the_lead_ends_the_calls_and_takes_the_flag_in_hand(world, start, viewer):
    incident = start()
    acts.take_lead(by=viewer(world.a.counselor), incident=incident)
    assert (called(), called("flag.raised")) == ([], [])
    assert incident.people.get().flag.assignee == world.a.counselor


def report(world, viewer, incident, **more):
    values = {"to": world.district, "form": "oral", "text": "One student, safe now."}
    return report_up(by=viewer(world.a.leader), incident=incident, **(values | more))


def test_report_goes_to_the_unit_it_was_made_to_and_is_acknowledged_once(world, start, viewer):
    incident = start()
    made = report(world, viewer, incident)
    assert called("incident.reported") == ["district_staff"]
    seen = [IncidentReport.objects.visible_to(viewer(one)).count() for one in (world.district_staff, world.city_staff)]
    assert (seen, Incident.objects.visible_to(viewer(world.district_staff)).count()) == ([1, 0], 0)
    with pytest.raises(Refused):
        acknowledge_report(by=viewer(world.city_staff), report=made)
    acknowledge_report(by=viewer(world.district_staff), report=made, reply="We come.")
    with pytest.raises(Refused):
        acknowledge_report(by=viewer(world.district_staff), report=made)
    made.refresh_from_db()
    assert (made.acknowledged_by, made.reply, called("incident.reported")) == (world.district_staff, "We come.", [])
    assert called("incident.acknowledged") == ["a-leader"]


def test_no_report_is_there_at_a_center_for_whom_a_flag_of_its_people_is_kept_from(world, start, viewer):
    above = Membership.objects.create(
        person=world.a.counselor_2.person, unit=world.district, role="center_staff", starts_on=dt.date(2025, 9, 1)
    )
    OnDuty.objects.create(unit=world.district, membership=above, day=NOW.date(), position=1)
    incident = start()
    keep_from(by=viewer(world.a.counselor), flag=incident.people.get().flag, person=above.person, reason="学生怕见到他")
    made = report(world, viewer, incident)
    assert (called("incident.reported"), IncidentReport.objects.visible_to(viewer(above)).count()) == (
        ["district_staff"],
        0,
    )
    with pytest.raises(Refused):
        acknowledge_report(by=viewer(above), report=made)


def test_keeping_a_flag_takes_the_call_of_a_center_back(world, start, viewer):
    above = Membership.objects.create(
        person=world.a.counselor_2.person, unit=world.district, role="center_staff", starts_on=dt.date(2025, 9, 1)
    )
    incident = start()
    report(world, viewer, incident)
    assert above.person.staff_number in called("incident.reported")
    keep_from(by=viewer(world.a.counselor), flag=incident.people.get().flag, person=above.person, reason="学生怕见到他")
    assert called("incident.reported") == ["district_staff"]


def test_what_goes_up_stands_in_the_trail_of_each_student(world, start, viewer, sign_in):
    incident = start()
    acts.add_person(by=viewer(world.a.counselor), incident=incident, part="hurt", student=world.a.neighbor)
    students = set(incident.people.values_list("student_id", flat=True))
    assert len(students) == 2
    made = report(world, viewer, incident)
    sign_in(world.district_staff).get(made.get_absolute_url())
    acknowledge_report(by=viewer(world.district_staff), report=made)
    for verb in ("incident.reported", "incident.report_opened", "incident.acknowledged"):
        rows = AuditEntry.objects.filter(verb=verb, subject_id=str(made.pk))
        assert set(rows.values_list("student_id", flat=True)) == students, verb


def test_student_is_named_upwards_only_with_a_reason(world, start, viewer):
    incident = start()
    with pytest.raises(Refused):
        report(world, viewer, incident, names="A name")
    assert IncidentReport.objects.count() == 0
    assert report(world, viewer, incident, names="A name", named_because="They search for him too.").names == "A name"


def test_report_to_a_unit_beside_the_school_is_refused(world, start, viewer):
    with pytest.raises(Refused):
        report(world, viewer, start(), to=world.other_district)
    assert IncidentReport.objects.count() == 0


def test_deadline_that_comes_near_calls_once_for_each_report(world, start, viewer):
    incident = start(known_at=NOW - dt.timedelta(minutes=50))
    for _again in range(2):
        remind_of_reports()
    assert called("incident.report_due") == ["a-counselor", "a-counselor_2", "a-leader"]
    report(world, viewer, incident)
    assert (called("incident.report_due"), [due.form for due in dues_of(incident) if due.made]) == ([], ["oral"])


def test_closing_asks_for_what_was_learned_and_for_the_report_or_why_none(world, start, viewer):
    incident, by = start(), viewer(world.a.counselor)
    for lessons, because in (("", "nothing to report"), (LESSONS, "")):
        with pytest.raises(Refused):
            acts.close_incident(by=by, incident=incident, outcome="safe", lessons=lessons, not_reported_because=because)
    assert Incident.objects.open().count() == 1
    acts.close_incident(by=by, incident=incident, outcome="safe", lessons=LESSONS, not_reported_because="A false alarm")
    assert (Incident.objects.open().count(), called()) == (0, [])
    assert RiskFlag.objects.open().filter(student=world.a.student_2).count() == 1
    with pytest.raises(Refused):
        acts.add_act(by=by, incident=incident, kind="note", text="And then")


def test_road_from_the_button_to_the_acknowledgement(world, sign_in):
    """Three taps and a sentence; then lead, tick, tell, report, acknowledge, close, print."""
    a = world.a
    teacher, leader, center = sign_in(a.teacher), sign_in(a.leader), sign_in(world.district_staff)
    new = reverse("counseling:incident_new", args=[a.student_2.pk])
    page = teacher.get(new).content.decode()
    assert 'name="submission"' in page
    data = {"submission": str(uuid.uuid4()), "kind": "threat", "happened": "On the roof."}
    detail = teacher.post(new, data)["Location"]
    incident = Incident.objects.get()
    assert detail == incident.get_absolute_url()
    assert "tel:" + a.counselor.person.phone in teacher.get(detail).content.decode()

    def post(client, name, **values):
        answer = client.post(reverse(f"counseling:incident_{name}", args=[incident.pk]), values)
        assert answer.status_code == 302, answer.content.decode()

    post(teacher, "tick", code="stay")
    post(leader, "lead")
    post(leader, "act", kind="told", whom="guardian", text="The mother comes at eleven.")
    post(leader, "report", to=world.district.pk, form="oral", text="One student, safe.")
    made = IncidentReport.objects.get()
    assert center.get(made.get_absolute_url()).status_code == 200
    assert center.post(reverse("counseling:incident_acknowledge", args=[made.pk])).status_code == 302
    post(leader, "close", outcome="safe", lessons=LESSONS)
    assert LESSONS in leader.get(reverse("counseling:incident_print", args=[incident.pk])).content.decode()
    kinds = list(incident.acts.values_list("kind", flat=True))
    assert kinds == ["tick", "lead", "told", "report", "answer", "closed"]


def test_center_sets_the_deadlines_and_a_school_does_not(world, sign_in, viewer, start):
    times = {"oral_minutes": 30, "written_hours": 12, "follow_up_hours": 48}
    for member, unit in ((world.city_staff, world.district), (world.a.leader, world.a.unit)):
        address = reverse("schools:unit_rules", args=[unit.pk])
        form = sign_in(member).get(address).context["form"]
        kept = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "", False)}
        assert sign_in(member).post(address, kept | times).status_code == 302
    assert start().deadlines == [30, 12, 48]
    assert not world.a.unit.settings.filter(key="incident_deadlines").exists()


def test_safety_plan_is_a_new_version_each_time_and_known_to_the_class_teacher(world, start, viewer):
    person = start().people.get()
    with pytest.raises(Refused):
        acts.agree_safety(by=viewer(world.a.teacher), person=person, words={"signs": "x"})
    with pytest.raises(Refused):
        acts.agree_safety(by=viewer(world.a.counselor), person=person, words={"signs": " "})
    assert SafetyPlan.objects.count() == 0
    for helps in ("music", "running"):
        acts.agree_safety(by=viewer(world.a.counselor), person=person, words={"helps": helps})
    seen = {
        name: [plan.helps for plan in SafetyPlan.objects.visible_to(viewer(world.a.people[name]))]
        for name in ("teacher", "teacher_2", "subject_teacher")
    }
    assert seen == {"teacher": ["running", "music"], "teacher_2": [], "subject_teacher": []}
