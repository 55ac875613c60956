"""Seal again what is not sealed with the writing key: fields, secrets of second factors, private files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import models, transaction

from schools.accounts.factor_secrets import place_of
from schools.common import crypto, files
from schools.common.fields import Sealed, SealedTextField


def reseal_all(*, batch: int = 500) -> Iterator[tuple[str, int]]:
    """Name and number of what was sealed again, table by table. May be stopped and started again at any time."""
    for model in sealed_models():
        yield model._meta.label, sum(_reseal_batches(model, batch))
    yield "mfa.Authenticator", _reseal_factors()
    yield "files", _reseal_files()


def count_left() -> int:
    """What is not sealed with the writing key now: other processes may have written with an older one meanwhile."""
    fields = sum(_count_old(model) for model in sealed_models())
    return fields + _count_old_factors() + sum(_is_old_file(path) for path in _sealed_paths())


def _count_old(model: type[models.Model]) -> int:
    rows = model._base_manager.values_list(*[field.attname for field in _sealed_fields(model)])
    return sum(any(value and _is_old(bytes(value)) for value in row) for row in rows.iterator(chunk_size=2000))


def _count_old_factors() -> int:
    from allauth.mfa.models import Authenticator

    return sum(bool(_old_of(factor)) for factor in Authenticator.objects.iterator())


def sealed_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if not model._meta.proxy and _sealed_fields(model)]


def _sealed_fields(model: type[models.Model]) -> list[SealedTextField]:
    return [field for field in model._meta.local_fields if isinstance(field, SealedTextField)]


def _reseal_batches(model: type[models.Model], batch: int) -> Iterator[int]:
    """By primary key, so that a batch is found as fast at the end of the table as at its beginning."""
    fields, last = _sealed_fields(model), None
    while True:
        with transaction.atomic():
            rows = model._base_manager.order_by("pk").select_for_update()
            rows = rows.filter(pk__gt=last) if last is not None else rows
            found = list(rows.values_list("pk", *[field.attname for field in fields])[:batch])
            yield sum(_reseal_row(model, fields, pk, values) for pk, *values in found)
        if len(found) < batch:
            return
        last = found[-1][0]


def _reseal_row(model: type[models.Model], fields: list[SealedTextField], pk: Any, values: list[Sealed]) -> bool:
    old = {field: value for field, value in zip(fields, values, strict=True) if value and _is_old(bytes(value))}
    if not old:
        return False
    new = {field.attname: _again(value, field.place(model(pk=pk))) for field, value in old.items()}
    model._base_manager.filter(pk=pk).update(**new)
    return True


def _again(value: bytes, place: str) -> models.Value:
    sealed = crypto.seal(crypto.unseal(value, bound_to=place), bound_to=place)
    return models.Value(Sealed(sealed), output_field=models.BinaryField())


def _is_old(sealed: bytes) -> bool:
    return crypto.key_of(sealed) != crypto.writing_key()


def _reseal_factors() -> int:
    from allauth.mfa.models import Authenticator

    done = 0
    for pk in Authenticator.objects.values_list("pk", flat=True):
        with transaction.atomic():
            factor = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if factor is None:
                continue
            old = _old_of(factor)
            for key, text in old.items():
                plain = crypto.unseal(bytes.fromhex(text), bound_to=place_of(factor.user_id))
                factor.data[key] = crypto.seal(plain, bound_to=place_of(factor.user_id)).hex()
            if old:
                factor.save(update_fields=["data"])
                done += 1
    return done


def _old_of(factor: Any) -> dict[str, str]:
    """What of a second factor is sealed with an older key, by its name."""
    return {key: factor.data[key] for key in ("secret", "seed") if _is_old_hex(factor.data.get(key))}


def _is_old_hex(text: Any) -> bool:
    return isinstance(text, str) and _is_old(bytes.fromhex(text))


def _reseal_files() -> int:
    done = 0
    for path in _sealed_paths():
        if _is_old_file(path):
            name, _dot, part = path.stem.partition(".")
            key = UUID(name)
            files.keep_file(key, files.open_file(key, part=part), part=part)
            done += 1
    return done


def _sealed_paths() -> Iterator[Path]:
    return Path(settings.PRIVATE_ROOT).rglob("*.sealed")


def _is_old_file(path: Path) -> bool:
    with path.open("rb") as file:
        return _is_old(file.read(256))
