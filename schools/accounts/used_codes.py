"""A code of an app works once. Which was the last one stands in the row of the factor, where no cache that is emptied,
or that another one stands in for, lets it in again; none before it works either.

allauth remembers a code in the cache for one period, and takes it for three (`MFA_TOTP_TOLERANCE`).
"""

from typing import TYPE_CHECKING

from django.db import transaction

if TYPE_CHECKING:
    from allauth.mfa.totp.internal.auth import TOTP


def mark_used(self: "TOTP", code: str) -> bool:
    """In place of the library's `_mark_code_used`: False if it, or a later one, was used. Two at once make one use."""
    from allauth.core.internal.cryptokit import compare_user_code
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal import auth
    from allauth.mfa.utils import decrypt

    secret = decrypt(self.instance.data["secret"])
    codes = {
        counter: auth.format_hotp_value(auth.hotp_value(secret, counter))
        for counter in auth.yield_hotp_counters_from_time()
    }
    of_this = [counter for counter, expected in codes.items() if compare_user_code(actual=code, expected=expected)]
    with transaction.atomic():
        factor = Authenticator.objects.select_for_update().filter(pk=self.instance.pk).first()
        if factor is None or not of_this or max(of_this) <= factor.data.get("used", 0):
            return False
        factor.data["used"] = max(of_this)
        factor.save(update_fields=["data"])
    self.instance.data = factor.data
    return True


def remember_used_codes() -> None:
    """Put it in its place. Called when the apps are ready."""
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP._mark_code_used = mark_used  # type: ignore[method-assign]
