"""
The app client's secrets: one or two are active, and Secrets Manager has a copy of the newest.

A public client has none.
"""

import base64
import hmac
import json
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs

from authcore.ports.system import Clock, Entropy
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.idp_api.idp_endpoint import Input


MAX_KEPT: Final = 16
"""How many secrets are remembered, active or not."""

ACCOUNT: Final = "123456789012"

NO_TIME: Final = timedelta(0)


@attrs.frozen
class _Secret:
    """A secret, when it was published, and until when it is active; None without an end."""

    value: str = attrs.field(repr=False)
    published_at: datetime
    active_until: datetime | None = None


class AppClientSecrets:
    """
    Rotates the secret of the app client.  Safe to share between threads.

    Attributes:
        arn: Of the copy in Secrets Manager: ``UserPoolClientType.ClientSecretArn``.
        is_manager_available: Set to False for an outage of Secrets Manager.
        reads: How often Secrets Manager was asked.
    """

    def __init__(self, config: PoolConfig, *, clock: Clock, entropy: Entropy) -> None:
        """Begin with the secrets of *config*, of which the last one is the newest."""
        self._config = config
        self._clock = clock
        self._entropy = entropy
        self._lock = threading.Lock()
        began = clock.now()
        self._secrets = [_Secret(value, began) for value in config.client_secrets]
        self.arn: str = (
            f"arn:aws:secretsmanager:{config.region}:{ACCOUNT}:secret:cognito/{config.client_id}"
        )
        self.is_manager_available = True
        self.reads: int = 0

    def authenticate(self, secret: str) -> bool:
        """Whether the client may say that it has *secret*: the empty one for a public client."""
        if self._config.is_public:
            return not secret
        given = secret.encode()
        matches = [hmac.compare_digest(given, active.encode()) for active in self.active()]
        return any(matches)

    def check_hash(self, given: str | None, username: str) -> None:
        """
        Check the ``SECRET_HASH`` of a call about *username*, as sent; None where it is absent.

        Raises:
            CognitoError: NotAuthorizedException.
        """
        client_id = self._config.client_id
        if given is None and self._config.is_public:
            return
        if given is None:
            raise _not_authorized(
                f"Client {client_id} is configured with secret but SECRET_HASH was not received"
            )
        message = f"{username}{client_id}"
        matches = [
            hmac.compare_digest(given.encode(), secret_hash(secret, message).encode())
            for secret in self.active()
        ]
        if not any(matches):
            raise _not_authorized(f"Unable to verify secret hash for client {client_id}")

    def active(self) -> tuple[str, ...]:
        """List the secrets that the client may use now."""
        now = self._clock.now()
        return tuple(
            each.value
            for each in self._secrets
            if each.active_until is None or now < each.active_until
        )

    def rotate(
        self, *, keep_old_for: timedelta = NO_TIME, published_after: timedelta = NO_TIME
    ) -> str:
        """
        Make a new secret, which is active at once.

        Args:
            keep_old_for: How long the newest of the old ones stays active; not at all by default.
                The others end now: a client has two at most.

            published_after: When Secrets Manager has the new one; at once by default.

        Returns:
            The new secret.
        """
        now = self._clock.now()
        fresh = _Secret(self._entropy.token(), now + published_after)
        with self._lock:
            *others, last = self._secrets
            ended = [_end(each, now) for each in others]
            self._secrets = [*ended, _end(last, now + keep_old_for), fresh][-MAX_KEPT:]
        return fresh.value

    def get_secret_value(self, given: Input) -> Mapping[str, object]:
        """``secretsmanager.GetSecretValue`` for AWSCURRENT and AWSPREVIOUS."""
        self.reads += 1
        if not self.is_manager_available:
            raise CognitoError("InternalServiceError", "Secrets Manager is not available")
        stage = given.text("VersionStage", default="AWSCURRENT", longest=256)
        now = self._clock.now()
        published = [each.value for each in self._secrets if each.published_at <= now]
        place = {"AWSCURRENT": -1, "AWSPREVIOUS": -2}.get(stage, 0)
        if given.text("SecretId") != self.arn or not place or len(published) < -place:
            raise CognitoError(
                "ResourceNotFoundException", "Secrets Manager can't find the specified secret."
            )
        return {
            "ARN": self.arn,
            "Name": f"cognito/{self._config.client_id}",
            "SecretString": self._text(published[place]),
            "VersionStages": [stage],
        }

    def _text(self, secret: str) -> str:
        return json.dumps(
            {
                "userPoolId": self._config.pool_id,
                "userPoolClientId": self._config.client_id,
                "clientSecretValue": secret,
            }
        )


def secret_hash(client_secret: str, message: str) -> str:
    """``SECRET_HASH`` of *message*: the user name as sent, then the client id."""
    digest = hmac.digest(client_secret.encode(), message.encode(), "sha256")
    return base64.b64encode(digest).decode()


def _not_authorized(message: str) -> CognitoError:
    return CognitoError("NotAuthorizedException", message)


def _end(secret: _Secret, at: datetime) -> _Secret:
    earlier = at if secret.active_until is None else min(at, secret.active_until)
    return attrs.evolve(secret, active_until=earlier)
