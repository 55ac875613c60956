from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from schools.access import MANAGING_ROLES, Viewer, grantable_roles
from schools.common.errors import Refused
from schools.imports.kinds import ImportKind, Tab, register_kind
from schools.imports.staff.compare import StaffComparison
from schools.imports.staff.rows import VOCABULARY, parse_staff
from schools.models import Role, Unit

WORDS: dict[str, Any] = {
    "staff_number": gettext_lazy("staff number"),
    "name": gettext_lazy("name"),
    "role": gettext_lazy("role"),
    "phone": gettext_lazy("phone number"),
    "title": pgettext_lazy("of a person", "title"),
    "employment": gettext_lazy("employment"),
    "classes": pgettext_lazy("of a person", "classes"),
    "grade": gettext_lazy("grade"),
    "cohort_stage": gettext_lazy("grade"),
    "cohort_year": gettext_lazy("grade"),
    "department": gettext_lazy("college"),
    "starts_on": gettext_lazy("first day"),
    "ends_on": gettext_lazy("last day"),
}


def _in_words(_tab: str, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        line
        | {
            "role": Role(line["role"]).label,
            "changed": list(dict.fromkeys(str(WORDS[name]) for name in line["changed"])),
        }
        for line in lines
    ]


def _check(by: Viewer, unit: Unit) -> None:
    if not grantable_roles(by, unit):
        raise Refused(_("You cannot give roles in this unit."))


def _quoted(name: str, text: str) -> str:
    """The digits of a phone are nobody else's business."""
    return "" if name == "phone" else text[:40]


staff = register_kind(
    ImportKind(
        code="staff",
        needs_proof=True,
        title=gettext_lazy("Import staff"),
        vocabulary=VOCABULARY,
        parse=parse_staff,
        compare=StaffComparison,
        shown=_quoted,
        sentences={
            "no_role": gettext_lazy("Which role is this person to have?"),
            "role_unknown": gettext_lazy("This role is not known here."),
            "number_ruined": gettext_lazy(
                "Excel has rounded this number. Format the column as text and enter it again."
            ),
        },
        free_texts=frozenset({"title"}),
        most_rows=3000,
        roles=MANAGING_ROLES,
        check=_check,
        begin="schools:staff_import",
        see="schools:person_list",
        tabs=(Tab("rows", gettext_lazy("Rows")),),
        lines_template="schools/parts/staff_lines.html",
        count_words={
            "created": gettext_lazy("new"),
            "changed": gettext_lazy("changed"),
            "unchanged": gettext_lazy("left as they are"),
        },
        in_words=_in_words,
        field_word=lambda name: str(WORDS.get(name, name)),
    )
)
