"""What the columns of a roster and the fields of a student are called on the pages of an import."""

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.classnames import ClassKey, display_name
from schools.common.identity import mask_identity_number, mask_phone
from schools.models import Unit
from students.models import SpecialGroup, Student
from students.roster import VOCABULARY
from students.roster.guardians import SLOTS
from students.roster.words import ETHNIC_GROUPS

WORDS: dict[str, Any] = {
    "school_code": gettext_lazy("school code"),
    "registry_number": gettext_lazy("registry number"),
    "auxiliary_number": gettext_lazy("auxiliary number"),
    "student_number": gettext_lazy("student number"),
    "number_in_class": gettext_lazy("number in class"),
    "name": gettext_lazy("name"),
    "former_name": gettext_lazy("former name"),
    "gender": gettext_lazy("gender"),
    "birth_date": gettext_lazy("date of birth"),
    "id_type": gettext_lazy("kind of paper"),
    "id_number": gettext_lazy("identity number"),
    "ethnicity": gettext_lazy("ethnic group"),
    "grade_label": gettext_lazy("grade"),
    "class_label": gettext_lazy("class"),
    "class_group": gettext_lazy("class"),
    "department": gettext_lazy("department"),
    "entry_date": gettext_lazy("entered on"),
    "entered_on": gettext_lazy("entered on"),
    "boarding": gettext_lazy("boarding"),
    "is_boarder": gettext_lazy("boards"),
    "groups": gettext_lazy("special groups"),
    "health": gettext_lazy("health"),
    "phone": gettext_lazy("phone"),
    "address": gettext_lazy("address"),
    "status": gettext_lazy("status"),
    "relation": gettext_lazy("relation"),
    "is_guardian": gettext_lazy("is guardian"),
}
SLOT_WORDS: dict[str, Any] = {
    "guardian": gettext_lazy("guardian"),
    "parent": gettext_lazy("parent"),
    "father": gettext_lazy("father"),
    "mother": gettext_lazy("mother"),
    **{f"member{n}": gettext_lazy("family member") for n in range(1, 5)},
}
CHOICES = {
    "gender": dict(Student.Gender.choices),
    "status": dict(Student.Status.choices),
    "id_type": dict(Student.IdType.choices),
}
# In this order they stand where a person says what a column is.
PERSONAL = (
    "name",
    "former_name",
    "gender",
    "birth_date",
    "ethnicity",
    "id_type",
    "id_number",
    "phone",
    "address",
    "health",
    "boarding",
    "is_boarder",
)
SCHOOLING = (
    "school_code",
    "department",
    "grade_label",
    "class_label",
    "number_in_class",
    "student_number",
    "registry_number",
    "auxiliary_number",
    "entry_date",
)
FAMILY = ("guardian", "father", "mother", "parent", "member1", "member2")
PARTS = ("name", "relation", "phone", "is_guardian", "id_type", "id_number")
# What the empty file to fill in asks for; the titles are the registry's own, from the alias table.
TEMPLATE = (
    "name",
    "gender",
    "birth_date",
    "id_type",
    "id_number",
    "registry_number",
    "student_number",
    "grade_label",
    "class_label",
    "entry_date",
    "boarding",
    "ethnicity",
    "phone",
    "address",
    "health",
    "group.left_behind",
    "group.migrant",
    "group.orphan",
    "group.disability",
)
# Whoever looks at these leaves a row in the log; a preview tells of thousands only that they differ.
UNSHOWN = ("address", "health")
TEMPLATE_PARTS = ("name", "relation", "phone", "is_guardian")


def field_word(name: str, groups: dict[str, str] | None = None) -> str:
    """The word for a field: name, guardian.phone, member1.phone, group.orphan."""
    slot, _dot, part = name.partition(".")
    if slot == "group":
        return (groups or {}).get(part, part)
    if part:
        return f"{_slot_word(slot)} · {WORDS.get(part, part)}"
    return str(WORDS.get(name, name))


def group_words() -> dict[str, str]:
    return {group.code: group.label for group in SpecialGroup.objects.all()}


