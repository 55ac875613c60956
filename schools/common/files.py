"""Private files: encrypted, under a random name, outside of everything that is served."""

from pathlib import Path
from uuid import UUID

from django.conf import settings

from schools.common import crypto


def _path(key: UUID) -> Path:
    return Path(settings.PRIVATE_ROOT) / key.hex[-2:] / f"{key.hex}.sealed"


def keep_file(key: UUID, content: bytes) -> None:
    """Store `content` for the row with this id; only that id opens it again."""
    path = _path(key)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(".partial")
    partial.write_bytes(crypto.seal(content, bound_to=f"file.{key}"))
    partial.chmod(0o600)
    partial.replace(path)


def open_file(key: UUID) -> bytes:
    """The content, or FileNotFoundError when it has been deleted."""
    return crypto.unseal(_path(key).read_bytes(), bound_to=f"file.{key}")


def delete_file(key: UUID) -> None:
    _path(key).unlink(missing_ok=True)
