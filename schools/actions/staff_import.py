"""From the rows of a staff file to accounts and memberships: plan, show, then do exactly what was shown."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from schools import audit
from schools.access import Viewer, can_manage_account, check_can_manage, fitting_roles, grantable_roles
from schools.actions.accounts import Post, change_details, change_membership, create_person, grant_membership
from schools.actions.accounts import new_first_password as new_password
from schools.classnames import UnknownClass, parse_class
from schools.common import crypto
from schools.common.errors import Refused
from schools.common.identity import InvalidPhone, check_phone
from schools.models import ClassGroup, Membership, Person, Role, Unit
from schools.staffing import Problem, StaffRow


@dataclass
class Entry:
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

    @property
    def role_label(self) -> str:
        return str(Role(self.post.role).label)

    @property
    def changed_labels(self) -> list[str]:
        words = {
            "title": pgettext("of a person", "title"),
            "employment": _("employment"),
            "starts_on": _("first day"),
            "ends_on": _("last day"),
            "classes": pgettext("of a person", "classes"),
            "phone": _("phone number"),
            "cohort_stage": _("grade"),
            "cohort_year": _("grade"),
        }
        return list(dict.fromkeys(words[name] for name in self.changed))


@dataclass
class Plan:
    unit: Unit
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def count(self, what: str) -> int:
        return sum(entry.what == what for entry in self.entries)

    @property
    def problem_rows(self) -> int:
        return len({problem.row for problem in self.problems})

    @property
    def digest(self) -> str:
        """The same as long as doing it would have the same effect."""
        facts = [[e.what, e.who, e.row.name, e.row.phone, e.changed, _facts(e.post)] for e in self.entries]
        return hashlib.sha256(json.dumps(facts, default=str, ensure_ascii=False).encode()).hexdigest()


def _facts(post: Post) -> dict[str, Any]:
    """A post without its objects, whose names depend on the language."""
    plain = {f.name: getattr(post, f.name) for f in fields(post) if f.name not in ("classes", "backup")}
    return plain | {"classes": [group.pk for group in post.classes], "backup": post.backup and post.backup.pk}


@dataclass(frozen=True)
class Handover:
    """An account that was made, with the password to hand over."""

    staff_number: str
    name: str
    password: str


def password_titles() -> list[str]:
    """Titles of the table that is handed over."""
    return [_("Staff number"), _("Name"), _("First password")]


class Stale(Exception):
    """Something changed between the preview and now."""


class _No(Exception):
    def __init__(self, column: str, sentence: str, value: str = "") -> None:
        super().__init__(sentence)
        self.column, self.sentence, self.value = column, sentence, value


def plan_staff(*, by: Viewer | None, unit: Unit, rows: Iterable[StaffRow], problems: Iterable[Problem] = ()) -> Plan:
    """What importing these rows would do. Nothing is written."""
    plan = Plan(unit, problems=list(problems))
    desk = _Desk(by, unit)
    for row in _merged(rows):
        try:
            plan.entries.append(desk.entry(row))
        except _No as no:
            plan.problems.append(Problem(row.row, no.column, no.sentence, no.value))
    plan.problems.sort(key=lambda problem: problem.row)
    return plan


def import_staff(*, by: Viewer | None, plan: Plan, digest: str = "") -> list[Handover]:
    """Do what `plan` says, all of it in one transaction; `Stale` when it is no longer what was shown."""
    rows = [entry.row for entry in plan.entries]
    newcomers = {entry.row.staff_number: new_password() for entry in plan.entries if entry.person is None}
    hashes = _hash_all(newcomers)
    with transaction.atomic():
        fresh = plan_staff(by=by, unit=plan.unit, rows=rows)
        if fresh.digest != (digest or plan.digest):
            raise Stale
        made: dict[str, Person] = {}
        for entry in fresh.entries:
            _write(by, plan.unit, entry, made, newcomers, hashes)
        counts = {what: fresh.count(what) for what in ("created", "changed", "unchanged")}
        audit.record(by=by, verb="staff.imported", about=plan.unit, unit=plan.unit, details=counts)
    return [Handover(number, made[number].name, newcomers[number]) for number in newcomers]


def _hash_all(passwords: dict[str, str]) -> dict[str, str]:
    """argon2 lets go of the interpreter, so threads help."""
    with ThreadPoolExecutor() as pool:
        return dict(zip(passwords, pool.map(make_password, passwords.values()), strict=True))


def _write(
    by: Viewer | None,
    unit: Unit,
    entry: Entry,
    made: dict[str, Person],
    passwords: dict[str, str],
    hashes: dict[str, str],
) -> None:
    row, number = entry.row, entry.row.staff_number
    if entry.person is None and number not in made:
        account = {"password": passwords[number], "password_hash": hashes[number]}
        known = {"staff_number": number, "name": row.name, "phone": row.phone}
        made[number] = create_person(by=by, unit=unit, post=entry.post, **known, **account).person
        return
    person = entry.person or made[number]
    if entry.membership is None:
        grant_membership(by=by, person=person, unit=unit, post=entry.post)
    elif set(entry.changed) - {"phone"}:
        change_membership(by=by, membership=entry.membership, post=entry.post)
    if "phone" in entry.changed:
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


class _Desk:
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
        self.seen: dict[str, str] = {}

    def entry(self, row: StaffRow) -> Entry:
        self._check_role(row)
        self._check_same_name(row)
        person = self._person(row)
        if person is None:
            self._check_number(row)
        self._check_phone(row, person)
        membership = self.memberships.get((person.pk, row.role)) if person else None
        entry = Entry(row, self._post(row, membership), person, membership)
        if membership:
            entry.changed = _differences(membership, entry.post)
        if person and row.phone and crypto.lookup_hash(row.phone, purpose="phone") != person.phone_hash:
            self._check_may_change_account(person)
            entry.changed.append("phone")
        if membership and entry.changed and self.by:
            self._check_may_change(membership)
        return entry

    def _check_role(self, row: StaffRow) -> None:
        if row.role not in self.allowed:
            raise _No(
                _("Role"), _("You cannot give this role here: it is not below your own, or this unit does not have it.")
            )

    def _check_same_name(self, row: StaffRow) -> None:
        first = self.seen.setdefault(row.staff_number.lower(), row.name)
        if first != row.name:
            raise _No(
                _("Staff number"), _("The same staff number stands in this file with another name."), row.staff_number
            )

    def _person(self, row: StaffRow) -> Person | None:
        person = self.people.get(row.staff_number.lower())
        if person and person.name != row.name:
            raise _No(
                _("Name"), _("This staff number belongs to somebody with another name. Check both."), row.staff_number
            )
        if person and not person.is_active:
            raise _No(_("Staff number"), _("This account is closed. Open it again first."), row.staff_number)
        if person and self.by and person.pk == self.by.person.pk:
            raise _No(_("Staff number"), _("Nobody changes their own role. Ask a colleague who may."), row.staff_number)
        return person

    def _check_number(self, row: StaffRow) -> None:
        """A new number signs in before a phone number does, so it must be nobody's."""
        try:
            hashed = crypto.lookup_hash(check_phone(row.staff_number), purpose="phone")
        except InvalidPhone:
            return
        owner = self.phones.get(hashed)
        if owner and owner.staff_number.lower() != row.staff_number.lower():
            raise _No(
                _("Staff number"),
                _("This staff number is another account's phone number, which signs in with it. Choose another."),
                row.staff_number,
            )

    def _check_phone(self, row: StaffRow, person: Person | None) -> None:
        if not row.phone:
            return
        if row.phone != row.staff_number and (row.phone in self.people or row.phone in self.seen):
            raise _No(
                _("Phone number"),
                _("This phone number is another account's staff number, so it cannot sign in. Leave it empty."),
            )
        hashed = crypto.lookup_hash(row.phone, purpose="phone")
        owner = self.phones.get(hashed)
        number = owner.staff_number if owner else row.staff_number
        if number.lower() != row.staff_number.lower():
            raise _No(_("Phone number"), _("This phone number belongs to another account."))
        if owner is None:  # the next row with it belongs to the same person or is a slip
            self.phones[hashed] = person or Person(staff_number=row.staff_number, name=row.name)

    def _check_may_change_account(self, person: Person) -> None:
        if self.by and not can_manage_account(self.by, person):
            raise _No(
                _("Phone number"),
                _("This person also has a role that is not below your own. Ask whoever is responsible for it."),
            )

    def _check_may_change(self, membership: Membership) -> None:
        try:
            check_can_manage(self.by, membership)  # type: ignore[arg-type]
        except Refused as refusal:
            raise _No(_("Role"), str(refusal)) from None

    def _post(self, row: StaffRow, membership: Membership | None) -> Post:
        """Blank cells say nothing: what is stored stays."""
        stage, year = self._cohort(row, membership)
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
            backup=membership.backup if membership else None,
        )
        self._check_days(post)
        return post

    def _check_days(self, post: Post) -> None:
        starts = post.starts_on or self.today
        if post.ends_on and post.ends_on < starts:
            raise _No(_("Last day"), _("The last day lies before the first."))
        if post.employment == "visiting" and post.ends_on is None:
            raise _No(_("Last day"), _("Someone visiting needs a last day."))

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
            raise _No(_("Classes"), _("This names no class of this school for certain."), label)
        group = self.classes.get((str(key.stage), key.entry_year, key.number, key.prefix))
        if group is None:
            raise _No(_("Classes"), _("This class is not here yet. Import the roster first."), label)
        return group

    def _cohort(self, row: StaffRow, membership: Membership | None) -> tuple[str, int | None]:
        if row.role != Role.GRADE_HEAD:
            return "", None
        if not row.grade:
            if membership:
                return membership.cohort_stage, membership.cohort_year
            raise _No(_("Grade"), _("A grade head needs a grade."))
        try:
            key = parse_class(row.grade, "1", **self._school())
        except UnknownClass:
            raise _No(_("Grade"), _("This names no grade of this school for certain."), row.grade) from None
        return str(key.stage), key.entry_year

    def _school(self) -> dict[str, Any]:
        return {"stages": self.unit.stages, "system": self.unit.system or "63", "on": self.today}


