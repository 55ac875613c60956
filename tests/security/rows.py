"""What each rule about rows shows to whom, counted by hand over the cast and what `everywhere` adds to both schools."""

import datetime as dt
import uuid

from django.apps import apps

from counseling.models import CrisisFreeTerm, IncidentAct, IncidentBarrier, IncidentVersion, SafetyPlan, TalkRevision
from reports.models import Summary
from schools import audit
from schools.access import Viewer
from schools.models import Membership, OnDuty, RecordVersion
from schools.models.records import subject_of
from schools.queries import current_term
from screening.actions.rounds import KEPT_IN_LATER_STAGES
from screening.models import (
    AnonymousSheet,
    AnswerCounts,
    ConsentLink,
    CriticalAnswer,
    PaperEntry,
    ReplacedResult,
    Round,
    SavedAnswers,
    StaffSheet,
)
from students.models import RosterImport
from tests.screening.asked import answered, round_of, slip_of
from tests.walking import (
    asked_of,
    barometer_of,
    center_round_of,
    certificate_of,
    contact_of,
    draft_of,
    entry_of,
    file_of,
    hand_over_of,
    incident_of,
    job_of,
    kept_from,
    measure_of,
    members,
    opening_of,
    part_of,
    plan_part_of,
    raised,
    report_of,
    reported,
    room_of,
    sent_to,
    staff_survey_of,
    stand_in_of,
    step_of,
    sweep_of,
    swept,
    talk_planned,
)
from tests.world import NOW

APPS = ("schools", "students", "counseling", "screening", "reports")
NUMBERS = {"created": 1, "changed": 0, "held": 0, "kept": 0}

