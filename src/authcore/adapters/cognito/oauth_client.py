"""One app client of the pool, as it calls the OAuth endpoints of the pool's domain."""

import base64
from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from authcore.adapters.http import HttpAnswer, HttpClient, HttpFailedError
from authcore.domain.errors import ProviderNotReachedError, ProviderUnavailableError
from authcore.domain.model.urls import ServiceUrl


MAX_ANSWER_BYTES: Final = 64 * 1024
"""What the HttpClient given to an OAuthClient should cap bodies at."""


class OAuthClient:
    """
    Sends forms, each once.

    The client secret travels in the Authorization header and nowhere else.  Id and secret stand in
    it as they are: Cognito's documents join and encode them without the form encoding of RFC 6749
    §2.3.1, and Cognito issues letters and digits, which that encoding leaves alone.
    """

    __slots__ = ("_headers", "_http", "client_id")

    def __init__(self, *, http: HttpClient, client_id: str, client_secret: str) -> None:
        """
        Speak for one app client.

        Args:
            http: Its deadline and byte cap (MAX_ANSWER_BYTES) bound every call.

            client_id: Of the app client; holds no colon (RFC 7617 §2).

            client_secret: Of the app client.
        """
        pair = f"{client_id}:{client_secret}".encode()
        self.client_id = client_id
        self._http = http
        self._headers = {
            "accept": "application/json",
            "authorization": f"Basic {base64.b64encode(pair).decode()}",
            "content-type": "application/x-www-form-urlencoded",
        }

    def post(
        self, url: ServiceUrl, form: Mapping[str, str], *, within: timedelta | None = None
    ) -> HttpAnswer:
        """
        What *url* answers to *form*; *within* is a deadline shorter than the HttpClient's.

        Raises:
            ProviderNotReachedError: Nothing was sent.

            ProviderUnavailableError: No complete answer within the bounds.
        """
        content = urlencode(form).encode()
        try:
            return self._http.request(
                "POST", url, headers=self._headers, content=content, within=within
            )
        except HttpFailedError as failure:
            outage = ProviderUnavailableError if failure.sent else ProviderNotReachedError
            raise outage(f"the pool's domain did not answer ({failure.reason})") from None
