"""Every page of the site in a real browser, on a phone in the light and on a desk in the dark: accessible, no wider
than the window, in Chinese to the last word, without a student's name in its title; then in English, whose words are
longer, on the phone again. A new page that this list does not know fails the test.
"""

import datetime as dt
import json
import re
import uuid

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from config.routes import routes
from config.translations import entries
from counseling.models import IncidentAct, IncidentPerson, TalkOption, TalkPart, TextTemplate
from schools.models import Job
from screening.models import Instrument, PaperEntry, Response, Round
from tests.axe import PHONE, on_desk, on_phone
from tests.files import xlsx_bytes
from tests.journeys.test_four_roles import term  # noqa: F401
from tests.screening.asked import answered, round_of
from tests.walking import (
    asked_of,
    center_round_of,
    certificate_of,
    entry_of,
    hand_over_of,
    hand_overs,
    incident_of,
    instrument_of,
    looked,
    measure_of,
    opening_of,
    plan_part_of,
    reported,
    room_of,
    staff_survey_of,
    step_of,
    sweep_of,
)
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROSTER = [
    ["姓名", "性别", "年级", "班级", "备用列"],
    ["林雨桐", "女", "三年级", "1班", "甲"],
    ["", "男", "三年级", "1班", "乙"],
]
# Three Latin words in a row are a sentence that nobody translated. The cast's names and codes are no words.
ENGLISH = re.compile(r"(?<![\w.@/-])[A-Za-z]{2,}(?: [A-Za-z’']{2,}){2,}")

MESSAGES = {entry.msgid for _place, entry in entries() if entry.msgid != entry.msgstr}

# Of people on the style page and in these tests, of a column in their file, of the language itself, and the answers of
# an invented survey.
NAMES = {"林雨桐", "何思远", "姓名", "简体中文", "是", "否"}
# Chinese that our catalogues hold, and so should not stand on an English page.
CHINESE = {entry.msgstr for _place, entry in entries() if re.search(r"[\u4e00-\u9fff]", entry.msgstr)} - NAMES
# The same page once more in the other language, into the window that has its styles already; gives back its lines, and
# its attributes but what somebody has typed: there are the words that scripts show and that are read aloud. Then its
# language, and whether it is too wide.
TURN = """async () => {
    const own = document.cookie;
    document.cookie = "language=en; path=/";
    const answer = await fetch(location.href);
    document.cookie = (own.match(/language=[^;]*/) || ["language="])[0] + "; path=/";
    const other = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.documentElement.lang = other.documentElement.lang;
    document.body.replaceWith(document.adoptNode(other.body));
    const held = [...document.body.querySelectorAll("*")].flatMap((one) => [...one.attributes]);
    const words = held.filter((one) => one.name !== "value").map((one) => one.value);
    const isWide = document.documentElement.scrollWidth > window.innerWidth;
    return [[document.body.innerText, ...words].join("\\n"), document.documentElement.lang, isWide];
}"""

