"""The family members of a row, from 成员1/成员2, from 监护人 and 家长, or from columns for father and mother."""

from typing import Any

from schools.common.tables.columns import Header
from students.roster.rows import GuardianRow
from students.roster.words import VALUES

# In the order in which they are kept.
SLOTS = ("member1", "member2", "member3", "member4", "guardian", "parent", "father", "mother")
Slots = dict[str, dict[str, Any]]


def is_part(name: str) -> bool:
    return name.partition(".")[0] in SLOTS and "." in name


def parents_phone(header: Header) -> dict[int, str]:
    """家长姓名 followed by 联系电话: the phone is the parent's, not the pupil's."""
    index = header.index_of("phone")
    if index is None:
        return {}
    slot, _, part = header.columns.get(index - 1, "").partition(".")
    if slot not in SLOTS or part not in ("name", "relation") or f"{slot}.phone" in header.columns.values():
        return {}
    return {index: f"{slot}.phone"}


def collect_guardians(slots: Slots) -> tuple[GuardianRow, ...]:
    found: dict[str, GuardianRow] = {}
    for slot, parts in slots.items():
        key = parts.get("name") or parts.get("phone")
        if not key:
            continue
        if slot in VALUES["slot_relation"]:
            parts.setdefault("relation", VALUES["slot_relation"][slot])
        if slot == "guardian":
            parts.setdefault("is_guardian", True)
        guardian = GuardianRow(**parts)
        # The guardian is often named again as father or mother.
        found[key] = _merged(found[key], guardian) if key in found else guardian
    return tuple(found.values())


def _merged(first: GuardianRow, second: GuardianRow) -> GuardianRow:
    return GuardianRow(
        name=first.name,
        relation=first.relation or second.relation,
        phone=first.phone or second.phone,
        is_guardian=second.is_guardian if first.is_guardian is None else first.is_guardian,
        id_type=first.id_type or second.id_type,
        id_number=first.id_number or second.id_number,
    )
