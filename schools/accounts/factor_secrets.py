"""The secret of a second factor is bound to its owner: copied into the row of another account, it does not open.

allauth hands its adapter the text alone. So the methods of the library that seal and open one are wrapped, once, to say
whose it is; without an owner nothing is sealed or opened.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

from schools.common import crypto

_owner: ContextVar[str] = ContextVar("owner of the second factor at hand")


def place_of(owner: Any) -> str:
    """What the secrets of this account's factors are bound to."""
    return f"mfa.secret.{owner}"


@contextmanager
def owned_by(owner: Any) -> Iterator[None]:
    token = _owner.set(str(owner))
    try:
        yield
    finally:
        _owner.reset(token)


def seal(text: str) -> str:
    return crypto.seal(text.encode(), bound_to=place_of(_owner.get())).hex()


def unseal(sealed: str) -> str:
    return crypto.unseal(bytes.fromhex(sealed), bound_to=place_of(_owner.get())).decode()


def bind_to_owners() -> None:
    """Wrap the library's methods. Called when the apps are ready; a second time does nothing."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP

    for cls, names in ((TOTP, ("validate_code",)), (RecoveryCodes, ("generate_codes", "_get_migrated_codes"))):
        if not hasattr(cls.activate, "__wrapped__"):
            cls.activate = classmethod(_for_user(cls.activate.__func__))
            for name in names:
                setattr(cls, name, _of_instance(getattr(cls, name)))


def _for_user(activate: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(activate)
    def bound(cls: Any, user: Any, *args: Any, **kwargs: Any) -> Any:
        with owned_by(user.pk):
            return activate(cls, user, *args, **kwargs)

    return bound


def _of_instance(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def bound(self: Any, *args: Any, **kwargs: Any) -> Any:
        with owned_by(self.instance.user_id):
            return method(self, *args, **kwargs)

    return bound