# Not pages: they change something, hand out a file or answer a script. A page that shows a form for its own act is one.
NO_PAGES = {
    "healthz",
    "set_language",
    "mfa_login_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_download_recovery_codes",
    "schools:language_change",
    "schools:sessions_end",
    "schools:membership_switch",
    "schools:password_reset",
    "schools:factor_remove",
    "schools:factor_confirm",
    "schools:person_deactivate",
    "schools:person_activate",
    "schools:membership_end",
    "schools:calendar_day",
    "schools:term_save",
    "schools:term_remove",
    "schools:job_file",
    "schools:job_retry",
    "schools:reminders_retry",
    "schools:import_problems",
    "schools:audit_accept",
    "counseling:coverage_remind",
    "schools:certificate_confirm",
    "schools:counselingroom_confirm",
    "schools:counselingroom_remove",
    "schools:counselingroom_file",
    "schools:certificate_remove",
    "schools:certificate_file",
    "schools:notice_poll",
    "schools:notice_read_all",
    "schools:notice_open",
    "schools:notice_acknowledge",
    "students:student_find",
    "students:class_close",
    "students:class_open",
    "students:flag_acknowledge",
    "students:flag_numbers",
    "students:flag_begin",
    "students:flag_step",
    "students:flag_answer",
    "students:flag_confirm",
    "students:flag_take_back",
    "students:plan_pdf",
    "students:registry_pdf",
    "students:hand_over_take_back",
    "students:hand_over_pdf",
    "students:file_pdf",
    "students:review_confirm",
    "students:center_request_acknowledge",
    "students:center_request_answer",
    "students:center_request_close",
    "students:center_request_confirm",
    "students:center_request_send_back",
    "students:review_take_back",
    "students:measure_done",
    "schools:duty_day",
    "schools:duty_rules",
    "schools:channel_try",
    "schools:unit_kind_raise",
    "schools:unit_kind_remove",
    "schools:certificate_level_remove",
    "students:roster_template",
    "students:roster_forget",
    "schools:import_commit",
    "counseling:talk_draft",
    "counseling:student_picker",
    "counseling:talk_last",
    "counseling:talk_draft_discard",
    "counseling:incident_tick",
    "counseling:incident_act",
    "counseling:incident_numbers",
    "counseling:incident_lead",
    "counseling:incident_acknowledge",
    "counseling:incident_pdf",
    "reports:daily",
    "reports:daily_sign",
    "reports:daily_pdf",
    "reports:barometer_link",
    "reports:barometer_fill",
    "reports:daily_stand_in_end",
    "reports:daily_question_end",
    "reports:daily_remind",
    "reports:school_remind",
    "reports:summary_section",
    "reports:sweep_tap",
    "reports:sweep_sign",
    "reports:sweep_remind",
    "reports:sweep_end",
    "reports:summary_no_crisis",
    "screening:round_open",
    "screening:round_close",
    "screening:round_score_anew",
    "screening:round_extend",
    "screening:consent_letters",
    "screening:consent_letters_of",
    "screening:consent_remind",
    "screening:consent_link_reissue",
    "screening:round_slips",
    "screening:class_slips",
    "screening:class_absent",
    "screening:slip_absent",
    "screening:slip_reissue",
    "screening:slip_revoke",
    "screening:answer_save",
    "screening:answer_finish",
    "screening:response_pdf",
    "screening:interview_missed",
    "screening:center_round_end",
    "screening:staff_survey_remind",
    "screening:staff_survey_close",
    "screening:instrument_export",
    "screening:instrument_retire",
    "screening:instrument_offer",
    "screening:survey_revise",
    "screening:survey_publish",
    "screening:survey_discard",
    "screening:question_preview",
    "screening:question_move",
    "screening:question_remove",
}
# Shown on the way in only, to somebody who is not yet through.
ON_THE_WAY_IN = {"account_login", "mfa_authenticate", "schools:password_first", "screening:consent_answer"} | {
    f"screening:answer_{page}"
    for page in ("page", "done", "class", "start")  # a student's: tests/screening/test_round_journey.py
}


INCIDENT_PAGES = ("keep", "detail", "person", "exception", "report", "close", "print", "correct")
KEY = object()  # stands for a passkey that is not there yet


