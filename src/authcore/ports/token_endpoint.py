"""Cognito's token endpoint."""

from abc import abstractmethod
from typing import Protocol

from authcore.domain.model.tokens import RefreshToken, TokenSet


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

            ProviderNotReachedError: Nothing was sent.  The code is as good as before.

            ProviderUnavailableError: No answer worth trusting.  The code may be spent: start over.

        See: RFC 6749 §4.1.3, RFC 7636 §4.5; Amazon Cognito "Token endpoint".
        """


class TokenRefresher(Protocol):
    """Trades refresh tokens for fresh tokens."""

    __slots__ = ()

    @abstractmethod
    def refresh(self, tokens: TokenSet, *, username: str | None) -> TokenSet:
        """
        Prolong the session of *tokens*.  Sends its refresh token at most once.

        Args:
            tokens: As the session carries them; with a refresh token.

            username: The pool's own name of the user, as the access token says; None where nobody
                can say.  Some ways of refreshing need it.

        Returns:
            All three tokens, unverified.  The refresh token is the one that counts from now on:
            the old one, unless the provider rotated it.

        Raises:
            RefreshTokenRejectedError: Revoked, expired, used up, or another client's.

            ClientRejectedError: Client id or secret are not accepted.

            ProviderUnavailableError: No answer worth trusting.  Where refresh tokens are rotated,
                this one may be spent.

        See: RFC 6749 §6; Amazon Cognito "Token endpoint", "Refresh token rotation".
        """


class TokenRevoker(Protocol):
    """Ends sessions at the provider."""

    __slots__ = ()

    @abstractmethod
    def revoke(self, token: RefreshToken) -> None:
        """
        Let *token*, and all tokens that descend from its sign-in, be worth nothing there.

        Revoking what is revoked already, or was never issued, is harmless.

        Raises:
            ClientRejectedError: Client id or secret are not accepted.

            ProviderUnavailableError: No answer worth trusting; it may be revoked.

        See: RFC 7009 §2; Amazon Cognito "Revoke endpoint".
        """
