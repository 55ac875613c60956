"""The sections of a semester summary, in the order in which districts ask for them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports import appendix, drafts
from reports.clocks import ClockRow
from reports.document import (
    Amount,
    Balance,
    Behind,
    Fact,
    Row,
    Section,
    Table,
    in_chinese,
    is_chinese,
    school_hours,
)
from reports.editions import HIDDEN
from reports.material import Material
from schools.figures import figures, ratios


@dataclass(frozen=True)
class Part:
    """One section: how its text drafts itself, and what stands with it."""

    code: str
    title: Any
    draft: Callable[[Material], str]
    facts: Callable[[Material], Sequence[Fact]] = lambda _m: ()
    tables: Callable[[Material], Sequence[Table]] = lambda _m: ()
    balance: Callable[[Material], Balance | None] = lambda _m: None
    is_appendix: bool = False

    def section(self, m: Material, number: int) -> Section:
        return Section(
            code=self.code,
            number=number,
            title=str(self.title),
            text=self.draft(m),
            facts=self.facts(m),
            balance=self.balance(m),
            tables=self._counted([table for table in self.tables(m) if table.rows]),
            is_appendix=self.is_appendix,
        )

    def _counted(self, tables: list[Table]) -> list[Table]:
        """Several tables of a section are counted （一）, （二） in Chinese; those of the appendix have T-numbers."""
        if self.is_appendix or len(tables) < 2 or not is_chinese():
            return tables
        return [replace(one, caption=f"（{in_chinese(n)}）{one.caption}") for n, one in enumerate(tables, start=1)]


def headline(m: Material) -> list[Fact]:
    return [
        _fact(m, "students"),
        _fact(m, "talks"),
        Fact(_("Coverage of all students"), m.share("coverage"), note=_of(m, "students_reached", "students")),
        Fact(
            _("Coverage of key students"),
            m.share("key_coverage"),
            note=_of(m, "key_students_reached", "key_students"),
        ),
        _fact(m, "flags_new"),
        _fact(m, "flags_at_end"),
    ]


def _fact(m: Material, code: str) -> Fact:
    was = m.was(code)
    note = _("{n} in the term before").format(n=was) if was.value is not None else ""
    return Fact(str(figures()[code].label), m.count(code), str(figures()[code].unit_of_measure), note)


def _of(m: Material, part: str, whole: str) -> str:
    return f"{m.count(part)} / {m.count(whole)}"


# --- organisation and students ------------------------------------------------------------------------------------


def staff_table(m: Material) -> list[Table]:
    kinds = _split_rows(m, "counselors", "employment")
    rows = [
        *kinds,
        Row(_("Counselors in all"), [m.count("counselors")], "total"),
        Row(_("Class teachers"), [m.count("class_teachers")]),
        Row(_("Students per full-time counselor"), [Amount(m.share("students_per_counselor").value)]),
    ]
    if not m.is_school:
        rows.append(Row(_("Schools"), [m.count("schools")]))
        rows.append(Row(_("Schools with at least one counselor"), [m.count("schools_with_counselor")]))
    return [Table("staff", _("Staff"), [_("Staff"), _("Number")], rows), *_certificate_tables(m)]


def _certificate_tables(m: Material) -> list[Table]:
    """How many hold which certificate, from how many runs; and of whom it is asked."""
    levels = m.board.split("certificates", "level")
    if not levels:
        return []
    held = [
        Row(value.label, [m.count("certificates", "level", value.code), Amount(drafts.runs_of(m, value.code))])
        for value, _count in levels
    ]
    columns = [_("Certificate"), _("Holders"), _("Runs")]
    roles = [
        Row(
            value.label,
            [
                *(m.count(code, "role", value.code) for code in ("staff", "certified_staff")),
                m.share("as_wanted_share", split="role", value=value.code),
            ],
        )
        for value, _count in m.board.split("staff", "role")
    ]
    total = Row(_("All"), [m.count("staff"), m.count("certified_staff"), m.share("as_wanted_share")], "total")
    heads = [_("Role"), _("Staff"), _("With a certificate"), _("Hold what is asked for")]
    return [
        Table("certificates", _("Training certificates"), columns, held),
        Table("certified", _("Certificates by role"), heads, [*roles, total]),
    ]


def student_tables(m: Material) -> list[Table]:
    grades = _told(
        Row(value.label, [m.count(code, "grade", value.code) for code in ("students", "key_students")])
        for value, _count in m.board.split("students", "grade")
    )
    genders = [
        Row(value.label, [m.count(code, "gender", value.code) for code in ("students", "key_students")])
        for value, _count in m.board.split("students", "gender")
    ]
    total = Row(_("All"), [m.count("students"), m.count("key_students")], "total")
    columns = [_("Students"), _("Key students")]
    return [
        Table("grades", _("Students by grade"), [_("Grade"), *columns], [*grades, total]),
        Table("genders", _("Students by gender"), [_("Gender"), *columns], [*genders, total]),
        *_group_table(m),
    ]


def _told(rows: Iterable[Row]) -> list[Row]:
    """Without the grades that a unit does not have."""
    return [row for row in rows if any(getattr(cell, "value", cell) not in (0, None) for cell in row.cells)]


def _group_table(m: Material) -> list[Table]:
    rows = _split_rows(m, "group_entries", "group")
    note = _("A student may be in several groups.")
    return [Table("groups", _("Special groups"), [_("Special group"), _("Students")], rows, note)] if rows else []


# --- talks and coverage --------------------------------------------------------------------------------------------


def talk_tables(m: Material) -> list[Table]:
    return [
        _split_table(m, "talk_parts", "theme", "themes", _("Themes"), _("A talk may have several themes.")),
        _split_table(m, "talks", "kind", "kinds", _("Kinds of talks")),
        _split_table(m, "talks", "initiative", "initiatives", _("Who asked for the talk")),
        _split_table(m, "talk_parts", "level", "attention", _("Need for attention")),
        _grade_table(m),
    ]


def _split_table(m: Material, figure: str, split: str, code: str, caption: str, note: str = "") -> Table:
    declared = figures()[figure]
    found = declared.split(split)
    rows = _split_rows(m, figure, split)
    if found and found.is_partition:
        rows.append(Row(_("All"), [m.count(figure)], "total"))
    heading = str(found.label) if found else ""
    columns = [heading[:1].upper() + heading[1:], str(declared.unit_of_measure).capitalize()]
    return Table(code, caption, columns, rows, note, drawn=0)


def _split_rows(m: Material, figure: str, split: str) -> list[Row]:
    return [Row(value.label, [m.count(figure, split, value.code)]) for value, _count in m.board.split(figure, split)]


def _grade_table(m: Material) -> Table:
    counted = ("students", "talk_parts", "students_reached")
    rows = _told(
        Row(
            value.label,
            [
                *(m.count(code, "grade", value.code) for code in counted),
                m.share("coverage", split="grade", value=value.code),
            ],
        )
        for value, _count in m.board.split("students", "grade")
    )
    totals = [*(m.count(code) for code in counted), m.share("coverage")]
    columns = [_("Grade"), _("Students"), _("Person-times"), _("Reached"), _("Coverage")]
    return Table("talks_by_grade", _("Talks by grade"), columns, [*rows, Row(_("All"), totals, "total")], drawn=3)


def coverage_tables(m: Material) -> list[Table]:
    """Classes of a school. The schools of a center stand in the appendix; here only what lies right below it."""
    places = appendix.near(m)
    return [appendix.coverage_table(m, places)] if places else []


# --- flags ---------------------------------------------------------------------------------------------------------


def balance(m: Material) -> Balance:
    return Balance(m.count("flags_at_start"), m.count("flags_new"), m.count("flags_closed"), m.count("flags_at_end"))


FLAGS = ("flags_at_start", "flags_new", "flags_closed", "flags_at_end")


def flag_tables(m: Material) -> list[Table]:
    levels = sorted({value for code in FLAGS for value in m.board.values(code, "level")})
    rows = [Row(value.label, [m.count(code, "level", value.code) for code in FLAGS]) for value in levels]
    total = Row(_("All"), [m.count(code) for code in FLAGS], "total")
    columns = [_("Level"), _("At the start"), _("New"), _("Closed"), _("At the end")]
    return [
        Table("flags", _("Risk flags by level"), columns, [*rows, total], drawn=FLAGS.index("flags_new")),
        _clock_table(m.clocks),
        *_state_tables(m),
        *_incident_tables(m),
    ]


def _incident_tables(m: Material) -> list[Table]:
    """Crisis events by kind and by month, if there were any."""
    if not m.board.split("incidents", "kind"):
        return []
    return [
        _split_table(m, "incidents", "kind", "incident_kinds", _("Crisis events by kind")),
        _split_table(m, "incidents", "month", "incident_months", _("Crisis events by month")),
    ]


def _clock_table(rows: Iterable[ClockRow]) -> Table:
    columns = [_("Level"), _("New flags"), _("Known → reported"), _("Reported → acted on"), _("Known → settled")]
    note = _("Middle values (medians). Known → settled counts school hours only.")
    found = [_clock_row(row) for row in rows]
    return Table("clocks", _("The four clocks"), [*columns, _("Acted on in time")], found, note)


def _clock_row(row: ClockRow) -> Row:
    settled = row.middles["known_settled"]
    told: Amount | str = Amount(settled) if settled is None or settled is HIDDEN else school_hours(float(settled))
    split = ("level", row.level) if row.level else ()
    new, in_time = Behind("flags_new", *split), Behind("flags_in_time", *split)
    clocks = [replace(row.amount(code), behind=new) for code in ("known_reported", "reported_acted")]
    share = Amount(row.in_time.quotient, "percent", in_time)
    cells = [Amount(row.count, behind=new), *clocks, told, share]
    return Row(row.label, cells, "" if row.level else "total")


def _state_tables(m: Material) -> list[Table]:
    found = []
    if m.board.split("flags_at_end", "state"):
        found.append(_split_table(m, "flags_at_end", "state", "states", _("Open flags by state")))
    if m.board.split("flags_closed", "outcome"):
        found.append(_split_table(m, "flags_closed", "outcome", "outcomes", _("Closed flags by outcome")))
    return found


def screening_tables(m: Material) -> list[Table]:
    if m.count("screening_asked").value == 0:
        return []
    grades = _told(
        Row(
            value.label,
            [
                *(m.count(code, "grade", value.code) for code in ("students", "students_screened")),
                m.share("screening_coverage", split="grade", value=value.code),
            ],
        )
        for value, _count in m.board.split("students", "grade")
    )
    total = Row(_("All"), [m.count("students"), m.count("students_screened"), m.share("screening_coverage")], "total")
    heads = [_("Grade"), _("Students"), _("Students screened"), str(ratios()["screening_coverage"].label)]
    return [
        Table("screened", _("Screening by grade"), heads, [*grades, total], drawn=2),
        _split_table(m, "screening_levels", "attention", "screening_levels", _("Results by attention")),
    ]


PARTS: list[Part] = [
    Part("overview", gettext_lazy("Overview"), drafts.overview, facts=headline),
    Part("organisation", gettext_lazy("Organisation and staff"), drafts.organisation, tables=staff_table),
    Part("students", gettext_lazy("Students and special groups"), drafts.students, tables=student_tables),
    Part("talks", gettext_lazy("One-to-one talks"), drafts.talks, tables=talk_tables),
    Part("coverage", gettext_lazy("Coverage"), drafts.coverage, tables=coverage_tables),
    Part(
        "flags",
        gettext_lazy("Risk flags"),
        drafts.flags,
        tables=flag_tables,
        balance=balance,
    ),
    Part("screening", gettext_lazy("Screening"), drafts.screening, tables=screening_tables),
    Part(
        "comparison",
        gettext_lazy("Compared with the term before"),
        drafts.comparison,
        tables=appendix.comparison_tables,
    ),
    Part("problems", gettext_lazy("What is not as it should be"), drafts.problems),
    Part("plan", gettext_lazy("Plan for the next term"), drafts.plan),
    Part("appendix", gettext_lazy("Appendix: tables"), drafts.nothing, tables=appendix.tables, is_appendix=True),
]
CODES = [part.code for part in PARTS]
