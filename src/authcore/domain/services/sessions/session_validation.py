"""Three tokens become a session once they are all good and speak of the same person."""

from authcore.domain.errors import ClaimRejectedError
from authcore.domain.model.session import Session
from authcore.domain.model.tokens import AccessClaims, IdentityClaims, TokenSet
from authcore.domain.services.pools_validation import AnyValidator


def validate_session(
    validator: AnyValidator, tokens: TokenSet, *, nonce: str | None = None
) -> Session:
    """
    Validate both JWTs, each on its own and against the other.

    Args:
        validator: Checks each on its own, and ``at_hash``.

        tokens: As Cognito issued them or as a browser presents them.

        nonce: Of the sign-in whose response they are; None (the default) for all other tokens.

    Raises:
        TokenRejectedError: Either is not valid, or they differ in pool, app client or subject, or
            the access token is one that an app client got for itself.

        KeySourceUnavailableError: The keys cannot be fetched.  Retryable.
    """
    access = validator.verify_access_token(tokens.access_token)
    if access.is_machine:
        raise ClaimRejectedError("username")
    identity = validator.verify_id_token(
        tokens.id_token, nonce=nonce, access_token=tokens.access_token
    )
    return join_claims(tokens, access, identity)


def join_claims(tokens: TokenSet, access: AccessClaims, identity: IdentityClaims) -> Session:
    """
    Make the session of *tokens* from their verified claims.

    Raises:
        ClaimRejectedError: They differ in pool, app client or subject.
    """
    if identity.issuer != access.issuer and identity.pool_id != access.pool_id:
        raise ClaimRejectedError("iss")
    if identity.claims["aud"] not in (access.client_id, [access.client_id]):
        raise ClaimRejectedError("aud")
    if identity.subject != access.subject:
        raise ClaimRejectedError("sub")
    return Session(tokens=tokens, identity=identity, access=access)
