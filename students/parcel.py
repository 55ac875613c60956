"""A file and what was found in it, in one sealed blob, so that both are deleted together."""

import json
import struct
from typing import Any


def pack(meta: dict[str, Any], content: bytes = b"") -> bytes:
    head = json.dumps(meta, ensure_ascii=False).encode()
    return struct.pack(">I", len(head)) + head + content


def unpack(blob: bytes) -> tuple[dict[str, Any], bytes]:
    (length,) = struct.unpack(">I", blob[:4])
    return json.loads(blob[4 : 4 + length]), blob[4 + length :]
