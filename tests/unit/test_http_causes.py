"""What each adapter makes of an HTTP request that failed: its class, and the cause as it is."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import pytest

from authcore.adapters.auth_service.token_refresher import AuthServiceTokenRefresher
from authcore.adapters.cognito.oauth_client import OAuthClient
from authcore.adapters.cognito.token_response import (
    read_refreshed_tokens,
    require_revoked,
    token_set,
)
from authcore.adapters.http import FailureReason, HttpAnswer, HttpClient, HttpFailedError
from authcore.adapters.http.connection import Phase
from authcore.adapters.legacy.http_accounts import HttpLegacyAccounts
from authcore.domain.errors import (
    AuthcoreError,
    ClientMisconfiguredError,
    LegacyMisconfiguredNotReachedError,
    LegacyNotReachedError,
    LegacyUnavailableError,
    ProviderMisconfiguredError,
    ProviderMisconfiguredNotReachedError,
    ProviderNotReachedError,
    ProviderUnavailableError,
    UnavailableError,
)
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.model.urls import ServiceUrl


URL: Final = ServiceUrl("https://canary.example")


class Scripted(HttpClient):
    """Fails, or answers."""

    def __init__(self, outcome: HttpFailedError | HttpAnswer) -> None:
        super().__init__(within=timedelta(seconds=1), max_bytes=1)
        self._outcome = outcome

    def request(self, *_: Any, **__: Any) -> HttpAnswer:
        if isinstance(self._outcome, HttpAnswer):
            return self._outcome
        raise self._outcome


def _json(status: int, body: bytes) -> HttpAnswer:
    return HttpAnswer(status, (("content-type", "application/json"),), body)


FAILURES: Final[list[tuple[FailureReason, bool, Phase, str]]] = [
    ("connect", False, "connect certificate", "connect certificate"),
    ("connect", False, "connect tls", "connect tls"),
    ("connect", False, "connect dns", "connect dns"),
    ("connect", False, "connect refused", "connect refused"),
    ("connect", False, "connect", "connect failed"),
    ("timeout", False, "connect", "connect timeout"),
    ("timeout", True, "write", "write timeout"),
    ("timeout", True, "read", "read timeout"),
    ("protocol", True, "read", "read broken"),
    ("protocol", True, "write", "write broken"),
    ("too_large", True, "read", "read too large"),
    ("encoded", True, "read", "read encoded"),
]
failures = pytest.mark.parametrize(("reason", "sent", "phase", "detail"), FAILURES)


def _caught(kind: type[AuthcoreError], call: Any) -> AuthcoreError:
    with pytest.raises(kind) as raised:
        call()
    assert "canary" not in str(raised.value)
    return raised.value


@failures
def test_the_legacy_system(reason: FailureReason, sent: bool, phase: Phase, detail: str) -> None:
    # AL-07: only what certainly was not sent counts as not reached.
    http = Scripted(HttpFailedError(reason, sent=sent, phase=phase))
    accounts = HttpLegacyAccounts(http=http, base_url=URL, api_key="key")

    error = _caught(LegacyUnavailableError, lambda: accounts.find("emma"))

    assert error.detail == detail
    expected: type[AuthcoreError] = LegacyUnavailableError
    if not sent:
        expected = LegacyNotReachedError
    if phase == "connect certificate":
        expected = LegacyMisconfiguredNotReachedError
    assert type(error) is expected


@failures
def test_the_pools_domain(reason: FailureReason, sent: bool, phase: Phase, detail: str) -> None:
    # A code that was certainly not sent is not used up.
    http = Scripted(HttpFailedError(reason, sent=sent, phase=phase))
    client = OAuthClient(http=http, client_id="id", client_secret="secret")

    error = _caught(ProviderUnavailableError, lambda: client.post(URL, {}, token_set))

    assert error.detail == detail
    expected: type[AuthcoreError] = ProviderUnavailableError
    if not sent:
        expected = ProviderNotReachedError
    if phase == "connect certificate":
        expected = ProviderMisconfiguredNotReachedError
    assert type(error) is expected


TOKENS: Final = TokenSet("access", "identity", RefreshToken("refresh"))


@failures
def test_the_auth_service(reason: FailureReason, sent: bool, phase: Phase, detail: str) -> None:
    http = Scripted(HttpFailedError(reason, sent=sent, phase=phase))
    refresher = AuthServiceTokenRefresher(http=http, verify_url=URL, caller_key="key")

    error = _caught(ProviderUnavailableError, lambda: refresher.refresh(TOKENS, username=None))

    assert error.detail == detail
    untrusted = phase == "connect certificate"
    assert type(error) is (ProviderMisconfiguredError if untrusted else ProviderUnavailableError)


@pytest.mark.parametrize(
    ("answer", "kind", "detail"),
    [
        (
            _json(401, b'{"reason": "caller_rejected"}'),
            ProviderMisconfiguredError,
            "caller_rejected",
        ),
        (_json(401, b'{"reason": "canary"}'), ProviderUnavailableError, "HTTP 401"),
        (_json(503, b"{}"), ProviderUnavailableError, "HTTP 503"),
        (_json(503, b'{"reason": "canary"}'), ProviderUnavailableError, "HTTP 503"),
        (_json(500, b'{"reason": "login_client"}'), ProviderUnavailableError, "HTTP 500"),
        (_json(503, b'{"reason": "login_client"}'), ClientMisconfiguredError, "login_client"),
        (
            _json(503, b'{"reason": "provider_misconfigured"}'),
            ProviderMisconfiguredError,
            "provider_misconfigured",
        ),
        (
            _json(503, b'{"reason": "keys_misconfigured"}'),
            ProviderMisconfiguredError,
            "keys_misconfigured",
        ),
        (
            _json(503, b'{"reason": "provider_unavailable"}'),
            ProviderUnavailableError,
            "provider_unavailable",
        ),
        (
            _json(200, b'{"verified": false, "reason": "token_malformed"}'),
            ProviderUnavailableError,
            "verify refused",
        ),
    ],
)
def test_an_answer_of_the_auth_service(
    answer: HttpAnswer, kind: type[UnavailableError], detail: str
) -> None:
    """A request can make the service refuse tokens; only a wrong key is for an operator."""
    refresher = AuthServiceTokenRefresher(http=Scripted(answer), verify_url=URL, caller_key="key")

    error = _caught(kind, lambda: refresher.refresh(TOKENS, username=None))

    assert (type(error), error.detail) == (kind, detail)


@pytest.mark.parametrize(
    ("status", "body", "kind", "detail"),
    [
        (401, b'{"error": "invalid_client"}', ClientMisconfiguredError, "invalid_client"),
        (400, b'{"error": "unauthorized_client"}', ClientMisconfiguredError, "unauthorized_client"),
        (400, b'{"error": "invalid_request"}', ProviderUnavailableError, "invalid_request"),
        (400, b'{"error": "canary"}', ProviderUnavailableError, "HTTP 400"),
        (400, b'{"error": ["invalid_client"]}', ProviderUnavailableError, "HTTP 400"),
        (500, b'{"error": "invalid_client"}', ProviderUnavailableError, "invalid_client"),
        (503, b"", ProviderUnavailableError, "HTTP 503"),
    ],
)
def test_a_refusal_by_the_token_endpoint(
    status: int, body: bytes, kind: type[AuthcoreError], detail: str
) -> None:
    answer = _json(status, body)
    for read in (
        lambda: token_set(answer),
        lambda: read_refreshed_tokens(answer, RefreshToken("refresh")),
        lambda: require_revoked(answer),
    ):
        error = _caught(kind, read)
        assert (type(error), error.detail) == (kind, detail)


class Hearing(Scripted):
    """Notes the headers of each request."""

    def __init__(self, outcome: HttpAnswer | HttpFailedError) -> None:
        super().__init__(outcome)
        self.heard: list[Mapping[str, str]] = []

    def request(self, *args: Any, **given: Any) -> HttpAnswer:
        self.heard.append(given["headers"])
        return super().request(*args, **given)


def test_each_call_authenticates_with_the_key_of_now() -> None:
    keys = iter(["first", "second", "third", "fourth"])
    http = Hearing(_json(503, b"{}"))
    refresher = AuthServiceTokenRefresher(http=http, verify_url=URL, caller_key=lambda: next(keys))
    accounts = HttpLegacyAccounts(http=http, base_url=URL, api_key=lambda: next(keys))

    for _ in range(2):
        _caught(ProviderUnavailableError, lambda: refresher.refresh(TOKENS, username=None))
        _caught(LegacyUnavailableError, lambda: accounts.find("emma"))

    assert [each.get("authorization") or each["x-api-key"] for each in http.heard] == [
        *("Bearer first", "second", "Bearer third", "fourth")
    ]
