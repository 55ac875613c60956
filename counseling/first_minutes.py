"""What to do in the first ten minutes, by kind of event: lines to tick. A code is stored, so it never changes."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from counseling.models import EventClass

LINES: dict[str, Any] = {
    "stay": _("Stay with the student. Not a minute alone, not on the way to the toilet either."),
    "aid": _("Hurt or not breathing: call 120 now, then give first aid."),
    "means": _("Move away from windows, roof and water; take blades, ropes and pills away."),
    "calm": _("Speak little and calmly, listen. No reproach, no promise to keep it secret."),
    "others": _("Send the other students to another teacher. Nobody films, nobody asks questions."),
    "fetch": _("Have a second adult come. Call counselor and leader if nobody has called you back yet."),
    "guardian": _(
        "Counselor or leader calls a guardian; hand the student over in person only, not to somebody who is the danger."
    ),
    "words": _("Write down the time, and what was said in their own words."),
    "apart": _("Part those who fight, without putting yourself at risk; one adult for each of them."),
    "search": _("Search toilets, roof, stairs, gate and dormitory in pairs; ask the guard and look at the cameras."),
    "police": _("Call 110 at once; do not wait for 24 hours to pass."),
    "evidence": _("Do not question the child again and again; leave clothes, messages and the place as they are."),
    "suspect": _("Do not warn whoever may have done it. The mandatory report to the police is the leader's duty."),
    "quiet": _("One person speaks for the school. No names, no pictures, no details of how it happened."),
}
COMMON = ["stay", "aid", "means", "calm", "fetch", "others", "guardian", "words"]
BY_KIND: dict[str, list[str]] = {
    EventClass.VIOLENCE: ["aid", "apart", "police", "fetch", "others", "stay", "guardian", "words"],
    EventClass.MISSING: ["search", "police", "fetch", "guardian", "words"],
    EventClass.CONFUSED: ["stay", "aid", "calm", "means", "fetch", "others", "guardian"],
    EventClass.ABUSE: ["stay", "aid", "calm", "evidence", "suspect", "fetch", "guardian", "words"],
    EventClass.DEATH: ["aid", "police", "fetch", "others", "quiet", "guardian", "words"],
}


def lines_for(kind: str) -> list[tuple[str, Any]]:
    """The lines for this kind of event, the most urgent first."""
    return [(code, LINES[code]) for code in BY_KIND.get(kind, COMMON)]
