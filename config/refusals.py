"""What production refuses to start with. Each refusal is one sentence that says what to do."""

import base64
import binascii
import os
import stat
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from config.databases import POSTGRESQL, SQLITE
from config.folders import is_private

WEAK_WORDS = ("insecure", "secret", "changeme", "change-me", "default", "example", "password", "xinyu")


def refusals(settings: dict[str, Any]) -> Iterator[str]:
    """Every reason not to start, given the names of config.settings."""
    if settings["DEBUG"]:
        yield "DEBUG is on: remove DEBUG from the environment."
    if is_weak(settings["SECRET_KEY"]):
        yield "SECRET_KEY is weak: give it 50 or more random characters."
    for name in ("AUDIT_KEY", "LOOKUP_KEY"):
        if is_weak(settings[name], least=32):
            yield f"{name} is missing or weak: give it 32 or more random characters."
    if not are_field_keys(settings["FIELD_KEYS"]):
        yield "FIELD_KEYS is missing or malformed: write it as k1:<32 random bytes in base64>."
    if not settings["ALLOWED_HOSTS"] or "*" in settings["ALLOWED_HOSTS"]:
        yield "ALLOWED_HOSTS is empty or '*': name the host people type."
    if not is_private(settings["VAR"]):
        yield f"{settings['VAR']} (VAR_DIR) can be read by other accounts of this machine: chmod 700 it."
    yield from open_redis(settings["REDIS_URL"])
    yield from open_database(settings["DATABASES"]["default"])


def is_weak(secret: str, *, least: int = 50) -> bool:
    plain = secret.lower()
    return len(secret) < least or len(set(secret)) < 12 or any(word in plain for word in WEAK_WORDS)


def is_guessable(password: str) -> bool:
    return len(password) < 12 or any(word in password.lower() for word in WEAK_WORDS)


def are_field_keys(spec: str) -> bool:
    items = [item.strip().partition(":") for item in spec.split(",") if item.strip()]
    return bool(items) and all(key_id and _is_key(material) for key_id, _, material in items)


def _is_key(material: str) -> bool:
    try:
        key = base64.b64decode(material, validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(key) == 32 and len(set(key)) > 8


def open_database(database: dict[str, Any]) -> Iterator[str]:
    if database["ENGINE"] == POSTGRESQL:
        host = database.get("HOST") or database.get("OPTIONS", {}).get("host", "")
        # Over a socket the server knows who asks; over the network only a password tells.
        if host and not host.startswith("/") and is_guessable(database.get("PASSWORD", "")):
            yield "DATABASE_URL has no password, or one to guess: give the database 12 or more random characters."
    if database["ENGINE"] == SQLITE and _is_world_readable(database["NAME"]):
        yield f"{os.path.basename(database['NAME'])} can be read by every account of this machine: chmod 600 it."


def open_redis(address: str) -> Iterator[str]:
    found = urlsplit(address)
    is_local = found.scheme == "unix"  # over a socket the file's mode says who may ask
    if address and not is_local and is_guessable(unquote(found.password or "")):
        yield "REDIS_URL has no password, or one to guess: redis://:12 or more random characters@host:6379/0."


def _is_world_readable(path: str) -> bool:
    try:
        return bool(os.stat(path).st_mode & stat.S_IROTH)
    except FileNotFoundError:
        return False
