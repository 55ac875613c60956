"""Who may use which page, written by hand. `tests/test_access.py` compares it with the code and tries it out.

ROLES names the roles each view must declare: no more, no fewer. OBJECTS names what the address of a view is about.
SEES names, for each kind of object and where it lies, the people who may open it; to everybody else it must not exist.
ACTS narrows that for single views. MEETS says which texts of the cast may ever stand before a person's eyes.
"""

import re

from schools.models import Role

CLASS_TEACHER, SUBJECT_TEACHER, GRADE_HEAD = Role.CLASS_TEACHER, Role.SUBJECT_TEACHER, Role.GRADE_HEAD
COUNSELOR, LEADER, CENTER = Role.COUNSELOR, Role.SCHOOL_LEADER, Role.CENTER_STAFF
ADMIN, AUDITOR = Role.SYSTEM_ADMIN, Role.AUDITOR

PUBLIC, SIGNED_IN = "public", "signed_in"
EVERYONE = frozenset(Role)
STAFF = frozenset({CLASS_TEACHER, SUBJECT_TEACHER, GRADE_HEAD, COUNSELOR, LEADER})
CARING = STAFF - {SUBJECT_TEACHER}
SCHOOL = frozenset({COUNSELOR, LEADER})
FAMILY = SCHOOL | {CLASS_TEACHER}
IMPORTERS = SCHOOL | {CENTER}
FILE_IMPORTERS = IMPORTERS | {ADMIN}
WORDING = SCHOOL | {CENTER}
MANAGERS = frozenset({LEADER, CENTER, ADMIN})
BUILDERS = frozenset({CENTER, ADMIN})
INSTRUMENTS = SCHOOL | {CENTER, ADMIN}
KEEPERS = frozenset({COUNSELOR, CENTER, ADMIN})


def of_register(name, sees, keeps, *, sheet=False):
    """The pages of a register whose rows belong to people: all who see it enter their own, keepers see to the rest."""
    pages = {"list": sees, "export": keeps, "new": sees, "detail": sees, "edit": sees, "confirm": keeps}
    pages |= {"remove": sees, "file": sees} | ({"import": keeps} if sheet else {})
    return {f"schools:{name}_{page}": roles for page, roles in pages.items()}


def rows_of_register(name):
    """What the addresses of a register are about."""
    pages = {f"schools:{name}_{page}": name for page in ("detail", "edit", "confirm", "remove")}
    return pages | {f"schools:{name}_file": f"{name} file"}


