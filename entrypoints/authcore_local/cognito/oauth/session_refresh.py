"""Exchange a refresh token for new tokens."""

from collections.abc import Mapping

import attrs

from authcore_local.cognito.auth_sessions import AuthSession, AuthSessions
from authcore_local.cognito.errors import CognitoError, no_such_user
from authcore_local.cognito.lambda_triggers.token_changes import TokenSource
from authcore_local.cognito.token_issuer import IssuedTokens, TokenIssuer
from authcore_local.cognito.user_pool.users import PoolUser, UserStore


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SessionRefresh:
    """
    Exchanges refresh tokens of the token endpoint and of the API.

    The trigger runs before the token counts as used: if it fails, the token stays valid.
    """

    _users: UserStore
    _sessions: AuthSessions
    _issuer: TokenIssuer

    def refresh(
        self,
        token: str,
        client_id: str,
        *,
        source: TokenSource = "TokenGeneration_RefreshTokens",
        metadata: Mapping[str, str] | None = None,
    ) -> IssuedTokens:
        """
        Issue tokens for the current state of the user; the trigger gets *source* and *metadata*.

        Raises:
            CognitoError: See ``whose``, or what Lifecycle raises.
        """
        session, user = self.whose(token, client_id)
        tokens = self._issuer.reissue(session, user, source=source, metadata=metadata)
        return attrs.evolve(tokens, refresh_token=self._sessions.spend(token, client_id))

    def whose(self, token: str, client_id: str) -> tuple[AuthSession, PoolUser]:
        """
        Return the session and the user of *token*.

        Raises:
            CognitoError: NotAuthorizedException (a disabled user, too), UserNotFoundException, or
                RefreshTokenReuseException.
        """
        session = self._sessions.session_of(token, client_id)
        user = self._users.with_subject(session.subject)
        if user is None:
            raise no_such_user()
        if not user.enabled:
            raise CognitoError("NotAuthorizedException", "User is disabled.")
        return session, user
