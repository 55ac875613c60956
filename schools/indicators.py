"""Figures of this floor: schools, classes, staff, certificates."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from schools import classnames
from schools.figures import Alarm, Figure, Ratio, Rows, Scope, Split, Value, Words, declare
from schools.models import Certificate, CertificateLevel, ClassGroup, Employment, Membership, Role, Unit

STAGES = list(classnames.Stage)
STAFF = (Role.CLASS_TEACHER, Role.SUBJECT_TEACHER, Role.GRADE_HEAD, Role.COUNSELOR, Role.SCHOOL_LEADER)


def schools(scope: Scope) -> Rows:
    return Unit.objects.schools().filter(scope.schools(""))


def schools_with_counselor(scope: Scope) -> Rows:
    """Also those whose counselor counts at another school."""
    here = _staff(scope, Role.COUNSELOR).filter(unit=OuterRef("pk"))
    return schools(scope).filter(Exists(here))


def classes(scope: Scope) -> Rows:
    """Classes that are taught on the day: entered, and not yet graduated."""
    return ClassGroup.objects.filter(scope.schools()).filter(_taught(scope))


def _taught(scope: Scope) -> Q:
    year = classnames.school_year(scope.on)
    condition = Q(pk__in=[])
    for stage in STAGES:
        for system in ("63", "54"):
            first = year - classnames.years_of(stage, system) + 1
            of_system = Q(school__system="54") if system == "54" else ~Q(school__system="54")
            condition |= of_system & Q(stage=stage, entry_year__range=(first, year))
    return condition


def counselors(scope: Scope) -> Rows:
    return _at_main_unit(scope, Role.COUNSELOR)


def full_time_counselors(scope: Scope) -> Rows:
    return counselors(scope).filter(employment=Employment.FULL_TIME)


def class_teachers(scope: Scope) -> Rows:
    return _at_main_unit(scope, Role.CLASS_TEACHER)


def _staff(scope: Scope, *roles: Role) -> Rows:
    return _everywhere(scope, *roles).filter(scope.schools("unit"))


def _everywhere(scope: Scope, *roles: Role) -> Rows:
    found = Membership.objects.current(scope.on).filter(role__in=roles, person__is_active=True)
    return found.filter(unit__kind__is_school=True)


def _at_main_unit(scope: Scope, *roles: Role) -> Rows:
    """Somebody who has such a role in several schools counts once: where they are employed most, then longest.

    The codes of `Employment` stand in the alphabet as in their rank, so the database compares them as they are.
    """
    as_long = Q(starts_on=OuterRef("starts_on"), pk__lt=OuterRef("pk"))
    as_much = Q(employment=OuterRef("employment")) & (Q(starts_on__lt=OuterRef("starts_on")) | as_long)
    before = Q(employment__lt=OuterRef("employment")) | as_much
    others = _everywhere(scope, *roles).filter(before, person=OuterRef("person"))
    return _staff(scope, *roles).filter(~Exists(others))


# --- certificates ---------------------------------------------------------------------------------------------------


def staff(scope: Scope) -> Rows:
    """Everybody who works in a school, by their main post."""
    return _at_main_unit(scope, *STAFF)


def certificates(scope: Scope) -> Rows:
    """Valid on the day, of each level the newest of each holder; a holder counts at the main school only."""
    newer = Q(issued_on__gt=OuterRef("issued_on")) | Q(issued_on=OuterRef("issued_on"), pk__gt=OuterRef("pk"))
    followers = Certificate.objects.valid(scope.on).filter(newer, holder=OuterRef("holder"), level=OuterRef("level"))
    held = Certificate.objects.valid(scope.on).filter(~Exists(followers), holder__in=staff(scope).values("person"))
    post = staff(scope).filter(person=OuterRef("holder")).values("role")[:1]
    return held.annotate(role_held=Subquery(post))


def certified_staff(scope: Scope) -> Rows:
    return staff(scope).filter(_holds(scope))


def staff_wanted(scope: Scope) -> Rows:
    """Those whose role asks for a certificate."""
    condition = Q(pk__in=[])
    for wanted in _wanted():
        condition |= wanted[0]
    return staff(scope).filter(condition)


def staff_as_wanted(scope: Scope) -> Rows:
    """Those of them who hold what it asks for, or a higher level of it."""
    condition = Q(pk__in=[])
    for post, levels in _wanted():
        condition |= post & Q(_holds(scope, level__in=levels))
    return staff(scope).filter(condition)


def _holds(scope: Scope, **which: Any) -> Exists:
    return Exists(Certificate.objects.valid(scope.on).filter(holder=OuterRef("person"), **which))


def _wanted() -> list[tuple[Q, list[str]]]:
    """Posts that should hold a level, with the codes of the levels that will do."""
    levels = list(CertificateLevel.objects.all())
    found = []
    for level in levels:
        enough = [one.code for one in levels if one.kind == level.kind and one.rank >= level.rank]
        for wanted in level.wanted_from:
            role, _dot, employment = wanted.partition(".")
            found.append((Q(role=role, employment=employment) if employment else Q(role=role), enough))
    return found


def _level_words(_scope: Scope) -> Words:
    labels = {one.code: (one.position, one.label) for one in CertificateLevel.objects.all()}

    def word(code: str) -> Value:
        """Of a level, or of one of its runs: `abc_c`, `abc_c:2025-1`."""
        level, _colon, run = code.partition(":")
        position, label = labels.get(level, (99, level))
        return Value((position, run), code, f"{label} {run}".strip())

    return word


def _kind_words(_scope: Scope) -> Words:
    labels = {one.kind: (one.position, one.kind_label) for one in CertificateLevel.objects.all()}

    def word(code: str) -> Value:
        position, label = labels.get(code, (99, code))
        return Value((position,), code, label)

    return word


KIND = Split("kind", _("kind of certificate"), ("level__kind",), lambda _scope: lambda row: [row[0]], _kind_words)
LEVEL = Split("level", _("certificate"), ("level_id",), lambda _scope: lambda row: [row[0]], _level_words)
RUN = Split(
    "run",
    _("run"),
    ("level_id", "run"),
    lambda _scope: lambda row: [f"{row[0]}:{row[1]}"[:40]] if row[1] else [],
    _level_words,
    is_partition=False,
)


# --- splits ---------------------------------------------------------------------------------------------------------


def grades(path: str = "class_group") -> Split:
    """Split by grade as it was on the day; `path` leads from the record to its class."""
    prefix = f"{path}__" if path else ""
    paths = (f"{prefix}stage", f"{prefix}entry_year", f"{prefix}school__system")
    return Split("grade", _("grade"), paths, lambda scope: lambda row: [grade_code(scope, *row)], grade_words)


def grade_code(scope: Scope, stage: str | None, entry_year: int | None, system: str | None) -> str:
    """A grade counted on from primary school, so that schools of both systems stand in the same row."""
    if not stage or entry_year is None:
        return "none"
    system = system or "63"
    grade = classnames.grade_in_stage(stage, entry_year, scope.on)
    if not 1 <= grade <= classnames.years_of(stage, system):
        return "outside"
    return f"{stage}-{grade + classnames.grades_before(stage, system)}"


def grade_words(scope: Scope) -> Words:
    lang = "zh" if (get_language() or "zh").startswith("zh") else "en"
    outside = {
        "outside": Value((98, 0), "outside", str(_("not in a grade now"))),
        "none": Value((99, 0), "none", str(_("without a class"))),
    }

    def word(code: str) -> Value:
        if code in outside:
            return outside[code]
        stage, counted = code.split("-")
        system = scope.unit.system or "63"
        grade = int(counted) - classnames.grades_before(stage, system)
        if grade < 1:  # a sixth grade of the five-four system, read where most schools are of the other
            grade, system = 1, "54"
        place = STAGES.index(classnames.Stage(stage))
        return Value((place, int(counted)), code, classnames.grade_name(stage, grade, system, lang))

    return word


def choices(code: str, label: Any, path: str, found: list[tuple[str, Any]], *, empty: Any = "") -> Split:
    """Split by a field with choices."""
    known = {key for key, _word in found}

    def words(_scope: Scope) -> Words:
        values = {key: Value(number, key, str(word)) for number, (key, word) in enumerate(found)}
        other = Value(len(found), "none", str(empty or _("not known")))
        return lambda key: values.get(key, other)

    return Split(code, label, (path,), lambda _scope: lambda row: [row[0] if row[0] in known else "none"], words)


_ROLES = [(role.value, role.label) for role in STAFF]


def _of_people(code: str, label: Any, records: Any, *splits: Split) -> Figure:
    """About the certificates of those who work in schools."""
    return Figure(
        code=code,
        label=label,
        group="certificates",
        unit_of_measure=_("people"),
        records=records,
        splits=splits,
        about_students=False,
    )


ROLE = choices("role", _("role"), "role", _ROLES)

declare(
    Figure(
        code="schools",
        label=_("Schools"),
        group="staff",
        unit_of_measure=_("schools"),
        records=schools,
        about_students=False,
    ),
    Figure(
        code="schools_with_counselor",
        label=_("Schools with at least one counselor"),
        group="staff",
        unit_of_measure=_("schools"),
        records=schools_with_counselor,
        about_students=False,
    ),
    Figure(
        code="classes",
        label=_("Classes"),
        group="students",
        unit_of_measure=_("classes"),
        records=classes,
        class_path="pk",
        splits=(grades(""),),
        about_students=False,
    ),
    Figure(
        code="counselors",
        label=_("Counselors"),
        group="staff",
        unit_of_measure=_("people"),
        records=counselors,
        splits=(choices("employment", _("employment"), "employment", list(Employment.choices)),),
        about_students=False,
    ),
    Figure(
        code="full_time_counselors",
        label=_("Full-time counselors"),
        group="staff",
        unit_of_measure=_("people"),
        records=full_time_counselors,
        about_students=False,
    ),
    Figure(
        code="class_teachers",
        label=_("Class teachers"),
        group="staff",
        unit_of_measure=_("people"),
        records=class_teachers,
        about_students=False,
    ),
    _of_people(
        "certificates",
        _("Valid certificates"),
        certificates,
        KIND,
        LEVEL,
        choices("role", _("role"), "role_held", _ROLES),
        RUN,
    ),
    _of_people("staff", _("Staff of schools"), staff, ROLE),
    _of_people("certified_staff", _("Staff with a certificate"), certified_staff, ROLE),
    _of_people("staff_wanted", _("Staff whose role asks for a certificate"), staff_wanted, ROLE),
    _of_people("staff_as_wanted", _("Staff who hold what their role asks for"), staff_as_wanted, ROLE),
    Ratio(
        code="certified_share",
        label=_("Share of staff with a certificate"),
        group="certificates",
        numerator="certified_staff",
        denominator="staff",
    ),
    Ratio(
        code="as_wanted_share",
        label=_("Share of those who hold what their role asks for"),
        group="certificates",
        numerator="staff_as_wanted",
        denominator="staff_wanted",
    ),
    Alarm(
        "schools_with_counselor",
        50,
        lambda _n: gettext("no counselor"),
        tone="said",
        is_bad=lambda count: not count,
    ),
    Ratio(
        code="schools_with_counselor_share",
        label=_("Share of schools with a counselor"),
        group="staff",
        numerator="schools_with_counselor",
        denominator="schools",
    ),
)
