"""What the pages of a sweep say: the list of a class, the heading of a board, its sheet."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.models import Sweep, SweepNote, SweepSignature
from reports.reporting import State
from reports.sweeps import Numbers, SweepBoard, SweepRow, group_words, known_flags
from schools.access import Viewer
from schools.common.workbooks import Sheet
from schools.models import ClassGroup
from students.access import CARING_ROLES
from students.models import Student


@dataclass
class Kid:
    """A student in the list of a class, and what was noted, as far as the viewer may know of it."""

    student: Student
    note: SweepNote | None = None
    groups: tuple[str, ...] = ()
    has_concern: bool = False
    # When, unless the moment would tell of a flag that the viewer may not know of.
    noted_at: dt.datetime | None = None

    @property
    def is_noted(self) -> bool:
        return bool(self.groups) or self.has_concern


@dataclass
class ClassPage:
    group: ClassGroup
    kids: list[Kid]
    signatures: list[SweepSignature]

    @property
    def left(self) -> int:
        return sum(kid.note is None for kid in self.kids)

    @property
    def is_begun(self) -> bool:
        return any(kid.note for kid in self.kids)

    @property
    def last(self) -> SweepSignature | None:
        return self.signatures[-1] if self.signatures else None

    @property
    def has_changed(self) -> bool:
        """Somebody was noted, or came into the class, after it was signed."""
        signed = self.last
        return signed is not None and any(
            kid.note is None or (kid.noted_at or signed.at) > signed.at for kid in self.kids
        )

    @property
    def is_done(self) -> bool:
        return self.last is not None and not self.has_changed


def class_page(viewer: Viewer, sweep: Sweep, group: ClassGroup) -> ClassPage:
    """Five queries, however many students there are."""
    students = Student.objects.visible_to(viewer).enrolled().filter(class_group=group)
    seen = SweepNote.objects.visible_to(viewer).filter(sweep=sweep, student__in=students)
    notes, known = {note.student_id: note for note in seen}, known_flags(seen, viewer)
    words = dict(group_words(code for note in notes.values() for code in note.groups))
    kids = []
    for student in students.only("name", "student_number"):
        kid = Kid(student, notes.get(student.pk))
        if kid.note:
            if viewer.role in CARING_ROLES:  # a subject teacher who stands in does not learn the groups
                kid.groups = tuple(words[code] for code in kid.note.groups if code in words)
            kid.has_concern = kid.note.flag_id in known
            is_told = kid.note.flag_id is None or kid.has_concern or kid.note.by_id == viewer.membership.pk
            kid.noted_at = kid.note.at if is_told else None
        kids.append(kid)
    signatures = SweepSignature.objects.visible_to(viewer).filter(sweep=sweep, class_group=group)
    return ClassPage(group, kids, list(signatures.select_related("by__person")))


def board_words(board: SweepBoard, *, is_school: bool) -> str:
    """The fact that matters, as a sentence."""
    counts = board.counts
    if not board.rows:
        return _("Nobody is asked here")
    if counts.is_complete:
        if is_school:
            return ngettext("The {n} class has answered", "All {n} classes have answered", counts.expected).format(
                n=counts.expected
            )
        return ngettext("The {n} school has signed", "All {n} schools have signed", counts.expected).format(
            n=counts.expected
        )
    if is_school:
        text = _("{done} of {expected} classes have answered")
    else:
        text = _("{done} of {expected} schools have signed")
    return text.format(done=counts.received, expected=counts.expected)


def corrected_since(board: SweepBoard, own: SweepSignature | None) -> list[str]:
    """Who has signed, or corrected, after the school signed: it waits for a correction with a number."""
    return [row.name for row in board.rows if own and row.last and row.last.at > own.at]


def state_words() -> dict[State, str]:
    return {
        State.REPORTED: _("something noted"),
        State.ZERO: _("none"),
        State.MISSING: _("silent"),
        State.AWAITED: _("not yet"),
    }


def sweep_sheet(viewer: Viewer, sweep: Sweep, board: SweepBoard) -> Sheet:
    heads = [
        _("Class") if viewer.unit.is_school else _("Unit"),
        _("State"),
        _("Students"),
        _("looked at"),
        _("something noted"),
        _("worry somebody"),
        *(label for _code, label in board.columns),
        _("signed by"),
        _("signed at"),
        _("late"),
        _("version"),
    ]
    title = f"{_('Sweep')} {sweep.title}"
    return Sheet("sweep_board", title, len(board.rows), heads, lambda: _lines(board))


def _lines(board: SweepBoard) -> Iterator[list[str]]:
    words = state_words()
    for row in board.rows:
        yield [row.name, words[row.state], *_numbers(board, row.numbers), *_signature(row)]
    sums = [(one.name, one.numbers) for one in board.clusters if one.name]
    for name, numbers in [*sums, (_("In all"), board.numbers)]:
        yield [name, "", *_numbers(board, numbers), "", "", "", ""]


def _numbers(board: SweepBoard, numbers: Numbers) -> list[str]:
    counts = [numbers.students, numbers.looked, numbers.noted, numbers.concerns]
    return [str(count) for count in (*counts, *(numbers.groups[code] for code, _label in board.columns))]


def _signature(row: SweepRow) -> list[str]:
    if row.last is None:
        return ["", "", "", ""]
    at = f"{timezone.localtime(row.last.at):%Y-%m-%d %H:%M}"
    return [row.last.by.person.name, at, _("late") if row.is_late else "", str(row.last.number)]
