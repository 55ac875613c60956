"""A model field whose text is encrypted in the database and bound to its row."""

from typing import Any

from django.db import models

from schools.common import crypto


class Sealed(bytes):
    """Ciphertext as it came from the database; it opens only through its row."""

    def __str__(self) -> str:
        return "[sealed]"

    __repr__ = __str__


class _Opener:
    """Decrypts on first access and remembers the text in the instance."""

    def __init__(self, field: "SealedTextField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type | None = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, Sealed):
            value = crypto.unseal(value, bound_to=self.field.place(instance)).decode() if value else ""
            instance.__dict__[name] = value
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedTextField(models.BinaryField):  # type: ignore[type-arg]  # generic in the stubs only
    """Text that is ciphertext in the table. The row's primary key must be known before saving (`schools.common.ids`).

    Reading a column without its row (`values()`, raw SQL) gives `Sealed` bytes, never text. It cannot be filtered or
    ordered by. `bulk_create` works; for a bulk update wrap the rows with `seal_for_update`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", b"")
        kwargs.setdefault("blank", True)
        kwargs["editable"] = True
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for implied in ("default", "blank", "editable"):
            kwargs.pop(implied, None)
        return name, path, args, kwargs

    def contribute_to_class(self, cls: Any, name: str, *args: Any, **kwargs: Any) -> None:
        super().contribute_to_class(cls, name, *args, **kwargs)
        setattr(cls, self.attname, _Opener(self))

    def get_default(self) -> Sealed:
        """Nothing, sealed: it reads as "", and fits a column that a migration adds to a table with rows."""
        return Sealed(b"")

    def place(self, instance: models.Model) -> str:
        """What a value of this field in this row is bound to."""
        if instance.pk is None:
            raise ValueError(f"{self.model.__name__} needs its id before {self.name} can be sealed")
        return f"{self.model._meta.db_table}.{self.column}.{instance.pk}"

    def seal(self, instance: models.Model, text: str) -> bytes:
        return crypto.seal(text.encode(), bound_to=self.place(instance)) if text else b""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname, "")
        if isinstance(value, Sealed) or hasattr(value, "resolve_expression"):
            return value
        return Sealed(self.seal(model_instance, value or ""))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is not None and not isinstance(value, bytes):
            raise TypeError(f"{self.name} is sealed: save the row, or use seal_for_update for a bulk update")
        return super().get_db_prep_value(bytes(value) if value is not None else None, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed:
        return Sealed(value or b"")

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError("sealed text is not serialized")

    def to_python(self, value: Any) -> Any:
        return value

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def formfield(self, **kwargs: Any) -> Any:
        return models.TextField(blank=self.blank, verbose_name=self.verbose_name).formfield(**kwargs)


def seal_for_update(rows: list[Any], fields: list[str]) -> None:
    """Make `bulk_update(rows, fields)` possible for sealed fields. The rows are not to be read afterwards."""
    for row in rows:
        for name in fields:
            field = row._meta.get_field(name)
            if isinstance(field, SealedTextField):
                sealed = Sealed(field.pre_save(row, False))
                row.__dict__[name] = models.Value(sealed, output_field=models.BinaryField())
