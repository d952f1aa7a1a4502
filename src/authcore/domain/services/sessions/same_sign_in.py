"""Whether tokens belong to one sign-in, although Cognito changed what it writes into them."""

from typing import Final

from authcore.domain.errors import ClaimRejectedError
from authcore.domain.model.session import Session
from authcore.domain.model.tokens import AccessClaims, IdentityClaims


_CLIENT: Final = "client_id"


def require_same_sign_in(before: AccessClaims | None, after: Session) -> None:
    """
    Reject a session of another pool, user, app client or sign-in than that of *before*.

    The issuer may change its form: the pool counts.  ``origin_jti`` names the sign-in where both
    tokens have it, and then ``auth_time`` may move; otherwise ``auth_time`` must be the same.  The
    ID token may match the old or the new access token.

    Args:
        before: Claims of the session's access token before a refresh; None where its key is gone.

        after: The session that the refresh gave.

    Raises:
        ClaimRejectedError: Names the claim that differs.

    See: OpenID Connect Core §12.2; Amazon Cognito "Refresh tokens".
    """
    if before is None:
        return
    access = after.access
    if access.claims.get(_CLIENT) != before.claims.get(_CLIENT):
        raise ClaimRejectedError(_CLIENT)
    identity = after.identity
    different = _difference(before, access) or (
        _difference(before, identity) and _difference(access, identity)
    )
    if different:
        raise ClaimRejectedError(different)


def _difference(before: AccessClaims, after: AccessClaims | IdentityClaims) -> str | None:
    """Name the claim by which *after* is of another sign-in; None where it is of the same."""
    if after.pool_id != before.pool_id:
        return "iss"
    if after.subject != before.subject:
        return "sub"
    if before.origin_jti is not None and after.origin_jti is not None:
        return None if after.origin_jti == before.origin_jti else "origin_jti"
    is_same = after.claims.get("auth_time") == before.claims.get("auth_time")
    return None if is_same else "auth_time"
