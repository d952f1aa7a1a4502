"""Code exchangers: in memory, and Cognito's token endpoint over a real socket."""

import base64
import json
import logging
import socket
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import partial
from urllib.parse import parse_qsl

import pytest

from authcore.adapters.cognito.token_endpoint import MAX_ANSWER_BYTES, CognitoCodeExchanger
from authcore.adapters.http import HttpClient
from authcore.domain.errors import (
    AuthcoreError,
    ClientMisconfiguredError,
    CodeRejectedError,
    ProviderNotReachedError,
    ProviderUnavailableError,
)
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.model.urls import service_url
from authcore.testing.contracts.token_endpoint import (
    CODE_VERIFIER,
    REDIRECT_URI,
    CodeExchangerContract,
    IssueCode,
)
from authcore.testing.fakes.token_endpoint import InMemoryCodeExchanger
from support.gate import AMPLE
from support.local_pool import PASSWORD, Browser, LocalPool, code_of
from support.scripted_server import HANG_UP, SILENCE, ScriptedServer, answer
from support.token_endpoint_stub import CLIENT_ID, CLIENT_SECRET, TokenEndpointStub


CODE = "canary-c0de"
TOKENS = ("canary-access", "canary-id", "canary-refresh")


class TestInMemoryCodeExchanger(CodeExchangerContract):
    @pytest.fixture
    def exchanger(self) -> InMemoryCodeExchanger:
        return InMemoryCodeExchanger()

    @pytest.fixture
    def issue(self, exchanger: InMemoryCodeExchanger) -> IssueCode:
        serial = iter(range(100))

        def issue(*, redirect_uri: str, code_challenge: str) -> str:
            number = next(serial)
            tokens = TokenSet(f"a{number}", f"i{number}", RefreshToken(f"r{number}"))
            return exchanger.issue(tokens, redirect_uri=redirect_uri, code_challenge=code_challenge)

        return issue

    @pytest.fixture
    def outage(self, exchanger: InMemoryCodeExchanger) -> Callable[[], None]:
        def begin() -> None:
            exchanger.available = False

        return begin

    @pytest.fixture
    def unreachable(
        self, exchanger: InMemoryCodeExchanger
    ) -> Callable[[], AbstractContextManager[None]]:
        @contextmanager
        def cut_off() -> Iterator[None]:
            exchanger.reachable = False
            yield
            exchanger.reachable = True

        return cut_off


@pytest.fixture
def http() -> Iterator[HttpClient]:
    client = HttpClient(within=AMPLE, max_bytes=MAX_ANSWER_BYTES)
    yield client
    client.close()


def _exchanger(
    http: HttpClient, base: str, client_secret: str = CLIENT_SECRET
) -> CognitoCodeExchanger:
    token_url = service_url(f"{base}/oauth2/token")
    return CognitoCodeExchanger(
        http=http, token_url=token_url, client_id=CLIENT_ID, client_secret=client_secret
    )


class _OverHttp(CodeExchangerContract):
    @pytest.fixture
    def unreachable(
        self, http: HttpClient, monkeypatch: pytest.MonkeyPatch
    ) -> Callable[[], AbstractContextManager[None]]:
        """No name is resolved and no connection is left over."""

        def refuse(*_: object, **__: object) -> None:
            raise socket.gaierror

        @contextmanager
        def cut_off() -> Iterator[None]:
            http.close()
            with monkeypatch.context() as patch:
                patch.setattr(socket, "getaddrinfo", refuse)
                yield

        return cut_off


class TestCognitoCodeExchangerOnStub(_OverHttp):
    @pytest.fixture
    def endpoint(self) -> TokenEndpointStub:
        return TokenEndpointStub()

    @pytest.fixture
    def server(self, endpoint: TokenEndpointStub) -> Iterator[ScriptedServer]:
        with ScriptedServer(endpoint.script) as server:
            yield server

    @pytest.fixture
    def exchanger(self, http: HttpClient, server: ScriptedServer) -> CognitoCodeExchanger:
        return _exchanger(http, server.url)

    @pytest.fixture
    def issue(self, endpoint: TokenEndpointStub) -> IssueCode:
        return endpoint.issue

    @pytest.fixture
    def outage(self, server: ScriptedServer) -> Callable[[], None]:
        return server.stop

    def test_a_wrong_client_secret_is_not_a_wrong_code(
        self, http: HttpClient, server: ScriptedServer, code: str
    ) -> None:
        # SP-08
        exchanger = _exchanger(http, server.url, client_secret="another")

        with pytest.raises(ClientMisconfiguredError):
            exchanger.exchange(code, redirect_uri=REDIRECT_URI, code_verifier=CODE_VERIFIER)


class TestCognitoCodeExchangerOnLocalCognito(_OverHttp):
    @pytest.fixture
    def pool(self) -> Iterator[LocalPool]:
        with LocalPool(callback_urls=(REDIRECT_URI,)) as pool:
            yield pool

    @pytest.fixture
    def exchanger(self, http: HttpClient, pool: LocalPool) -> CognitoCodeExchanger:
        return CognitoCodeExchanger(
            http=http,
            token_url=service_url(f"{pool.url}/oauth2/token"),
            client_id=pool.config.client_id,
            client_secret=pool.config.client_secrets[0],
        )

    @pytest.fixture
    def issue(self, pool: LocalPool) -> IssueCode:
        def sign_in(*, redirect_uri: str, code_challenge: str) -> str:
            back = Browser(pool).sign_in(
                "anna", PASSWORD, redirect_uri=redirect_uri, code_challenge=code_challenge
            )
            return code_of(back)

        return sign_in

    @pytest.fixture
    def outage(self, pool: LocalPool) -> Callable[[], None]:
        return pool.server.stop


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    tokens = dict(zip(("access_token", "id_token", "refresh_token"), TOKENS, strict=True))
    body = json.dumps({**tokens, "token_type": "Bearer", "expires_in": 3600}).encode()
    with ScriptedServer(lambda _request: [answer(body=body)]) as server:
        yield server


