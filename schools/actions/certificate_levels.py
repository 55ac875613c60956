"""Kinds of certificates and their levels, which are the same for every unit."""

from collections.abc import Sequence
from uuid import uuid4

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from schools import audit
from schools.access import Viewer
from schools.common.errors import Refused
from schools.models import Certificate, CertificateLevel, Role, Unit
from schools.tallies import mark

NAMES = ("kind_zh", "kind_en", "label_zh", "label_en")


@transaction.atomic
def add_certificate_level(
    *,
    by: Viewer,
    kind: str,
    kind_zh: str,
    kind_en: str,
    label_zh: str,
    label_en: str,
    rank: int,
    wanted_from: Sequence[str],
) -> CertificateLevel:
    """A level of the kind with this code; without one, the first level of a new kind."""
    levels = _locked(by)
    _check_names(label_zh, label_en)
    if kind and kind not in {level.kind for level in levels}:
        raise Refused(_("Somebody has removed this kind meanwhile."), field="kind")
    level = CertificateLevel(code=f"own_{uuid4().hex[:12]}", kind=kind or f"own_{uuid4().hex[:12]}")
    return _save(by, level, [*levels, level], (kind_zh, kind_en, label_zh, label_en), rank, wanted_from, "added")


@transaction.atomic
def change_certificate_level(
    *,
    by: Viewer,
    level: CertificateLevel,
    kind_zh: str,
    kind_en: str,
    label_zh: str,
    label_en: str,
    rank: int,
    wanted_from: Sequence[str],
) -> CertificateLevel:
    """Certificates of this level keep it under its new name. The name of the kind is that of all its levels."""
    levels = _locked(by)
    if level not in levels:
        raise Refused(_("Somebody has removed this level meanwhile."))
    _check_names(label_zh, label_en, own=level)
    return _save(by, level, levels, (kind_zh, kind_en, label_zh, label_en), rank, wanted_from, "changed")


@transaction.atomic
def remove_certificate_level(*, by: Viewer, level: CertificateLevel) -> None:
    """Only a level that nobody holds."""
    _locked(by)
    if Certificate.objects.filter(level=level).exists():
        raise Refused(_("Somebody holds this certificate. Only one that nobody holds can be removed."))
    audit.record(by=by, verb="certificate_level.removed", about=level)
    level.delete()
    _count_anew()


def _save(
    by: Viewer,
    level: CertificateLevel,
    levels: list[CertificateLevel],
    names: Sequence[str],
    rank: int,
    wanted_from: Sequence[str],
    act: str,
) -> CertificateLevel:
    for name, value in zip(NAMES, names, strict=True):
        setattr(level, name, value)
    level.rank, level.wanted_from = rank, sorted(wanted_from)
    for other in levels:
        if other.kind == level.kind:
            other.kind_zh, other.kind_en = level.kind_zh, level.kind_en
    level.save()
    _keep_in_order([level if other.pk == level.pk else other for other in levels])
    audit.record(by=by, verb=f"certificate_level.{act}", about=level)
    _count_anew()
    return level


def _locked(by: Viewer) -> list[CertificateLevel]:
    if by.role != Role.SYSTEM_ADMIN:
        raise Refused(_("Only a system administrator changes the kinds of certificates."))
    return list(CertificateLevel.objects.select_for_update())


def _check_names(label_zh: str, label_en: str, own: CertificateLevel | None = None) -> None:
    """Sheets name a certificate by either name, so one name is never two of them."""
    names = [name for name in (label_zh, label_en) if name]
    others = CertificateLevel.objects.exclude(pk=own.pk) if own else CertificateLevel.objects.all()
    if others.filter(Q(label_zh__in=names) | Q(label_en__in=names) | Q(code__in=names)).exists():
        raise Refused(_("Another certificate has this name already."), field="label_zh")


def _keep_in_order(levels: list[CertificateLevel]) -> None:
    """Kind by kind, each from the highest level down; a new kind comes last."""
    kinds = list(dict.fromkeys(level.kind for level in levels))
    levels.sort(key=lambda level: (kinds.index(level.kind), -level.rank))
    for position, level in enumerate(levels):
        level.position = position
    CertificateLevel.objects.bulk_update(levels, ["position", "kind_zh", "kind_en"])


def _count_anew() -> None:
    """Who holds what their role asks for is a figure of every unit."""
    mark(*Unit.objects.order_by().values_list("pk", flat=True))
