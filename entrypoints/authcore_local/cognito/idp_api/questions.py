"""Ask a user the challenges that follow the first factor."""

import json
from collections.abc import Mapping
from typing import Final

from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.idp_api.challenge_sessions import ChallengeSessions, Pending
from authcore_local.cognito.idp_api.sign_in_attempt import Output
from authcore_local.cognito.user_flows.required_challenges import Required
from authcore_local.cognito.user_pool.users import PoolUser


class Questions:
    """Begins a session for each challenge."""

    def __init__(self, config: PoolConfig, *, sessions: ChallengeSessions) -> None:
        self._config = config
        self._sessions = sessions

    def ask(self, name: Required, user: PoolUser) -> Output:
        """Return the challenge *name* for *user*."""
        return self.pose(
            Pending(challenge=name, username=user.username, subject=user.subject),
            {"USER_ID_FOR_SRP": user.username, **_PARAMETERS[name](user)},
        )

    def pose(self, pending: Pending, parameters: Mapping[str, str]) -> Output:
        """Return *pending* with *parameters* as a challenge."""
        return {
            "ChallengeName": pending.challenge,
            "Session": self._sessions.begin(pending),
            "ChallengeParameters": dict(parameters),
        }


def _new_password(user: PoolUser) -> dict[str, str]:
    return {"requiredAttributes": "[]", "userAttributes": json.dumps(dict(user.attributes))}


_PARAMETERS: Final = {"NEW_PASSWORD_REQUIRED": _new_password}
