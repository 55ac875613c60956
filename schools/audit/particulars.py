"""What an entry of the audit log holds besides the act, in words: its details, and what it is about.

Each app may add the words of its own with `explains`, in its `trail.py`; what a detail of one single act is called
stands with that act (`Verb.labels`, `Verb.values`). What nobody explained stands as it is stored, so that nothing is
hidden. People of the staff are named; students never are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools.audit.purposes import PURPOSES
from schools.audit.verbs import find_verb
from schools.common.labels import listed, told
from schools.models import Channel, ClassGroup, Membership, Person, Role, Unit, UnitKind
from schools.severity import scheme_named

PERSON, MEMBERSHIP, UNIT = "schools.person", "schools.membership", "schools.unit"
CLASS, KIND = "schools.classgroup", "schools.unitkind"
# Details that name a membership, a person, a class, a level of units, a unit by its code.
POSTS = ("from", "to", "was", "by")
PEOPLE = ("person",)
CLASSES = ("class", "class_group")
UNITS = ("of", "school", "to")
KINDS = ("kind",)
YES_NO = {True: _("yes"), False: _("no")}

# What a detail is called.
_labels: dict[str, Any] = {
    "role": _("role"),
    "was": pgettext_lazy("in the log", "before"),
    "from": pgettext_lazy("in the log", "from"),
    "to": pgettext_lazy("in the log", "to"),
    "by": pgettext_lazy("in the log", "decided by"),
    "fields": pgettext_lazy("in the log", "fields"),
    "keys": pgettext_lazy("in the log", "rules"),
    "kind": pgettext_lazy("in the log", "kind"),
    "rank": pgettext_lazy("in the log", "place from the top"),
    "is_school": pgettext_lazy("in the log", "a school"),
    "term": _("Term"),
    "due_on": pgettext_lazy("in the log", "until"),
    "day": _("Day"),
    "school_day": pgettext_lazy("in the log", "on this day"),
    "created": pgettext_lazy("in the log", "new"),
    "changed": pgettext_lazy("in the log", "changed"),
    "unchanged": pgettext_lazy("in the log", "unchanged"),
    "rows": pgettext_lazy("in the log", "rows"),
    "purpose": pgettext_lazy("in the log", "for"),
    "person": pgettext_lazy("in the log", "whom"),
    "class": pgettext_lazy("in the log", "class"),
    "class_group": pgettext_lazy("in the log", "class"),
    "school": pgettext_lazy("in the log", "school"),
    "is_on": pgettext_lazy("in the log", "switched on"),
    "arrived": pgettext_lazy("in the log", "arrived"),
    "reason": pgettext_lazy("in the log", "for"),
    "severity": pgettext_lazy("in the log", "level"),
}
# What the stored codes of a detail mean.
_values: dict[str, dict[Any, Any]] = {
    "role": dict(Role.choices),
    "purpose": PURPOSES,
    "kind": dict(Channel.Kind.choices),
    "language": {"zh": _("Chinese"), "en": _("English"), "zh-hans": _("Chinese")},
    "school_day": {True: _("school"), False: _("no school"), None: _("as above")},
    "due_on": {None: pgettext_lazy("in the log", "taken back")},
    "scale": {
        "school": pgettext_lazy("in the log", "one school"),
        "district": pgettext_lazy("in the log", "a district"),
        "city": pgettext_lazy("in the log", "a city"),
    },
}
# Names of fields and rules whose model does not name them.
_fields: dict[str, Any] = {
    "employment": _("employment"),
    "starts_on": _("first day"),
    "ends_on": _("last day"),
    "classes": pgettext_lazy("of a person", "classes"),
    "cohort_stage": _("grade"),
    "cohort_year": _("grade"),
    "department": _("college"),
    "backup": _("Who steps in"),
    "phone": _("phone number"),
    "schools.unit.name": pgettext_lazy("of a unit", "Name"),
    "short_name": _("Short name"),
    "school_type": _("Type code"),
    "stages": _("Stages"),
    "system": _("System"),
    "has_boarders": _("Has boarders"),
    "severity_scheme": _("Levels of risk"),
    "day_starts": _("School begins"),
    "day_ends": _("School ends"),
    "second_factor_roles": _("Roles that need a second factor"),
    "exports_per_day": _("Lists that one person may take out in a day"),
    "review_days": _("Days between reviews of a plan on the registry"),
    "unseen_days": _("Days that a student on the registry may go without a talk"),
    "record_years": _("Years that records are kept after a student has left"),
    "students_per_counselor": _("Students for each full-time counselor, at most"),
    "hand_targets": _("How soon a flag must be in hand"),
    "clock_targets": _("How soon the first measure must follow"),
    "center_is_called": _("The center is called when nobody of the school answers"),
    "incident_deadlines": _("By when a crisis event is reported up"),
    "help_lines": _("Numbers to call"),
    "barometer_questions": _("Own questions of the barometer"),
    "interview_questions": _("Own questions of the interview"),
}
# What the rows are called that an entry is about.
_kinds: dict[str, Any] = {
    "schools.unitkind": pgettext_lazy("in the log", "level of units"),
    "schools.job": pgettext_lazy("in the log", "background job"),
    "schools.certificatelevel": pgettext_lazy("in the log", "kind of certificate"),
}
# By detail: what finds the words of many stored codes at once.
Namer = Callable[[Iterable[str]], Mapping[str, str]]
_namers: dict[str, Namer] = {}


def explains(
    *,
    labels: Mapping[str, Any] | None = None,
    values: Mapping[str, Mapping[Any, Any]] | None = None,
    fields: Mapping[str, Any] | None = None,
    kinds: Mapping[str, Any] | None = None,
    namers: Mapping[str, Namer] | None = None,
) -> None:
    """Add the words of an app."""
    _namers.update(namers or {})
    _labels.update(labels or {})
    for key, words in (values or {}).items():
        _values.setdefault(key, {}).update(words)
    for name, word in (fields or {}).items():
        _fields.setdefault(name, word)
    _kinds.update(kinds or {})


class Named(NamedTuple):
    """The staff, units and classes that some entries name, by id as text (units also by code): one query for each."""

    people: Mapping[str, str]
    posts: Mapping[str, str]
    units: Mapping[str, str]
    classes: Mapping[str, str]
    kinds: Mapping[str, str]
    own: Mapping[str, Mapping[str, str]]

    def of(self, key: str, value: Any) -> str:
        """Whom or what a detail names, in words; empty if it names nobody."""
        places = (
            (POSTS, self.posts),
            (PEOPLE, self.people),
            (CLASSES, self.classes),
            (UNITS, self.units),
            (KINDS, self.kinds),
            *(((name,), words) for name, words in self.own.items()),
        )
        return next((words[str(value)] for keys, words in places if key in keys and str(value) in words), "")


def tell_particulars(entries: list[Any]) -> list[Any]:
    """Put on each entry its details in words (`told`), and what it is about (`subject`; unnamed, `subject_code`)."""
    named = _named(entries)
    for entry in entries:
        entry.told = list(_details(entry, named))
        entry.subject, entry.subject_code = _subject(entry, named)
    return entries


def _named(entries: Iterable[Any]) -> Named:
    ids: dict[str, set[str]] = {PERSON: set(), MEMBERSHIP: set(), UNIT: set(), CLASS: set(), KIND: set()}
    codes: set[str] = set()
    own: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if entry.subject_type in ids:
            ids[entry.subject_type].add(entry.subject_id)
        # What is no number is a day or another record: `from` and `was` also name those.
        for label, keys in ((MEMBERSHIP, POSTS), (CLASS, CLASSES), (KIND, KINDS)):
            ids[label] |= {str(pk) for key in keys if isinstance(pk := entry.details.get(key), int)}
        ids[PERSON] |= {entry.details[key] for key in PEOPLE if key in entry.details}
        codes |= {code for key in UNITS if isinstance(code := entry.details.get(key), str)}
        for key in _namers.keys() & entry.details.keys():
            own[key].add(str(entry.details[key]))
    people, posts, units, classes, kinds = ids.values()
    found = list(Unit.objects.filter(Q(pk__in=units) | Q(code__in=codes)).order_by())
    members = Membership.objects.filter(pk__in=posts).select_related("person")
    return Named(
        people={str(one.pk): _who(one) for one in Person.objects.filter(pk__in=people).defer("phone", "password")},
        posts={str(one.pk): f"{_who(one.person)} · {one.get_role_display()}" for one in members},
        units={str(one.pk): one.name for one in found if str(one.pk) in units} | {one.code: one.name for one in found},
        classes={str(one.pk): one.name for one in ClassGroup.objects.filter(pk__in=classes).select_related("school")},
        kinds={str(one.pk): one.label for one in UnitKind.objects.filter(pk__in=kinds)},
        own={key: _namers[key](found_codes) for key, found_codes in own.items()},
    )


def _who(person: Person) -> str:
    return f"{person.name} {person.staff_number}"


def _subject(entry: Any, named: Named) -> tuple[str, str]:
    kind, pk = entry.subject_type, entry.subject_id
    places = {PERSON: named.people, MEMBERSHIP: named.posts, UNIT: named.units, CLASS: named.classes, KIND: named.kinds}
    found = places.get(kind, {}).get(pk)
    return (found, "") if found else (str(_kinds.get(kind, kind)), pk)


def _details(entry: Any, named: Named) -> Iterator[str]:
    verb = find_verb(entry.verb)
    labels = {**_labels, **(verb.labels if verb else {})}
    for key, value in entry.details.items():
        codes = {**_values.get(key, {}), **(verb.values.get(key, {}) if verb else {})}
        if words := _value(entry, key, value, named, codes):
            yield told(labels.get(key, key), words)


def _value(entry: Any, key: str, value: Any, named: Named, codes: Mapping[Any, Any]) -> str:
    """One detail in words; empty for a count of zero, and for what was left open."""
    if isinstance(value, list):
        return listed(dict.fromkeys(str(codes.get(name) or _field(entry, str(name))) for name in value))
    if value in codes:
        return str(codes[value])
    if isinstance(value, bool):
        return str(YES_NO[value])
    if words := named.of(key, value):
        return words
    if started := find_verb(f"{value}.started") if key == "kind" else None:
        return str(started.words)  # a background job is called by what it began
    if key == "severity" and value:
        return scheme_named("four_colors").label(value)
    return str(value) if value else ""


def _field(entry: Any, name: str) -> str:
    for key in (f"{entry.subject_type}.{name}", name):
        if key in _fields:
            return str(_fields[key])
    try:
        return str(getattr(apps.get_model(entry.subject_type)._meta.get_field(name), "verbose_name", name))
    except (FieldDoesNotExist, LookupError, ValueError):
        return name