def teacher_opens(world, now, made):
    own, guardian = world.a.student.pk, world.a.student.guardians.get().pk
    part = TalkPart.objects.get(talk=world.a.talks["own"]).pk
    shared = TalkPart.objects.filter(talk=world.a.talks["shared"]).first().pk
    incident = incident_of(world.a.teacher, world.a.student, text="x", flag=world.a.flag).pk
    return [
        ("reports:sweep_list",),
        ("reports:sweep_class", (sweep := sweep_of(world.a.leader)).pk, world.a.class_1.pk),
        ("reports:sweep_student", sweep.pk, own),
        ("counseling:incident_list",),
        ("counseling:incident_begin",),
        ("counseling:incident_new", own),
        ("counseling:incident_detail", incident),
        ("reports:workbench",),
        ("screening:consent_list",),
        ("screening:staff_survey_answer", staff_survey_of(world.a).pk),
        ("reports:daily_class", world.a.class_1.pk),
        ("reports:daily_write", world.a.class_1.pk),
        ("counseling:talk_new",),
        ("counseling:talk_list",),
        ("counseling:talk_detail", part),
        ("counseling:talk_edit", part),
        ("counseling:talk_delete", shared),
        ("counseling:talk_print", part),
        ("counseling:coverage",),
        ("students:student_list",),
        ("students:student_export",),
        ("students:student_detail", own),
        ("students:student_unmask", own),
        ("students:student_groups", own),
        ("students:guardian_new", own),
        ("students:guardian_edit", own, guardian),
        ("students:flag_new", own),
        ("students:flag_list",),
        ("students:flag_detail", world.a.flag.pk),
    ]


def round_pages(world):
    around_the_clock = {"opens_at": dt.time(0), "closes_at": dt.time(23, 59, 59)}
    round_ = Round.objects.filter(school=world.a.unit).first() or round_of(world.a, **around_the_clock)
    found = Response.objects.filter(slip__round=round_).first() or answered(round_, world.a.student_2, *([1] * 8), 0)
    group = world.a.class_1.pk
    return [
        ("screening:round_detail", round_.pk),
        ("screening:interview_list",),
        ("screening:round_results", round_.pk),
        ("screening:round_questions", round_.pk),
        ("screening:round_people", round_.pk),
        ("screening:round_export", round_.pk),
        ("screening:round_class", round_.pk, group),
        ("screening:round_consents", round_.pk, group),
        ("screening:consent_coverage", round_.pk),
        *paper_pages(world, round_),
        ("screening:round_ask_again", round_.pk),
        ("screening:round_ask_more", round_.pk),
        ("screening:consent_links", round_.slips.filter(class_group=group).first().pk),
        ("screening:response_detail", found.pk),
    ]


def paper_pages(world, round_):
    """A paper that was typed in once, and one that was read differently twice."""
    waiting = list(round_.slips.filter(finished_at=None).order_by("student__student_number")[:2])
    for slip, readings in zip(waiting, ([{"1.1": 0}], [{"1.1": 0}, {"1.1": 1}]), strict=True):
        for number, given in enumerate(readings, start=1):
            values = {"by": world.a.counselor, "answers": json.dumps(given)}
            PaperEntry.objects.get_or_create(slip=slip, number=number, defaults=values)
    once, twice = (slip.pk for slip in waiting)
    return [
        ("screening:paper_list",),
        ("screening:slip_detail", once),
        ("screening:paper_enter", once),
        ("screening:paper_decide", twice),
    ]


