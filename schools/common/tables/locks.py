"""Workbooks that Excel has encrypted without asking for a password.

When only the structure is protected, Excel encrypts the file with a password of its own and opens it by itself.
"""

import io
import struct

import msoffcrypto
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

from schools.common.tables.errors import UnreadableFile

_FAULTS = (DecryptionError, FileFormatError, InvalidKeyError, ParseError)
_EXCELS_OWN = "VelvetSweatshop"


def unlocked(data: bytes) -> bytes:
    """The workbook inside; refuses what needs a real password."""
    out = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(data))
        file.load_key(password=_EXCELS_OWN)
        file.decrypt(out)
    except (*_FAULTS, OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, struct.error):
        raise UnreadableFile("password") from None
    return out.getvalue()
