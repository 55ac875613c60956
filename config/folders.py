"""The folder of what this site writes: database, files, queue, anchors of the log."""

import os
from pathlib import Path


def make_private(path: Path, *, is_ours: bool) -> None:
    """Make it its owner's alone. A folder of root that was there before and is not `is_ours` may hold other things (a
    VAR_DIR of /tmp): it is left as it is, and production refuses it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.stat()
    if found.st_mode & 0o077 and found.st_uid == os.geteuid() and (is_ours or found.st_uid != 0):
        path.chmod(0o700)


def is_private(path: Path) -> bool:
    return not path.stat().st_mode & 0o077
