"""Caches that every process of the site shares, and that hold no Python objects where others could write them."""

import json
import logging
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
REST_SECONDS = 5


class SharedFileCache(FileBasedCache):
    """For a site without Redis: limits count in all web processes together.

    Django's own looks and then writes: two processes could both take a lock that one of them may hold.
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


def _or_aside(name: str) -> Callable[..., Any]:
    def ask(self: "SteadyClient", *arguments: Any, **named: Any) -> Any:
        if time.monotonic() >= SteadyClient.rests_until:
            try:
                return getattr(RedisCacheClient, name)(self, *arguments, **named)
            except RedisError as error:
                SteadyClient.rests_until = time.monotonic() + REST_SECONDS
                logger.warning("Redis does not answer (%s): the cache is a folder for now", type(error).__name__)
        return getattr(self.aside, name)(*arguments, **named)

    return ask


class SteadyClient(RedisCacheClient):
    """While Redis is down, limits are counted in a folder that all web processes of this machine share: nobody is kept
    out, and nobody tries more than twice as often. Redis is asked again after some seconds. Each thread has a client
    of its own; that Redis rests holds for all of them. What must work once stands in the database."""

    rests_until = 0.0

    def __init__(self, servers: Any, **options: Any) -> None:
        super().__init__(servers, **options)
        self.aside = SharedFileCache(str(Path(settings.VAR) / "cache"), {})

    add = _or_aside("add")
    get = _or_aside("get")
    set = _or_aside("set")
    touch = _or_aside("touch")
    delete = _or_aside("delete")
    get_many = _or_aside("get_many")
    has_key = _or_aside("has_key")
    incr = _or_aside("incr")
    set_many = _or_aside("set_many")
    delete_many = _or_aside("delete_many")
    clear = _or_aside("clear")


class SteadyRedisCache(RedisCache):
    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = SteadyClient
