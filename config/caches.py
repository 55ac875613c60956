"""Caches that every process of the site shares, and that hold no Python objects where others could write them."""

import json
import os
import tempfile
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache


class SharedFileCache(FileBasedCache):
    """For a site without Redis: limits and used codes count in all web processes together.

    Django's own looks and then writes: two processes could both add a code that works once.
    """

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        if self.has_key(key, version):  # takes away one whose time is over
            return False
        cache: Any = self  # its parts are not in the stubs of Django
        cache._createdir()
        descriptor, written = tempfile.mkstemp(dir=cache._dir)
        try:
            with open(descriptor, "wb") as file:
                cache._write_content(file, timeout, value)
            os.link(written, cache._key_to_file(key, version))
        except FileExistsError:
            return False
        finally:
            os.unlink(written)
        return True


class PlainSerializer:
    """JSON: whoever can write into Redis must not be able to run code here by it, as with a pickle."""

    def dumps(self, value: Any) -> Any:
        # Redis counts up what it knows to be a number.
        return value if type(value) is int else json.dumps(value)

    def loads(self, stored: Any) -> Any:
        return json.loads(stored)
