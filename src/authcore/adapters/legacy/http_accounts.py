"""Accounts behind the legacy HTTP API."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from authcore.adapters.http import HttpAnswer, HttpClient, HttpFailedError
from authcore.adapters.legacy import contract
from authcore.domain.errors import CredentialsRejectedError, LegacyUnavailableError
from authcore.domain.model.accounts import Credentials, LegacyAccount
from authcore.domain.model.urls import ServiceUrl
from authcore.ports.legacy_accounts import LegacyAccounts


_JSON: Final = {"content-type": "application/json", "accept": "application/json"}


class HttpLegacyAccounts(LegacyAccounts):
    """
    Asks the legacy system once per question.  Safe to share between threads.

    See: docs/legacy-api.yaml.
    """

    __slots__ = ("_base_url", "_headers", "_http", "_within")

    def __init__(
        self,
        *,
        http: HttpClient,
        base_url: ServiceUrl,
        api_key: str,
        within: timedelta | None = None,
    ) -> None:
        """
        Talk to one legacy system.

        Args:
            http: Its cap should be ``contract.MAX_ANSWER_BYTES``; larger answers count as none.

            base_url: What stands before ``/api/login``.

            api_key: Sent as ``X-Api-Key``.

            within: Total time of one call, where it is shorter than *http*'s.
        """
        self._http = http
        self._base_url = base_url
        self._headers: Mapping[str, str] = {**_JSON, "x-api-key": api_key}
        self._within = within

    def bounded(self, within: timedelta) -> "HttpLegacyAccounts":
        """The same accounts, over the same connections, for a caller with *within* left."""
        return HttpLegacyAccounts(
            http=self._http,
            base_url=self._base_url,
            api_key=self._headers["x-api-key"],
            within=within,
        )

    def authenticate(self, credentials: Credentials) -> LegacyAccount:
        """
        See the port.

        A password that Cognito could not hold, or that no form can send (NUL, lone surrogates),
        is rejected here and not sent.
        """
        if not (
            contract.sendable(credentials.username, contract.MAX_USERNAME_LENGTH)
            and contract.sendable(credentials.password, contract.MAX_PASSWORD_LENGTH)
        ):
            raise CredentialsRejectedError("no account has such a name or password")
        answer = self._ask(contract.LOGIN_PATH, contract.login_request(credentials))
        account = contract.login_answer(answer, credentials.username)
        if account is None:
            raise CredentialsRejectedError("the legacy system does not accept these credentials")
        return account

    def find(self, username: str) -> LegacyAccount | None:
        """See the port."""
        if not contract.sendable(username, contract.MAX_USERNAME_LENGTH):
            return None
        answer = self._ask(contract.LOOKUP_PATH, contract.lookup_request(username))
        return contract.lookup_answer(answer, username)

    def _ask(self, path: str, body: bytes) -> HttpAnswer:
        if self._within is not None and self._within <= timedelta(0):
            raise LegacyUnavailableError("no time is left to ask the legacy system")
        try:
            return self._http.request(
                "POST",
                f"{self._base_url}{path}",
                headers=self._headers,
                content=body,
                within=self._within,
            )
        except HttpFailedError as failure:
            raise LegacyUnavailableError(
                f"the legacy system cannot be asked: {failure.reason}"
            ) from None
