"""The kinds of files that this app takes (see `schools.imports`)."""

from students.imports import kind as roster

__all__ = ["roster"]
