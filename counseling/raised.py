"""The flags that came from a talk and still stand: what its page says about them."""

from collections.abc import Iterable
from dataclasses import dataclass

from counseling.models import TalkPart
from schools.access import Viewer
from students.access import kept_from
from students.advice import advice
from students.models import RiskFlag, Student


@dataclass(frozen=True)
class Raised:
    """`flag` only for who may open it: raised first by somebody else, it may be out of the talker's sight."""

    student: Student
    severity: int
    label: str
    advice: str
    flag: RiskFlag | None


def raised_by(viewer: Viewer, parts: Iterable[TalkPart]) -> list[Raised]:
    """Of these parts, whose flag is open. Who gave the level is told what to do even if they may not see the flag;
    from whom it is kept, to them there is none, though they held the talk."""
    flagged = [part for part in parts if part.flag_id]
    if not flagged:
        return []
    wanted = RiskFlag.objects.open().filter(pk__in=[part.flag_id for part in flagged]).exclude(pk__in=kept_from(viewer))
    is_open = set(wanted.values_list("pk", flat=True))
    seen = {flag.pk: flag for flag in wanted.visible_to(viewer).select_related("assignee__person")}
    found = [_raised(viewer, part, seen.get(part.flag_id)) for part in flagged if part.flag_id in is_open]
    return [one for one in found if one.severity]


def _raised(viewer: Viewer, part: TalkPart, flag: RiskFlag | None) -> Raised:
    severity = flag.severity if flag else part.severity
    return Raised(part.student, severity, viewer.scheme.label(severity), advice(severity), flag)
