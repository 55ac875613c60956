"""What is kept is what the figures' queries find, after whatever was done; and how a term ends."""

import datetime as dt
import uuid
from contextlib import suppress

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from counseling.actions.incidents import close_incident, start_incident
from reports.actions import daily, sweeps
from reports.actions.daily import Concern, Signature
from reports.actions.sweeps import Found
from reports.models import DailyReport, Sweep, SweepSignature
from schools.access import Viewer
from schools.actions.accounts import Post, end_membership, grant_membership
from schools.actions.units import set_term
from schools.common.errors import Refused
from schools.figures import Scope, figures, timings
from schools.models import Certificate, CertificateLevel, Membership, TalliedTerm, Tally, TallyMark, Unit
from schools.queries import current_term, previous_term
from schools.recounting import recount, recount_all, recount_marked
from schools.registers.base.actions import change_record, enter_record, remove_record
from schools.registers.certificates import certificates
from screening.models import Round
from students.actions import registry
from students.actions.center import ask_center
from students.actions.hand_over import offer_hand_over, return_offer
from students.actions.students import correct_student
from students.actions.taking_over import accept_offer
from students.models import RegistryEntry, RiskFlag, Student
from tests.counseling.test_states import PUPILS
from tests.counseling.test_states import acts as acts_on_students
from tests.screening.asked import all_day, answered, round_of
from tests.world import NOW

pytestmark = pytest.mark.django_db
TERM = "2025-2026-2"
WHY = "the mother has come and told of it"


def acts(world):
    """What people do that may change a figure; each takes a student and a small number. Add yours."""
    by = Viewer(person=world.a.counselor.person, membership=world.a.counselor)
    admin = Viewer(person=world.admin.person, membership=world.admin)

    def correct(student, n):
        student.refresh_from_db()
        entered = dt.date(2026, 3, 1) if n % 2 else dt.date(2022, 9, 1)
        correct_student(by=by, student=student, values={"gender": "mf"[n % 2], "entered_on": entered})

    def move(student, n):
        student.refresh_from_db()
        correct_student(by=by, student=student, values={"class_group": world.a.class_2 if n % 2 else None})

    def leave(student, n):
        student.refresh_from_db()
        values = {"status": "left", "left_on": NOW.date() - dt.timedelta(days=9 * n)}
        correct_student(by=by, student=student, values=values)

    def hire(_student, n):
        held = Membership.objects.not_over().filter(person=world.b.counselor.person, unit=world.a.unit)
        for one in held:
            end_membership(by=admin, membership=one)
        if not held:
            days = {"starts_on": dt.date(2020, 1, 1 + n), "ends_on": dt.date(2027, 1, 1)}
            post = Post(role="counselor", employment="visiting" if n % 2 else "full_time", **days)
            grant_membership(by=admin, person=world.b.counselor.person, unit=world.a.unit, post=post)

    def other_days(_student, n):
        leader = Viewer(person=world.a.leader.person, membership=world.a.leader)
        term = current_term(world.city)
        starts = term.starts + dt.timedelta(days=n)
        set_term(by=leader, unit=world.a.unit, code=term.code, starts=starts, ends=term.ends)

    def certify(_student, n):
        held = Certificate.objects.filter(holder=world.a.teacher.person).first()
        values = {"holder": world.a.teacher.person, "issued_on": dt.date(2026, 1 + n % 4, 1), "run": f"{n}"}
        if held is None:
            level = CertificateLevel.objects.all()[n % 3]
            enter_record(by=by, register=certificates, values=values | {"level": level})
        elif n % 3:
            change_record(by=by, register=certificates, record=held, revision=held.revision, values=values)
        else:
            remove_record(by=by, register=certificates, record=held)

    def crisis(student, n):
        values = {"submission": uuid.uuid4(), "kind": "threat", "happened": "x", "student": student}
        incident = start_incident(by=by, known_at=NOW - dt.timedelta(days=9 * n), **values)
        if n % 2:
            close_incident(by=by, incident=incident, outcome="false", lessons="a prank", not_reported_because="x")

    leader = Viewer(person=world.a.leader.person, membership=world.a.leader)
    teacher = Viewer(person=world.a.teacher.person, membership=world.a.teacher)

    def enlist(student, n):
        """On the registry, and once there its level is looked at again; the leader agrees to a lower one."""
        student.refresh_from_db()
        entry = RegistryEntry.objects.open().filter(student=student).first()
        if entry is None:
            registry.put_on_registry(by=by, student=student, severity=n % 4 + 1, reasons=WHY)
            return
        review = {"by": by, "entry": entry, "changed": WHY, "second": world.a.leader}
        if registry.review_plan(severity=(n + 1) % 4 + 1, **review).state == "proposed":
            registry.confirm_review(by=leader, entry=entry)

    def strike_off(student, n):
        """Off the registry, as somebody who moves: the student is signed off first."""
        entry = RegistryEntry.objects.open().filter(student=student).first()
        if entry is None:
            enlist(student, n)
            entry = RegistryEntry.objects.open().get(student=student)
        leave(student, 0)
        registry.propose_off(by=by, entry=entry, ending="moved", changed=WHY, second=world.a.leader)
        registry.confirm_review(by=leader, entry=entry)

    def sign_day(student, n):
        """The class teacher's report, a correction of it, and the school's."""
        class_1, day = world.a.class_1, NOW.date()
        report = DailyReport.objects.filter(class_group=class_1, day=day).first()
        signature = Signature(day, over=report.version if report else 0, late_reason="forgotten")
        concern = None if n % 2 else Concern([student], "cries every morning", "today")
        daily.sign_class(by=teacher, group=class_1, signature=signature, concern=concern)
        school = DailyReport.objects.filter(unit=world.a.unit, class_group=None, part="", day=day).first()
        over = school.version if school else 0
        daily.sign_unit(by=leader, signature=Signature(day, over=over, late_reason="forgotten"), own=n)

    def sweep(student, n):
        """Called, something noted of a student, the class and the school signed."""
        asked = Sweep.objects.open().first()
        if asked is None:
            due = NOW.date() + dt.timedelta(days=n + 1)
            asked = sweeps.call_sweep(by=by, title="Spring", looks_for="x", groups=["orphan"], due_on=due)
        if n % 2:
            noted = Found(frozenset({"orphan"}), text="cries every morning", urgency="today")
            sweeps.note_student(by=teacher, sweep=asked, student=student, found=noted)
        signed = SweepSignature.objects.filter(sweep=asked)
        of_class = signed.filter(class_group=world.a.class_1).count()
        sweeps.sign_class(by=teacher, sweep=asked, group=world.a.class_1, over=of_class)
        sweeps.sign_school(by=leader, sweep=asked, over=signed.filter(class_group=None).count())

    def screen(_student, n):
        """One more of the class answers the round; the answers differ in level."""
        round_ = Round.objects.filter(school=world.a.unit, title="Tallied").first()
        round_ = round_ or round_of(world.a, title="Tallied", **all_day())
        if slip := round_.slips.filter(response=None).order_by("pk").first():
            answered(round_, slip.student, *[n % 4 if n % 2 else 0] * 9)

    def hand_over(student, n):
        """Offered with everything, and accepted or sent back."""
        student.refresh_from_db()
        there = Viewer(person=world.b.counselor.person, membership=world.b.counselor)
        kinds = ["registry", "flag", "talk", "screening", "incident", "family", "group"]
        offer = offer_hand_over(
            by=by, student=student, to_school=world.b.unit, to=world.b.counselor, kinds=kinds, note=WHY
        )
        if n % 3:
            accept_offer(by=there, offer=offer, class_group=world.b.class_1)
        else:
            return_offer(by=there, offer=offer, text=WHY)

    def ask(student, _n):
        for flag in RiskFlag.objects.open().filter(student=student):
            ask_center(by=by, flag=flag, to=world.district, text="please come and look with us")

    return [
        *(*acts_on_students(world), ask, correct, move, leave, hire, other_days, certify, crisis),
        *(enlist, strike_off, sign_day, sweep, screen, hand_over),
    ]


