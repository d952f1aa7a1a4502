"""Fresh tokens for a session that goes on."""

from collections.abc import Mapping

import attrs

from authcore_local.cognito.auth_sessions import AuthSession, AuthSessions
from authcore_local.cognito.errors import CognitoError, no_such_user
from authcore_local.cognito.lambda_triggers.token_changes import TokenSource
from authcore_local.cognito.token_issuer import IssuedTokens, TokenIssuer
from authcore_local.cognito.user_pool.users import PoolUser, UserStore


class SessionRefresh:
    """
    Trades refresh tokens, however they were sent.

    The trigger runs before the token is used up: where it fails, the token is as good as it was.
    """

    def __init__(self, *, users: UserStore, sessions: AuthSessions, issuer: TokenIssuer) -> None:
        self._users = users
        self._sessions = sessions
        self._issuer = issuer

    def refresh(
        self,
        token: str,
        client_id: str,
        *,
        source: TokenSource = "TokenGeneration_RefreshTokens",
        metadata: Mapping[str, str] | None = None,
    ) -> IssuedTokens:
        """
        Tokens for the user as they are now.

        Args:
            token: A refresh token.

            client_id: Whose.

            source: Of the event that the pre token generation trigger gets.

            metadata: For the trigger.

        Raises:
            CognitoError: See ``whose``, or what Lifecycle raises.
        """
        session, user = self.whose(token, client_id)
        tokens = self._issuer.reissue(session, user, source=source, metadata=metadata)
        return attrs.evolve(tokens, refresh_token=self._sessions.spend(token, client_id))

    def whose(self, token: str, client_id: str) -> tuple[AuthSession, PoolUser]:
        """
        The session and the user that *token* speaks for.

        Raises:
            CognitoError: NotAuthorizedException (a disabled user, too), UserNotFoundException, or
                RefreshTokenReuseException.
        """
        session = self._sessions.session_of(token, client_id)
        user = self._users.known_as(session.subject)
        if user is None:
            raise no_such_user()
        if not user.enabled:
            raise CognitoError("NotAuthorizedException", "User is disabled.")
        return session, user
