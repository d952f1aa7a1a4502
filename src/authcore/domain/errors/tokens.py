"""Tokens and sessions that are refused."""

from datetime import datetime
from typing import ClassVar

from authcore.domain.errors.base import RejectedError


class TokenRejectedError(RejectedError):
    """The token is not valid."""

    code: ClassVar[str] = "token_rejected"


class MalformedTokenError(TokenRejectedError):
    """Not a compact RS256 JWT of the allowed size."""

    code: ClassVar[str] = "token_malformed"


class UnknownKeyError(TokenRejectedError):
    """Signed with a key that the issuer does not publish."""

    code: ClassVar[str] = "token_unknown_key"


class SignatureRejectedError(TokenRejectedError):
    """The signature is not valid."""

    code: ClassVar[str] = "token_signature"


class TokenExpiredError(TokenRejectedError):
    """
    The token has expired.

    Attributes:
        expired_at: Aware, UTC.
    """

    code: ClassVar[str] = "token_expired"

    def __init__(self, expired_at: datetime) -> None:
        self.expired_at = expired_at
        super().__init__("the token has expired")


class TokenNotYetValidError(TokenRejectedError):
    """``nbf`` or ``iat`` lies in the future, beyond the leeway."""

    code: ClassVar[str] = "token_not_yet_valid"


class ClaimRejectedError(TokenRejectedError):
    """
    A claim is missing, of a wrong type or not accepted.

    Attributes:
        claim: Name of the claim, from a fixed list in authcore, never from the token.
    """

    code: ClassVar[str] = "token_claim"

    def __init__(self, claim: str) -> None:
        self.claim = claim
        super().__init__(
            f"the claim {claim!r} is missing, mistyped or not acceptable here", detail=claim
        )


class RefreshTokenRejectedError(RejectedError):
    """Revoked, expired, used up or never issued.  The session has ended; the user may sign in."""

    code: ClassVar[str] = "refresh_rejected"


class SessionTooLargeError(RejectedError):
    """The session exceeds the size limit of cookies or store.  See: RFC 6585 §5 (431)."""

    code: ClassVar[str] = "session_too_large"


class GroupRequiredError(RejectedError):
    """The signed-in user has not the groups or roles that are required here.  403, no sign-in."""

    code: ClassVar[str] = "group_required"


class UserInactiveError(RejectedError):
    """The application disabled its own record of the signed-in user.  403, no sign-in."""

    code: ClassVar[str] = "user_inactive"


class CookiesRemainError(RejectedError):
    """The browser may keep session cookies: of a domain that the settings do not name."""

    code: ClassVar[str] = "cookies_remain"
