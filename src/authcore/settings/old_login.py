"""``AUTHCORE_OLD_LOGIN_*``: what the old login asks about passwords."""

from datetime import timedelta
from typing import Final

import attrs

from authcore.domain.model.attempt_limits import AttemptLimit
from authcore.settings.parsers import integer, seconds
from authcore.settings.reader import setting
from authcore.settings.secret_references import SecretReference
from authcore.settings.url_parsers import CallerKey, caller_keys


ATTEMPTS_WINDOW: Final = timedelta(minutes=5)
"""Of both limits."""


@attrs.frozen(kw_only=True, eq=False)
class OldLoginSettings:
    """
    ``/auth/password/verify`` and ``/auth/password/changed``.

    With a key the auth service calls the pool's admin API, at AUTHCORE_COGNITO_ENDPOINT_URL where
    that is set.
    """

    caller_keys: tuple[CallerKey, ...] | SecretReference[tuple[CallerKey, ...]] | None = setting(
        caller_keys,
        "list of name=key pairs",
        "keys of the legacy system, which may check and set the passwords of linked users, 32 "
        "characters or more each; without any, these paths do not exist. Needs "
        "cognito-idp:AdminGetUser, ListUsers, AdminInitiateAuth, AdminSetUserPassword and "
        "AdminUserGlobalSignOut",
        default=None,
        reread=True,
    )
    per_user: int = setting(
        integer(3, 1_000),
        "number, 3-1000",
        "passwords of one user that may be checked or set in five minutes",
        default=10,
    )
    per_caller: int = setting(
        integer(60, 60_000),
        "number, 60-60000",
        "passwords that one caller may have checked or set in five minutes; Cognito's own quota "
        "is 120 sign-ins a second",
        default=12_000,
    )
    timeout: timedelta = setting(
        seconds(1, 30),
        "seconds, 1-30",
        "total time of one call to the pool's API; a check or a change makes five at most",
        default=timedelta(seconds=5),
    )


def limits_of(old_login: OldLoginSettings) -> tuple[AttemptLimit, AttemptLimit]:
    """Return the limits of one user and of one caller."""
    return (
        AttemptLimit(old_login.per_user, ATTEMPTS_WINDOW),
        AttemptLimit(old_login.per_caller, ATTEMPTS_WINDOW),
    )
