"""The floor for instruments, rounds and answers. It stands beside `counseling`; neither imports the other."""
