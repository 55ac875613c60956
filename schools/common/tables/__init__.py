"""From a file someone uploaded to a table of clean text: .xlsx, .xls, .xlsb, .ods, .csv and .txt.

`read_tables` looks at what a file is, never at what it is called, and refuses what could hurt:
workbooks are read in a child process with limits of memory and time, after a look at the zip directory.
`columns.find_header` then finds the row of titles and says which column is which.
"""

from schools.common.tables.errors import UnreadableFile
from schools.common.tables.limits import LIMITS, Limits
from schools.common.tables.reading import read_tables
from schools.common.tables.table import Table

__all__ = ["LIMITS", "Limits", "Table", "UnreadableFile", "read_tables"]
