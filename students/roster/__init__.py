"""From a roster file to rows and problems; plain Python, nothing is written anywhere.

`read_roster` does all of it: the file becomes a table (`schools.common.tables`), the table's titles are recognised with
`aliases.csv`, each row becomes a `RosterRow`, and whatever is wrong becomes a `Problem` with its row and column.
A row with an error stays out; a row with warnings goes in. A blank cell says nothing: it never means "delete".
"""

from students.roster.reading import VOCABULARY, parse_roster, read_roster
from students.roster.rows import GuardianRow, Problem, Roster, RosterRow

__all__ = ["VOCABULARY", "GuardianRow", "Problem", "Roster", "RosterRow", "parse_roster", "read_roster"]
