"""The parser of the kind "roster": rows of a file → students; plain Python, nothing is written anywhere.

The titles are recognised with `aliases.csv`, each row becomes a `RosterRow`, and whatever is wrong becomes a problem
with its row and column. A row whose name or class is wrong stays out; any other bad cell is left empty. A blank cell
says nothing: it never means "delete".
"""

from students.roster.reading import VOCABULARY, parse_roster, present_in
from students.roster.rows import GuardianRow, RosterRow

__all__ = ["VOCABULARY", "GuardianRow", "RosterRow", "parse_roster", "present_in"]
