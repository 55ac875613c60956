"""What the walks share: addresses of views, things of the cast near and far, requests that leave no trace."""

import datetime as dt
import io
import json
import re
import uuid
import zipfile

import time_machine
from django.db import transaction
from django.urls import get_resolver, reverse

from config.routes import routes
from schools.recounting import recount
from tests.access_table import MEETS, PUBLIC, ROLES, SIGNED_IN
from tests.world import NOW, sentinel

NO_SUCH_ID = "00000000-0000-7000-8000-000000000000"
SENTINEL = re.compile(r"SENTINEL-[ab]-[\w-]+", re.ASCII)
ROUTES = {name: view for name, _address, view in routes()}
GUARDED = sorted(name for name in ROUTES if ROLES.get(name) not in (PUBLIC, SIGNED_IN))
ACTORS = sorted(MEETS)
TERM = "2025-2026-2"
# What a preview found: nothing; its pages must come up all the same.
ROSTER = {
    "kind": "roster",
    "filename": "roster.xlsx",
    "sheet": "Sheet1",
    "sheets": [["Sheet1", 1]],
    "left_out": [],
    "skipped": [],
    "hidden": 0,
    "total": 1,
    "digest": "0" * 64,
    "counts": {"created": 0, "changed": 0, "unchanged": 0, "problems": 0, "held": 0, "kept": 0, "missing": 0},
    "counts_only": False,
    "columns": [],
    "unknown": ["a column"],
    "samples": [[]],
    "ignored": [],
    "lines": {tab: [] for tab in ("new", "changed", "held", "kept", "problems", "missing", "classes")},
    "problem_rows": [{"sheet": "Sheet1", "name": "", "titles": [["x"]], "rows": {"2": ["y"]}}],
}
# What a center's preview found: counts.
ROSTER_IN_COUNTS = {
    **ROSTER,
    "counts": {"created": 0, "known": 1, "problems": 0, "schools": 1},
    "counts_only": True,
    "lines": {"schools": [{"school": "x", "code": "1", "created": 0, "known": 1, "problems": 0}], "problems": []},
}


# --- addresses ------------------------------------------------------------------------------------------------------


def arguments_of(name):
    """The names of what a view's address takes, with their converters."""
    resolver, rest = get_resolver(), name.split(":")
    for namespace in rest[:-1]:
        resolver = resolver.namespace_dict[namespace][1]
    possibilities = resolver.reverse_dict.getlist(rest[-1])
    return dict(possibilities[0][3]) if possibilities else {}


def address(name, key=None):
    """The address for an object: its key, or a dict of all arguments; without one, for something that is not there."""
    wanted = arguments_of(name)
    if isinstance(key, dict):
        return reverse(name, kwargs={argument: key[argument] for argument in wanted})
    return reverse(name, kwargs={argument: key or _nothing(converter) for argument, converter in wanted.items()})


def _nothing(converter):
    return {"UUIDConverter": NO_SUCH_ID, "IntConverter": 999_999}.get(type(converter).__name__, "no-such-thing")


def members(world):
    return {name: member for name, member in world.members().items() if name in ACTORS}


# --- requests -------------------------------------------------------------------------------------------------------


def visit(client, method, url, data=None, **more):
    """One request whose writes are undone, and which leaves the client signed in."""
    return undone(client, lambda: getattr(client, method)(url, data or {}, **more))


def arrived(client):
    """The client after its first request: what a session remembers from it (when it began, that no second factor is
    asked for) is not found out anew for each page of a walk."""
    client.get(reverse("schools:notice_poll"))
    return client


def undone(client, ask):
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    with transaction.atomic():
        response = ask()
        response.told = text_of(response)
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.load(cookies)
    return response


POINT = re.compile(r'(ROLLBACK TO SAVEPOINT|SAVEPOINT) "?(\w+)"?')
CHANGE = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM) "?(\w+)"?')


class Written:
    """As an execute wrapper: the tables that a request changed, less what it took back."""

    def __init__(self):
        self.tables, self.points = [], {}

    def __call__(self, execute, sql, params, many, context):
        done = execute(sql, params, many, context)
        if point := POINT.match(sql):
            if point[1] == "SAVEPOINT":
                self.points[point[2]] = len(self.tables)
            else:
                del self.tables[self.points[point[2]] :]
        elif change := CHANGE.match(sql):
            self.tables.append(change[2])
        return done

    def kept(self):
        """A session and a count of wrong passwords are no data."""
        return [table for table in self.tables if not table.startswith(("django_session", "axes_"))]