ROLES = {
    "healthz": PUBLIC,
    "set_language": PUBLIC,
    # signing in
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "mfa_authenticate": PUBLIC,
    "mfa_login_webauthn": PUBLIC,
    "account_reauthenticate": SIGNED_IN,
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_reauthenticate_webauthn": SIGNED_IN,
    "mfa_index": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": SIGNED_IN,
    "mfa_list_webauthn": SIGNED_IN,
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_remove_webauthn": SIGNED_IN,
    "mfa_edit_webauthn": SIGNED_IN,
    # one's own account
    "schools:account": SIGNED_IN,
    "schools:password_first": SIGNED_IN,
    "schools:password_change": SIGNED_IN,
    "schools:language_change": SIGNED_IN,
    "schools:sessions_end": SIGNED_IN,
    "schools:second_factor_required": SIGNED_IN,
    "schools:membership_switch": SIGNED_IN,
    "schools:style_page": SIGNED_IN,
    # people, units, calendar
    "schools:person_list": MANAGERS,
    "schools:person_new": MANAGERS,
    "schools:person_detail": MANAGERS,
    "schools:person_edit": MANAGERS,
    "schools:person_activate": MANAGERS,
    "schools:person_deactivate": MANAGERS,
    "schools:password_reset": MANAGERS,
    "schools:factor_remove": MANAGERS,
    "schools:factor_confirm": MANAGERS,
    "schools:membership_new": MANAGERS,
    "schools:membership_edit": MANAGERS,
    "schools:membership_end": MANAGERS,
    "schools:staff_import": MANAGERS,
    "schools:import_preview": FILE_IMPORTERS,
    "schools:import_commit": FILE_IMPORTERS,
    "schools:import_done": FILE_IMPORTERS,
    "schools:import_problems": FILE_IMPORTERS,
    "schools:unit_list": MANAGERS,
    "schools:unit_new": BUILDERS,
    "schools:unit_detail": MANAGERS,
    "schools:unit_edit": MANAGERS,
    "schools:unit_rules": MANAGERS,
    "schools:unit_kind_list": frozenset({ADMIN}),
    "schools:unit_kind_new": frozenset({ADMIN}),
    "schools:unit_kind_edit": frozenset({ADMIN}),
    "schools:unit_kind_raise": frozenset({ADMIN}),
    "schools:unit_kind_remove": frozenset({ADMIN}),
    "schools:calendar": EVERYONE,
    "schools:calendar_day": MANAGERS,
    "schools:term_save": MANAGERS,
    "schools:term_remove": MANAGERS,
    "schools:channel_list": MANAGERS,
    "schools:channel_try": MANAGERS,
    "schools:notice_sent": MANAGERS,
    "schools:notice_settings": EVERYONE,
    "schools:duty_list": WORDING,
    "schools:duty_day": WORDING,
    "schools:duty_rules": WORDING,
    "schools:notice_list": EVERYONE,
    "schools:notice_poll": EVERYONE,
    "schools:notice_read_all": EVERYONE,
    "schools:notice_open": EVERYONE,
    "schools:notice_acknowledge": EVERYONE,
    # records of the work
    "schools:register_list": STAFF | {CENTER},
    **of_register("certificate", STAFF | {CENTER}, SCHOOL | {CENTER}, sheet=True),
    **of_register("counselingroom", SCHOOL | {CENTER}, SCHOOL | {CENTER}),
    "schools:audit_list": frozenset({AUDITOR}),
    "schools:audit_export": frozenset({AUDITOR}),
    "schools:audit_accept": frozenset({AUDITOR}),
    "schools:system": frozenset({ADMIN}),
    "schools:job_retry": frozenset({ADMIN}),
    "schools:job_detail": EVERYONE,
    "schools:job_file": EVERYONE,
    # students
    "students:student_list": STAFF,
    "students:student_new": SCHOOL,
    "students:student_move": SCHOOL,
    "students:class_list": STAFF,
    "students:class_export": SCHOOL,
    "students:student_find": STAFF,
    "students:student_export": STAFF,
    "students:student_detail": STAFF,
    "students:student_unmask": CARING,
    "students:student_opened": SCHOOL,
    "students:student_edit": SCHOOL,
    "students:student_groups": FAMILY,
    "students:guardian_new": FAMILY,
    "students:guardian_edit": FAMILY,
    "students:flag_new": STAFF,
    "students:flag_list": STAFF,
    "students:flag_detail": STAFF,
    "students:flag_export": SCHOOL,
    "students:flag_acknowledge": SCHOOL,
    "students:flag_numbers": SCHOOL,
    "students:flag_begin": SCHOOL,
    "students:flag_step": SCHOOL,
    "students:flag_answer": STAFF,
    "students:flag_correct": SCHOOL,
    "students:flag_print": SCHOOL,
    "students:flag_close": SCHOOL,
    "students:flag_close_together": SCHOOL,
    "students:flag_confirm": SCHOOL,
    "students:flag_send_back": SCHOOL,
    "students:flag_take_back": SCHOOL,
    "students:flag_reopen": SCHOOL,
    "students:flag_keep": STAFF,
    "students:guardian_danger": SCHOOL,
    "students:registry_new": SCHOOL,
    "students:registry_list": CARING,
    "students:registry_export": SCHOOL,
    "students:registry_print": SCHOOL,
    "students:registry_meeting": SCHOOL,
    "students:registry_balance": SCHOOL | {GRADE_HEAD},
    "students:plan_detail": CARING,
    "students:plan_edit": SCHOOL,
    "students:plan_print": SCHOOL,
    "students:plan_pdf": SCHOOL,
    "students:review_new": SCHOOL,
    "students:review_confirm": SCHOOL,
    "students:review_send_back": SCHOOL,
    "students:review_take_back": SCHOOL,
    "students:registry_off": SCHOOL,
    "students:part_edit": SCHOOL,
    "students:measure_new": SCHOOL,
    "students:measure_done": CARING,
    "students:measure_drop": SCHOOL,
    "students:roster_import": IMPORTERS,
    "students:roster_template": IMPORTERS,
    "students:roster_forget": IMPORTERS,
    "students:roster_columns": IMPORTERS,
    # talks
    "counseling:talk_list": STAFF,
    "counseling:talk_new": STAFF,
    "counseling:talk_draft": STAFF,
    "counseling:talk_draft_discard": STAFF,
    "counseling:student_picker": STAFF,
    "counseling:talk_last": STAFF,
    "counseling:talk_export": SCHOOL,
    "counseling:talk_detail": STAFF,
    "counseling:talk_edit": STAFF,
    "counseling:talk_delete": STAFF,
    "counseling:talk_print": STAFF,
    "counseling:incident_list": STAFF,
    "counseling:incident_begin": STAFF,
    "counseling:incident_new": STAFF,
    "counseling:incident_detail": STAFF,
    "counseling:incident_tick": STAFF,
    "counseling:incident_act": STAFF,
    "counseling:incident_numbers": CARING,
    "counseling:incident_lead": SCHOOL,
    "counseling:incident_person": SCHOOL,
    "counseling:incident_exception": SCHOOL,
    "counseling:incident_safety": SCHOOL,
    "counseling:incident_report": SCHOOL,
    "counseling:incident_close": SCHOOL,
    "counseling:incident_print": SCHOOL,
    "counseling:incident_report_list": frozenset({CENTER}),
    "counseling:incident_report_detail": frozenset({CENTER}),
    "counseling:incident_acknowledge": frozenset({CENTER}),
    "counseling:coverage": CARING,
    "counseling:coverage_remind": CARING - {CLASS_TEACHER},
    "counseling:option_list": WORDING,
    "counseling:option_add": WORDING,
    "counseling:option_change": WORDING,
    "counseling:template_add": WORDING,
    "counseling:template_change": WORDING,
    # instruments and surveys
    "screening:round_list": CARING,
    "screening:round_new": {COUNSELOR},
    "screening:round_detail": CARING,
    "screening:round_open": {COUNSELOR},
    "screening:round_close": {COUNSELOR},
    "screening:round_ask_again": {COUNSELOR},
    "screening:round_class": CARING,
    "screening:round_slips": {COUNSELOR},
    "screening:round_consents": {COUNSELOR},
    "screening:round_extend": {COUNSELOR},
    "screening:slip_reissue": {COUNSELOR},
    "screening:slip_revoke": {COUNSELOR},
    "screening:response_detail": {COUNSELOR},
    "screening:answer_page": PUBLIC,
    "screening:answer_save": PUBLIC,
    "screening:answer_finish": PUBLIC,
    "screening:answer_done": PUBLIC,
    "screening:answer_class": PUBLIC,
    "screening:answer_start": PUBLIC,
    "screening:instrument_list": INSTRUMENTS,
    "screening:instrument_detail": INSTRUMENTS,
    "screening:instrument_preview": INSTRUMENTS,
    "screening:instrument_export": INSTRUMENTS,
    "screening:instrument_import": KEEPERS,
    "screening:text_import": KEEPERS,
    "screening:instrument_retire": KEEPERS,
    "screening:instrument_offer": KEEPERS,
    "screening:survey_new": KEEPERS,
    "screening:survey_revise": KEEPERS,
    "screening:survey_edit": KEEPERS,
    "screening:survey_publish": KEEPERS,
    "screening:survey_discard": KEEPERS,
    "screening:question_new": KEEPERS,
    "screening:question_preview": KEEPERS,
    "screening:question_edit": KEEPERS,
    "screening:question_move": KEEPERS,
    "screening:question_remove": KEEPERS,
    # figures and summaries
    "reports:workbench": EVERYONE,
    "reports:school_list": frozenset({CENTER}),
    "reports:school_export": frozenset({CENTER}),
    "reports:figure_list": SCHOOL | {GRADE_HEAD, CENTER},
    "reports:figure_records": SCHOOL | {GRADE_HEAD, CENTER},
    "reports:daily": STAFF | {CENTER},
    "reports:daily_board": SCHOOL | {GRADE_HEAD, CENTER},
    "reports:daily_sign": frozenset({LEADER, CENTER}),
    "reports:daily_remind": SCHOOL | {GRADE_HEAD, CENTER},
    "reports:daily_scheme": MANAGERS,
    "reports:daily_class": STAFF,
    "reports:daily_write": STAFF,
    "reports:open_list": frozenset({LEADER, AUDITOR}),
    "reports:open_detail": frozenset({LEADER, AUDITOR}),
    "reports:summary_list": SCHOOL | {CENTER},
    "reports:summary_detail": SCHOOL | {CENTER},
    "reports:summary_section": SCHOOL | {CENTER},
    "reports:summary_export": SCHOOL | {CENTER},
}

