"""The issuer's signature."""

from abc import abstractmethod
from typing import Protocol

from authcore.domain.model.tokens import SignedClaims


class SignatureVerifier(Protocol):
    """Knows the issuer's keys."""

    __slots__ = ()

    @abstractmethod
    def verify(self, unverified_token: str) -> SignedClaims:
        """
        Check the signature of *unverified_token*, and nothing about its claims.

        Returns:
            The payload: a JSON object, parsed.

        Raises:
            MalformedTokenError: Not a compact RS256 JWT, or larger than 8 KiB.

            UnknownKeyError: No published key has its ``kid``.

            SignatureRejectedError: The signature does not hold.

            KeySourceUnavailableError: The keys cannot be had.  Retryable.

        See: RFC 7515 §5.2, RFC 8725 §3.
        """

    @abstractmethod
    def require_keys(self) -> None:
        """
        Return once signatures can be checked; at once where the keys are in memory.

        For whoever is about to do what cannot be undone, and needs a signature checked right after.
        A key that is published later than those in memory may still be missing then.

        Raises:
            KeySourceUnavailableError: The keys cannot be had.  Retryable.
        """
