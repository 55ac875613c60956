"""What stands where a number is withheld (docs/adr/0012). Plain Python without Django."""

from enum import Enum
from typing import Literal


class Hidden(Enum):
    """It has no order and no arithmetic, so no sum can be made of it by mistake."""

    HIDDEN = "*"

    def __str__(self) -> str:
        return self.value


HIDDEN: Literal[Hidden.HIDDEN] = Hidden.HIDDEN