def choices_of_fields(taken: Collection[str] = ()) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column may be mapped to by hand, under headings, without the fields that other columns have."""
    groups = group_words()
    names = [name for name in VOCABULARY.fields if not name.startswith(("member3", "member4"))]
    sections: list[tuple[str, Iterable[str]]] = [
        (_("The student"), PERSONAL),
        (_("School and class"), SCHOOLING),
        (_("Special groups"), [name for name in names if name.startswith("group")]),
        *((_slot_word(slot), [f"{slot}.{part}" for part in PARTS]) for slot in FAMILY),
    ]
    found = [
        (title, [(name, _word_under(name, groups)) for name in inside if name in names and name not in taken])
        for title, inside in sections
    ]
    return [(title, choices) for title, choices in found if choices]


def _word_under(name: str, groups: dict[str, str]) -> str:
    """Under the heading of a family member only the part has to be said."""
    slot, _dot, part = name.partition(".")
    return str(WORDS[part]) if slot in FAMILY else field_word(name, groups)


def _slot_word(slot: str) -> str:
    number = slot.removeprefix("member") if slot.startswith("member") else ""
    return f"{SLOT_WORDS.get(slot, slot)}{number}"


def titles_of(name: str) -> list[str]:
    """The titles under which a column is recognised, the registry's own first."""
    slot, _dot, part = name.partition(".")
    if slot in SLOTS:
        group = next(label for label, found in VOCABULARY.groups.items() if found == f"{slot}.")
        return [group + label for label, found in VOCABULARY.parts.items() if found == part]
    return [label for label, found in VOCABULARY.labels.items() if found == name]


def template_columns(*, of_many_schools: bool) -> list[str]:
    """The fields of the file to fill in; where it holds many schools, each row says first which one."""
    members = [f"member{n}.{part}" for n in (1, 2) for part in TEMPLATE_PARTS]
    return [*(["school_code"] if of_many_schools else []), *TEMPLATE, *members]


def plain_value(name: str, value: Any, school: Unit) -> Any:
    """A value as a preview keeps it: masked, without objects; words come when it is shown."""
    if value is None or value == "":
        return ""
    part = name.rpartition(".")[2]
    if part in ("registry_number", "id_number"):
        return mask_identity_number(value)
    if part == "phone":
        return mask_phone(value)
    if part in UNSHOWN:
        return "***"
    if isinstance(value, ClassKey):
        return class_word(value, school)
    return value if isinstance(value, bool) else str(value)


def class_word(key: ClassKey | None, school: Unit) -> str:
    if key is None:
        return ""
    stage, year, number, prefix = key
    return display_name(
        stage,
        year,
        number,
        system=school.system or "63",
        on=timezone.localdate(),
        prefix=prefix,  # type: ignore[arg-type]
    )


@cache
def ethnic_names() -> dict[str, str]:
    """The name of each ethnic group by its code (GB/T 3304)."""
    names = [name for name in ETHNIC_GROUPS if not name.isascii()]
    return {
        code: max((n for n in names if ETHNIC_GROUPS[n] == code), key=len)
        for code in sorted(set(ETHNIC_GROUPS.values()))
    }


def value_word(name: str, value: Any) -> str:
    """A kept value in the reader's language."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value == "":
        return "—"
    if name.rpartition(".")[2] in UNSHOWN:
        return _("text not shown")
    words = ethnic_names() if name == "ethnicity" else CHOICES.get(name, {})
    return str(words.get(value, value))


def in_words(tab: str, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The kept lines of a preview in the reader's language."""
    groups = group_words()
    if tab == "new":
        return [
            line
            | {
                "groups": [groups.get(code, code) for code in line["groups"]],
                "gender": value_word("gender", line["gender"]),
            }
            for line in lines
        ]
    if tab in ("missing", "schools"):
        return lines
    return [line | {"fields": [_in_words(one, groups) for one in line["fields"]]} for line in lines]


def _in_words(difference: list[Any], groups: dict[str, str]) -> tuple[str, str, str]:
    name, old, new = difference
    return field_word(name, groups), value_word(name, old), value_word(name, new)