def counselor_opens(world, now, made):
    own, step = world.a.student.pk, step_of(world.a.flag, world.a.counselor, "interview", severity=3).pk
    shipped = {one.code: one.pk for one in Instrument.objects.filter(unit=None)}
    draft = (Instrument.objects.filter(state="draft").first() or instrument_of(world.a.unit, state="draft")).pk
    restricted = TalkPart.objects.get(talk=world.a.talks["restricted"]).pk
    incident = incident_of(world.a.counselor, world.a.student, text="x", flag=world.a.flag).pk
    line = IncidentAct.objects.create(
        incident_id=incident, number=1, kind="note", by=world.a.counselor, happened_at=timezone.now(), text="x"
    )
    return [
        ("counseling:incident_act_correct", incident, line.pk),
        ("counseling:incident_reopen", incident),
        ("counseling:incident_safety", incident, IncidentPerson.objects.get(incident=incident).pk),
        *((f"counseling:incident_{page}", incident) for page in INCIDENT_PAGES),
        ("screening:center_round_take_up", center_round_of(world.district_staff).pk),
        ("screening:staff_survey_list",),
        ("screening:staff_survey_new",),
        ("screening:staff_survey_detail", staff_survey_of(world.a).pk),
        ("screening:staff_survey_export", staff_survey_of(world.a).pk),
        ("screening:round_list",),
        ("screening:round_new",),
        *round_pages(world),
        ("screening:instrument_list",),
        ("screening:instrument_detail", shipped["sdqs"]),
        ("screening:instrument_preview", shipped["phq9"]),
        ("screening:instrument_import",),
        ("screening:text_import", shipped["mht"]),
        ("screening:survey_new",),
        ("screening:survey_edit", draft),
        ("screening:question_new", draft),
        ("screening:question_edit", draft, 2),
        ("reports:workbench",),
        ("counseling:talk_new",),
        ("counseling:talk_list",),
        ("counseling:talk_export",),
        ("counseling:talk_detail", restricted),
        ("counseling:talk_edit", restricted),
        ("counseling:talk_print", restricted),
        ("counseling:coverage",),
        ("counseling:option_list",),
        ("counseling:option_add", "theme"),
        ("counseling:option_change", TalkOption.objects.first().pk),
        ("students:group_list",),
        ("students:group_edit", "orphan"),
        ("counseling:template_add",),
        ("counseling:template_change", TextTemplate.objects.first().pk),
        ("students:student_detail", own),
        ("students:student_opened", own),
        ("students:file_print", own),
        ("students:glass_list",),
        ("students:glass_detail", opening_of(world.a.leader, world.a.student).pk),
        ("students:student_edit", own),
        ("students:flag_detail", world.a.flag.pk),
        ("students:flag_close", world.a.flag.pk),
        ("students:flag_export",),
        ("students:flag_close_together",),
        ("students:flag_send_back", world.a.flag.pk),
        ("students:flag_came_back", world.a.flag.pk),
        ("students:flag_reopen", world.a.flag.pk),
        ("students:flag_keep", world.a.flag.pk),
        ("students:flag_correct", world.a.flag.pk, step),
        ("students:flag_print", world.a.flag.pk, step),
        *plan_opens(world),
        *hand_over_opens(world),
        ("students:guardian_danger", own, world.a.student.guardians.get().pk),
        ("schools:duty_list",),
        ("schools:notice_list",),
        ("schools:notice_settings",),
    ]


def hand_over_opens(world):
    """One that waits to be accepted, one that left on paper, one that is done."""
    found = hand_overs(world.a, world.b)["hand-over"]
    waits = found["from the other school"]
    return [
        ("students:hand_over_list",),
        ("students:hand_over_new", world.a.student.pk),
        *((f"students:hand_over_{name}", waits) for name in ("detail", "accept", "return")),
        ("students:hand_over_detail", found["on paper"]),
        ("students:hand_over_receipt", found["accepted"]),
    ]


def plan_opens(world):
    """The registry, and a plan with a measure and a part."""
    entry = entry_of(world.a.student_2, world.a.counselor)
    measure, _part = measure_of(entry, world.a.counselor), plan_part_of(entry, world.a.counselor)
    of_plan = (
        "plan_detail",
        "plan_edit",
        "plan_print",
        "review_new",
        "review_send_back",
        "registry_off",
        "part_edit",
        "plan_request",
    )
    return [
        *((f"students:{name}",) for name in ("registry_list", "registry_export", "registry_print")),
        *((f"students:{name}",) for name in ("registry_meeting", "registry_balance")),
        ("students:registry_new", world.a.student_3.pk),
        *((f"students:{name}", entry.pk) for name in (*of_plan, "measure_new")),
        ("students:measure_drop", entry.pk, measure.pk),
    ]