# The last one audits school A alone: a second membership of the city's auditor.
WHO = ["a.counselor", "a.leader", "a.grade_head", "a.teacher", "a.subject_teacher", "district_staff", "auditor of a"]
SEEN = {
    "schools.Unit": (1, 1, 1, 1, 1, 4, 1),  # of 6
    "schools.ClassGroup": (3, 3, 2, 1, 1, 0, 0),  # of 6
    "schools.Person": (1, 9, 1, 1, 1, 19, 1),  # of 22
    "schools.Membership": (1, 9, 1, 1, 1, 19, 2),  # of 23
    "schools.Certificate": (1, 1, 0, 1, 0, 2, 0),  # of 2
    "schools.CounselingRoom": (1, 1, 0, 0, 0, 2, 0),  # of 2
    "schools.Attachment": (1, 1, 0, 1, 0, 2, 0),  # of 2
    "schools.RecordVersion": (1, 1, 0, 1, 0, 2, 0),  # of 2
    "schools.AuditEntry": (0, 0, 0, 0, 0, 0, 6),  # of 12
    "schools.Job": (0, 0, 0, 1, 0, 0, 0),  # of 2
    "schools.Notice": (0, 0, 0, 1, 0, 0, 0),  # of 2
    "students.Student": (5, 5, 4, 3, 1, 0, 0),  # of 10
    "students.StudentState": (5, 5, 4, 3, 1, 0, 0),  # of 10
    "students.Guardian": (5, 5, 4, 3, 1, 0, 0),  # of 10
    "students.RiskFlag": (4, 2, 3, 2, 0, 0, 0),  # of 5
    "students.FlagReport": (2, 1, 2, 1, 0, 0, 0),  # of 3
    "students.FlagStep": (1, 0, 0, 0, 0, 0, 0),  # of 2
    "students.GuardianContact": (1, 0, 0, 1, 0, 0, 0),  # of 2
    "schools.Channel": (0, 1, 0, 0, 0, 0, 0),  # of 2
    "schools.ChannelChoice": (0, 0, 0, 1, 0, 0, 0),  # of 2
    "schools.Delivery": (0, 0, 0, 1, 0, 0, 0),  # of 2
    "schools.OnDuty": (2, 2, 2, 2, 2, 0, 2),  # of 4
    "students.KeptFrom": (2, 0, 0, 0, 0, 0, 0),  # of 3
    "students.BreakGlass": (1, 0, 0, 0, 0, 0, 1),  # of 2
    "students.RegistryEntry": (2, 1, 2, 1, 0, 0, 0),  # of 3
    "students.PlanMeasure": (2, 1, 2, 1, 0, 0, 0),  # of 3
    "students.PlanPart": (2, 1, 2, 1, 0, 0, 0),  # of 3
    "students.PlanReview": (2, 1, 2, 0, 0, 0, 0),  # of 3
    "students.HandOver": (2, 2, 0, 0, 0, 0, 0),  # of 2: one's own school's, and that which waits for an answer
    "students.CenterRequest": (1, 0, 0, 0, 0, 2, 0),  # of 2, each kept from the leader with its flag
    "students.GroupMember": (1, 1, 1, 1, 0, 0, 0),  # of 2
    "students.RosterImport": (1, 1, 0, 0, 0, 0, 0),  # of 2
    "counseling.TalkLog": (5, 3, 3, 2, 1, 0, 0),  # of 10; one behind a flag that is kept from the leader
    "counseling.TalkPart": (6, 4, 4, 3, 1, 0, 0),  # of 12
    "counseling.TalkRevision": (1, 0, 0, 0, 0, 0, 0),  # of 2
    "counseling.TalkDraft": (0, 0, 0, 1, 0, 0, 0),  # of 2
    "reports.Barometer": (1, 1, 1, 1, 0, 0, 0),  # of 2
    "reports.BarometerLink": (1, 1, 0, 1, 0, 0, 0),  # of 2
    "reports.DailyReport": (2, 2, 1, 1, 0, 2, 0),  # of 4
    "reports.ReportVersion": (2, 2, 1, 1, 0, 2, 0),  # of 4
    "reports.StandIn": (1, 1, 0, 0, 1, 0, 0),  # of 2
    "reports.Sweep": (1, 1, 1, 1, 1, 0, 0),  # of 2, one of each school; the subject teacher stands in
    "reports.SweepNote": (1, 1, 1, 1, 0, 0, 0),  # of 2
    "reports.SweepSignature": (1, 1, 1, 1, 0, 0, 0),  # of 2
    "counseling.Incident": (1, 0, 1, 1, 0, 0, 0),  # of 2, each kept from the leader with its flag
    "counseling.IncidentPerson": (1, 0, 1, 1, 0, 0, 0),  # of 2
    "counseling.IncidentBarrier": (1, 0, 0, 0, 0, 0, 0),  # of 2
    "counseling.IncidentAct": (1, 0, 1, 1, 0, 0, 0),  # of 2
    "counseling.IncidentVersion": (1, 0, 0, 0, 0, 0, 0),  # of 2
    "counseling.CrisisFreeTerm": (1, 1, 0, 0, 0, 2, 0),  # of 2
    "counseling.SafetyPlan": (1, 0, 1, 1, 0, 0, 0),  # of 2
    "counseling.IncidentReport": (1, 0, 0, 0, 0, 2, 0),  # of 2
    "screening.Round": (2, 2, 1, 1, 0, 0, 0),  # of 4
    "screening.Slip": (3, 3, 3, 3, 0, 0, 0),  # of 6
    "screening.Consent": (3, 0, 0, 0, 0, 0, 0),  # of 6
    "screening.ConsentLink": (1, 0, 0, 0, 0, 0, 0),  # of 2
    "screening.AnonymousSheet": (5, 5, 0, 0, 0, 0, 0),  # of 10
    "screening.AnswerCounts": (0, 0, 0, 0, 0, 0, 0),  # of 2
    "screening.PlannedTalk": (1, 0, 0, 0, 0, 0, 0),  # of 2
    "screening.PaperEntry": (1, 0, 0, 0, 0, 0, 0),  # of 2
    "screening.SavedAnswers": (0, 0, 0, 0, 0, 0, 0),  # of 2
    "screening.CriticalAnswer": (1, 0, 0, 0, 0, 0, 0),  # of 2
    "screening.Response": (1, 0, 0, 0, 0, 0, 0),  # of 2
    "screening.Result": (1, 0, 0, 0, 0, 0, 0),  # of 2
    "screening.ReplacedResult": (1, 0, 0, 0, 0, 0, 0),  # of 2
    "screening.ScaleResult": (1, 0, 0, 0, 0, 0, 0),  # of 2
    "screening.CenterRound": (1, 0, 0, 0, 0, 1, 0),  # of 1, of the district
    "screening.StaffSurvey": (1, 1, 0, 1, 0, 0, 0),  # of 2, each of the class teachers
    "screening.StaffAsked": (3, 3, 0, 1, 0, 0, 0),  # of 6
    "screening.StaffSheet": (1, 1, 0, 0, 0, 0, 0),  # of 2
    "reports.Summary": (1, 1, 0, 0, 0, 0, 0),  # of 2
}


def models_with_rules():
    found = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    return {model._meta.label: model for model in found if hasattr(model._default_manager, "visible_to")}