OBJECTS = {
    **rows_of_register("certificate"),
    **rows_of_register("counselingroom"),
    "schools:person_detail": "person",
    "schools:person_edit": "person",
    "schools:person_activate": "person",
    "schools:person_deactivate": "person",
    "schools:password_reset": "person",
    "schools:factor_remove": "person",
    "schools:factor_confirm": "person",
    "schools:membership_new": "person",
    "schools:membership_edit": "membership",
    "schools:membership_end": "membership",
    "schools:unit_detail": "unit",
    "schools:unit_edit": "unit",
    "schools:unit_rules": "unit",
    "schools:unit_kind_edit": "level",
    "schools:unit_kind_raise": "level",
    "schools:unit_kind_remove": "level",
    "schools:notice_open": "notice",
    "schools:notice_acknowledge": "notice",
    "schools:job_detail": "job",
    "schools:job_file": "job",
    "schools:import_preview": "preview",
    "schools:import_commit": "preview",
    "schools:import_problems": "preview",
    "schools:import_done": "import",
    "students:student_detail": "student",
    "students:student_unmask": "student",
    "students:student_opened": "student",
    "students:student_edit": "student",
    "students:student_groups": "student",
    "students:student_move": "student",
    "students:guardian_new": "student",
    "students:guardian_edit": "guardian",
    "students:flag_new": "student",
    "students:flag_detail": "flag",
    "students:flag_acknowledge": "flag",
    "students:flag_numbers": "flag",
    "students:flag_begin": "flag",
    "students:flag_step": "kind of step",
    "students:flag_answer": "step",
    "students:flag_correct": "step",
    "students:flag_print": "step",
    "students:flag_close": "flag",
    "students:flag_confirm": "flag",
    "students:flag_send_back": "flag",
    "students:flag_take_back": "flag",
    "students:flag_reopen": "flag",
    "students:flag_keep": "flag",
    "students:guardian_danger": "guardian",
    "students:registry_new": "student",
    **dict.fromkeys(
        (
            *("students:plan_detail", "students:plan_edit", "students:plan_print", "students:plan_pdf"),
            *("students:review_new", "students:review_confirm", "students:review_send_back"),
            *("students:review_take_back", "students:registry_off", "students:part_edit", "students:measure_new"),
        ),
        "entry",
    ),
    "students:measure_done": "measure",
    "students:measure_drop": "measure",
    "students:roster_preview": "preview",
    "students:roster_columns": "preview",
    "counseling:incident_new": "student",
    **{
        f"counseling:incident_{name}": "incident"
        for name in ("detail", "tick", "act", "numbers", "lead", "person", "exception", "report", "close", "print")
    },
    "counseling:incident_safety": "person of an incident",
    "counseling:incident_report_detail": "incident report",
    "counseling:incident_acknowledge": "incident report",
    "counseling:talk_draft_discard": "draft",
    "counseling:talk_detail": "part",
    "counseling:talk_edit": "part",
    "counseling:talk_delete": "part",
    "counseling:talk_print": "part",
    "counseling:option_add": "list",
    "counseling:option_change": "option",
    "counseling:template_change": "template",
    "screening:round_detail": "round",
    "screening:round_open": "round",
    "screening:round_close": "round",
    "screening:round_ask_again": "round",
    "screening:round_class": "class of a round",
    "screening:round_slips": "class of a round",
    "screening:round_consents": "class of a round",
    "screening:round_extend": "class of a round",
    "screening:slip_reissue": "slip",
    "screening:slip_revoke": "slip",
    "screening:response_detail": "response",
    "screening:instrument_detail": "instrument",
    "screening:instrument_preview": "instrument",
    "screening:instrument_export": "instrument",
    "screening:text_import": "instrument",
    "screening:instrument_retire": "instrument",
    "screening:instrument_offer": "instrument",
    "screening:survey_revise": "instrument",
    "screening:survey_edit": "survey",
    "screening:survey_publish": "survey",
    "screening:survey_discard": "survey",
    "screening:question_new": "survey",
    "screening:question_preview": "survey",
    "screening:question_edit": "question",
    "screening:question_move": "question",
    "screening:question_remove": "question",
    "reports:figure_records": "figure",
    "reports:daily_class": "class",
    "counseling:coverage_remind": "class",
    "reports:daily_write": "class",
    "reports:open_detail": "opener",
    "reports:summary_detail": "term",
    "reports:summary_section": "section",
    "reports:summary_export": "term",
}

