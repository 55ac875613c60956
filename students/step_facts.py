"""What stands beside the words of a step of a flag: to whom, level, day, the contact behind it."""

from typing import Any

from django.utils.translation import gettext as _

from schools.access import Viewer
from students.models import FlagStep, GuardianContact, RiskFlag


def facts(step: FlagStep, viewer: Viewer) -> list[tuple[str, str]]:
    found = []
    if step.to:
        found.append((_("To"), step.to.person.name))
    if step.severity:
        label = _("Level judged") if step.kind == FlagStep.Kind.INTERVIEW else _("Level")
        found.append((label, viewer.scheme.word(step.severity)))
    if step.until:
        found.append((_("Until"), f"{step.until:%Y-%m-%d}"))
    if step.outcome:
        found.append((_("Outcome"), str(RiskFlag.Outcome(step.outcome).label)))
    if step.contact:
        found += contact_facts(step.contact)
    return found


def contact_facts(contact: GuardianContact) -> list[tuple[str, str]]:
    """One contact with a guardian, as pairs of label and text."""
    whom = f"{contact.guardian.name} {contact.guardian.relation}".strip() if contact.guardian else ""
    rows: list[tuple[str, Any]] = [
        (_("Whom"), whom),
        (_("How"), contact.get_channel_display()),
        (_("What was said"), contact.said),
        (_("How it was received"), contact.get_attitude_display() if contact.attitude else ""),
        (_("Notice"), _("signed") if contact.notice_signed else ""),
    ]
    return [(label, str(text)) for label, text in rows if text]
