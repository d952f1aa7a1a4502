"""Reasons of sessions and tokens."""

from typing import Final

from authcore.domain.model.reasons.reason import ACCEPTED, NOTHING, REJECTED, Reason


_GUARDS: Final = ("guard", "verify", "authorizer")
_CHECKS: Final = (*_GUARDS, "sign_in.complete")
_SIGN_IN_AGAIN: Final = "401 with the reason, or a redirect to the sign-in."
_NOT_LISTED: Final = (
    "A sign-out revokes the refresh token, lists nothing, and says that it is not complete."
)
_NOT_YOURS: Final = "403 with the reason, or a page that says so; never a redirect."
_FROM_STRANGERS: Final = "From strangers, nothing. From your own programs: "

SESSIONS: Final[tuple[Reason, ...]] = (
    Reason("no_session", REJECTED, _GUARDS, _SIGN_IN_AGAIN, NOTHING),
    Reason(
        "session_revoked",
        REJECTED,
        _GUARDS,
        _SIGN_IN_AGAIN,
        "Nothing: the user signed out, or an administrator ended the session.",
    ),
    Reason(
        "session_too_old",
        REJECTED,
        _GUARDS,
        _SIGN_IN_AGAIN,
        "Nothing: the session reached its lifetime (`AUTHCORE_COOKIE_LIFETIME`).",
    ),
    Reason(
        "session_too_large",
        REJECTED,
        (*_GUARDS, "session.read", "session.check", "sign_in.complete"),
        "431, or the page that the session does not fit.",
        "Fewer groups or claims in the tokens, or `AUTHCORE_COOKIE_*` with a store; a browser "
        "with too many cookies has to delete some.",
    ),
    Reason(
        "group_required",
        REJECTED,
        ("guard.user",),
        _NOT_YOURS,
        "Nothing, or add the user to a group that `detail` names; legacy logins have no groups. "
        "`AUTHCORE_GUARD_GROUPS` and `_ROLES` of the process that records it say what is required.",
    ),
    Reason(
        "user_inactive",
        REJECTED,
        ("guard.user",),
        _NOT_YOURS,
        "Nothing: the application disabled its own record of the user.",
    ),
    Reason(
        "refresh_rejected",
        REJECTED,
        (*_GUARDS, "session.refresh"),
        _SIGN_IN_AGAIN,
        "Nothing, if it is rare: revoked, expired or used up. All users at once: the client id is "
        "another app client's, or the app client allows no refresh.",
    ),
    Reason(
        "refreshed",
        ACCEPTED,
        _GUARDS,
        "Nothing: the response carries new cookies or tokens.",
        NOTHING,
    ),
    Reason(
        "legacy_session",
        ACCEPTED,
        ("guard", "verify"),
        "Signed in by the old login.",
        "Once it no longer increases, the old login can be switched off.",
    ),
)

TOKENS: Final[tuple[Reason, ...]] = (
    Reason(
        "token_malformed",
        REJECTED,
        _CHECKS,
        _SIGN_IN_AGAIN,
        f"{_FROM_STRANGERS}they send something else than Cognito's tokens.",
    ),
    Reason(
        "token_unknown_key",
        REJECTED,
        (*_CHECKS, "sign_out.revocations"),
        f"{_SIGN_IN_AGAIN} {_NOT_LISTED}",
        f"{_FROM_STRANGERS}tokens of another pool. Just after a rotation of the pool's keys: "
        "nothing.",
    ),
    Reason(
        "token_signature", REJECTED, _CHECKS, _SIGN_IN_AGAIN, f"{_FROM_STRANGERS}altered tokens."
    ),
    Reason(
        "token_expired",
        REJECTED,
        _CHECKS,
        _SIGN_IN_AGAIN,
        "Nothing where sessions are not refreshed. All users at once: this clock is ahead.",
    ),
    Reason(
        "token_not_yet_valid",
        REJECTED,
        (*_CHECKS, "sign_out.revocations"),
        f"{_SIGN_IN_AGAIN} {_NOT_LISTED}",
        "This clock is behind Cognito's: correct it.",
    ),
    Reason(
        "token_claim",
        REJECTED,
        (*_CHECKS, "sign_out.revocations"),
        _SIGN_IN_AGAIN,
        "`detail` names the claim. `aud`, `client_id`, `iss`: tokens of another app client or "
        "pool, or bound to an API that `AUTHCORE_COGNITO_AUDIENCE` does not name. `origin_jti`: at "
        "a sign-out, the app client must have token revocation enabled; at a refresh, as "
        "`auth_time` and `sub`, the new tokens are of another sign-in.",
    ),
    Reason(
        "cookies_remain",
        REJECTED,
        ("sign_out.cookies",),
        "The page that the browser may still be signed in.",
        "The domain of the cookies was changed: name the former one in "
        "`AUTHCORE_COOKIE_FORMER_DOMAINS`. Or a host below the domain sets cookies of ours.",
    ),
)