def leader_opens(world, now, made):
    paper = {"to_school": None, "outside": "邻市第三小学"}
    return [
        (
            "students:hand_over_received",
            hand_over_of(world.a.student_3, world.a.counselor, world.a.leader, **paper).pk,
        ),
        ("students:class_list",),
        ("students:class_new",),
        ("students:class_edit", world.a.class_1.pk),
        ("students:class_export",),
        ("students:student_new",),
        ("students:student_move", world.a.student.pk),
        ("students:glass_new", world.a.student.pk),
        ("reports:workbench",),
        ("counseling:coverage",),
        ("students:roster_import",),
        ("schools:import_preview", made["preview"]),
        ("students:roster_columns", made["preview"]),
        ("schools:import_done", made["commit"]),
        ("schools:job_detail", made["report"]),
        ("reports:open_list",),
        ("reports:barometer_list",),
        ("reports:barometer_questions",),
        ("reports:daily_board",),
        ("reports:sweep_new",),
        ("reports:sweep_detail", (sweep := sweep_of(world.a.leader)).pk),
        ("reports:sweep_export", sweep.pk),
        ("reports:sweep_move", sweep.pk),
        ("reports:daily_export",),
        ("reports:daily_people", world.a.class_1.pk),
        ("reports:daily_part", "primary-2023"),
        ("reports:daily_scheme",),
        ("reports:daily_question",),
        ("schools:channel_list",),
        ("schools:notice_sent",),
        ("schools:reminder_list",),
        ("reports:open_detail", world.a.unit.code, made["opener"]),
        ("reports:figure_list",),
        ("reports:figure_records", "talks"),
        ("reports:summary_list",),
        ("reports:summary_detail", now.code),
        ("reports:summary_export", now.code),
        ("schools:register_list",),
        ("schools:certificate_list",),
        ("schools:certificate_new",),
        ("schools:certificate_detail", made["certificate"]),
        ("schools:certificate_edit", made["certificate"]),
        ("schools:certificate_export",),
        ("schools:certificate_import",),
        ("schools:counselingroom_list",),
        ("schools:counselingroom_new",),
        ("schools:counselingroom_detail", made["room"]),
        ("schools:counselingroom_edit", made["room"]),
        ("schools:counselingroom_export",),
        ("schools:person_list",),
        ("schools:person_new",),
        ("schools:staff_import",),
        ("schools:person_detail", world.a.teacher.person_id),
        ("schools:person_edit", world.a.teacher.person_id),
        ("schools:membership_new", world.a.teacher.person_id),
        ("schools:membership_edit", world.a.teacher.person_id, world.a.teacher.pk),
        ("schools:calendar",),
        ("schools:unit_list",),
        ("schools:unit_detail", world.a.unit.pk),
        ("schools:unit_rules", world.a.unit.pk),
    ]


def district_staff_opens(world, now, made):
    report = reported(incident_of(world.a.counselor, world.a.older, text="x"), world.district, text="x").pk
    return [
        ("students:center_request_list",),
        ("students:center_request_detail", asked_of(world.district, world.a.counselor, flag=world.a.flag).pk),
        ("counseling:incident_report_list",),
        ("counseling:incident_report_detail", report),
        ("counseling:incident_pass", report),
        ("counseling:incident_deadlines",),
        ("reports:sweep_list",),
        ("screening:center_round_list",),
        ("screening:center_round_new",),
        ("screening:center_round_detail", center_round_of(world.district_staff).pk),
        ("reports:sweep_detail", sweep_of(world.district_staff).pk),
        ("reports:workbench",),
        ("reports:school_list",),
        ("reports:daily_unit", world.a.unit.pk),
        ("reports:school_export",),
        ("reports:figure_list",),
        ("reports:figure_records", "students"),
        ("reports:summary_detail", now.code),
        ("schools:unit_list",),
        ("schools:unit_new",),
        ("schools:unit_detail", world.a.unit.pk),
        ("schools:unit_edit", world.a.unit.pk),
        ("schools:unit_rules", world.a.unit.pk),
        ("schools:person_list",),
    ]


def admin_opens(world, now, made):
    return [
        ("reports:workbench",),
        ("schools:unit_list",),
        ("schools:unit_kind_list",),
        ("schools:system",),
        ("schools:unit_kind_new",),
        ("schools:unit_kind_edit", "cluster"),
        ("schools:certificate_level_list",),
        ("schools:certificate_level_new",),
        ("schools:certificate_level_edit", "abc_a"),
        ("schools:person_detail", world.a.leader.person_id),
    ]


