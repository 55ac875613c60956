"""What the audit log calls an act, in words. Each app may have a `trail.py` that tells its own with `says`."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from schools.floors import ask_apps

_words: dict[str, Any] = {
    "audit.opened": _("read the audit log"),
    "chain.started": _("began a chain of the log"),
    "demo.loaded": _("loaded the demo"),
    "job.file_taken": _("took a finished file"),
    "membership.granted": _("gave a role"),
    "membership.changed": _("changed a role"),
    "membership.ended": _("ended a role"),
    "person.created": _("created an account"),
    "person.changed": _("corrected an account"),
    "person.activated": _("opened an account again"),
    "person.deactivated": _("closed an account"),
    "person.signed_in": _("signed in"),
    "person.password_changed": _("changed the own password"),
    "person.password_reset": _("made a new first password"),
    "person.sessions_ended": _("signed out everywhere else"),
    "person.factor_removed": _("took a second factor away"),
    "person.totp_activated": _("set up an authenticator app"),
    "person.totp_deactivated": _("removed an authenticator app"),
    "person.webauthn_added": _("added a passkey"),
    "person.webauthn_removed": _("removed a passkey"),
    "person.recovery_codes_generated": _("made recovery codes"),
    "staff.imported": _("imported staff"),
    "staff_import.started": _("started an import of staff"),
    "unit_kind.created": _("added a level of units"),
    "unit_kind.renamed": _("renamed a level of units"),
    "unit_kind.moved": _("moved a level of units"),
    "unit_kind.removed": _("removed a level of units"),
    "unit.created": _("added a unit"),
    "unit.changed": _("changed a unit"),
    "unit.settings": _("changed the rules of a unit"),
    "unit.term": _("set a term"),
    "unit.calendar_day": _("changed a day of the calendar"),
}


def says(words: dict[str, Any]) -> None:
    """Add the words of an app."""
    _words.update(words)


def words_of(verb: str) -> str:
    """The act in words; one that nobody told stands with its code, so that nothing is hidden."""
    ask_apps("trail")
    return str(_words.get(verb, verb))