def _differences(membership: Membership, post: Post) -> list[str]:
    names = ("title", "employment", "starts_on", "ends_on", "cohort_stage", "cohort_year")
    changed = [name for name in names if getattr(membership, name) != getattr(post, name)]
    if {group.pk for group in membership.classes.all()} != {group.pk for group in post.classes}:
        changed.append("classes")
    return changed


# --- between two requests ---------------------------------------------------------------------------------------------


def pack_rows(rows: Iterable[StaffRow], *, bound_to: str) -> bytes:
    """The rows of a preview, sealed, so that the browser or a job can carry them."""
    plain = json.dumps([asdict(row) for row in rows], default=str, ensure_ascii=False).encode()
    return crypto.seal(plain, bound_to=f"staff.preview.{bound_to}")


def unpack_rows(sealed: bytes, *, bound_to: str) -> list[StaffRow]:
    """Raises `crypto.Unopenable` for anything we did not pack for this viewer and unit."""
    return [_row(values) for values in json.loads(crypto.unseal(sealed, bound_to=f"staff.preview.{bound_to}"))]


def _row(values: dict[str, Any]) -> StaffRow:
    days = {name: date.fromisoformat(values[name]) if values[name] else None for name in ("starts_on", "ends_on")}
    return StaffRow(**{**values, **days, "classes": tuple(values["classes"])})