@pytest.fixture
def exchange(http: HttpClient, server: ScriptedServer) -> Callable[[], TokenSet]:
    exchanger = _exchanger(http, server.url)
    return partial(exchanger.exchange, CODE, redirect_uri=REDIRECT_URI, code_verifier=CODE_VERIFIER)


def test_the_request_is_that_of_rfc_6749(
    server: ScriptedServer, exchange: Callable[[], TokenSet]
) -> None:
    """RFC 6749 §4.1.3 with the verifier of RFC 7636 §4.5 and the client of RFC 7617."""
    exchange()

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /oauth2/token HTTP/1.1\r\n")
    assert b"content-type: application/x-www-form-urlencoded" in head.lower()
    authorization = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode())
    assert b": Basic " + authorization + b"\r\n" in head + b"\r\n"
    assert parse_qsl(body.decode(), strict_parsing=True) == [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT_ID),
        ("code", CODE),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", CODE_VERIFIER),
    ]


def test_the_client_secret_is_in_the_authorization_header_only(
    server: ScriptedServer, exchange: Callable[[], TokenSet]
) -> None:
    # SP-11
    exchange()

    assert CLIENT_SECRET.encode() not in server.requests[0]


@pytest.mark.parametrize(
    "pieces",
    [
        [HANG_UP],
        [answer(body=b"{}"), HANG_UP],
        [answer(500)],
        [answer(429, headers=["Retry-After: 1"])],
        [answer(307, headers=["Location: /oauth2/token"])],
        [answer(body=b"<html>hello</html>", media_type="text/html")],
        [answer(body=b" " * (MAX_ANSWER_BYTES + 1))],
        [answer(body=b"{" + b" " * 500)[:-100], HANG_UP],
        [answer(body=b"\x1f\x8b", headers=["Content-Encoding: gzip"])],
    ],
    ids=["hangs up", "empty", "500", "429", "307", "page", "huge", "truncated", "gzip"],
)
def test_no_usable_answer_is_an_outage_and_the_code_was_sent_once(
    server: ScriptedServer, exchange: Callable[[], TokenSet], pieces: list[bytes]
) -> None:
    # SP-08, DL-03
    server.script = lambda _request: pieces

    with pytest.raises(ProviderUnavailableError) as outage:
        exchange()

    assert not isinstance(outage.value, ProviderNotReachedError)
    assert len(server.requests) == 1


def test_a_silent_endpoint_costs_the_deadline_and_the_code_was_sent_once(
    server: ScriptedServer, time_stands_still: None
) -> None:
    # SP-08, LT-01
    server.script = lambda _request: SILENCE
    hurried = HttpClient(within=timedelta(seconds=0.1), max_bytes=MAX_ANSWER_BYTES)

    with pytest.raises(ProviderUnavailableError) as outage:
        _exchanger(hurried, server.url).exchange(
            CODE, redirect_uri=REDIRECT_URI, code_verifier=CODE_VERIFIER
        )

    assert not isinstance(outage.value, ProviderNotReachedError)
    assert len(server.heard(1)) == 1


@pytest.mark.parametrize("code", ["", "é", "a\nb", "a" * 2049, "\ud800"])
def test_what_cannot_be_a_code_is_not_sent(
    server: ScriptedServer, http: HttpClient, code: str
) -> None:
    with pytest.raises(CodeRejectedError):
        _exchanger(http, server.url).exchange(
            code, redirect_uri=REDIRECT_URI, code_verifier=CODE_VERIFIER
        )

    assert server.requests == []


@pytest.mark.parametrize(
    "pieces",
    [
        None,
        [HANG_UP],
        [answer(400, b'{"error":"invalid_grant","error_description":"canary-c0de"}')],
        [answer(401, b'{"error":"invalid_client"}')],
        [answer(500, b"canary-access", media_type="text/html")],
        [answer(302, headers=["Location: https://elsewhere.example/?code=canary-c0de"])],
    ],
    ids=["tokens", "hangs up", "invalid_grant", "invalid_client", "500", "302"],
)
def test_no_secret_reaches_a_log_a_traceback_or_a_repr(
    server: ScriptedServer,
    http: HttpClient,
    exchange: Callable[[], TokenSet],
    caplog: pytest.LogCaptureFixture,
    pieces: list[bytes] | None,
) -> None:
    # SP-04, SP-11
    for name in ("", "httpx", "httpcore", "httpcore.http11", "httpcore.connection"):
        caplog.set_level(logging.DEBUG, logger=name or None)
    if pieces is not None:
        server.script = lambda _request: pieces

    try:
        shown = repr(exchange())
    except AuthcoreError as error:
        shown = "".join(traceback.format_exception(error)) + repr(error) + str(error)

    shown += caplog.text + repr(_exchanger(http, server.url)) + repr(http)
    basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    for secret in (CODE, CODE_VERIFIER, CLIENT_SECRET, basic, *TOKENS):
        assert secret not in shown
    assert CODE.encode() in server.requests[0]
