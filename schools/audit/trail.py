"""What the audit log calls an act, in words. Each app may have a `trail.py` that tells its own with `says`."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from schools.common.floors import ask_apps

PAGE_OPENED = _("opened the student's page")

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
    "unit.term_removed": _("took a term back"),
    "unit.talk_duty": _("set the date for the talks of a term"),
    "unit.calendar_day": _("changed a day of the calendar"),
}


def says(words: dict[str, Any]) -> None:
    """Add the words of an app."""
    _words.update(words)


def words_of(verb: str) -> str:
    """The act in words; one that nobody told stands with its code, so that nothing is hidden."""
    ask_apps("trail")
    return str(_words.get(verb, verb))


def tell(entries: list[Any], viewer: Any = None) -> list[Any]:
    """Put the words on entries about students, as this viewer may read them; an auditor reads what it was.

    An act on a record that the viewer may not see reads like a look at the student's page: any other word, or none,
    would tell that there is such a record.
    """
    closed = set(_closed(entries, viewer)) if viewer else set()
    for entry in entries:
        entry.words = str(PAGE_OPENED) if (entry.subject_type, entry.subject_id) in closed else words_of(entry.verb)
    return entries


def _closed(entries: Iterable[Any], viewer: Any) -> Iterator[tuple[str, str]]:
    """Type and id of the records behind these entries that this viewer may not see: one query for each type."""
    found: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if entry.subject_type:
            found[entry.subject_type].add(entry.subject_id)
    for label, ids in found.items():
        rows = apps.get_model(label)._default_manager
        seen = rows.visible_to(viewer).filter(pk__in=ids) if hasattr(rows, "visible_to") else rows.none()
        yield from ((label, pk) for pk in ids - {str(pk) for pk in seen.values_list("pk", flat=True)})