ACTS = 20


def differing():
    """Where what is kept of the running term is not what the queries find; the one before is frozen."""
    found = []
    for unit in Unit.objects.schools().select_related("kind"):
        scope = Scope.of(unit, current_term(unit))
        counted = {
            (code, *part): count
            for code, one in (figures() | timings()).items()
            for part, count in one.counts(scope).items()
            if count
        }
        rows = Tally.objects.filter(unit=unit, term=scope.term.code)
        kept = {(row.figure, row.split, row.value): row.count for row in rows}
        found += [(unit.code, *key) for key, _count in counted.items() ^ kept.items()]
    return found


def test_tallies_follow_every_act(counted):
    steps = st.tuples(st.integers(0, ACTS - 1), st.sampled_from(PUPILS), st.integers(0, 8))

    @settings(max_examples=6)
    @given(st.lists(steps, min_size=2, max_size=8))
    def follow(plan):
        with transaction.atomic():
            for act, pupil, n in plan:
                with suppress(Refused), transaction.atomic():  # nobody talks with a student who has left
                    acts(counted)[act](getattr(counted.a, pupil), n)
            recount_marked()
            assert differing() == []
            transaction.set_rollback(True)

    follow()


@pytest.mark.parametrize("act", range(ACTS))
def test_every_act_is_followed(act, counted):
    for n in (1, 2):
        with suppress(Refused), transaction.atomic():  # not every flag may be closed at once
            acts(counted)[act](counted.a.student, n)
        recount_marked()
        assert differing() == []


