"""Drawn pieces of pages that depend on nothing but their key, kept in the process: a frame, an empty form.

Never of anything about a person: whoever asks with an equal key is shown what was drawn for another.
"""

from collections.abc import Callable, Hashable

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import get_language

MOST = 1000
_pieces: dict[Hashable, SafeString] = {}


def kept(key: Hashable, draw: Callable[[], SafeString]) -> SafeString:
    """The piece of this key in the language of now; a developer (DEBUG) sees each change of a template at once."""
    if settings.DEBUG:
        return draw()
    whole = (get_language(), key)
    found = _pieces.get(whole)
    if found is None:
        if len(_pieces) >= MOST:
            _pieces.clear()
        found = _pieces[whole] = draw()
    return found
