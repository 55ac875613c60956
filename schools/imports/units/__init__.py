"""The kind "units": the tree of centers, schools and departments, for whoever runs the command on the machine."""