def everywhere(world):
    """Rows of every such model in both schools. Returns those who look."""
    a = world.a
    kept = entry_of(a.neighbor, a.counselor)
    kept_from(a.leader, raised(a.neighbor, a.counselor), a.counselor)
    for entry in (kept, entry_of(a.student_2, a.counselor), entry_of(world.b.student_2, world.b.counselor)):
        measure_of(entry, entry.counselor, a.teacher)
        plan_part_of(entry, entry.counselor)
    raised(a.student_2, a.counselor, reason="x")
    for school, other in ((a, world.b), (world.b, a)):
        hand_over_of(school.student_2, school.counselor, other.counselor)
    raised(a.older, a.teacher_4)
    for school in (a, world.b):
        by = school.counselor.person
        draft_of(school.teacher, school)
        job_of(school.teacher)
        room_of(school.unit)
        sent_to(school.teacher)
        file_of(certificate := certificate_of(school.teacher))
        RecordVersion.objects.create(**subject_of(certificate), act="entered", revision=1)
        OnDuty.objects.create(unit=school.unit, membership=school.counselor, weekday=0)
        kept_from(school.leader, step_of(school.flag, school.counselor).flag, school.counselor)
        contact_of(school.teacher, school.flag)
        asked_of(world.district, school.counselor, flag=school.flag)
        RosterImport.objects.create(school=school.unit, unit=school.unit, by=by, **NUMBERS)
        report_of(school.teacher, school.class_1)
        barometer_of(school, school.class_1, school.teacher)
        report_of(school.leader)
        StaffSheet.objects.create(survey=staff_survey_of(school), by=school.teacher, answers="{}")
        stand_in_of(school.subject_teacher, school.class_2, school.leader)
        swept(sweep_of(school.counselor), school.student, school.teacher)
        answers_on_their_way(school)
        Summary.objects.create(unit=school.unit, term=current_term(school.unit))
        incident = incident_of(school.teacher, school.student, text="x", flag=school.flag)
        IncidentAct.objects.create(incident=incident, number=1, kind="note", by=school.teacher, happened_at=NOW)
        IncidentBarrier.objects.create(incident=incident, person=school.subject_teacher.person, by=school.counselor)
        IncidentVersion.objects.create(incident=incident, number=1, by=school.counselor, content="{}")
        CrisisFreeTerm.objects.create(unit=school.unit, term_code="2025-2026-1", by=school.leader)
        opening_of(school.leader, school.student)
        reported(incident, world.district)
        SafetyPlan.objects.create(person=incident.people.get(), number=1, by=school.counselor, signs="x")
        TalkRevision.objects.create(part=part_of(school, "restricted"), number=1, by=by, content="{}")
        audit.record(by=Viewer(person=by, membership=school.counselor), verb="flag.closed", about=school.flag)
    center_round_of(world.district_staff)
    auditor = Membership.objects.create(
        person=world.auditor.person, unit=a.unit, role="auditor", starts_on=dt.date(2025, 9, 1)
    )
    return {**members(world), "auditor of a": auditor}


def answers_on_their_way(school):
    """A round in which one student has handed in and another is still answering, with an answer that has called."""
    round_ = round_of(school)
    result = answered(round_, school.student_2, 0, 0, 0, 0, 0, 0, 0, 0, 0).results.get()
    ReplacedResult.objects.create(
        result=result, instrument=result.instrument, attention=0, is_valid=True, by=school.counselor
    )
    more = ("school", "made_by", "opens_on", "closes_on", "consent_text")
    unnamed = Round.objects.create(
        **{name: getattr(round_, name) for name in (*KEPT_IN_LATER_STAGES, *more)},
        is_anonymous=True,
        state=Round.State.CLOSED,
    )
    AnonymousSheet.objects.bulk_create(AnonymousSheet(round=unnamed, answers="{}") for _n in range(5))
    AnswerCounts.objects.create(round=unnamed, sheets=5, counts='{"sheets": 5, "answered": {}, "given": {}}')
    slip = slip_of(round_, school.student_3)
    guardian = school.student.guardians.get()
    ConsentLink.objects.create(round=round_, student=school.student, guardian=guardian, code_hash=guardian.pk)
    talk_planned(school, school.flag)
    PaperEntry.objects.create(slip=slip, number=1, by=school.counselor, answers="{}")
    SavedAnswers.objects.create(slip=slip, client_id=uuid.uuid4(), answers="{}")
    CriticalAnswer.objects.create(slip=slip, instrument=round_.parts.get().instrument, item=9, value="1")


def seen_by(people, labels=None):
    """The table as the code has it, or those rows of it."""
    viewers = [Viewer(person=people[who].person, membership=people[who]) for who in WHO]
    return {
        label: tuple(model._default_manager.visible_to(viewer).distinct().count() for viewer in viewers)
        for label, model in models_with_rules().items()
        if labels is None or label in labels
    }
