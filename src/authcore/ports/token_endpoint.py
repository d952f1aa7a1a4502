"""Cognito's token endpoint."""

from abc import abstractmethod
from typing import Protocol

from authcore.domain.model.tokens import TokenSet


class CodeExchanger(Protocol):
    """Trades authorization codes for tokens."""

    __slots__ = ()

    @abstractmethod
    def exchange(self, code: str, *, redirect_uri: str, code_verifier: str) -> TokenSet:
        """
        Trade *code* for tokens.  Sends it at most once, whatever happens.

        Args:
            code: As it came on the callback.

            redirect_uri: The very string of the authorize request.

            code_verifier: The PKCE secret of the attempt.

        Returns:
            All three tokens, unverified.

        Raises:
            CodeRejectedError: Unknown, used, expired, or bound to another attempt.

            ClientRejectedError: Client id or secret are not accepted.

            ProviderUnavailableError: No answer worth trusting.  The code may be spent: start over.

        See: RFC 6749 §4.1.3, RFC 7636 §4.5; Amazon Cognito "Token endpoint".
        """
