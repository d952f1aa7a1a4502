"""Cognito's token endpoint over HTTP."""

import base64
import re
from typing import Final
from urllib.parse import urlencode

from authcore.adapters.cognito.token_answer import token_set
from authcore.adapters.http import HttpClient, HttpFailedError
from authcore.domain.errors import (
    CodeRejectedError,
    ProviderNotReachedError,
    ProviderUnavailableError,
)
from authcore.domain.model.tokens import TokenSet
from authcore.domain.model.urls import ServiceUrl
from authcore.ports.token_endpoint import CodeExchanger


MAX_ANSWER_BYTES: Final = 64 * 1024
"""What the HttpClient given to CognitoCodeExchanger should cap bodies at."""

MAX_CODE_LENGTH: Final = 2048

_CODE: Final = re.compile(rf"[\x20-\x7e]{{1,{MAX_CODE_LENGTH}}}")


class CognitoCodeExchanger(CodeExchanger):
    """
    Trades codes at ``/oauth2/token``.

    The client secret travels in the Authorization header and nowhere else.  Id and secret stand in
    it as they are: Cognito's documents join and encode them without the form encoding of RFC 6749
    §2.3.1, and Cognito issues letters and digits, which that encoding leaves alone.
    """

    def __init__(
        self, *, http: HttpClient, token_url: ServiceUrl, client_id: str, client_secret: str
    ) -> None:
        """
        Speak for one app client.

        Args:
            http: Its deadline and byte cap (MAX_ANSWER_BYTES) bound every exchange.

            token_url: The whole URL, ending in ``/oauth2/token``.

            client_id: Of the app client; holds no colon (RFC 7617 §2).

            client_secret: Of the app client.
        """
        self._http = http
        self._token_url = token_url
        self._client_id = client_id
        pair = f"{client_id}:{client_secret}".encode()
        self._authorization = f"Basic {base64.b64encode(pair).decode()}"

    def exchange(self, code: str, *, redirect_uri: str, code_verifier: str) -> TokenSet:
        """See the port."""
        if not _CODE.fullmatch(code):
            raise CodeRejectedError("an authorization code is printable ASCII")
        form = {
            "grant_type": "authorization_code",
            "client_id": self._client_id,
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": code_verifier,
        }
        return self._ask(urlencode(form).encode())

    def _ask(self, form: bytes) -> TokenSet:
        headers = {
            "accept": "application/json",
            "authorization": self._authorization,
            "content-type": "application/x-www-form-urlencoded",
        }
        try:
            answer = self._http.request("POST", self._token_url, headers=headers, content=form)
        except HttpFailedError as failure:
            outage = ProviderUnavailableError if failure.sent else ProviderNotReachedError
            raise outage(f"the token endpoint did not answer ({failure.reason})") from None
        return token_set(answer)
