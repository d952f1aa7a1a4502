"""Users of an old pool, seen as the accounts of a legacy system."""

from typing import Final

from authcore.domain.model.accounts import LegacyAccount, PoolKind
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.identities import is_native
from authcore.domain.model.usernames import MOVED_TO


MOVABLE: Final = frozenset({"CONFIRMED", "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED"})
"""
UserStatus of users who sign in with a password of their own, or may choose one.

COMPROMISED and ARCHIVED users may not sign in, and what UNKNOWN means is not documented.
"""


def has_verified_address(user: DirectoryUser) -> bool:
    """Whether the old pool verified the address of *user*."""
    return bool(user.attributes.get("email")) and user.attributes.get("email_verified") == "true"


def account_of(user: DirectoryUser, kind: PoolKind = "username") -> LegacyAccount:
    """
    Return the account that *user* of the old pool is.

    A user who is disabled, has a status other than those of MOVABLE, or exists through a provider
    only and so has no password, is a locked account.

    Args:
        user: As the old pool describes it.

        kind: What users sign in with there.  With ``email`` the login name is the address, because
            the pool made up the user name.

    Raises:
        ProviderUnavailableError: The user's identities cannot be read.
    """
    email = user.attributes.get("email") or None
    return LegacyAccount(
        legacy_uid=user.subject,
        username=email if kind == "email" and email is not None else user.username,
        email=email,
        email_verified=has_verified_address(user),
        display_name=user.attributes.get("name") or None,
        cognito_id=user.attributes.get(MOVED_TO) or None,
        locked=not user.enabled or user.status not in MOVABLE or not is_native(user),
    )
