"""What a round found, in counts: how much attention is asked for, by grade, class or gender, and what became of it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from schools.access import SCHOOL_ROLES, Viewer
from schools.models import ClassGroup
from screening.access import FEWEST_SHEETS, SCREENERS, not_kept
from screening.models import Response, Round, Slip
from screening.models.responses import AT_ONCE, counts
from screening.words import NEEDS_ATTENTION, attention_word
from students.models import RiskFlag, Student

ATTENTIONS = (0, 1, 2, 3, 4)
SPLITS = ("grade", "gender", "class")


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

    @property
    def valid(self) -> int:
        return self.levels.total()

    @property
    def above(self) -> int:
        return sum(self.levels[level] for level in ATTENTIONS if level >= NEEDS_ATTENTION)

    def add(self, attention: int, is_valid: bool, how_many: int = 1) -> None:
        if counts(attention, is_valid=is_valid):
            self.levels[attention] += how_many
        else:
            self.doubtful += how_many


@dataclass(frozen=True)
class Fate:
    """What became of so many of those above the cut-off."""

    code: str
    label: str
    count: int


@dataclass(frozen=True)
class Found:
    heads: list[str]
    whole: Counted
    rows: list[Counted]  # none that could tell of a single student to who opens no result
    fates: list[Fate]
    hidden: int  # so many rows are left out
    # While a round runs, one more in doubt would tell a leader whose answers they are.
    tells_validity: bool

    @property
    def above(self) -> int:
        """With those whose answer called before they handed in."""
        return sum(one.count for one in self.fates)

    @property
    def waiting(self) -> int:
        return sum(one.count for one in self.fates if one.code == WAITS)

    @property
    def decided(self) -> int:
        return sum(one.count for one in self.fates if one.code in dict(RiskFlag.Outcome.choices))


def found_by(viewer: Viewer, round_: Round, by: str = "grade") -> Found | None:
    """For counselors and leaders. What stands behind a flag that is kept from the viewer is not counted for them."""
    if viewer.role not in SCHOOL_ROLES:
        return None
    rows = list(
        not_kept(Response.objects.filter(slip__round=round_), viewer, "slip__")
        .order_by()
        .values_list("slip__class_group", "slip__student__gender", "attention", "is_valid")
        .annotate(how_many=Count("pk"))
    )
    groups = {one.pk: one for one in ClassGroup.objects.filter(pk__in={row[0] for row in rows})}
    for group in groups.values():
        group.school = round_.school
    whole, counted = Counted(_("all")), dict[Any, Counted]()
    for group_pk, gender, attention, is_valid, how_many in rows:
        order, label = _place(by, groups[group_pk], gender)
        whole.add(attention, is_valid, how_many)
        counted.setdefault(order, Counted(label)).add(attention, is_valid, how_many)
    shown = _shown(viewer, round_, counted, by)
    return Found(
        heads=[attention_word(level) for level in ATTENTIONS],
        whole=whole,
        rows=[counted[order] for order in shown],
        fates=_fates(viewer, round_),
        hidden=len(counted) - len(shown),
        tells_validity=is_counted_for(viewer, round_),
    )


def _shown(viewer: Viewer, round_: Round, counted: dict[Any, Counted], by: str) -> list[Any]:
    """Places of the groups that this viewer reads of. Small ones are left out together with the next smallest of the
    grade, and of the whole, as long as taking the others away from a sum would show so few."""
    if not is_counted_for(viewer, round_):
        return []
    fewest = fewest_for(viewer)
    hidden = {order for order, one in counted.items() if one.valid < fewest}
    grades: dict[Any, set[Any]] = {}
    for order in counted if by == "class" else ():
        grades.setdefault(order[:2], set()).add(order)
    for together in (*grades.values(), set(counted)):
        by_size = sorted(together - hidden, key=lambda order: -counted[order].valid)
        while by_size and 0 < sum(counted[order].valid for order in together & hidden) < fewest:
            hidden.add(by_size.pop())
    return sorted(counted.keys() - hidden)


def _place(by: str, group: ClassGroup, gender: str) -> tuple[Any, str]:
    """Where somebody is counted: its order among the others, and its word."""
    if by == "gender":
        return gender, str(dict(Student.Gender.choices).get(gender, _("not known")))
    if by == "class":
        return (group.stage, -group.entry_year, group.prefix, group.number), group.name
    return (group.stage, -group.entry_year), group.grade_name


# --- what became of those above the cut-off ---------------------------------------------------------------------------

WAITS, TALKED, PROPOSED = "waits", "talked", "proposed"


def _fates(viewer: Viewer, round_: Round) -> list[Fate]:
    """Of those with a flag or a result above the cut-off: how it ended, who was talked to, and who still waits."""
    above = Q(response__attention=AT_ONCE) | Q(response__attention__gte=NEEDS_ATTENTION, response__is_valid=True)
    slips = not_kept(Slip.objects.filter(above | Q(flag__isnull=False), round=round_), viewer, "")
    rows = slips.values_list("flag__state", "flag__outcome", "flag__interviewed_at")
    found = Counter(_fate(*row) for row in rows)
    words = {
        RiskFlag.Outcome.REGISTERED: _("put on the registry"),
        RiskFlag.Outcome.REFERRED: _("handed to outside help"),
        RiskFlag.Outcome.WATCHED: _("watched on in daily care"),
        RiskFlag.Outcome.SUPPORTED: _("supported, settled"),
        RiskFlag.Outcome.UNFOUNDED: _("no need for concern"),
        RiskFlag.Outcome.MOVED: _("handed over to another school"),
        PROPOSED: _("talked to, waits for the second person"),
        TALKED: _("talked to, not decided yet"),
        WAITS: _("waits for a talk"),
    }
    return [Fate(str(code), str(word), found[code]) for code, word in words.items() if found[code]]


def _fate(state: str | None, outcome: str | None, talked: Any) -> str:
    if state == RiskFlag.State.CLOSED:
        return outcome or RiskFlag.Outcome.UNFOUNDED
    if state is None or talked is None:
        return WAITS
    return {RiskFlag.State.PROPOSED: PROPOSED, RiskFlag.State.WATCHED: str(RiskFlag.Outcome.WATCHED)}.get(
        RiskFlag.State(state), TALKED
    )


def is_counted_for(viewer: Viewer, round_: Round) -> bool:
    """Counselors open each result. For whoever else a count that grows while the round runs would tell whose it is."""
    return viewer.role in SCREENERS or round_.state == Round.State.CLOSED


def fewest_for(viewer: Viewer) -> int:
    """With fewer valid results in a group, nothing is counted of it."""
    return 0 if viewer.role in SCREENERS else FEWEST_SHEETS
