"""Who may use which page, written by hand. `tests/test_access.py` compares it with the code and tries it out.

ROLES names the roles each view must declare: no more, no fewer. OBJECTS names what the address of a view is about.
SEES names, for each kind of object and where it lies, the people of school A who may open it; to all others it must
not exist. ACTS narrows that for views that change something.
"""

from schools.models import Role

CLASS_TEACHER, SUBJECT_TEACHER, GRADE_HEAD = Role.CLASS_TEACHER, Role.SUBJECT_TEACHER, Role.GRADE_HEAD
COUNSELOR, LEADER, CENTER = Role.COUNSELOR, Role.SCHOOL_LEADER, Role.CENTER_STAFF
ADMIN, AUDITOR = Role.SYSTEM_ADMIN, Role.AUDITOR

PUBLIC, SIGNED_IN = "public", "signed_in"
EVERYONE = frozenset(Role)
STAFF = frozenset({CLASS_TEACHER, SUBJECT_TEACHER, GRADE_HEAD, COUNSELOR, LEADER})
SCHOOL = frozenset({COUNSELOR, LEADER})
MANAGERS = frozenset({LEADER, CENTER, ADMIN})

ROLES = {
    "healthz": PUBLIC,
    "set_language": PUBLIC,
    "schools:style_page": SIGNED_IN,
    "students:student_list": STAFF,
    "students:student_find": STAFF,
    "students:student_detail": STAFF,
}

OBJECTS = {
    "students:student_detail": "student",
}

SCHOOL_WIDE = {"a.leader", "a.counselor", "a.counselor_2"}
OWN_CLASS = SCHOOL_WIDE | {"a.grade_head", "a.teacher"}
OTHER_CLASS = SCHOOL_WIDE | {"a.teacher_4"}
NOBODY: set[str] = set()

SEES = {
    "student": {"own class": OWN_CLASS, "other class": OTHER_CLASS, "other school": NOBODY},
    "flag": {"own class": OWN_CLASS, "other class": OTHER_CLASS, "other school": NOBODY},
    "part": {
        "own class": OWN_CLASS,
        "restricted": {"a.counselor", "a.counselor_2"},
        "other class": OTHER_CLASS,
        "other school": NOBODY,
    },
}

ACTS: dict[str, dict[str, set[str]]] = {}
