"""Row identifiers made by the application, so that encryption can bind a text to its row before it is saved."""

import os
import time
import uuid


def new_id() -> uuid.UUID:
    """A UUID version 7 (RFC 9562): time-ordered, so that the primary key index grows at its end."""
    milliseconds = time.time_ns() // 1_000_000
    value = bytearray(milliseconds.to_bytes(6, "big") + os.urandom(10))
    value[6] = value[6] & 0x0F | 0x70
    value[8] = value[8] & 0x3F | 0x80
    return uuid.UUID(bytes=bytes(value))
