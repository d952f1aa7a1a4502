"""What the operations of a sign-in over the API pass to each other."""

from collections.abc import Callable, Mapping

import attrs

from authcore_local.cognito.errors import CognitoError, invalid_parameter
from authcore_local.cognito.idp_api.challenge_sessions import Pending
from authcore_local.cognito.user_pool.users import PoolUser, UserStore


Output = Mapping[str, object]
"""Of InitiateAuth and RespondToAuthChallenge: tokens, or the next challenge."""


@attrs.frozen(kw_only=True)
class Attempt:
    """
    The input of ``InitiateAuth``.

    Attributes:
        username: As sent.
        parameters: AuthParameters.
        validation_data: ClientMetadata; None where it is absent.
    """

    username: str = attrs.field(repr=False)
    parameters: Mapping[str, str] = attrs.field(repr=False)
    validation_data: Mapping[str, str] | None = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Answer:
    """
    The input of ``RespondToAuthChallenge``, and the sign-in that it continues.

    Attributes:
        pending: What the session waits for.
        responses: ChallengeResponses.
        metadata: ClientMetadata; None where it is absent.
        accept: Ends the session because the answer is right; raises NotAuthorizedException where
            another answer has ended it before.
    """

    pending: Pending
    responses: Mapping[str, str] = attrs.field(repr=False)
    metadata: Mapping[str, str] | None = attrs.field(repr=False)
    accept: Callable[[], None] = attrs.field(repr=False)

    def text(self, name: str) -> str:
        """
        Return one response.

        Raises:
            CognitoError: InvalidParameterException.
        """
        return require_parameter(self.responses, name)


def require_parameter(parameters: Mapping[str, str], name: str) -> str:
    """
    Return one parameter.

    Raises:
        CognitoError: InvalidParameterException.
    """
    value = parameters.get(name)
    if not value:
        raise invalid_parameter(f"Missing required parameter {name}")
    return value


def user_of(users: UserStore, pending: Pending) -> PoolUser:
    """
    Return the user of a sign-in as of now.

    Raises:
        CognitoError: NotAuthorizedException: gone or disabled meanwhile, or never there.
    """
    user = None if pending.subject is None else users.with_subject(pending.subject)
    if user is None:
        raise CognitoError("NotAuthorizedException", "Incorrect username or password.")
    if not user.enabled:
        raise CognitoError("NotAuthorizedException", "User is disabled.")
    return user
