"""What the audit log calls an act, in words, as the reader may know them (`schools.audit.verbs` has them all)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from schools.audit.verbs import find_verb

PAGE_OPENED = _("opened the student's page")


def words_of(verb: str) -> str:
    """The act in words; one that nobody declared stands with its code, so that nothing is hidden."""
    found = find_verb(verb)
    return str(found.words) if found else verb


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
