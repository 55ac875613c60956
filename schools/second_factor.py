"""Who must sign in with a second factor."""

from allauth.mfa.models import Authenticator

from schools.access import WIDE_ROLES, Viewer
from schools.settings_of import setting_of


def must_have_second_factor(viewer: Viewer) -> bool:
    """By the unit's rule; without one, everyone who sees more than their own class."""
    named = setting_of(viewer.unit, "second_factor_roles")
    return viewer.role in (WIDE_ROLES if named is None else named)


def needs_second_factor(viewer: Viewer) -> bool:
    """Must have one, and has none yet. (Whoever has one was asked for it at sign-in.)"""
    return must_have_second_factor(viewer) and not Authenticator.objects.filter(user_id=viewer.person.pk).exists()
