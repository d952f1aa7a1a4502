"""Cognito's token and revoke endpoints."""

from abc import abstractmethod
from collections.abc import Collection
from typing import Protocol

from authcore.domain.model.machine_tokens import MachineToken
from authcore.domain.model.tokens import RefreshToken, TokenSet


class CodeExchanger(Protocol):
    """Exchanges authorization codes for tokens."""

    __slots__ = ()

    @abstractmethod
    def exchange(self, code: str, *, redirect_uri: str, code_verifier: str) -> TokenSet:
        """
        Exchange *code* for tokens.

        Sends it at most once, also after a failure, to a provider that accepts the app client.

        Args:
            code: As the callback received it.

            redirect_uri: The same string as in the authorization request.

            code_verifier: PKCE verifier of the sign-in attempt.

        Returns:
            All three tokens, unverified.

        Raises:
            CodeRejectedError: Unknown, used, expired, or bound to another attempt.

            ClientMisconfiguredError: Client id or secret are not accepted with any code or token.

            ProviderNotReachedError: Nothing was sent.  The code is still unused.

            ProviderUnavailableError: No usable answer.  The code may be spent, so it must not be
                sent again.

        See: RFC 6749 §4.1.3, RFC 7636 §4.5; Amazon Cognito "Token endpoint".
        """


class TokenRefresher(Protocol):
    """Exchanges refresh tokens for new tokens."""

    __slots__ = ()

    @abstractmethod
    def refresh(self, tokens: TokenSet, *, username: str | None) -> TokenSet:
        """
        Refresh *tokens*.

        Sends the refresh token at most once to a provider that accepts the app client.

        Args:
            tokens: Of the session; with a refresh token.

            username: The user's name in the pool, from the access token; None if unknown.  Some
                implementations need it.

        Returns:
            All three tokens, unverified.  The refresh token is the one to use next: the old one,
            unless the provider rotated it.

        Raises:
            RefreshTokenRejectedError: Revoked, expired, rotated away, or of another client.

            ClientMisconfiguredError: Client id or secret are not accepted with any code or token.

            ProviderUnavailableError: No usable answer.  Where refresh tokens are rotated, this one
                may be spent.

        See: RFC 6749 §6; Amazon Cognito "Token endpoint", "Refresh token rotation".
        """


class TokenRevoker(Protocol):
    """Ends sessions at the provider."""

    __slots__ = ()

    @abstractmethod
    def revoke(self, token: RefreshToken) -> None:
        """
        Revoke *token* and all tokens that descend from the same sign-in.

        Harmless for a token that is revoked already or was never issued.

        Raises:
            ClientMisconfiguredError: Client id or secret are not accepted with any code or token.

            ProviderUnavailableError: No usable answer.  The token may be revoked.

        See: RFC 7009 §2; Amazon Cognito "Revoke endpoint".
        """


class MachineTokenIssuer(Protocol):
    """Issues access tokens to the app client itself, without a user."""

    __slots__ = ()

    @abstractmethod
    def issue(self, scopes: Collection[str]) -> MachineToken:
        """
        Request a token by the grant ``client_credentials``.  Nothing is cached.

        Args:
            scopes: That the token must have; all that the app client has where there are none.

        Raises:
            ScopeRejectedError: The app client may not have one of *scopes*, or it cannot be one.

            ClientMisconfiguredError: Client id or secret are not accepted, or the grant is not
                allowed for this app client.

            ProviderUnavailableError: No usable answer.

        See: RFC 6749 §4.4; Amazon Cognito "Token endpoint".
        """
