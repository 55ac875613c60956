"""What stands in a step of a flag: the fields of each kind, with their words. Stored sealed, as JSON by field."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools.common.labels import listed

if TYPE_CHECKING:
    from students.models import FlagStep

THOUGHTS = {
    "not_asked": _("not asked"),
    "none": pgettext_lazy("thoughts of death", "none"),
    "thoughts": _("has thoughts"),
    "plan": _("has a plan"),
    "attempt": _("has tried"),
}
MEANS = {
    "unknown": _("not known"),
    "none": pgettext_lazy("means", "none"),
    "secured": _("there are, put away"),
    "open": _("there are, not yet dealt with"),
}
MOODS = {
    "calm": _("calm"),
    "low": _("low"),
    "tense": _("tense"),
    "irritable": _("irritable"),
    "numb": _("numb"),
    "changing": _("changing"),
}
SLEEP = {
    "good": _("sleeps well"),
    "poor": _("sleeps badly"),
    "hardly": _("hardly sleeps"),
    "unknown": _("not known"),
}
PROTECTS = {
    "parent": pgettext_lazy("what holds", "a parent"),
    "teacher": pgettext_lazy("what holds", "a teacher"),
    "friend": _("a good friend"),
    "grandparents": _("grandparents"),
    "plans": _("plans and hopes"),
    "hobby": _("something loved to do"),
}
NEXT = {
    "accompanied": _("somebody stays with the student"),
    "parent_today": _("a parent comes today"),
    "hospital": _("to the hospital"),
    "talk_tomorrow": _("another talk tomorrow"),
    "safety_plan": _("agree a safety plan"),
}
# By field: its label, and the words of its answers where it has chips.
FIELDS: dict[str, tuple[Any, Mapping[str, Any]]] = {
    "text": ("", {}),
    "happened": (_("What was said, what was seen"), {}),
    "mood": (_("Mood"), MOODS),
    "sleep": (_("Sleep"), SLEEP),
    "thoughts": (_("Thoughts of death"), THOUGHTS),
    "plan": (_("Plan, if any"), {}),
    "means": (_("Dangerous things within reach"), MEANS),
    "protects": (_("Who and what holds"), PROTECTS),
    "support": (_("Support at home and at school"), {}),
    "next": (_("What comes next"), NEXT),
    "extra": (_("The school's own questions"), {}),
    "seen": (_("What was seen"), {}),
    "done": (_("What was done"), {}),
    "summary": (_("The school's summary for the center"), {}),
    "whom": (_("To whom"), {}),
    "goes_when": (_("When the student goes"), {}),
    "goes_along": (_("Who goes along"), {}),
    "back_by": (_("What is to come back by when"), {}),
    "came_back": (_("What came back"), {}),
    "case": (_("Case number"), {}),
    "authority": (_("To which authority"), {}),
}


def pack(words: Mapping[str, Any]) -> str:
    """As it is stored: nothing that was left empty."""
    kept = {name: value for name, value in words.items() if value not in ("", None, [], {})}
    return json.dumps(kept, ensure_ascii=False)


def unpack(step: "FlagStep") -> dict[str, Any]:
    return json.loads(step.words) if step.words else {}


def lines(step: "FlagStep") -> list[tuple[str, str]]:
    """What was written, as pairs of label and text, in the order of the form."""
    words = unpack(step)
    found = []
    for name, (label, options) in FIELDS.items():
        value = words.get(name)
        if not value:
            continue
        if isinstance(value, dict):
            found += [(question, answer) for question, answer in value.items() if answer]
        else:
            found.append((str(label), _told(value, options)))
    return found


def _told(value: Any, options: Mapping[str, Any]) -> str:
    if isinstance(value, list):
        return str(capfirst(listed(str(options.get(one, one)) for one in value)))
    return str(capfirst(options[value])) if value in options else str(value)
