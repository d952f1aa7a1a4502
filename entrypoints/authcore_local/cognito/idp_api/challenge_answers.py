"""``RespondToAuthChallenge`` and ``AdminRespondToAuthChallenge``."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import attrs

from authcore_local.cognito.app_client_secrets import AppClientSecrets
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError, invalid_parameter
from authcore_local.cognito.idp_api.authentication import check_client, check_pool
from authcore_local.cognito.idp_api.challenge_sessions import ChallengeSessions, Pending
from authcore_local.cognito.idp_api.idp_endpoint import Input
from authcore_local.cognito.idp_api.sign_in_attempt import Answer, Output, required
from authcore_local.cognito.user_pool.users import UserStore


MAX_SESSION: Final = 4096

Answerer = Callable[[Answer], Output]

_MAY_BE_REPEATED: Final = frozenset(
    ("CodeMismatchException", "InvalidPasswordException", "InvalidParameterException")
)
"""A session outlives these errors, a few times."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ChallengeAnswers:
    """
    Continues the sign-in that a ``Session`` names.

    Attributes:
        answerers: By ``ChallengeName``.
    """

    config: PoolConfig
    secrets: AppClientSecrets
    users: UserStore
    sessions: ChallengeSessions
    answerers: Mapping[str, Answerer]

    def respond(self, given: Input) -> Output:
        """``RespondToAuthChallenge``; unsigned."""
        check_client(self.config, given)
        name = given.text("ChallengeName", longest=64)
        answerer = self.answerers.get(name)
        if answerer is None:
            raise invalid_parameter(f"{name} is not a challenge of this user pool")
        responses = given.texts("ChallengeResponses")
        username = required(responses, "USERNAME")
        self.secrets.check_hash(responses.get("SECRET_HASH"), username)
        session = _session(name, given, responses)
        pending = self.sessions.read(session, name)
        self._check_username(pending, username)
        return self._continue(answerer, session, pending, given)

    def admin_respond(self, given: Input) -> Output:
        """``AdminRespondToAuthChallenge``."""
        check_pool(self.config, given)
        return self.respond(given)

    def _continue(self, answerer: Answerer, session: str, pending: Pending, given: Input) -> Output:
        answer = Answer(
            pending=pending,
            responses=given.texts("ChallengeResponses"),
            metadata=given.texts("ClientMetadata") or None,
            accept=partial(self.sessions.accept, session),
        )
        try:
            return answerer(answer)
        except CognitoError as error:
            if error.kind in _MAY_BE_REPEATED:
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


def _session(name: str, given: Input, responses: Mapping[str, str]) -> str:
    if name == "PASSWORD_VERIFIER":
        return required(responses, "PASSWORD_CLAIM_SECRET_BLOCK")
    return given.text("Session", longest=MAX_SESSION)
