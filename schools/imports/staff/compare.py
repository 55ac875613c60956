"""What a staff file would change: rows beside the accounts and roles of a unit."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields, replace
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer, can_manage_account, check_can_manage, fitting_roles, grantable_roles
from schools.actions.accounts import Post, change_details, change_membership, create_person, grant_membership
from schools.actions.accounts import new_first_password as new_password
from schools.classnames import UnknownClass, parse_class
from schools.common import crypto
from schools.common.errors import Refused
from schools.common.identity import InvalidPhone, check_phone
from schools.common.text import clean_name, clean_text
from schools.common.workbooks import XLSX, write_table
from schools.imports.kinds import Comparison, Handout, ImportPlan
from schools.imports.problems import Problem
from schools.imports.staff.rows import StaffRow
from schools.models import ClassGroup, Membership, Person, Role, Unit


@dataclass
class StaffChange:
    """One role of one person, as it will be."""

    row: StaffRow
    post: Post
    person: Person | None = None
    membership: Membership | None = None
    changed: list[str] = field(default_factory=list)

    @property
    def what(self) -> str:
        if self.membership is None:
            return "created"
        return "changed" if self.changed else "unchanged"

    @property
    def who(self) -> str:
        """The account if there is one; otherwise the number it will have."""
        return str(self.person.pk) if self.person else self.row.staff_number


def _facts(post: Post) -> list[Any]:
    """A post without its objects, whose names depend on the language."""
    plain = [getattr(post, f.name) for f in fields(post) if f.name not in ("classes", "backup")]
    return [*plain, [group.pk for group in post.classes], post.backup and post.backup.pk]


class StaffPlan(ImportPlan):
    def __init__(self, comparison: "StaffComparison") -> None:
        self.comparison = comparison
        self.changes: list[StaffChange] = []
        self.problems: list[Problem] = []
        staff = _Staff(comparison.by, comparison.unit)
        for row in _merged(comparison.rows):
            try:
                self.changes.append(staff.change_of(row))
            except _StaysOut as found:
                self.problems.append(Problem(row.row, "", found.field, found.sentence, "error", found.value))
        self.problems += staff.warnings
        count = Counter(change.what for change in self.changes)
        self.counts = {what: count[what] for what in ("created", "changed", "unchanged")}

    def fingerprint(self) -> Iterator[str]:
        for one in self.changes:
            yield repr([one.what, one.who, one.row.name, one.row.phone, one.changed, _facts(one.post)])

    def write(self) -> None:
        passwords = self.comparison.passwords
        made: dict[str, Person] = {}
        for change in self.changes:
            _write(self.comparison, change, made)
        if made:
            handed = [[number, person.name, passwords[number]] for number, person in made.items()]
            table = write_table([_("Staff number"), _("Name"), _("First password")], handed, name=_("First passwords"))
            self.comparison.handout = Handout(table, _("first-passwords.xlsx"), XLSX)

    def lines(self) -> Mapping[str, list[Any]]:
        return {"rows": [_line(change) for change in self.changes]}


def _line(change: StaffChange) -> dict[str, Any]:
    row, post = change.row, change.post
    return {
        "row": row.row,
        "name": row.name,
        "number": row.staff_number,
        "role": post.role,
        "title": post.title,
        "classes": [str(group) for group in post.classes],
        "what": "role" if change.what == "created" and change.person else change.what,
        "changed": change.changed,
    }


class StaffComparison(Comparison):
    def __post_init__(self) -> None:
        self.passwords: dict[str, str] = {}
        self.hashes: dict[str, str] = {}

    def plans(self) -> Iterator[StaffPlan]:
        yield StaffPlan(self)

    def prepare(self) -> None:
        """First passwords of those who may be new; argon2 lets go of the interpreter, so threads help."""
        known = {number.lower() for number in Person.objects.values_list("staff_number", flat=True)}
        new = dict.fromkeys(row.staff_number for row in self.rows if row.staff_number.lower() not in known)
        self.passwords = {number: new_password() for number in new}
        with ThreadPoolExecutor() as pool:
            self.hashes = dict(zip(new, pool.map(make_password, self.passwords.values()), strict=True))

    def record(self, counts: Mapping[str, int]) -> None:
        told = {what: counts.get(what, 0) for what in ("created", "changed", "unchanged")}
        audit.record(by=self.by, verb="staff.imported", about=self.unit, unit=self.unit, details=told)


class _StaysOut(Exception):
    def __init__(self, field: str, sentence: str, value: str = "") -> None:
        super().__init__(sentence)
        self.field, self.sentence, self.value = field, sentence, value


def _write(comparison: StaffComparison, change: StaffChange, made: dict[str, Person]) -> None:
    by, unit, row, number = comparison.by, comparison.unit, change.row, change.row.staff_number
    if change.person is None and number not in made:
        account = {"password": comparison.passwords[number], "password_hash": comparison.hashes[number]}
        known = {"staff_number": number, "name": row.name, "phone": row.phone}
        made[number] = create_person(by=by, unit=unit, post=change.post, **known, **account).person
        return
    person = change.person or made[number]
    if change.membership is None:
        grant_membership(by=by, person=person, unit=unit, post=change.post)
    elif set(change.changed) - {"phone"}:
        change_membership(by=by, membership=change.membership, post=change.post)
    if "phone" in change.changed:
        change_details(by=by, person=person, name=person.name, phone=row.phone, unit=unit)


def _merged(rows: Iterable[StaffRow]) -> Iterator[StaffRow]:
    """A teacher with three classes often has three rows: one role with all the classes."""
    found: dict[tuple[str, ...], StaffRow] = {}
    for row in rows:
        key = (row.staff_number.lower(), row.role)
        if key in found and found[key].name == row.name:
            both = tuple(dict.fromkeys(found[key].classes + row.classes))
            found[key] = replace(found[key], classes=both)
        else:
            found[(*key, str(row.row)) if key in found else key] = row
    yield from found.values()


class _Staff:
    """Looks rows up against what is stored; everything it needs is read once."""

    def __init__(self, by: Viewer | None, unit: Unit) -> None:
        self.by, self.unit = by, unit
        self.allowed = grantable_roles(by, unit) if by else fitting_roles(unit)
        self.today = timezone.localdate()
        people = Person.objects.only("staff_number", "name", "is_active", "phone_hash")
        self.people = {person.staff_number.lower(): person for person in people}
        self.phones = {person.phone_hash: person for person in self.people.values() if person.phone_hash}
        here = Membership.objects.not_over().filter(unit=unit).select_related("person", "unit__kind")
        self.memberships = {(m.person_id, m.role): m for m in here.prefetch_related("classes")}
        self.classes = {(g.stage, g.entry_year, g.number, g.prefix): g for g in ClassGroup.objects.filter(school=unit)}
        colleges = Unit.objects.filter(parent=unit)
        self.colleges = {name: one for one in colleges for name in (one.short_name, one.name) if name}
        self.seen: dict[str, str] = {}
        self.warnings: list[Problem] = []

    def change_of(self, row: StaffRow) -> StaffChange:
        self._check_role(row)
        self._check_same_name(row)
        person = self._person(row)
        if person is None:
            self._check_number(row)
        row = self._with_own_phone(row, person)
        membership = self.memberships.get((person.pk, row.role)) if person else None
        change = StaffChange(row, self._post(row, membership), person, membership)
        if membership:
            change.changed = _differences(membership, change.post)
        if person and row.phone and crypto.lookup_hash(row.phone, purpose="phone") != person.phone_hash:
            self._check_may_change_account(person)
            change.changed.append("phone")
        if membership and change.changed and self.by:
            self._check_may_change(membership)
        return change

    def _check_role(self, row: StaffRow) -> None:
        if row.role not in self.allowed:
            raise _StaysOut(
                "role", _("You cannot give this role here: it is not below your own, or this unit does not have it.")
            )

    def _check_same_name(self, row: StaffRow) -> None:
        first = self.seen.setdefault(row.staff_number.lower(), row.name)
        if first != row.name:
            raise _StaysOut(
                "staff_number", _("The same staff number stands in this file with another name."), row.staff_number
            )

    def _person(self, row: StaffRow) -> Person | None:
        person = self.people.get(row.staff_number.lower())
        if person and clean_name(clean_text(person.name)) != row.name:
            raise _StaysOut(
                "name", _("This staff number belongs to somebody with another name. Check both."), row.staff_number
            )
        if person and not person.is_active:
            raise _StaysOut("staff_number", _("This account is closed. Open it again first."), row.staff_number)
        if person and self.by and person.pk == self.by.person.pk:
            raise _StaysOut(
                "staff_number", _("Nobody changes their own role. Ask a colleague who may."), row.staff_number
            )
        return person

    def _check_number(self, row: StaffRow) -> None:
        """A new number signs in before a phone number does, so it must be nobody's."""
        try:
            hashed = crypto.lookup_hash(check_phone(row.staff_number), purpose="phone")
        except InvalidPhone:
            return
        owner = self.phones.get(hashed)
        if owner and owner.staff_number.lower() != row.staff_number.lower():
            raise _StaysOut(
                "staff_number",
                _("This staff number is another account's phone number, which signs in with it. Choose another."),
                row.staff_number,
            )

    def _with_own_phone(self, row: StaffRow, person: Person | None) -> StaffRow:
        """The row without a phone number that signs in somebody else."""
        if not row.phone:
            return row
        if row.phone != row.staff_number and (row.phone in self.people or row.phone in self.seen):
            return self._without_phone(
                row, _("This phone number is another account's staff number, so it cannot sign in. It is left out.")
            )
        hashed = crypto.lookup_hash(row.phone, purpose="phone")
        owner = self.phones.get(hashed)
        number = owner.staff_number if owner else row.staff_number
        if number.lower() != row.staff_number.lower():
            return self._without_phone(row, _("This phone number belongs to another account. It is left out."))
        if owner is None:  # the next row with it belongs to the same person or is a slip
            self.phones[hashed] = person or Person(staff_number=row.staff_number, name=row.name)
        return row

    def _without_phone(self, row: StaffRow, sentence: str) -> StaffRow:
        self.warnings.append(Problem(row.row, "", "phone", sentence, "warning"))
        return replace(row, phone="")

    def _check_may_change_account(self, person: Person) -> None:
        if self.by and not can_manage_account(self.by, person):
            raise _StaysOut(
                "phone",
                _("This person also has a role that is not below your own. Ask whoever is responsible for it."),
            )

    def _check_may_change(self, membership: Membership) -> None:
        try:
            check_can_manage(self.by, membership)  # type: ignore[arg-type]
        except Refused as refusal:
            raise _StaysOut("role", str(refusal)) from None

    def _post(self, row: StaffRow, membership: Membership | None) -> Post:
        """Blank cells say nothing: what is stored stays."""
        college = self._college(row, membership)
        stage, year = ("", None) if college else self._cohort(row, membership)
        stored = list(membership.classes.all()) if membership else []
        post = Post(
            role=row.role,
            title=row.title or (membership.title if membership else ""),
            employment=row.employment or (membership.employment if membership else "full_time"),
            starts_on=row.starts_on or (membership.starts_on if membership else self.today),
            ends_on=row.ends_on or (membership.ends_on if membership else None),
            classes=sorted(self._classes(row) or stored, key=lambda group: group.pk),
            cohort_stage=stage,
            cohort_year=year,
            department=college,
            backup=membership.backup if membership else None,
        )
        self._check_days(post)
        return post

    def _check_days(self, post: Post) -> None:
        starts = post.starts_on or self.today
        if post.ends_on and post.ends_on < starts:
            raise _StaysOut("ends_on", _("The last day lies before the first."))
        if post.employment == "visiting" and post.ends_on is None:
            raise _StaysOut("ends_on", _("Someone visiting needs a last day."))

    def _classes(self, row: StaffRow) -> list[ClassGroup]:
        if row.role not in (Role.CLASS_TEACHER, Role.SUBJECT_TEACHER):
            return []
        return [self._class(row, label) for label in row.classes]

    def _class(self, row: StaffRow, label: str) -> ClassGroup:
        key = None
        for grade in (row.grade, ""):  # the grade may be another one than the class already names
            try:
                key = parse_class(grade, label, **self._school())
                break
            except UnknownClass:
                continue
        if key is None:
            raise _StaysOut("classes", _("This names no class of this school for certain."), label)
        group = self.classes.get((str(key.stage), key.entry_year, key.number, key.prefix))
        if group is None:
            raise _StaysOut("classes", _("This class is not here yet. Import the roster first."), label)
        return group

    def _college(self, row: StaffRow, membership: Membership | None) -> Unit | None:
        """A head of a college of a university, named in the column of the grade."""
        if row.role != Role.GRADE_HEAD:
            return None
        if not row.grade:
            return membership.department if membership else None
        return self.colleges.get(row.grade)

    def _cohort(self, row: StaffRow, membership: Membership | None) -> tuple[str, int | None]:
        if row.role != Role.GRADE_HEAD:
            return "", None
        if not row.grade:
            if membership:
                return membership.cohort_stage, membership.cohort_year
            raise _StaysOut("grade", _("A grade head needs a grade."))
        try:
            key = parse_class(row.grade, "1", **self._school())
        except UnknownClass:
            raise _StaysOut("grade", _("This names no grade of this school for certain."), row.grade) from None
        return str(key.stage), key.entry_year

    def _school(self) -> dict[str, Any]:
        return {"stages": self.unit.stages, "system": self.unit.system or "63", "on": self.today}


def _differences(membership: Membership, post: Post) -> list[str]:
    names = ("title", "employment", "starts_on", "ends_on", "cohort_stage", "cohort_year", "department")
    changed = [name for name in names if getattr(membership, name) != getattr(post, name)]
    if {group.pk for group in membership.classes.all()} != {group.pk for group in post.classes}:
        changed.append("classes")
    return changed
