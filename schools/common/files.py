"""Private files: encrypted, under a random name, outside of everything that is served."""

from pathlib import Path
from uuid import UUID

from django.conf import settings

from schools.common import crypto


def _path(key: UUID, part: str) -> Path:
    name = f"{key.hex}.{part}" if part else key.hex
    return Path(settings.PRIVATE_ROOT) / key.hex[-2:] / f"{name}.sealed"


def keep_file(key: UUID, content: bytes, *, part: str = "") -> None:
    """Store `content` for the row with this id; only that id opens it again. A row may have several parts."""
    path = _path(key, part)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(".partial")
    partial.write_bytes(crypto.seal(content, bound_to=_bound_to(key, part)))
    partial.chmod(0o600)
    partial.replace(path)


def open_file(key: UUID, *, part: str = "") -> bytes:
    """The content, or FileNotFoundError when it has been deleted."""
    return crypto.unseal(_path(key, part).read_bytes(), bound_to=_bound_to(key, part))


def delete_file(key: UUID) -> None:
    """All parts of it."""
    folder = _path(key, "").parent
    for path in folder.glob(f"{key.hex}*.sealed"):
        path.unlink(missing_ok=True)


def _bound_to(key: UUID, part: str) -> str:
    return f"file.{key}.{part}" if part else f"file.{key}"