def test_a_unit_without_a_mark_is_not_counted_and_a_mark_is_used_up(counted):
    assert recount_marked() == 0
    TallyMark.objects.create(unit=counted.a.unit)
    assert (recount_marked(), TallyMark.objects.count()) == (1, 0)


def test_a_change_moves_up_the_tree_once(counted):
    before = students_of(counted.city, TERM)
    leave = next(act for act in acts(counted) if act.__name__ == "leave")
    leave(counted.a.student, 1)
    TallyMark.objects.create(unit=counted.b.unit)  # where nothing has changed
    assert recount_marked() == 5  # two schools, their cluster, district and city
    assert (students_of(counted.city, TERM), recount_marked()) == (before - 1, 0)


def test_a_flag_counts_as_due_once_its_time_has_passed_and_not_before(counted):
    acts_on_students(counted)[3](counted.a.older, 3)
    recount_marked()
    kept = Tally.objects.filter(unit=counted.a.unit, figure="flags_due", split="")
    assert not kept.exists()
    due = RiskFlag.objects.get(student=counted.a.older).due_at
    with time_machine.travel(due + dt.timedelta(minutes=1)):
        assert recount_marked() == 4  # and the three above
        assert kept.get().count == 1 + RiskFlag.objects.filter(pk=counted.a.flag.pk, due_at__lt=due).count()


def test_a_unit_that_cannot_be_counted_keeps_its_mark_and_holds_up_no_other(counted, monkeypatch):
    TallyMark.objects.create(unit=counted.a.unit)
    TallyMark.objects.create(unit=counted.b.unit)
    real = figures()["students"].counts

    def broken(scope, only=None):
        if scope.unit == counted.a.unit:
            raise ValueError
        return real(scope, only)

    monkeypatch.setitem(figures()["students"].__dict__, "counts", broken)
    assert recount_marked() == 1  # nothing has changed, so nobody above is marked
    assert list(TallyMark.objects.values_list("unit", flat=True)) == [counted.a.unit.pk]


# --- the end of a term ----------------------------------------------------------------------------------------------


def students_of(unit, term):
    return Tally.objects.get(unit=unit, term=term, figure="students", split="").count


@pytest.fixture
def frozen(counted):
    """The term of the cast, long over and counted after its time."""
    later = current_term(counted.city).ends + dt.timedelta(days=40)
    with time_machine.travel(later):
        recount_all()
        yield counted


def test_a_frozen_term_is_not_counted_again(frozen):
    student = frozen.a.student_3
    Student.objects.filter(pk=student.pk).update(entered_on=dt.date(2026, 8, 20))
    recount_all()
    assert students_of(frozen.a.unit, TERM) == 5
    assert not TalliedTerm.objects.exclude(corrected_at=None).exists()


def test_a_correction_that_reaches_a_frozen_term_is_counted_and_the_term_says_when(frozen, viewer):
    by = viewer(frozen.a.counselor)
    correct_student(by=by, student=frozen.a.student_3, values={"entered_on": dt.date(2026, 8, 20)})
    recount_marked()
    assert students_of(frozen.a.unit, TERM) == 4
    corrected = TalliedTerm.objects.exclude(corrected_at=None)
    assert {(row.unit_id, row.term) for row in corrected} >= {(frozen.a.unit.pk, TERM)}
    above = {frozen.city.pk, frozen.district.pk, frozen.cluster.pk}
    assert {row.unit_id for row in corrected} == {frozen.a.unit.pk, *above}
    assert students_of(frozen.city, TERM) == 9


def test_a_term_within_its_thirty_days_is_counted_again(counted):
    with time_machine.travel(current_term(counted.city).ends + dt.timedelta(days=20)):
        recount_all()
        Student.objects.filter(pk=counted.a.student_3.pk).update(entered_on=dt.date(2026, 8, 20))
        recount_all()
        assert students_of(counted.a.unit, TERM) == 4


def test_an_older_count_does_not_overwrite_a_newer_one(world, monkeypatch):
    """The page counts while the job is still counting what was before."""
    term = current_term(world.city)
    real = figures()["students"].counts
    began = []

    def slow(scope, only=None):
        counts = real(scope, only)
        if not began and scope.term == term:
            began.append(True)
            Student.objects.filter(pk=world.a.student_3.pk).update(status="left", left_on=NOW.date())
            recount(world.a.unit)
        return counts

    monkeypatch.setitem(figures()["students"].__dict__, "counts", slow)
    recount(world.a.unit)
    assert students_of(world.a.unit, term.code) == 4


@pytest.mark.parametrize(("args", "told"), [([], "units=6"), (["2144000001"], "units=1"), (["440608"], "units=4")])
def test_command_counts_a_unit_and_all_below_it_or_all(args, told, world, capsys):
    call_command("recount", *args)
    assert capsys.readouterr().out.strip() == told
    assert previous_term(world.city, current_term(world.city)).code in TalliedTerm.objects.values_list(
        "term", flat=True
    )
