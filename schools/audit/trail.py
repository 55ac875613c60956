"""What the audit log calls an act, in words, as the reader may know them (`schools.audit.verbs` has them all)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from schools.audit.verbs import find_verb
from schools.models.audit import AuditEntryQuerySet
from schools.models.people import Membership

PAGE_OPENED = _("opened the student's page")


def words_of(verb: str) -> str:
    """The act in words; one that nobody declared stands with its code, so that nothing is hidden."""
    found = find_verb(verb)
    return str(found.words) if found else verb


def tell(entries: list[Any], viewer: Any = None) -> list[Any]:
    """Put the words on entries about students, as this viewer may read them; an auditor reads what it was.

    An act on a record that the viewer may not see reads like a look at the student's page: any other word, or none,
    would tell that there is such a record. For whom nobody would believe it, `tellable` leaves it out before.
    """
    closed = set(_closed(entries, viewer)) if viewer else set()
    for entry in entries:
        entry.words = str(PAGE_OPENED) if (entry.subject_type, entry.subject_id) in closed else words_of(entry.verb)
    return entries


def tellable(entries: AuditEntryQuerySet, viewer: Any = None) -> AuditEntryQuerySet:
    """Without the acts of the system, and of people of another unit, on records that the viewer may not see: none of
    them opens the student's page, so a look at it would tell of the record."""
    if viewer is None:
        return entries
    here = Membership.objects.filter(unit=viewer.unit).order_by().values("pk")
    outside = list(entries.exclude(membership_id__in=here).order_by().only("subject_type", "subject_id"))
    closed = set(_closed(outside, viewer))
    return entries.exclude(pk__in=[one.pk for one in outside if (one.subject_type, one.subject_id) in closed])


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
