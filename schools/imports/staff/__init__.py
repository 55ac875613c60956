"""The kind "staff": accounts and roles of one unit."""