def other_staff_opens(world, now, made):
    return [("schools:person_list",), ("schools:person_new",)]


def auditor_opens(world, now, made):
    return [("reports:workbench",), ("schools:audit_list",), ("schools:audit_export",), ("reports:open_list",)]


def grade_head_opens(world, now, made):
    return [("reports:workbench",), ("students:student_list",)]


def subject_teacher_opens(world, now, made):
    return [
        ("reports:workbench",),
        ("schools:account",),
        ("schools:password_change",),
        ("schools:second_factor_required",),
        ("schools:style_page",),
        ("account_logout",),
        ("account_reauthenticate",),
    ]


def counselor_2_opens(world, now, made):
    return [
        ("mfa_index",),
        ("mfa_activate_totp",),
        ("mfa_add_webauthn",),
        # From here on with an app, a key and recovery codes.
        ("mfa_reauthenticate",),
        ("mfa_deactivate_totp",),
        ("mfa_view_recovery_codes",),
        ("mfa_generate_recovery_codes",),
        ("mfa_list_webauthn",),
        ("mfa_edit_webauthn", KEY),
        ("mfa_remove_webauthn", KEY),
        ("mfa_index",),
    ]


# Who opens what: (view, arguments). A list that grows with the roles that see a page differently.
OPENED_BY = {
    "a-teacher": teacher_opens,
    "a-counselor": counselor_opens,
    "a-leader": leader_opens,
    "district_staff": district_staff_opens,
    "admin": admin_opens,
    "other_staff": other_staff_opens,
    "auditor": auditor_opens,
    "a-grade_head": grade_head_opens,
    "a-subject_teacher": subject_teacher_opens,
    "a-counselor_2": counselor_2_opens,
}


def looked_at_by(logins, world, now):
    """The names of the views that these people open."""
    nothing = dict.fromkeys(("preview", "commit", "report", "opener", "certificate", "room"))
    return {name for login in logins for name, *_arguments in OPENED_BY[login](world, now, nothing)}


@pytest.fixture
def made(world, term, sign_in):  # noqa: F811
    """What background work leaves behind: a preview, an import, a report."""
    client = sign_in(world.a.leader)
    found = {}
    for kind in ("preview", "commit"):
        client.post("/roster/", {"file": SimpleUploadedFile("名册.xlsx", xlsx_bytes(ROSTER))})
        job = Job.objects.latest("created_at")
        if kind == "commit":
            client.post(reverse("schools:import_commit", args=[job.pk]))
            job = Job.objects.latest("created_at")
        found[kind] = job.pk
        # The import changes what the first preview saw: that one is made last.
    client.post(
        "/roster/",
        {"file": SimpleUploadedFile("名册.xlsx", xlsx_bytes([*ROSTER, ["何思远", "男", "三年级", "2班", ""]]))},
    )
    found["preview"] = Job.objects.latest("created_at").pk
    client.post(reverse("reports:summary_export", args=[term.code]), {"file_format": "xlsx", "reason": "archive"})
    found["report"] = Job.objects.latest("created_at").pk
    found["room"] = room_of(world.a.unit).pk
    found["certificate"] = certificate_of(world.a.teacher).pk
    found["opener"] = looked(world.a.counselor, world.a.older)
    return found


def add_factors(person):
    TOTP.activate(person, generate_totp_secret())
    RecoveryCodes.activate(person)
    data = {"name": "指纹", "credential": {"clientExtensionResults": {"credProps": {"rk": True}}}}
    return Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data=data).pk


