"""Administrative calls on users of the pool, recorded as hops of the flow."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal, get_args

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.cognito.error_translation import SIGNING_OUT_A_USER, translate_errors
from authcore.adapters.cognito.user_directory import CognitoUserDirectory
from authcore.adapters.cognito.user_sessions import CognitoUserSessions
from authcore.domain.errors import RejectedError, UnavailableError
from authcore.domain.model.urls import service_url
from authcore.domain.services.sessions.sign_out_everywhere import SignOutEverywhere
from authcore_local.addresses import POOL_ID, REGION, Addresses
from authcore_local.shared_state import Shared


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

Act = Literal["sign_out_everywhere", "disable", "enable"]
ACTS: Final[tuple[Act, ...]] = get_args(Act)

LISTED: Final = "revoked sessions"

CALL_LIMIT: Final = timedelta(seconds=10)
"""Deadline of one call of the pool's API."""


class Administrator:
    """Calls the pool's API over a socket, as at Amazon's.  Safe to share between threads."""

    def __init__(self, addresses: Addresses, shared: Shared) -> None:
        """Prepare; the first call makes the client, because that takes a while."""
        self._url = service_url(addresses.cognito_server_url)
        self._shared = shared
        self._lock = threading.Lock()
        self._made: CognitoIdentityProviderClient | None = None

    def do(self, act: Act, username: str) -> None:
        """Perform *act* on *username* and record the outcome in the flow."""
        calls: dict[Act, tuple[str, Callable[[str], object]]] = {
            "sign_out_everywhere": ("AdminUserGlobalSignOut", self._sign_out_everywhere),
            "disable": ("AdminDisableUser", self._disable),
            "enable": ("AdminEnableUser", self._enable),
        }
        operation, call = calls[act]
        try:
            call(username)
            answer = "200 done"
        except (RejectedError, UnavailableError) as error:
            answer = error.code
        self._shared.flow.record("admin", "cognito", operation, answer, f"of {username}")

    def _sign_out_everywhere(self, username: str) -> None:
        client, revocations = self._client(), self._shared.revocations
        everywhere = SignOutEverywhere(
            directory=CognitoUserDirectory(client=client, user_pool_id=POOL_ID),
            sessions=CognitoUserSessions(client=client, user_pool_id=POOL_ID),
            revocations=revocations,
            leeway=timedelta(0),  # there is one clock here
            clock=self._shared.clock,
            audit=LoggingAuditLog(),
        )
        everywhere.end(username)
        if revocations is not None:
            self._shared.flow.record(
                "admin", "guard", LISTED, "listed", f"all of {username} so far"
            )

    def _disable(self, username: str) -> None:
        with translate_errors(SIGNING_OUT_A_USER):
            self._client().admin_disable_user(UserPoolId=POOL_ID, Username=username)

    def _enable(self, username: str) -> None:
        with translate_errors(SIGNING_OUT_A_USER):
            self._client().admin_enable_user(UserPoolId=POOL_ID, Username=username)

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._made is not None:
                self._made.close()

    def _client(self) -> "CognitoIdentityProviderClient":
        with self._lock:
            if self._made is None:
                self._made = cognito_client(
                    region=REGION, endpoint_url=self._url, within=CALL_LIMIT
                )
            return self._made