def text_of(response):
    """All that a response tells: body, the sheets inside a workbook, headers."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    return f"{headers}\n{unpacked(content)}"


def unpacked(content):
    if not content.startswith(b"PK"):
        return content.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return "\n".join(parts.read(name).decode(errors="replace") for name in parts.namelist())


def leaks(who, response):
    """Texts that this person must never meet."""
    return sorted({text for text in SENTINEL.findall(response.told) if not MEETS[who].fullmatch(text)})


# Enough for each form to be sent well-formed; a form takes what is its own.
FIELDS = {
    "name": "taken over",
    "phone": "",
    "status": "enrolled",
    "reason": "danger",
    "what": "papers",
    "severity": "4",
    "known_at": "2026-03-18T09:00",
    "outcome": "unfounded",
    "relation": "x",
    "groups": ["left_behind"],
    "label_zh": "taken over",
    "label_en": "taken over",
    "title": "taken over",
    "body": "taken over",
    "box": "words",
    "is_active": "on",
    "happened_at": "2026-03-18T09:00",
    "kind": "daily",
    "place": "office",
    "mode": "face",
    "initiative": "teacher",
    "revision": "1",
    "short_name": "taken over",
    "role": "class_teacher",
    "employment": "full_time",
    "starts_on": "2026-03-01",
    "severity_scheme": "three_levels",
    "confirm": "1",
    "version": "0",
    "file_format": "xlsx",
    "former": "stays",
}


# --- things ---------------------------------------------------------------------------------------------------------


def things_counted(world):
    """The things of a walk; the two schools are counted, or else each page with figures would count them anew."""
    made = things(world)
    for school in (world.a, world.b):
        recount(school.unit)
    return made


def things(world):
    """Objects by kind and place, as `SEES` names them; what the cast does not have is made here."""
    a, b = world.a, world.b
    kept = kept_from(a.leader, raised(a.neighbor, a.counselor, reason=sentinel(a, "kept-reason")), a.counselor)
    return {
        "student": {
            "own class": a.student.pk,
            "same grade": a.neighbor.pk,
            "other class": a.older.pk,
            "other school": b.student.pk,
        },
        "guardian": _guardians(a, b),
        "flag": {
            "own class": a.flag.pk,
            "raised by another": raised(a.student_2, a.counselor, reason=sentinel(a, "unseen-reason")).pk,
            "other class": raised(a.older, a.teacher_4).pk,
            "kept from the leader": kept.pk,
            "other school": b.flag.pk,
        },
        **_steps(a, b, kept),
        "unit that reports": {
            "school": a.unit.pk,
            "cluster": world.cluster.pk,
            "other district": world.other_district.pk,
            "no such unit": 999_999,
        },
        "class of the delegate": {
            "own": a.class_1.pk,
            "other class": a.class_4.pk,
            "other school": b.class_1.pk,
        },
        "stand-in": {
            "own school": stand_in_of(a.subject_teacher, a.class_2, a.leader).pk,
            "other school": stand_in_of(b.subject_teacher, b.class_2, b.leader).pk,
        },
        "report question": {
            "of the school": question_of(a.unit).pk,
            "of the district": question_of(world.district).pk,
            "of the other school": question_of(b.unit).pk,
        },
        "grade": {"own": "primary-2023", "no such grade": "junior-1990"},
        "class": {"own": a.class_1.pk, "other class": a.class_4.pk, "other school": b.class_1.pk},
        **_incidents(world, kept),
        "emergency opening": _openings(a, b),
        "center request": _requests(world, kept),
        **_plans(a, b),
        **hand_overs(a, b),
        "part": {
            "own class": part_of(a, "own").pk,
            "restricted": part_of(a, "restricted").pk,
            "same grade": part_of(a, "subject").pk,
            "other class": part_of(a, "older").pk,
            "other school": part_of(b, "own").pk,
        },
        "draft": {"the teacher's": draft_of(a.teacher, a).pk, "other school": draft_of(b.teacher, b).pk},
        "job": {
            "the teacher's": job_of(a.teacher).pk,
            "the district's": job_of(world.district_staff).pk,
            "other school": job_of(b.teacher).pk,
        },
        "notice": {
            "the teacher's": notice_to(a.teacher).pk,
            "the district's": notice_to(world.district_staff).pk,
            "taken back": notice_to(a.teacher, occasion="taken back", withdrawn_at=NOW).pk,
            "other school": notice_to(b.teacher).pk,
        },
        **_rosters(a, b, world.district_staff),
        "certificate level": {"of the A/B/C certificates": "abc_b", "no such level": "no-such-level"},
        "level": {"of districts": "district", "no such level": "no-such-level"},
        "list": {"themes": "theme", "no such list": "no-such-list"},
        "option": _options(a, b),
        "special group": {
            "shipped": "orphan",
            "of the district": group_of(world.district).pk,
            "other school": group_of(b.unit).pk,
        },
        "template": _templates(a, b),
        **_instruments(a, b, world.district_staff.unit),
        **_rounds(a, b),
        **_staff_surveys(a, b),
        "center's round": {
            "of the district": center_round_of(world.district_staff).pk,
            "of another district": center_round_of(world.other_staff).pk,
        },
        "figure": {
            "students": "students",
            "staff, which a grade has none of": "counselors",
            "no such figure": "no-such-figure",
        },
        "opener": {
            "own school": {"code": a.unit.code, "pk": looked(a.counselor, a.older)},
            "other school": {"code": b.unit.code, "pk": looked(b.counselor, b.older)},
            "at the other school": {"code": b.unit.code, "pk": a.counselor.person_id},
            "nobody": {"code": a.unit.code, "pk": a.teacher.person_id},
        },
        "term": {"running": TERM, "no such term": "1999-2000-1"},
        "section": {
            "of the running term": {"term": TERM, "code": "plan"},
            "no such section": {"term": TERM, "code": "no-such-section"},
        },
        **_sweeps(a, b, world.district_staff),
        **_certificates(a, b),
        **_rooms(a, b),
        **_units_and_people(world),
    }


def sent_to(member):
    """A notice that left through a channel of the unit, and what the person wants of channels."""
    from schools.models import Channel, ChannelChoice, Delivery

    channel = Channel.objects.create(unit=member.unit, kind="sms", target="https://gateway.example/send")
    ChannelChoice.objects.create(person=member.person)
    notice = notice_to(member)
    return Delivery.objects.create(notice=notice, channel=channel, once=str(notice.pk))


def certificate_of(member, **more):
    """A certificate that its holder entered: it waits for confirmation."""
    from schools.models import Certificate

    issued = {"level_id": "abc_c", "issued_on": dt.date(2025, 5, 20), "number": "C-1", "run": "2025-1"}
    return Certificate.objects.create(holder=member.person, unit=member.unit, **(issued | more))


def file_of(record):
    from schools.registers.base.attachments import Upload, keep

    return keep(record, Upload("scan.pdf", "application/pdf", b"%PDF-1.7 a scan"), by=None)


def room_of(unit, **more):
    from schools.models import CounselingRoom

    return CounselingRoom.objects.create(unit=unit, name="东楼辅导室", confirmed_at=NOW, **more)


def _rooms(a, b):
    own, foreign = room_of(a.unit), room_of(b.unit)
    return {
        "counselingroom": {"own school": own.pk, "other school": foreign.pk},
        "counselingroom file": {
            "own school": {"pk": own.pk, "file_pk": file_of(own).pk},
            "other school": {"pk": foreign.pk, "file_pk": file_of(foreign).pk},
        },
    }


def _certificates(a, b):
    own, foreign = certificate_of(a.teacher), certificate_of(b.teacher)
    files = {record: file_of(record).pk for record in (own, foreign)}
    return {
        "certificate": {"the teacher's": own.pk, "other school": foreign.pk},
        "certificate file": {
            "the teacher's": {"pk": own.pk, "file_pk": files[own]},
            "other school": {"pk": foreign.pk, "file_pk": files[foreign]},
            "of another record": {"pk": own.pk, "file_pk": files[foreign]},
        },
    }


def incident_of(member, student=None, *, text, flag=None, who=""):
    """A crisis event with one person, as far as rules of access ask."""
    from counseling.models import Incident, IncidentPerson

    incident = Incident.objects.create(
        submission=uuid.uuid4(),
        school=member.unit,
        kind="threat",
        happened=text,
        started_by=member,
        known_at=NOW,
        deadlines=[60, 24, 24],
    )
    IncidentPerson.objects.create(incident=incident, student=student, who=who, flag=flag, added_by=member)
    return incident


def reported(incident, to, *, text=""):
    from counseling.models import IncidentReport

    number = incident.reports.count() + 1
    return IncidentReport.objects.create(
        incident=incident,
        school=incident.school,
        to=to,
        number=number,
        form="oral",
        kind=incident.kind,
        by=incident.started_by,
        text=text,
    )


def opening_of(leader, student, **more):
    """A leader opened what is closed to them; the hour is over."""
    from students.models import BreakGlass

    an_hour_ago = NOW - dt.timedelta(hours=1)
    return BreakGlass.objects.create(
        school=leader.unit,
        student=student,
        by=leader,
        opened_at=an_hour_ago,
        until=NOW,
        reason="学生失联。",
        **more,
    )


def _openings(a, b):
    """A flag of the third student is kept from the counselor by `_rounds`."""
    return {
        "by the leader": opening_of(a.leader, a.student).pk,
        "of a student whose flag is kept from a counselor": opening_of(a.leader, a.student_3).pk,
        "other school": opening_of(b.leader, b.student).pk,
    }


def _incidents(world, kept):
    a, b = world.a, world.b
    own = incident_of(a.teacher, a.student, text=sentinel(a, "crisis-own"), flag=a.flag)
    unknown = incident_of(a.subject_teacher, text=sentinel(a, "crisis-unknown"), who="a boy on the stairs")
    hidden = incident_of(a.counselor, a.neighbor, text=sentinel(a, "crisis-kept"), flag=kept)
    foreign = incident_of(b.teacher, b.student, text=sentinel(b, "crisis-own"), flag=b.flag)

    def person(incident, of=None):
        return {"pk": incident.pk, "person_pk": (of or incident).people.get().pk}

    def line(incident, of=None):
        from counseling.models import IncidentAct

        held = of or incident
        values = {"kind": "note", "by": held.started_by, "happened_at": NOW, "text": "x"}
        act = IncidentAct.objects.create(incident=held, number=held.acts.count() + 1, **values)
        return {"pk": incident.pk, "act_pk": act.pk}

    return {
        "line of an incident": {
            "own class": line(own),
            "of another incident": line(own, unknown),
            "of one kept from the leader": line(hidden),
            "other school": line(foreign),
        },
        "person of an incident": {
            "own": person(own),
            "of another incident": person(own, unknown),
            "of one kept from the leader": person(hidden),
            "other school": person(foreign),
        },
        "incident": {
            "own class": own.pk,
            "other class": incident_of(a.teacher_4, a.older, text=sentinel(a, "crisis-older")).pk,
            "started for nobody of the roster": unknown.pk,
            "kept from the leader": hidden.pk,
            "other school": foreign.pk,
        },
        "incident report": {
            "to the district": reported(own, world.district, text=sentinel(a, "crisis-up-district")).pk,
            "to the city": reported(own, world.city, text=sentinel(a, "crisis-up-city")).pk,
        },
    }


def looked(member, student, *, days=7):
    """Somebody opened, in the last week that is over, a file they have nothing to do with."""
    from django.utils import timezone

    from schools import audit
    from schools.access import Viewer

    with time_machine.travel(timezone.now() - dt.timedelta(days=days)), transaction.atomic():
        audit.record_read(by=Viewer(person=member.person, membership=member), about=student, student=student)
    return member.person_id


def raised(student, member, *, severity=2, reason=""):
    from students.models import FlagReport, RiskFlag
    from students.states import flags, keep

    flag = RiskFlag.objects.create(
        student=student,
        school=student.school,
        severity=severity,
        raised_by=member,
        known_at=NOW,
        due_at=NOW + dt.timedelta(days=3),
    )
    keep([student.pk], flags)
    if reason:
        FlagReport.objects.create(flag=flag, by=member, text=reason, known_at=NOW)
    return flag


def kept_from(member, flag, by):
    """A flag that is not there for this member."""
    from students.models import KeptFrom

    KeptFrom.objects.create(flag=flag, person=member.person, by=by, reason="x")
    return flag


def step_of(flag, by, kind="note", **more):
    from students.models import FlagStep

    number = FlagStep.objects.filter(flag=flag).count() + 1
    return FlagStep.objects.create(flag=flag, number=number, kind=kind, by=by, happened_at=NOW, **more)


def contact_of(member, flag):
    from students.models import GuardianContact

    return GuardianContact.objects.create(
        student=flag.student, school=flag.school, by=member, flag=flag, channel="call", happened_at=NOW
    )


def _steps(a, b, kept):
    def of(flag, step):
        return {"pk": flag.pk, "step_pk": step.pk}

    asked = step_of(a.flag, a.counselor, "question", to=a.teacher)
    foreign = step_of(b.flag, b.counselor, "question", to=b.teacher)
    return {
        "step": {
            "a question to the teacher": of(a.flag, asked),
            "an interview": of(a.flag, step_of(a.flag, a.counselor, "interview", severity=3)),
            "of another flag": of(a.flag, foreign),
            "of a kept flag": of(kept, step_of(kept, a.counselor)),
            "other school": of(b.flag, foreign),
        },
        "kind of step": {
            "a note": {"pk": a.flag.pk, "kind": "note"},
            "no such kind": {"pk": a.flag.pk, "kind": "no-such-kind"},
            "of a kept flag": {"pk": kept.pk, "kind": "note"},
            "other school": {"pk": b.flag.pk, "kind": "note"},
        },
    }


def entry_of(student, by, *, severity=2, **more):
    """On the registry, with the review that says so."""
    from students.models import PlanReview, RegistryEntry
    from students.states import keep, registry

    texts = {name: sentinel_of(student, f"plan-{name}") for name in ("reasons", "found_how", "treatment")}
    people = {"listed_by": by, "counselor": by}
    levels = {"severity": severity, "first_severity": severity}
    day = NOW.date() - dt.timedelta(days=20)
    rows = {"listed_on": day, "review_by": NOW.date() + dt.timedelta(days=5)} | texts | people | levels | more
    entry = RegistryEntry.objects.create(student=student, school=student.school, **rows)
    PlanReview.objects.create(
        entry=entry,
        number=1,
        kind="listed",
        state="in_force",
        by=by,
        severity_before=0,
        severity_after=severity,
        reviewed_on=day,
        in_force_on=day,
        changed=texts["reasons"],
    )
    keep([student.pk], registry)
    return entry


def sentinel_of(student, what):
    return f"SENTINEL-{'a' if student.school.code == '2144000001' else 'b'}-{what}"


def measure_of(entry, by, who=None):
    from students.models import PlanMeasure

    return PlanMeasure.objects.create(
        entry=entry, what=sentinel_of(entry.student, "plan-what"), who=who or by, added_by=by
    )


def plan_part_of(entry, by, audience="class_teacher"):
    from students.models import PlanPart

    text = sentinel_of(entry.student, f"plan-for-{audience}")
    return PlanPart.objects.create(entry=entry, audience=audience, text=text, by=by)


def _plans(a, b):
    own, other = entry_of(a.student, a.counselor), entry_of(a.older, a.counselor)
    foreign = entry_of(b.student, b.counselor)
    for audience in ("class_teacher", "leader", "family"):
        plan_part_of(own, a.counselor, audience)
    left = entry_of(a.student_3, a.counselor, off_on=NOW.date(), ending="better", review_by=None)
    kept = entry_of(a.neighbor, a.counselor)
    mine, another = measure_of(own, a.counselor, a.teacher), measure_of(own, a.counselor)
    far = measure_of(foreign, b.counselor)
    return {
        "entry": {
            "own class": own.pk,
            "other class": other.pk,
            "left": left.pk,
            "kept from the leader": kept.pk,
            "other school": foreign.pk,
        },
        "measure": {
            "the teacher's": {"pk": own.pk, "measure_pk": mine.pk},
            "the counselor's": {"pk": own.pk, "measure_pk": another.pk},
            "of another plan": {"pk": other.pk, "measure_pk": mine.pk},
            "other school": {"pk": foreign.pk, "measure_pk": far.pk},
        },
    }


def hand_over_of(student, by, to, **more):
    """A student of one school offered to a named person of another."""
    from students.models import HandOver

    more = {"to_school": to.unit, "kinds": ["talk"], "note": "x"} | more
    return HandOver.objects.create(student=student, school=student.school, by=by, to=to, **more)


def hand_overs(a, b):
    from students.models import Student

    def newcomer():
        return Student.objects.create(school=b.unit, class_group=b.class_1, name="转来的学生")

    paper = {"to_school": None, "outside": "邻市第三小学"}
    accepted = {"state": "accepted", "answered_by": a.counselor, "answered_at": NOW, "student_there": a.older}
    done = {"received_on": NOW.date(), "keep_until": NOW.date() + dt.timedelta(days=1096)}
    return {
        "hand-over": {
            "from the other school": hand_over_of(newcomer(), b.counselor, a.counselor).pk,
            "to the other school": hand_over_of(a.student_2, a.counselor, b.counselor).pk,
            "on paper": hand_over_of(a.older, a.counselor, a.leader, **paper).pk,
            "accepted": hand_over_of(newcomer(), b.counselor, a.counselor, **accepted, **done).pk,
            "kept from the leader": hand_over_of(a.neighbor, a.counselor, b.counselor).pk,
            "of the other school": hand_over_of(b.student, b.counselor, b.leader, **paper).pk,
        }
    }


def asked_of(center, by, *, flag=None, entry=None, text="x", **more):
    """What a school asks of a center."""
    from students.models import CenterRequest

    about = flag or entry
    what = {"school": about.school, "student": about.student, "severity": about.severity, "by": by, "text": text}
    return CenterRequest.objects.create(to=center, flag=flag, entry=entry, **(what | more))


def _requests(world, kept):
    a, b = world.a, world.b
    listed = entry_of(a.student_2, a.counselor)
    past = {"closed_at": NOW, "ending": "done"}
    return {
        "to the district": asked_of(world.district, a.counselor, flag=a.flag, text=sentinel(a, "ask-district")).pk,
        "to the city, of a plan": asked_of(world.city, a.counselor, entry=listed, text=sentinel(a, "ask-city")).pk,
        "about a flag kept from the leader": asked_of(
            world.district, a.counselor, flag=kept, text=sentinel(a, "ask-kept")
        ).pk,
        "to somebody else of the district, to confirm": asked_of(
            world.district, a.counselor, flag=a.flag, second=world.city_staff
        ).pk,
        "closed": asked_of(world.district, a.counselor, flag=a.flag, text=sentinel(a, "ask-closed"), **past).pk,
        "other school": asked_of(world.district, b.counselor, flag=b.flag).pk,
    }


def part_of(school, talk, number=0):
    from counseling.models import TalkPart

    return TalkPart.objects.filter(talk=school.talks[talk]).order_by("pk")[number]


def _guardians(a, b):
    own, other, foreign = (student.guardians.get().pk for student in (a.student, a.older, b.student))
    return {
        "own class": {"pk": a.student.pk, "guardian_pk": own},
        "other class": {"pk": a.older.pk, "guardian_pk": other},
        "of another student": {"pk": a.student.pk, "guardian_pk": other},
        "of the other school, under an own student": {"pk": a.student.pk, "guardian_pk": foreign},
        "other school": {"pk": b.student.pk, "guardian_pk": foreign},
    }


def draft_of(member, school):
    import uuid

    from counseling.models import TalkDraft

    text = json.dumps({"part-first-words": [sentinel(school, "draft")]})
    return TalkDraft.objects.create(
        submission=uuid.uuid4(), person=member.person, membership=member, content=text, saved_at=NOW
    )


def job_of(member, kind="some_work", content=b"made for its owner", **more):
    """A finished job with its file."""
    from schools.common import files
    from schools.models import Job

    job = Job.objects.create(
        kind=kind,
        owner=member.person,
        membership=member,
        state=Job.State.DONE,
        file_name="file.txt",
        content_type="text/plain",
        expires_at=NOW + dt.timedelta(days=1),
        **more,
    )
    files.keep_file(job.pk, content)
    return job


def notice_to(member, **more):
    from schools.models import Notice

    return Notice.objects.create(membership=member, unit=member.unit, kind="some.kind", url="/", **more)


def _rosters(a, b, district):
    from schools.imports.found import keep_found

    def done(member, kind, page, found):
        job = job_of(member, kind, params={"unit": member.unit.pk})
        keep_found(job.pk, found)
        job.result = {"url": reverse(page, args=[job.pk])}
        job.save(update_fields=["result"])
        return job.pk

    def preview(member, found=ROSTER):
        return done(member, "roster_preview", "schools:import_preview", found)

    def commit(member, found=ROSTER):
        return done(member, "roster_commit", "schools:import_done", found)

    return {
        "preview": {
            "the leader's": preview(a.leader),
            "a counselor's": preview(a.counselor),
            "the district's": preview(district, ROSTER_IN_COUNTS),
            "other school": preview(b.leader),
        },
        "import": {
            "the leader's": commit(a.leader),
            "the district's": commit(district, ROSTER_IN_COUNTS),
            "other school": commit(b.leader),
        },
    }


def group_of(unit):
    from students.models import SpecialGroup

    return SpecialGroup.objects.create(unit=unit, code=f"of{unit.pk}", label_zh="x", label_en="x", position=50)


def _options(a, b):
    from counseling.models import TalkOption

    def of(unit):
        return TalkOption.objects.create(unit=unit, list="theme", code="mine", label_zh="x", label_en="x").pk

    default = TalkOption.objects.filter(unit=None).first().pk
    return {"default": default, "own": of(a.unit), "other school": of(b.unit)}


def _templates(a, b):
    from counseling.models import TextTemplate

    def of(school):
        return TextTemplate.objects.create(
            unit=school.unit, code="mine", title="x", body=sentinel(school, "template")
        ).pk

    default = TextTemplate.objects.filter(unit=None).first().pk
    return {"default": default, "own": of(a), "other school": of(b)}


def instrument_of(unit, *, state="ready", code="sofwalks"):
    """A survey of a unit with two questions, the second behind the first."""
    from screening.content import columns_of
    from screening.models import Instrument
    from screening.reading import definition_of

    options = [{"value": 1, "text": {"zh": "是"}}, {"value": 2, "text": {"zh": "否"}}]
    items = [
        {"text": {"zh": "会骑车吗"}, "options": options},
        {"type": "text", "text": {"zh": "去哪里"}, "show_if": [{"item": 1, "any_of": [1]}]},
    ]
    data = {"code": code, "version": "1", "kind": "survey", "name": {"zh": "骑车"}, "items": items}
    return Instrument.objects.create(unit=unit, state=state, **columns_of(data, definition_of(data)))


def _instruments(a, b, district):
    from screening.models import Instrument

    ready, ready_b = (instrument_of(school.unit).pk for school in (a, b))
    draft, draft_b = (instrument_of(school.unit, state="draft", code="sdraft").pk for school in (a, b))
    return {
        "instrument": {
            "that ships": Instrument.objects.get(unit=None, code="phq9").pk,
            "own school": ready,
            "of the district": instrument_of(district).pk,
            "other school": ready_b,
        },
        "survey": {"own school": draft, "published": ready, "other school": draft_b},
        "question": {
            "own school": {"pk": draft, "number": 1},
            "no such question": {"pk": draft, "number": 3},
            "other school": {"pk": draft_b, "number": 1},
        },
    }


def staff_survey_of(school):
    """With names, of the class teachers; none of them is told."""
    from django.utils import timezone

    from screening.models import Instrument, StaffAsked, StaffSurvey

    known = Instrument.objects.filter(unit=school.unit, code="sstaff").first()
    survey = StaffSurvey.objects.create(
        unit=school.unit,
        title="x",
        instrument=known or instrument_of(school.unit, code="sstaff"),
        notice="x",
        closes_on=timezone.localdate() + dt.timedelta(days=7),
        made_by=school.counselor,
    )
    for teacher in (school.teacher, school.teacher_2, school.teacher_4):
        StaffAsked.objects.create(survey=survey, membership=teacher, group="class_teacher")
    return survey


def center_round_of(member, *, codes=("phq9",), grades=("primary:1", "primary:2", "primary:3"), **about):
    """Set for the weeks from the day of the cast on; the schools are not told."""
    from django.utils import timezone

    from screening.models import CenterRound, CenterRoundPart, Instrument

    today = timezone.localdate()
    days = {"first_on": today, "last_on": today + dt.timedelta(days=30), "due_on": today + dt.timedelta(days=7)}
    words = {"title": "x", "notice": "x", "consent": "x", "grades": list(grades)}
    made = CenterRound.objects.create(unit=member.unit, made_by=member, **(days | words | about))
    for place, code in enumerate(codes, start=1):
        instrument = Instrument.objects.get(unit=None, code=code)
        CenterRoundPart.objects.create(center_round=made, instrument=instrument, position=place)
    return made


def _staff_surveys(a, b):
    own, other = staff_survey_of(a).pk, staff_survey_of(b).pk
    return {
        "staff survey": {"own school": own, "other school": other},
        "survey that asks": {"class teachers": own, "other school": other},
    }


def talk_planned(school, flag):
    """A slot of yesterday."""
    from django.utils import timezone

    from screening.models import PlannedTalk

    at = timezone.now() - dt.timedelta(days=1)
    who = {"by": school.counselor, "planned_by": school.counselor}
    return PlannedTalk.objects.create(flag=flag, school=school.unit, at=at, **who).pk


def _rounds(a, b):
    from screening.models import ConsentLink, Slip
    from tests.screening.asked import answered, round_of

    own, other, foreign = round_of(a), round_of(a, classes=["class_4"]), round_of(b)
    prepared = round_of(a, classes=["class_2"], opened=False)
    calm = answered(own, a.student_2, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    kept = answered(own, a.student_3, 2, 2, 2, 2, 2, 2, 2, 2, 0)
    kept_from(a.counselor, kept.slip.flag, a.counselor_2)

    def slip(round_, student):
        return Slip.objects.get(round=round_, student=student).pk

    def link(round_, student):
        guardian = student.guardians.get()
        return ConsentLink.objects.create(round=round_, student=student, guardian=guardian, code_hash=guardian.pk).pk

    def class_of(round_, group):
        return {"pk": round_.pk, "group": group.pk}

    return {
        "round": {
            "own class": own.pk,
            "other class": other.pk,
            "being prepared": prepared.pk,
            "other school": foreign.pk,
        },
        "class of a round": {
            "own class": class_of(own, a.class_1),
            "other class": class_of(other, a.class_4),
            "a class that is not asked": class_of(own, a.class_2),
            "other school": class_of(foreign, b.class_1),
        },
        "slip": {
            "own class": slip(own, a.student),
            "other class": slip(other, a.older),
            "other school": slip(foreign, b.student),
        },
        "guardian's link": {"own class": link(own, a.student), "other school": link(foreign, b.student)},
        "planned talk": {
            "own class": talk_planned(a, a.flag),
            "behind a kept flag": talk_planned(a, kept.slip.flag),
            "other school": talk_planned(b, b.flag),
        },
        "response": {
            "own class": calm.pk,
            "behind a kept flag": kept.pk,
            "other school": answered(foreign, b.student_2, 0, 0, 0, 0, 0, 0, 0, 0, 0).pk,
        },
    }


def _units_and_people(world):
    a, b = world.a, world.b
    found = {
        "school": a.teacher,
        "other school": b.teacher,
        "cluster": world.cluster_staff,
        "district": world.district_staff,
        "city": world.city_staff,
        "other district": world.other_staff,
    }

    def pair(member, person=None):
        return {"pk": (person or member).person_id, "membership_pk": member.pk}

    return {
        "unit": {place: member.unit_id for place, member in found.items()},
        "person": {place: member.person_id for place, member in found.items()},
        "membership": {
            **{place: pair(found[place]) for place in ("school", "other school", "city", "other district")},
            "of another person": pair(a.teacher_2, a.teacher),
            "of the other school, under an own person": pair(b.teacher, a.teacher),
        },
    }


def report_of(member, group=None, **more):
    """A signed daily report, a zero in time unless said otherwise."""
    from reports.models import DailyReport, ReportVersion

    signed = {"state": "zero", "concerns": 0, "signed_at": NOW, "signed_by": member} | more
    times = {"day": NOW.date(), "due_at": NOW, "first_signed_at": NOW}
    report = DailyReport.objects.create(unit=member.unit, class_group=group, **times, **signed)
    ReportVersion.objects.create(report=report, number=1, **signed)
    return report


def sweep_of(member):
    """A sweep that the unit of this person has called."""
    from reports.models import Sweep

    due = {"due_on": NOW.date() + dt.timedelta(days=6)}
    return Sweep.objects.create(unit=member.unit, title="x", looks_for="x", called_by=member, called_at=NOW, **due)


def swept(sweep, student, member, **more):
    """Looked at in a sweep, and the class signed."""
    from reports.models import SweepNote, SweepSignature

    group = student.class_group
    note = SweepNote.objects.create(sweep=sweep, student=student, class_group=group, by=member, at=NOW, **more)
    SweepSignature.objects.create(sweep=sweep, unit=member.unit, class_group=group, by=member, at=NOW)
    return note


def _sweeps(a, b, district_staff):
    own, foreign = sweep_of(a.counselor), sweep_of(b.counselor)

    def of_class(sweep, group):
        return {"pk": sweep.pk, "group": group.pk}

    def of_student(sweep, student):
        return {"pk": sweep.pk, "student_pk": student.pk}

    return {
        "sweep": {
            "of the school": own.pk,
            "of the district": sweep_of(district_staff).pk,
            "of the other school": foreign.pk,
        },
        "class of a sweep": {
            "own": of_class(own, a.class_1),
            "other class": of_class(own, a.class_4),
            "own, in a sweep of the other school": of_class(foreign, a.class_1),
            "other school": of_class(foreign, b.class_1),
        },
        "student of a sweep": {
            "own class": of_student(own, a.student),
            "other class": of_student(own, a.older),
            "own class, in a sweep of the other school": of_student(foreign, a.student),
            "other school": of_student(foreign, b.student),
        },
    }


def question_of(unit):
    """One that the unit asked of its classes, and that is over."""
    from reports.models import ReportQuestion

    return ReportQuestion.objects.create(
        unit=unit, words="Fever?", kind="number", starts_on=dt.date(2025, 9, 1), ends_on=dt.date(2025, 9, 30)
    )


def stand_in_of(member, group, by):
    from reports.models import StandIn

    return StandIn.objects.create(class_group=group, membership=member, first_on=NOW.date(), last_on=NOW.date(), by=by)


def barometer_of(school, group, by):
    """The link of a class, and a week that was handed in by it."""
    from reports.models import Barometer, BarometerLink

    BarometerLink.objects.create(
        class_group=group, token_hash=f"hash of {group.pk}", by=by, last_on=NOW.date() + dt.timedelta(days=90)
    )
    row = Barometer(class_group=group, week=NOW.date() - dt.timedelta(days=2), answers={"low": 2}, is_worrying=True)
    row.words = sentinel(school, "barometer")
    row.save()
    return row