class Look:
    """Looks at one page after another, each as on a phone in the light and as on a desk in the dark, and notes what is
    wrong."""

    def __init__(self, page, seen=(), *, in_english=False):
        self.page, self.in_english = page, in_english
        self.seen = seen  # views that need no second look on the desk
        self.wrong = []

    def at(self, url, status=200, view=""):
        answer = self.page.goto(url)
        if answer.status == status:
            self.here(url, view)
        else:
            self.wrong.append((url, answer.status))

    def here(self, url, view=""):
        if "SENTINEL" in self.page.title():
            self.wrong.append((url, "a name in the title"))
        self.wrong += [(url, "phone", fault) for fault in on_phone(self.page)]
        self.read(url)
        if view not in self.seen:
            self.wrong += [(url, "desk", fault) for fault in on_desk(self.page)]
        if self.in_english:
            self.turn(url)

    def turn(self, url):
        self.page.set_viewport_size(PHONE)
        text, language, is_wide = self.page.evaluate(TURN)
        self.wrong += [(url, "Chinese", line) for line in text.splitlines() if line.strip() in CHINESE]
        if language != "en":
            self.wrong.append((url, "not in English"))
        if is_wide:
            self.wrong.append((url, "in English wider than the phone"))

    def read(self, url):
        lines = [line.strip() for line in self.page.evaluate("document.body.innerText").splitlines()]
        found = [line for line in lines if line in MESSAGES or ENGLISH.search(line)]
        if found:
            self.wrong.append((url, "English", found))


def sign_in_by_hand(page, login):
    page.goto("/")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("main h1")


ON_A_PHONE = {**PHONE, "reduced_motion": "reduce"}


@pytest.fixture
def enter(open_page):
    """A browser on a phone, signed in by hand."""

    def go(login=""):
        page = open_page(**ON_A_PHONE)
        if login:
            sign_in_by_hand(page, login)
        return page

    return go


@pytest.mark.parametrize("login", OPENED_BY)
def test_every_page_is_accessible_fits_and_speaks_both_languages(login, open_as, world, term, request):  # noqa: F811
    made = request.getfixturevalue("made") if login == "a-leader" else {}
    # What somebody before has looked at on the desk needs no second look there.
    before = list(OPENED_BY)[: list(OPENED_BY).index(login)]
    in_english = login != "a-counselor_2"  # recovery codes are shown once
    look = Look(open_as(login, **ON_A_PHONE), looked_at_by(before, world, term), in_english=in_english)
    for name, *arguments in OPENED_BY[login](world, term, made):
        if name == "mfa_reauthenticate":
            made["key"] = add_factors(world.a.counselor_2.person)
        look.at(reverse(name, args=[made["key"] if one is KEY else one for one in arguments]), view=name)
    assert look.wrong == []


def test_every_page_on_the_way_in_is_accessible_fits_and_speaks_chinese(enter, world):
    look = Look(enter())
    look.at("/sign-in")
    look.page.fill("input[name=login]", "a-teacher_2")
    look.page.fill("input[name=password]", "not the password")
    look.page.keyboard.press("Enter")
    look.page.wait_for_selector("[role=alert]")
    look.here("/sign-in, refused")
    world.a.teacher_2.person.must_change_password = True
    world.a.teacher_2.person.save()
    look.page = enter("a-teacher_2")
    assert look.page.url.endswith("/account/first-password")
    look.here("/account/first-password")
    add_factors(world.a.counselor_2.person)
    look.page = enter("a-counselor_2")
    assert look.page.url.endswith("/sign-in/code")
    look.here("/sign-in/code")
    assert look.wrong == []


def test_every_error_page_is_accessible_fits_and_speaks_chinese(open_as):
    look = Look(open_as("a-teacher", **ON_A_PHONE))
    look.at(f"/students/{uuid.uuid4()}/", 404)
    look.at("/audit", 403)
    look.at("/coverage/?class=nonsense", 400)
    assert look.wrong == []


def test_every_page_of_the_site_is_looked_at(world, term):  # noqa: F811
    missing = {name for name, _address, _view in routes()} - looked_at_by(OPENED_BY, world, term)
    assert missing - ON_THE_WAY_IN - NO_PAGES == set()
