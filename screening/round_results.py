"""What a round found, in counts: by class, grade and gender how much attention is asked for, and what became of it."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from schools.access import SCHOOL_ROLES, Viewer
from screening.models import Response, Round, Slip
from screening.words import attention_word
from students.access import kept_from
from students.models import RiskFlag, Student

ATTENTIONS = (0, 1, 2, 3, 4)


@dataclass
class Counted:
    """Those of one class, grade or gender. Answers in doubt stand apart and are no level."""

    label: str
    levels: Counter[int] = field(default_factory=Counter)
    doubtful: int = 0

    @property
    def cells(self) -> list[int]:
        return [self.levels[level] for level in ATTENTIONS]

    @property
    def total(self) -> int:
        return self.levels.total() + self.doubtful

    def add(self, attention: int, is_valid: bool) -> None:
        if is_valid or attention == 4:  # who gave an answer that called is counted by it
            self.levels[attention] += 1
        else:
            self.doubtful += 1


@dataclass(frozen=True)
class Found:
    heads: list[str]
    whole: Counted
    parts: list[tuple[str, list[Counted]]]
    became: list[tuple[str, int]]


def found_by(viewer: Viewer, round_: Round) -> Found | None:
    """For counselors and leaders. What stands behind a flag that is kept from the viewer is not counted for them."""
    if viewer.role not in SCHOOL_ROLES:
        return None
    rows = list(
        _not_kept(Response.objects.filter(slip__round=round_), viewer, "slip__")
        .select_related("slip__class_group", "slip__student")
        .only("attention", "is_valid", "slip__class_group", "slip__student__gender")
        .order_by("slip__class_group__stage", "-slip__class_group__entry_year", "slip__class_group__number")
    )
    whole = Counted(_("all"))
    split: dict[str, dict[Hashable, Counted]] = {"gender": {}, "grade": {}, "class": {}}
    genders = dict(Student.Gender.choices)
    for row in rows:
        group = row.slip.class_group
        group.school = round_.school
        gender = row.slip.student.gender
        places: list[tuple[str, Any, str]] = [
            ("gender", gender, str(genders.get(gender, _("not known")))),
            ("grade", (group.stage, group.entry_year), group.grade_name),
            ("class", group.pk, group.name),
        ]
        whole.add(row.attention, row.is_valid)
        for name, key, label in places:
            split[name].setdefault(key, Counted(label)).add(row.attention, row.is_valid)
    titles = {"gender": _("By gender"), "grade": _("By grade"), "class": _("By class")}
    return Found(
        heads=[attention_word(level) for level in ATTENTIONS],
        whole=whole,
        parts=[(titles[name], list(counted.values())) for name, counted in split.items()],
        became=_became(viewer, round_),
    )


def _became(viewer: Viewer, round_: Round) -> list[tuple[str, int]]:
    """Of those with a flag: how it ended, who was talked to, and who still waits."""
    slips = _not_kept(Slip.objects.filter(round=round_, flag__isnull=False), viewer, "")
    outcomes = dict(RiskFlag.Outcome.choices)
    found: Counter[str] = Counter()
    for state, outcome, talked in slips.values_list("flag__state", "flag__outcome", "flag__interviewed_at"):
        if state == RiskFlag.State.CLOSED:
            found[str(outcomes[outcome])] += 1
        else:
            found[_("talked to, not decided yet") if talked else _("waits for a talk")] += 1
    return found.most_common()


def _not_kept(rows: Any, viewer: Viewer, slip: str) -> Any:
    return rows.exclude(**{f"{slip}flag__in": kept_from(viewer), f"{slip}flag__isnull": False})
