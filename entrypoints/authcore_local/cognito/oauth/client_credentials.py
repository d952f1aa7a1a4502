"""The grant ``client_credentials`` of ``/oauth2/token``: tokens of programs, without a user."""

import hmac
from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from authcore_local.cognito.config import MachineClient, PoolConfig
from authcore_local.cognito.oauth.oauth_requests import OAuthRefusedError
from authcore_local.cognito.token_issuer import IssuedTokens, TokenIssuer


GRANT: Final = "client_credentials"


@attrs.frozen(eq=False, repr=False)
class ClientCredentialsGrant:
    """
    Issues access tokens to the pool's machine clients.

    Their tokens have no user name, and the client id as ``sub``.  Which error Amazon's endpoint
    gives for a scope that the client has not is not documented; here it is ``invalid_scope``.
    """

    _config: PoolConfig
    _issuer: TokenIssuer

    def knows(self, client_id: str) -> bool:
        """Whether *client_id* is a machine client's."""
        return self._client(client_id) is not None

    def issue(self, client_id: str, secret: str, form: Mapping[str, str]) -> IssuedTokens:
        """
        Authenticate a machine client and issue its token.

        Raises:
            OAuthRefusedError: ``invalid_client``, ``invalid_scope``, or ``unauthorized_client`` for
                another grant.
        """
        client = self._client(client_id)
        if client is None or not _is_secret_of(client, secret):
            raise OAuthRefusedError("invalid_client")
        if form.get("grant_type") != GRANT:
            raise OAuthRefusedError("unauthorized_client")
        return self._issuer.issue_to_machine(client_id, _scopes(client, form))

    def _client(self, client_id: str) -> MachineClient | None:
        clients = self._config.machine_clients
        return next((each for each in clients if each.client_id == client_id), None)


def _is_secret_of(client: MachineClient, secret: str) -> bool:
    matches = [
        hmac.compare_digest(secret.encode(), each.encode()) for each in client.client_secrets
    ]
    return any(matches)


def _scopes(client: MachineClient, form: Mapping[str, str]) -> Sequence[str]:
    asked = form.get("scope", "").split()
    if not {*asked} <= {*client.scopes}:
        raise OAuthRefusedError("invalid_scope")
    return asked or client.scopes
