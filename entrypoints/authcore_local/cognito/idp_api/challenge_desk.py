"""Continue the sign-in that a ``Session`` names."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import attrs

from authcore_local.cognito.errors import CognitoError, invalid_parameter
from authcore_local.cognito.idp_api.challenge_sessions import ChallengeSessions, Pending
from authcore_local.cognito.idp_api.sign_in_attempt import Answer, Output, require_parameter
from authcore_local.cognito.user_pool.users import UserStore


MAY_BE_REPEATED: Final = frozenset(
    ("CodeMismatchException", "InvalidPasswordException", "InvalidParameterException")
)
"""A session outlives these errors, a few times."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ChallengeDesk:
    """
    Hands each answer to what asked for it.

    Attributes:
        answerers: By ``ChallengeName``.
    """

    users: UserStore
    sessions: ChallengeSessions
    answerers: Mapping[str, Callable[[Answer], Output]]

    def answer(
        self,
        name: str,
        session: str,
        responses: Mapping[str, str],
        metadata: Mapping[str, str] | None = None,
    ) -> Output:
        """
        Return tokens or the next challenge.

        Args:
            name: ``ChallengeName``.

            session: ``Session``; the secret block for PASSWORD_VERIFIER.

            responses: ``ChallengeResponses``.

            metadata: ``ClientMetadata``.

        Raises:
            CognitoError: One of the errors of RespondToAuthChallenge.
        """
        answerer = self.answerers.get(name)
        if answerer is None:
            raise invalid_parameter(f"{name} is not a challenge of this user pool")
        pending = self.sessions.read(session, name)
        self._check_username(pending, require_parameter(responses, "USERNAME"))
        accept = partial(self.sessions.accept, session)
        try:
            return answerer(
                Answer(pending=pending, responses=responses, metadata=metadata, accept=accept)
            )
        except CognitoError as error:
            if error.kind in MAY_BE_REPEATED:
                self.sessions.count_wrong(session)
            else:
                self.sessions.end(session)
            raise

    def _check_username(self, pending: Pending, username: str) -> None:
        user = self.users.known_as(username)
        name = self.users.normalize_name(username) if user is None else user.username
        if name != pending.username:
            raise CognitoError(
                "NotAuthorizedException", "Invalid session for the user, session is expired."
            )
