"""The user whose access token a call carries."""

import attrs

from authcore.domain.model.tokens import MAX_TOKEN_LENGTH
from authcore_local.cognito.errors import CognitoError, no_such_user
from authcore_local.cognito.idp_api.idp_endpoint import Input
from authcore_local.cognito.token_issuer import API_SCOPE, TokenIssuer
from authcore_local.cognito.user_pool.users import PoolUser, UserStore


@attrs.frozen(eq=False, repr=False)
class TokenBearer:
    """
    Reads ``AccessToken``.

    It needs the scope API_SCOPE; tokens of managed login have it only if requested.
    """

    _issuer: TokenIssuer
    _users: UserStore

    def subject(self, given: Input) -> str:
        """
        Return the ``sub`` of a live token.

        Raises:
            CognitoError: NotAuthorizedException.
        """
        token = given.text("AccessToken", longest=MAX_TOKEN_LENGTH)
        grant = self._issuer.grant_of(token)
        if grant is None:
            is_revoked = self._issuer.was_revoked(token)
            why = "Access Token has been revoked" if is_revoked else "Invalid Access Token"
            raise CognitoError("NotAuthorizedException", why)
        if API_SCOPE not in grant.scopes:
            raise CognitoError(
                "NotAuthorizedException", "Access Token does not have required scopes"
            )
        return grant.subject

    def user(self, given: Input) -> PoolUser:
        """
        Return the user of a live token as of now.

        Raises:
            CognitoError: NotAuthorizedException (also for a disabled user), or
                UserNotFoundException (deleted meanwhile).
        """
        user = self._users.with_subject(self.subject(given))
        if user is None:
            raise no_such_user()
        if not user.enabled:
            raise CognitoError("NotAuthorizedException", "User is disabled.")
        return user
