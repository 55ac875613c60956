"""Which parts of talks a viewer sees, and who may change one."""

from typing import TYPE_CHECKING

from django.db.models import Q

from schools.access import Viewer
from schools.models import Role

if TYPE_CHECKING:
    from counseling.models.talks import TalkPart, TalkPartQuerySet


def parts_of(parts: "TalkPartQuerySet", viewer: Viewer) -> "TalkPartQuerySet":
    """Own talks; those of own classes, grade or school unless restricted; restricted ones for counselors only."""
    here = parts.filter(talk__school_id=viewer.unit.pk)
    own = Q(talk__author=viewer.person)
    open_to_others = Q(talk__is_restricted=False)
    if viewer.role == Role.COUNSELOR:
        return here
    if viewer.role == Role.SCHOOL_LEADER:
        return here.filter(own | open_to_others)
    if viewer.role in (Role.CLASS_TEACHER, Role.GRADE_HEAD):
        return here.filter(own | open_to_others & Q(student__class_group__in=viewer.classes))
    if viewer.role == Role.SUBJECT_TEACHER:
        return here.filter(own)
    return parts.none()


def can_change_part(viewer: Viewer, part: "TalkPart") -> bool:
    """Only who held the talk corrects or deletes its record."""
    return part.talk.author_id == viewer.person.pk and part.deleted_at is None
