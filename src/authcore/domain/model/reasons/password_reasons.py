"""Reasons of the sign-in by password on a page of one's own, and at the old login."""

from typing import Final

from authcore.domain.model.reasons.reason import MISCONFIGURED, NOTHING, REJECTED, Reason


_PASSWORD: Final = ("password.begin", "password.challenge")
_CHALLENGE: Final = ("password.challenge",)
_OLD_LOGIN: Final = ("password.verify", "password.change")
_MOVING: Final = "user_migration.authenticate"
_AGAIN: Final = "401; another answer to the same challenge may be accepted."

PASSWORD: Final[tuple[Reason, ...]] = (
    Reason(
        "password_reset_required",
        REJECTED,
        (*_PASSWORD, "password.verify", _MOVING),
        "The same as for a wrong password, unless the page sends users to a new password.",
        "Nothing: an administrator reset the password, or the user was migrated without one.",
    ),
    Reason(
        "user_unconfirmed",
        REJECTED,
        (*_PASSWORD, *_OLD_LOGIN, _MOVING),
        "The same as for a wrong password, unless the page asks for the code of the sign-up.",
        NOTHING,
    ),
    Reason(
        "answer_rejected",
        REJECTED,
        _CHALLENGE,
        _AGAIN,
        "Nothing, if it is rare. `detail` is Cognito's error class: many `ExpiredCodeException` "
        "mean slow e-mail or messages, many `CodeMismatchException` an attack or a wrong clock.",
    ),
    Reason(
        "challenge_mismatch",
        REJECTED,
        _CHALLENGE,
        "400: the challenge takes no answer of this kind.",
        "Correct the page or program that answers.",
    ),
    Reason(
        "password_policy",
        REJECTED,
        (*_CHALLENGE, "password.change"),
        "400, or for the old login an answer with the reason; another new password may be "
        "accepted.",
        NOTHING,
    ),
    Reason(
        "needs_new_login",
        REJECTED,
        ("password.verify",),
        "The old login says that this account signs in at the new one.",
        "Nothing: `detail` names the challenge, e.g. of a second factor.",
    ),
    Reason(
        "no_pool_password",
        REJECTED,
        _OLD_LOGIN,
        "Nothing: the old login checks or keeps the password itself.",
        "Nothing: the user signs in to the pool with a provider only.",
    ),
    Reason(
        "challenge_unknown",
        MISCONFIGURED,
        _PASSWORD,
        "503; no user is signed in.",
        "Cognito asks a challenge that this version does not know: update authcore, or switch the "
        "challenge off in the pool.",
    ),
)
