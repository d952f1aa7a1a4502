"""``AUTHCORE_PASSWORD_*``: sign-in by password on the auth service's own page."""

from datetime import timedelta
from typing import ClassVar, Final

import attrs

from authcore.domain.model.attempt_limits import AttemptLimit
from authcore.domain.model.challenges import MIGRATING
from authcore.settings.parsers import integer, one_of
from authcore.settings.reader import Check, setting


ATTEMPTS_WINDOW: Final = timedelta(minutes=5)
"""Of both limits."""


def _migrates_twice(flow: str, migrating: str) -> str | None:
    if migrating != "on" or flow not in MIGRATING:
        return None
    return f"AUTHCORE_PASSWORD_MIGRATING is wrong: must be off, as {flow} migrates users by itself"


@attrs.frozen(kw_only=True, eq=False)
class PasswordSettings:
    """``/auth/password`` and ``/auth/challenge``."""

    CHECKS: ClassVar = (Check(("flow", "migrating"), _migrates_twice),)

    sign_in: str = setting(
        one_of("off", "on", "first"),
        "off, on or first",
        "on: users can also sign in at /auth/password, by password, passkey or code; first: "
        "/auth/signin leads there, and that page to the pool's own pages",
        default="off",
    )
    flow: str = setting(
        one_of("USER_SRP_AUTH", "USER_PASSWORD_AUTH", "USER_AUTH"),
        "USER_SRP_AUTH, USER_PASSWORD_AUTH or USER_AUTH",
        "how such a sign-in begins; the app client must allow it. With USER_AUTH users may also "
        "begin with a passkey or a code",
        default="USER_SRP_AUTH",
    )
    migrating: str = setting(
        one_of("on", "off"),
        "on or off",
        "try a refused password once more in USER_PASSWORD_AUTH, so that Cognito migrates users "
        "whom it does not know yet; it then counts a wrong password twice towards its lockout",
        default="off",
    )
    per_user: int = setting(
        integer(3, 1_000),
        "number, 3-1000",
        "passwords and answers that one user name may be tried with in five minutes",
        default=10,
    )
    per_address: int = setting(
        integer(10, 60_000),
        "number, 10-60000",
        "passwords and answers that may come from one address in five minutes",
        default=300,
    )


def is_on(password: PasswordSettings) -> bool:
    """Whether users can sign in at the auth service itself."""
    return password.sign_in != "off"


def is_first(password: PasswordSettings) -> bool:
    """Whether users are led there before the pool's own pages."""
    return password.sign_in == "first"


def begins_by_choice(password: PasswordSettings) -> bool:
    """Whether users may begin with another factor than a password."""
    return password.flow == "USER_AUTH"


def limits_of(password: PasswordSettings) -> tuple[AttemptLimit, AttemptLimit]:
    """Return the limits of one user and of one address."""
    return (
        AttemptLimit(password.per_user, ATTEMPTS_WINDOW),
        AttemptLimit(password.per_address, ATTEMPTS_WINDOW),
    )
