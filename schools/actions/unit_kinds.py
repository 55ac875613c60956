"""The levels of the network, which are the same for every unit. Their ranks are kept as 0, 1, 2 … from the top."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import Role, Unit, UnitKind

# The path of a unit has 200 characters: room for nine codes of 20 with their slashes.
MOST = 9


@transaction.atomic
def add_unit_kind(
    *, by: Viewer, label_zh: str, label_en: str = "", above: UnitKind | None = None, is_school: bool = False
) -> UnitKind:
    """A level right below `above`; without it at the top."""
    kinds = _locked(by)
    if len(kinds) >= MOST:
        raise Refused(_("There are %(most)s levels already, and more are not possible.") % {"most": MOST})
    place = _place_of(above, kinds) + 1 if above else 0
    _check_names(label_zh, label_en)
    kind = UnitKind(code=_new_code(kinds), label_zh=label_zh, label_en=label_en, is_school=is_school, rank=0)
    kind.save(force_insert=True)
    kinds.insert(place, kind)
    _number(kinds)
    audit.record(by=by, verb="unit_kind.created", about=kind, details={"rank": kind.rank, "is_school": is_school})
    return kind


@transaction.atomic
def rename_unit_kind(*, by: Viewer, kind: UnitKind, label_zh: str, label_en: str = "") -> None:
    _place_of(kind, _locked(by))
    _check_names(label_zh, label_en, own=kind)
    kind.label_zh, kind.label_en = label_zh, label_en
    kind.save(update_fields=["label_zh", "label_en"])
    audit.record(by=by, verb="unit_kind.renamed", about=kind)


@transaction.atomic
def raise_unit_kind(*, by: Viewer, kind: UnitKind) -> None:
    """Change places with the level above it, which must have no unit of this level below one of its own."""
    kinds = _locked(by)
    place = _place_of(kind, kinds)
    if place == 0:
        raise Refused(_("This is the highest level already."))
    upper = kinds[place - 1]
    if Unit.objects.filter(kind=kind, parent__kind=upper).exists():
        names = {"lower": kind.label, "upper": upper.label}
        raise Refused(_("There are units of the level %(lower)s below units of the level %(upper)s.") % names)
    kinds[place - 1 : place + 1] = [kinds[place], upper]
    _number(kinds)
    audit.record(by=by, verb="unit_kind.moved", about=kind, details={"rank": place - 1})


@transaction.atomic
def remove_unit_kind(*, by: Viewer, kind: UnitKind) -> None:
    """Only a level that no unit has, and never the last one for schools."""
    kinds = _locked(by)
    del kinds[_place_of(kind, kinds)]
    if Unit.objects.filter(kind=kind).exists():
        raise Refused(_("There are units of this level. Only a level without units can be removed."))
    if not any(other.is_school for other in kinds):
        raise Refused(_("This is the only level for schools, and the network cannot do without one."))
    audit.record(by=by, verb="unit_kind.removed", about=kind)
    kind.delete()
    _number(kinds)


def _locked(by: Viewer) -> list[UnitKind]:
    if by.role != Role.SYSTEM_ADMIN:
        raise Refused(_("Only a system administrator changes the levels."))
    list(UnitKind.objects.select_for_update().order_by("code"))
    # Read again: who waited for a lock does not see the level that was added meanwhile.
    return list(UnitKind.objects.order_by("rank", "code"))


def _place_of(kind: UnitKind, kinds: list[UnitKind]) -> int:
    if kind not in kinds:
        raise Refused(_("Somebody has removed the level %(level)s meanwhile.") % {"level": kind.label})
    return kinds.index(kind)


def _check_names(label_zh: str, label_en: str, own: UnitKind | None = None) -> None:
    """Unit files name a level by either name, so one name is never two levels."""
    names = [name for name in (label_zh, label_en) if name]
    others = UnitKind.objects.exclude(pk=own.pk) if own else UnitKind.objects.all()
    if others.filter(Q(label_zh__in=names) | Q(label_en__in=names) | Q(code__in=names)).exists():
        raise Refused(_("Another level has this name already."))


def _new_code(kinds: list[UnitKind]) -> str:
    taken = {kind.code for kind in kinds}
    return next(code for code in (f"level{n}" for n in range(1, len(kinds) + 2)) if code not in taken)


def _number(kinds: list[UnitKind]) -> None:
    for rank, kind in enumerate(kinds):
        if kind.rank != rank:
            UnitKind.objects.filter(pk=kind.pk).update(rank=rank)
            kind.rank = rank
