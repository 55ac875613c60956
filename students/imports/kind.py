from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.access import SCHOOL_ROLES, Viewer
from schools.common.errors import Refused
from schools.common.tables.columns import ByHand
from schools.imports.kinds import ImportKind, Tab, register_kind
from schools.models import Role, Unit
from students.access import can_import, sees_counts_only
from students.imports.lines import counts_for_center
from students.imports.roster import RosterComparison
from students.imports.sentences import PROBLEMS
from students.imports.words import field_word, group_words, in_words
from students.models import ColumnMapping
from students.roster import VOCABULARY, RosterRow, parse_roster
from students.roster.fields import shown


def _check(by: Viewer, unit: Unit) -> None:
    if not can_import(by) or unit.pk != by.unit.pk:
        raise Refused(_("Only a counselor or leader of the school, or the center above it, imports its roster."))


def _explained(unit: Unit) -> ByHand:
    return dict(ColumnMapping.objects.filter(school=unit).values_list("label", "field"))


def _schools_in(rows: list[RosterRow]) -> int:
    return len({row.school_code for row in rows})


roster = register_kind(
    ImportKind(
        code="roster",
        title=gettext_lazy("Import roster"),
        vocabulary=VOCABULARY,
        parse=parse_roster,
        compare=RosterComparison,
        sentences=PROBLEMS,
        free_texts=frozenset({"health", "address"}),
        shown=shown,
        explained=_explained,
        quoted_to_centers=frozenset({"school_code", "grade_label", "class_label", "department"}),
        told_by_school=frozenset({"two_students", "ambiguous_student", "records_closed", "class_closed"}),
        plan_count=_schools_in,
        # Counselors and leaders for their school, seeing all of it; center staff for the schools below, seeing counts.
        roles=SCHOOL_ROLES | {Role.CENTER_STAFF},
        check=_check,
        counts_only=sees_counts_only,
        begin="students:roster_import",
        see="students:student_list",
        explain="students:roster_columns",
        tabs=(
            Tab("schools", gettext_lazy("Schools")),
            Tab("new", gettext_lazy("New")),
            Tab("changed", gettext_lazy("Changed")),
            Tab("held", gettext_lazy("To confirm")),
            Tab("kept", gettext_lazy("Kept as corrected by hand")),
            Tab("missing", gettext_lazy("Not in the file")),
        ),
        lines_template="students/parts/roster_lines.html",
        preview_note="students/parts/roster_preview_note.html",
        done_note="students/parts/roster_done_note.html",
        count_words={
            "created": gettext_lazy("new"),
            "changed": gettext_lazy("changed"),
            "unchanged": gettext_lazy("left as they are"),
            "known": gettext_lazy("known"),
            "missing": gettext_lazy("not in the file"),
            "new_classes": gettext_lazy("new classes"),
        },
        told_counts=counts_for_center,
        in_words=in_words,
        field_word=lambda name: field_word(name, group_words() if name.startswith("group.") else None),
    )
)
