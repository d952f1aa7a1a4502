"""Signatures of an issuer's tokens."""

from abc import abstractmethod
from typing import Protocol

from authcore.domain.model.tokens import SignedClaims


class SignatureVerifier(Protocol):
    """Checks signatures with the issuer's published keys."""

    __slots__ = ()

    @abstractmethod
    def verify(self, unverified_token: str) -> SignedClaims:
        """
        Check the signature of *unverified_token*, but none of its claims.

        Returns:
            The payload: a JSON object, parsed.

        Raises:
            MalformedTokenError: Not a compact RS256 JWT, or larger than 8 KiB.

            UnknownKeyError: No published key has its ``kid``.

            SignatureRejectedError: The signature does not hold.

            KeySourceUnavailableError: The keys cannot be read.  A later attempt may succeed.

        See: RFC 7515 §5.2, RFC 8725 §3.
        """

    @abstractmethod
    def require_keys(self) -> None:
        """
        Return once signatures can be checked; immediately where the keys are in memory.

        For callers that are about to spend something irrevocably, such as a code, and have to check
        a signature afterwards.  A key that was published after those in memory may still be
        missing.

        Raises:
            KeySourceUnavailableError: The keys cannot be read.  A later attempt may succeed.
        """
