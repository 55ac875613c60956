"""The one pipeline that every file goes through: vocabulary → rows → problems → plan → preview → commit.

A kind of file (roster, staff, units, certificates …) supplies its vocabulary, its parser and its comparison, and is
declared once as an `ImportKind`; reading, checking, previewing, committing, the pages, the list of problem rows and
the commands are the same for all. `docs/adding-an-import.md` shows a new kind in under a page.
"""
