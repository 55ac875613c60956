"""Tables with a row for every class or school, numbered T1 to T4, and the comparison with the term before."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.document import Amount, Row, Table
from reports.editions import HIDDEN, Published
from reports.material import Material, UnitRow, written
from schools.figures import figures, ratios

COMPARED = (
    "students",
    "key_students",
    "counselors",
    "talks",
    "talk_parts",
    "students_reached",
    "key_students_reached",
    "flags_new",
    "flags_closed",
    "flags_at_end",
)
COMPARED_SHARES = ("coverage", "key_coverage", "flags_in_time_share")
_WHO_COUNTS = gettext_lazy(
    "Talks kept for counselors only are counted apart, in one number: else a name on the list of who is left would "
    "tell of one."
)


def tables(m: Material) -> list[Table]:
    if m.is_school:
        return [class_table(m)] if m.places else []
    return [base_table(m), staff_table(m), flag_table(m), coverage_table(m, m.places, "T4")]


def near(m: Material) -> list[UnitRow]:
    """Classes of a school, else the units right below."""
    if m.is_school:
        return m.places
    below = {node.pk for node in m.board.nodes if node.parent == m.board.unit}
    return [place for place in m.places if place.unit in below]


def _first(m: Material) -> str:
    return _("Class") if m.is_school else _("Unit")


def coverage_table(m: Material, places: Sequence[UnitRow], code: str = "coverage") -> Table:
    near_caption = _("Coverage by class") if m.is_school else _("Coverage by unit")
    caption = near_caption if code == "coverage" else _("Talks and coverage (T4)")
    columns = [_("Person-times"), _("Students"), _("Reached"), _("Coverage")]
    columns += [_("Key students"), _("Key reached"), _("Key coverage")]
    rows = [Row(place.label, _coverage_cells(place), _emphasis(place, places)) for place in places]
    rows.append(Row(_("All"), _coverage_total(m), "total"))
    note = _WHO_COUNTS if m.is_school else ""
    return Table(code, caption, [_first(m), *columns], rows, str(note), drawn=columns.index(_("Coverage")))


def _coverage_cells(place: UnitRow) -> list[Amount]:
    counts = place.counts
    everyone = [counts["talk_parts"], counts["students"], counts["students_reached"], place.coverage]
    return [*everyone, counts["key_students"], counts["key_students_reached"], place.key_coverage]


def _coverage_total(m: Material) -> list[Amount]:
    everyone = [m.count("talk_parts"), m.count("students"), m.count("students_reached"), m.share("coverage")]
    return [*everyone, m.count("key_students"), m.count("key_students_reached"), m.share("key_coverage")]


def _emphasis(place: UnitRow, places: Sequence[UnitRow]) -> str:
    """A cluster is a heading only where its schools follow."""
    return place.emphasis if any(not other.emphasis for other in places) else ""


def class_table(m: Material) -> Table:
    codes = ("students", "key_students", "talk_parts", "students_reached", "flags_new", "flags_at_end")
    return _by_place(m, "classes", _("Figures by class"), codes)


def base_table(m: Material) -> Table:
    codes = ("schools", "classes", "students", "key_students", "group_entries")
    return _by_place(m, "T1", _("Schools (T1)"), codes)


def flag_table(m: Material) -> Table:
    codes = ("flags_at_start", "flags_new", "flags_closed", "flags_at_end", "flags_due", "flags_in_time")
    return _by_place(m, "T3", _("Risk flags (T3)"), codes)


def _by_place(m: Material, code: str, caption: str, figure_codes: Sequence[str]) -> Table:
    columns = [str(figures()[figure].label) for figure in figure_codes]
    rows = [
        Row(place.label, [place.counts[figure] for figure in figure_codes], _emphasis(place, m.places))
        for place in m.places
    ]
    total = Row(_("All"), [m.count(figure) for figure in figure_codes], "total")
    return Table(code, caption, [_first(m), *columns], [*rows, total])


def staff_table(m: Material) -> Table:
    """T2. Staff are no students: nothing is hidden but the ratio, where the students of a school are."""
    kinds = [value for value, _count in m.board.split("counselors", "employment")]
    columns = [_("Counselors"), *(value.label for value in kinds), _("Class teachers")]
    columns.append(_("Students per full-time counselor"))

    def cells(unit: int) -> list[Amount]:
        employed = [m.count("counselors", "employment", value.code, unit=unit) for value in kinds]
        ratio = written(m.board.share(ratios()["students_per_counselor"], unit))
        staff = [m.count("counselors", unit=unit), *employed, m.count("class_teachers", unit=unit)]
        return [*staff, Amount(ratio.value)]

    rows = [Row(place.label, cells(place.unit or 0), _emphasis(place, m.places)) for place in m.places]
    return Table("T2", _("Staff (T2)"), [_("Unit"), *columns], [*rows, Row(_("All"), cells(m.board.unit), "total")])


# --- comparison ----------------------------------------------------------------------------------------------------


def comparison_tables(m: Material) -> list[Table]:
    if m.before is None:
        return []
    counts = [Row(str(figures()[code].label), _three(m, code)) for code in COMPARED]
    shares = [Row(str(ratios()[code].label), three_shares(m, code)) for code in COMPARED_SHARES]
    columns = [_("Figure"), _("This term"), _("Term before"), _("Difference")]
    return [Table("comparison", _("Compared with {term}").format(term=m.before_label), columns, [*counts, *shares])]


def _three(m: Material, code: str) -> list[Amount]:
    now, was = m.count(code), m.was(code)
    return [now, was, Amount(_difference(now.value, was.value), "change")]


def three_shares(m: Material, code: str) -> list[Amount]:
    """Their difference is that of the two as they are written: whoever subtracts finds the same."""
    now, was = m.share(code), m.share_was(code)
    known = HIDDEN if now.is_hidden or was.is_hidden else _difference(now.rounded, was.rounded)
    return [now, was, Amount(known, "points")]


def _difference(now: Published | float | None, was: Published | float | None) -> Published | float | None:
    if now is HIDDEN or was is HIDDEN:
        return HIDDEN
    return None if now is None or was is None else now - was
