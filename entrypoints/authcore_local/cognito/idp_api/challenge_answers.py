"""``RespondToAuthChallenge`` and ``AdminRespondToAuthChallenge``."""

from collections.abc import Mapping
from typing import Final

import attrs

from authcore_local.cognito.app_client_secrets import AppClientSecrets
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.idp_api.authentication import check_client, check_pool
from authcore_local.cognito.idp_api.challenge_desk import ChallengeDesk
from authcore_local.cognito.idp_api.idp_endpoint import Input
from authcore_local.cognito.idp_api.sign_in_attempt import Output, require_parameter


MAX_SESSION: Final = 4096


@attrs.frozen(eq=False, repr=False)
class ChallengeAnswers:
    """Authenticates the client, and hands its answer on."""

    _config: PoolConfig
    _secrets: AppClientSecrets
    _desk: ChallengeDesk

    def respond(self, given: Input) -> Output:
        """``RespondToAuthChallenge``; unsigned."""
        check_client(self._config, given)
        name = given.text("ChallengeName", longest=64)
        responses = given.texts("ChallengeResponses")
        username = require_parameter(responses, "USERNAME")
        self._secrets.check_hash(responses.get("SECRET_HASH"), username)
        session = _session(name, given, responses)
        return self._desk.answer(name, session, responses, given.texts("ClientMetadata") or None)

    def admin_respond(self, given: Input) -> Output:
        """``AdminRespondToAuthChallenge``."""
        check_pool(self._config, given)
        return self.respond(given)


def _session(name: str, given: Input, responses: Mapping[str, str]) -> str:
    if name == "PASSWORD_VERIFIER":
        return require_parameter(responses, "PASSWORD_CLAIM_SECRET_BLOCK")
    return given.text("Session", longest=MAX_SESSION)
