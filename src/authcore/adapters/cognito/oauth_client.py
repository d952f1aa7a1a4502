"""Authenticated requests of one app client to the OAuth endpoints of the pool's domain."""

import base64
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final, TypeVar
from urllib.parse import quote_plus, urlencode

from authcore.adapters.client_secrets import client_secrets
from authcore.adapters.cognito.client_authentication import with_secret
from authcore.adapters.http import HttpAnswer, HttpClient, HttpFailedError
from authcore.domain.errors import (
    ProviderMisconfiguredNotReachedError,
    ProviderNotReachedError,
    ProviderUnavailableError,
)
from authcore.domain.model.urls import ServiceUrl
from authcore.ports.client_secrets import ClientSecrets


MAX_ANSWER_BYTES: Final = 64 * 1024
"""Byte limit for the HttpClient of an OAuthClient."""

OTHER_SECRETS_WITHIN: Final = timedelta(seconds=5)
"""How long after the first call another secret is tried, where no deadline is given for all."""

_HEADERS: Final = {
    "accept": "application/json",
    "content-type": "application/x-www-form-urlencoded",
}

Read = TypeVar("Read")


class OAuthClient:
    """
    Posts forms, each once to an endpoint that accepts the client.

    The client secret is sent in the Authorization header only; id and secret are form-encoded
    there.  See: RFC 6749 §2.3.1.
    """

    __slots__ = ("_http", "_secrets", "client_id")

    def __init__(
        self, *, http: HttpClient, client_id: str, client_secret: str | ClientSecrets
    ) -> None:
        """
        Authenticate as one app client.

        Args:
            http: Sets deadline and byte limit (MAX_ANSWER_BYTES) of every call.

            client_id: Of the app client; holds no colon (RFC 7617 §2).

            client_secret: Of the app client: one that stays, or the ClientSecrets.
        """
        self.client_id: str = client_id
        self._http = http
        self._secrets = client_secrets(client_secret)

    def post(
        self,
        url: ServiceUrl,
        form: Mapping[str, str],
        read: Callable[[HttpAnswer], Read],
        *,
        within: timedelta | None = None,
    ) -> Read:
        """
        Post *form* to *url*, and read the answer.

        Args:
            url: Of the endpoint.

            form: Its fields.

            read: Reads an answer; raises ClientMisconfiguredError where it refuses the client.

            within: A shorter deadline than that of the HttpClient, for all calls together.

        Raises:
            ClientMisconfiguredError: Every known secret is refused.

            ProviderNotReachedError: Nothing was sent.

            ProviderUnavailableError: No complete answer within the limits.
        """
        content = urlencode(form).encode()

        def send(secret: str, left: timedelta) -> Read:
            limit = None if within is None else min(within, left)
            return read(self._send(url, content, secret, limit))

        return with_secret(self._secrets, within or OTHER_SECRETS_WITHIN, send)

    def _send(
        self, url: ServiceUrl, content: bytes, secret: str, within: timedelta | None
    ) -> HttpAnswer:
        headers = {**_HEADERS, "authorization": _basic(self.client_id, secret)}
        try:
            return self._http.request("POST", url, headers=headers, content=content, within=within)
        except HttpFailedError as failure:
            raise _outage(failure) from None


def _basic(client_id: str, secret: str) -> str:
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _outage(failure: HttpFailedError) -> ProviderUnavailableError:
    message = f"the pool's domain did not answer ({failure.reason})"
    if failure.is_untrusted:
        return ProviderMisconfiguredNotReachedError(message, detail=failure.detail)
    outage = ProviderUnavailableError if failure.sent else ProviderNotReachedError
    return outage(message, detail=failure.detail)
