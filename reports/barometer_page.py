"""The weeks of the class barometer as a page shows them: what somebody should read in full, the calm ones by name."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from reports.barometer import NO, QUESTIONS
from reports.models import Barometer
from reports.parts import part_of, parts_among
from schools.models import ClassGroup


@dataclass
class Week:
    starts: date
    told: list[Any] = field(default_factory=list)  # worrying ones first
    places: dict[tuple[int, str], bool] = field(default_factory=dict)  # class and dormitory: is it worrying?
    calm: list[str] = field(default_factory=list)  # by name: every answer was no, and nothing was written
    colleges: list[tuple[str, int, int]] = field(default_factory=list)  # name, handed in, worrying

    @property
    def handed_in(self) -> int:
        return len(self.places)

    @property
    def worrying(self) -> int:
        return sum(self.places.values())


def weeks_of(rows: Iterable[Barometer], classes: Mapping[int, ClassGroup]) -> list[Week]:
    """The newest first. `classes` are those of the rows, by key; those of a university are counted by college, too. A
    calm sheet is left out beside a worrying one of its week; whoever may not see that one still sees the calm one.
    Classes and dormitories are counted, however many worrying sheets each has handed in."""
    rows = list(rows)
    worrying = {(row.week, row.class_group_id, row.dormitory) for row in rows if row.is_worrying}
    rows = [row for row in rows if row.is_worrying or (row.week, row.class_group_id, row.dormitory) not in worrying]
    parts = parts_among(classes.values()) if any(group.department_id for group in classes.values()) else {}
    found: dict[date, Week] = {}
    for row in rows:
        week, group = found.setdefault(row.week, Week(row.week)), classes[row.class_group_id]
        name = f"{group.name} · {row.dormitory}" if row.dormitory else group.name
        asked = [*QUESTIONS.items(), *row.asked]
        marks = [(words, row.answers.get(code, NO)) for code, words in asked if row.answers.get(code, NO) != NO]
        if marks or row.is_worrying or row.flag_id:
            row.name, row.marks = name, marks  # type: ignore[attr-defined]
            week.told.append(row)
        else:
            week.calm.append(name)
        week.places[row.class_group_id, row.dormitory] = row.is_worrying
    for week in found.values():
        week.told.sort(key=lambda row: (not row.is_worrying, row.name))
        by_college: dict[str, Counter[bool]] = {name: Counter() for name in parts.values()}
        for (class_id, _dormitory), is_worrying in week.places.items() if parts else ():
            by_college[parts[part_of(classes[class_id])]][is_worrying] += 1
        week.colleges = [(name, said.total(), said[True]) for name, said in by_college.items() if len(parts) > 1]
    return list(found.values())