SCHOOL_WIDE = {"a.leader", "a.counselor", "a.counselor_2"}
OWN_CLASS = SCHOOL_WIDE | {"a.grade_head", "a.teacher"}
SAME_GRADE = SCHOOL_WIDE | {"a.grade_head", "a.teacher_2"}
OTHER_CLASS = SCHOOL_WIDE | {"a.teacher_4"}
ABOVE_CLUSTER = {"city_staff", "district_staff", "admin"}
ABOVE_SCHOOL = ABOVE_CLUSTER | {"cluster_staff"}
CENTERS = {"city_staff", "district_staff", "cluster_staff", "other_staff"}
NOBODY: set[str] = set()

# Of a record of the work: the keepers of the school, the centers above it, and whose it is.
KEEPERS = SCHOOL_WIDE | {"cluster_staff", "district_staff", "city_staff"}
OF_SCHOOL = {"own school": KEEPERS, "other school": KEEPERS - SCHOOL_WIDE}
OF_TEACHER = {"the teacher's": KEEPERS | {"a.teacher"}, "other school": KEEPERS - SCHOOL_WIDE}

SEES = {
    "certificate": OF_TEACHER,
    "counselingroom": OF_SCHOOL,
    "counselingroom file": OF_SCHOOL,
    "certificate file": OF_TEACHER | {"of another record": NOBODY},
    "student": {
        "own class": OWN_CLASS,
        "same grade": SAME_GRADE | {"a.subject_teacher"},
        "other class": OTHER_CLASS,
        "other school": NOBODY,
    },
    "guardian": {
        "own class": OWN_CLASS,
        "other class": OTHER_CLASS,
        "of another student": NOBODY,
        "of the other school, under an own student": NOBODY,
        "other school": NOBODY,
    },
    "flag": {
        "own class": OWN_CLASS,
        "raised by another": OWN_CLASS,
        "other class": OTHER_CLASS,
        "kept from the leader": SCHOOL_WIDE - {"a.leader"} | {"a.grade_head", "a.teacher_2"},
        "other school": NOBODY,
    },
    "entry": {
        "own class": OWN_CLASS,
        "other class": OTHER_CLASS,
        "left": SCHOOL_WIDE | {"a.grade_head"},
        "kept from the leader": SCHOOL_WIDE - {"a.leader"} | {"a.grade_head", "a.teacher_2"},
        "other school": NOBODY,
    },
    "measure": {
        "the teacher's": OWN_CLASS,
        "the counselor's": SCHOOL_WIDE | {"a.grade_head"},
        "of another plan": NOBODY,
        "other school": NOBODY,
    },
    "kind of step": {
        "a note": SCHOOL_WIDE,
        "no such kind": NOBODY,
        "of a kept flag": SCHOOL_WIDE - {"a.leader"},
        "other school": NOBODY,
    },
    "step": {
        "a question to the teacher": SCHOOL_WIDE | {"a.teacher"},
        "an interview": SCHOOL_WIDE,
        "of another flag": NOBODY,
        "of a kept flag": SCHOOL_WIDE - {"a.leader"},
        "other school": NOBODY,
    },
    "part": {
        "own class": OWN_CLASS,
        "restricted": {"a.counselor", "a.counselor_2"},
        "same grade": SAME_GRADE | {"a.subject_teacher"},
        "other class": OTHER_CLASS,
        "other school": NOBODY,
    },
    "incident": {
        "own class": OWN_CLASS,
        "other class": OTHER_CLASS,
        "started for nobody of the roster": SCHOOL_WIDE | {"a.subject_teacher"},
        "kept from the leader": SCHOOL_WIDE - {"a.leader"} | {"a.grade_head", "a.teacher_2"},
        "other school": NOBODY,
    },
    "person of an incident": {
        "own": SCHOOL_WIDE,
        "of another incident": NOBODY,
        "of one kept from the leader": SCHOOL_WIDE - {"a.leader"},
        "other school": NOBODY,
    },
    "incident report": {"to the district": {"district_staff"}, "to the city": {"city_staff"}},
    "draft": {"the teacher's": {"a.teacher"}, "other school": NOBODY},
    "job": {"the teacher's": {"a.teacher"}, "the district's": {"district_staff"}, "other school": NOBODY},
    "notice": {
        "the teacher's": {"a.teacher"},
        "the district's": {"district_staff"},
        "taken back": NOBODY,
        "other school": NOBODY,
    },
    "preview": {
        "the leader's": {"a.leader"},
        "a counselor's": {"a.counselor"},
        "the district's": {"district_staff"},
        "other school": NOBODY,
    },
    "import": {"the leader's": {"a.leader"}, "the district's": {"district_staff"}, "other school": NOBODY},
    "list": {"themes": SCHOOL_WIDE | CENTERS, "no such list": NOBODY},
    "option": {"default": SCHOOL_WIDE | CENTERS, "own": SCHOOL_WIDE, "other school": NOBODY},
    "template": {"default": SCHOOL_WIDE | CENTERS, "own": SCHOOL_WIDE, "other school": NOBODY},
    "instrument": {
        "that ships": SCHOOL_WIDE | CENTERS | {"admin"},
        "own school": SCHOOL_WIDE,
        "of the district": SCHOOL_WIDE | {"cluster_staff", "district_staff"},
        "other school": NOBODY,
    },
    "round": {
        "own class": OWN_CLASS,
        "other class": OTHER_CLASS,
        "being prepared": SCHOOL_WIDE,
        "other school": NOBODY,
    },
    "class of a round": {
        "own class": OWN_CLASS,
        "other class": OTHER_CLASS,
        "a class that is not asked": NOBODY,
        "other school": NOBODY,
    },
    "slip": {"own class": SCHOOL_WIDE, "other class": SCHOOL_WIDE, "other school": NOBODY},
    "response": {"own class": SCHOOL_WIDE, "behind a kept flag": {"a.counselor_2"}, "other school": NOBODY},
    "survey": {"own school": {"a.counselor", "a.counselor_2"}, "published": NOBODY, "other school": NOBODY},
    "question": {"own school": {"a.counselor", "a.counselor_2"}, "no such question": NOBODY, "other school": NOBODY},
    "figure": {
        "students": SCHOOL_WIDE | CENTERS | {"a.grade_head"},
        "staff, which a grade has none of": SCHOOL_WIDE | CENTERS,
        "no such figure": NOBODY,
    },
    "class": {"own": OWN_CLASS, "other class": OTHER_CLASS, "other school": NOBODY},
    "opener": {
        "own school": {"a.leader", "auditor"},
        "other school": {"auditor"},
        "at the other school": NOBODY,
        "nobody": NOBODY,
    },
    "term": {"running": SCHOOL_WIDE | CENTERS, "no such term": NOBODY},
    "section": {"of the running term": SCHOOL_WIDE | CENTERS, "no such section": NOBODY},
    "unit": {
        "school": ABOVE_SCHOOL | {"a.leader"},
        "other school": ABOVE_SCHOOL,
        "cluster": ABOVE_SCHOOL,
        "district": ABOVE_CLUSTER,
        "city": {"city_staff", "admin"},
        "other district": {"city_staff", "other_staff", "admin"},
    },
    "level": {"of districts": {"admin"}, "no such level": NOBODY},
    "person": {
        "school": ABOVE_SCHOOL | {"a.leader"},
        "other school": ABOVE_SCHOOL,
        "cluster": ABOVE_SCHOOL,
        "district": ABOVE_CLUSTER,
        "city": {"city_staff", "admin"},
        "other district": {"city_staff", "other_staff", "admin"},
    },
    "membership": {
        "school": ABOVE_SCHOOL | {"a.leader"},
        "other school": ABOVE_SCHOOL,
        "city": {"city_staff", "admin"},
        "other district": {"city_staff", "other_staff", "admin"},
        "of another person": NOBODY,
        "of the other school, under an own person": NOBODY,
    },
}

