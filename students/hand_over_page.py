"""What the page of a hand-over shows, to the old school and to the new one. Until it is accepted, the new one sees
who it is, from whom, and what kinds of records come."""

from typing import Any

from django.utils import timezone

from schools.access import Viewer
from students.access import can_answer_hand_over
from students.file import REGISTRY, FileEntry
from students.hand_over_list import other_school
from students.handed import OFFERED, for_role, unpack
from students.holds import holding
from students.models import HandOver, RegistryEntry, RiskFlag


def page_of(viewer: Viewer, offer: HandOver) -> dict[str, Any]:
    is_own = offer.school_id == viewer.unit.pk
    return {
        "offer": offer,
        "student": offer.student if is_own else offer.student_there,
        "is_own": is_own,
        "is_read": (is_own and not offer.student.locked_on) or (not is_own and offer.is_accepted),
        "is_locked": is_own and offer.student.locked_on,
        "holding": _holding(viewer, offer) if is_own else [],
        "other_school": other_school(offer, viewer),
        "kinds": [kind.label for kind in OFFERED if kind.code in offer.kinds],
        "may_answer": can_answer_hand_over(viewer, offer),
        "flag_comes": _flag_comes(viewer, offer),
        "still_listed": _still_listed(viewer, offer) if is_own else None,
    }


def _flag_comes(viewer: Viewer, offer: HandOver) -> bool:
    """While it waits: the old school reads of flags that it may know of, who is to accept that there is one."""
    if not offer.is_waiting:
        return False
    found = RiskFlag.objects.open().filter(student=offer.student_id)
    return found.visible_to(viewer).exists() if offer.school_id == viewer.unit.pk else found.exists()


def _still_listed(viewer: Viewer, offer: HandOver) -> RegistryEntry | None:
    """The entry of a student who was handed over without it: somebody ends it."""
    if not offer.is_accepted or REGISTRY.code in offer.kinds:
        return None
    return RegistryEntry.objects.visible_to(viewer).open().filter(student=offer.student_id).first()


def _holding(viewer: Viewer, offer: HandOver) -> list[tuple[str, str]]:
    """What puts off the closing of records whose time is over."""
    is_over = offer.is_accepted and offer.keep_until is not None and offer.keep_until < timezone.localdate()
    return holding(viewer, offer.student) if is_over and not offer.student.locked_on else []


def on_paper(viewer: Viewer, offer: HandOver) -> list[FileEntry]:
    """What goes along, the newest first; what is for counselors only is on the paper that a counselor makes."""
    return for_role(viewer, unpack(offer.contents))
