"""The one error an action raises: a sentence for the person who acted."""


class Refused(Exception):
    """The action may not happen now. `str(error)` is a translated sentence that says why and what to do."""
