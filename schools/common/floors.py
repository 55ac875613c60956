"""How a floor asks those above it: by the name of a module that each app may have (docs/architecture.md)."""

from functools import cache

from django.utils.module_loading import autodiscover_modules


@cache
def ask_apps(module: str) -> None:
    """Import every app's module of this name. Once: looking for those that are not there takes a millisecond."""
    autodiscover_modules(module)
