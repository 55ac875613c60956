"""What the class teacher does while a flag stands: said by level, without the reason."""

from django.utils.translation import gettext as _


def advice(severity: int) -> str:
    if severity >= 4:
        return _("Do not leave the student alone. Stay until the counselor has taken over, and do not promise secrecy.")
    if severity == 3:
        return _("Keep the student in sight today. Do not ask about the cause; the counselor does. Report any change.")
    if severity == 2:
        return _("Greet the student each day, note what changes in sleep, meals and friends, and tell the counselor.")
    return _("Be a little more attentive than usual, and have a talk within the week.")
