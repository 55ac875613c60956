"""Encryption of sensitive text and files, and keyed hashes to look it up by.

AES-256-GCM; the associated data names the key, the table, the field and the row, so that a value copied to
another row, field or table does not open. Opening fails closed: a wrong key or a changed byte raises `Unopenable`.

Layout of a sealed value: 1 byte length of key id, key id, 12 bytes nonce, ciphertext with 16 bytes tag.
"""

import base64
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class Unopenable(Exception):
    """The value was not written by this field of this row with a key we hold."""


@lru_cache(maxsize=4)
def _keys(spec: str) -> dict[str, AESGCM]:
    """Parse `id:base64,id:base64`; the first key writes, all of them read."""
    pairs = (item.strip().split(":", 1) for item in spec.split(",") if item.strip())
    return {key_id: AESGCM(base64.b64decode(material)) for key_id, material in pairs}


def writing_key() -> str:
    """The id of the key new values are sealed with."""
    return next(iter(_keys(settings.FIELD_KEYS)))


def seal(plain: bytes, *, bound_to: str) -> bytes:
    """Encrypt for one place, named by `bound_to` (for a field: `table.field.row`)."""
    key_id = writing_key()
    nonce = os.urandom(12)
    name = key_id.encode()
    body = _keys(settings.FIELD_KEYS)[key_id].encrypt(nonce, plain, name + b"|" + bound_to.encode())
    return bytes([len(name)]) + name + nonce + body


def unseal(sealed: bytes, *, bound_to: str) -> bytes:
    """The plain bytes, or `Unopenable`."""
    try:
        size = sealed[0]
        name, nonce, body = sealed[1 : 1 + size], sealed[1 + size : 13 + size], sealed[13 + size :]
        key = _keys(settings.FIELD_KEYS)[name.decode()]
        return key.decrypt(nonce, body, name + b"|" + bound_to.encode())
    except (InvalidTag, KeyError, IndexError, ValueError) as error:
        raise Unopenable(f"cannot open the value bound to {bound_to.rsplit('.', 1)[0]}") from error


def key_of(sealed: bytes) -> str:
    """The id of the key a value was sealed with, to find what a rotation has still to do."""
    return sealed[1 : 1 + sealed[0]].decode()


def lookup_hash(text: str, *, purpose: str) -> str:
    """A keyed hash for exact search over an encrypted value. `purpose` keeps the columns apart."""
    message = f"{purpose}|{text.strip().upper()}".encode()
    return hmac.new(settings.LOOKUP_KEY.encode(), message, hashlib.sha256).hexdigest()