# Whoever has no unit below where they could give a role finds nothing there.
WITHOUT_UNITS = {}
ACTS: dict[str, dict[str, set[str]]] = {
    "schools:membership_new": {**SEES["person"], "other district": SEES["person"]["other district"] - {"other_staff"}},
}

# --- which texts of the cast a person may ever meet; all others are a leak, wherever they stand ---------------------

_BASE = "former|phone|address|health|guardian|guardian-phone"


def _texts(*names: str, talks: str = "") -> "re.Pattern[str]":
    pieces = [*names, rf"({talks})\d?-\w+"] if talks else names
    return re.compile(f"SENTINEL-a-({'|'.join(pieces)})")


_NOTHING = re.compile(r"(?!)")
_GRADE_NAMES = "name-(student|student_2|student_3|neighbor)"
_ALL_TALKS = "own|shared|subject|older"

MEETS = {
    "a.counselor": re.compile(r"SENTINEL-a-.*"),
    "a.counselor_2": re.compile(r"SENTINEL-a-.*"),
    "a.leader": _texts(
        "template",
        "name-.*",
        _BASE,
        "flag-reason",
        "unseen-reason",
        "crisis-(own|older|unknown|up-.*)",
        "plan-.*",
        talks=_ALL_TALKS,
    ),
    "a.grade_head": _texts(
        *("template", _GRADE_NAMES, _BASE, "flag-reason", "unseen-reason", "kept-reason", "crisis-own", "crisis-kept"),
        "plan-(reasons|what|for-.*)",
        talks="own|shared|subject",
    ),
    "a.teacher": _texts(
        *("template", "name-(student|student_2|student_3)", _BASE, "flag-reason", "draft", "crisis-own"),
        *("plan-what", "plan-for-class_teacher"),
        talks="own|shared",
    ),
    "a.teacher_2": _texts("template", "name-neighbor", _BASE, "crisis-kept", talks="subject"),
    "a.teacher_4": _texts("template", "name-older", _BASE, "crisis-older", talks="older"),
    "a.subject_teacher": _texts("template", "name-neighbor", "crisis-unknown", talks="subject"),
    "city_staff": _texts("crisis-up-city"),
    "district_staff": _texts("crisis-up-district"),
    "other_staff": _NOTHING,
    "cluster_staff": _NOTHING,
    "admin": _NOTHING,
    "auditor": _NOTHING,
}
