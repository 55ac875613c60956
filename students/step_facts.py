"""What stands beside the words of a step of a flag: to whom, level, day, the contact behind it."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from schools.access import Viewer
from students.center_list import state_of
from students.models import CenterRequest, FlagStep, GuardianContact, RiskFlag


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
        found.append((_("Outcome"), str(capfirst(RiskFlag.Outcome(step.outcome).label))))
    if step.contact:
        found += contact_facts(step.contact)
    if step.request:
        found += answer_facts(step.request) if step.kind == FlagStep.Kind.ANSWER else request_facts(step.request)
    return found


def contact_facts(contact: GuardianContact) -> list[tuple[str, str]]:
    """One contact with a guardian, as pairs of label and text."""
    whom = f"{contact.guardian.name} {contact.guardian.relation}".strip() if contact.guardian else ""
    rows: list[tuple[str, Any]] = [
        (_("Whom"), whom),
        (_("How"), capfirst(contact.get_channel_display())),
        (_("What was said"), contact.said),
        (_("How it was received"), capfirst(contact.get_attitude_display()) if contact.attitude else ""),
        (pgettext("a paper for the family", "Notice"), capfirst(_("signed")) if contact.notice_signed else ""),
    ]
    return [(label, str(text)) for label, text in rows if text]


def request_facts(request: CenterRequest) -> list[tuple[str, str]]:
    """What a center was asked, and how it stands, as pairs of label and text."""
    rows = [
        (_("To"), request.to.name),
        ("", request.text),
        (_("Case number"), request.case),
        (_("Named"), request.names),
        (_("Why the name is needed"), request.named_because),
        (_("State"), capfirst(state_of(request))),
    ]
    return [(label, text) for label, text in rows if text]


def answer_facts(request: CenterRequest) -> list[tuple[str, str]]:
    return [(request.to.name, request.answer)]
