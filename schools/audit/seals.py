"""The key that the log and its anchors are sealed with, which is not in the database, and what is found wrong."""

import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Fault:
    """A place where the log is not what was written."""

    scope: str
    number: int
    what: str  # "edited", "missing", "added", "cut", "head", "chain missing", "set back"


def mac(*parts: str) -> str:
    return hmac.new(settings.AUDIT_KEY.encode(), "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()
