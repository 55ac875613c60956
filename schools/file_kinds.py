"""The kinds of files that this app takes (see `schools.imports`)."""

from schools import registers
from schools.imports.staff import kind as staff
from schools.imports.units import kind as units

__all__ = ["registers", "staff", "units"]
