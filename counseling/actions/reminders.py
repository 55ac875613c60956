"""A class teacher is reminded of the talks that are still to be held."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from counseling.access import can_remind
from counseling.queries import coverage_by_class
from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import ClassGroup, Membership, Role
from schools.work.notices import notify


@transaction.atomic
def remind_of_talks(*, by: Viewer, class_group: ClassGroup) -> int:
    """Call the class teachers of a class in which students still wait for this term's talk; once a day at most."""
    if not can_remind(by) or class_group.pk not in by.class_ids or by.term is None:
        raise Refused(_("Only counselors, leaders and the grade head remind a class teacher."))
    left = [row.left for row in coverage_by_class(by, by.term) if row.class_group.pk == class_group.pk]
    if not any(left):
        raise Refused(_("Nobody of this class waits for a talk any more."))
    teachers = Membership.objects.current().filter(role=Role.CLASS_TEACHER, classes=class_group, person__is_active=True)
    told = notify(
        to=teachers.select_related("unit"),
        kind="talks.reminded",
        url=f"{reverse('counseling:coverage')}?class={class_group.pk}",
        occasion=f"{class_group.pk} {timezone.localdate().isoformat()}",
    )
    if not told:
        raise Refused(_("The class teacher has been reminded today already, or there is none."))
    audit.record(by=by, verb="talks.reminded", about=class_group, details={"rows": told})
    return told
