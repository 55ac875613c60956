"""What to do now: while a flag stands, without telling its reason; and before there is a student to work with."""

from django.utils.translation import gettext as _

from schools.access import Viewer
from students.access import can_correct
from students.models import Student


def advice(severity: int) -> str:
    if severity >= 4:
        return _("Do not leave the student alone. Stay until the counselor has taken over, and do not promise secrecy.")
    if severity == 3:
        return _("Keep the student in sight today. Do not ask about the cause; the counselor does. Report any change.")
    if severity == 2:
        return _("Greet the student each day, note what changes in sleep, meals and friends, and tell the counselor.")
    return _("Be a little more attentive than usual, and have a talk within the week.")


def first_step(viewer: Viewer) -> str:
    """What is missing before this viewer has a student to talk to; nothing once there is one."""
    if Student.objects.visible_to(viewer).exists():
        return ""
    if can_correct(viewer):
        return _("This school has no students yet. Import the roster first; then talks can be logged here.")
    if Student.objects.filter(school=viewer.unit).exists():
        return _("You have no class with students yet. Ask a leader of the school to enter your classes under People.")
    return _("This school has no students yet. Ask the counselor or a leader of the school to import the roster.")
