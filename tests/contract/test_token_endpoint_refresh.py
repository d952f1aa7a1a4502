"""Refreshing and revoking at the pool's domain, byte by byte over a real socket."""

import base64
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest

from authcore.adapters.client_secrets import FixedClientSecrets
from authcore.adapters.cognito.token_endpoint import (
    MAX_ANSWER_BYTES,
    CognitoTokenRefresher,
    CognitoTokenRevoker,
)
from authcore.adapters.http import HttpClient
from authcore.domain.errors import (
    AuthcoreError,
    ProviderUnavailableError,
    RefreshTokenRejectedError,
)
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.model.urls import service_url
from support.gate import AMPLE
from support.scripted_server import HANG_UP, SILENCE, ScriptedServer, answer
from support.token_endpoint_stub import CLIENT_ID, CLIENT_SECRET


TOKEN = RefreshToken("canary-refresh.old")
CARRIED = TokenSet("canary-access.old", "canary-id.old", TOKEN)
FRESH = {"access_token": "canary-access", "id_token": "canary-id", "refresh_token": "canary-next"}
TOKENS = json.dumps({**FRESH, "token_type": "Bearer", "expires_in": 3600}).encode()
BASIC = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()

Call = Callable[[HttpClient, ScriptedServer], object]


def _refresh(http: HttpClient, server: ScriptedServer) -> object:
    return _refresher(http, server).refresh(CARRIED, username="anna")


def _revoke(http: HttpClient, server: ScriptedServer) -> object:
    _revoker(http, server).revoke(TOKEN)
    return None


def _refresher(http: HttpClient, server: ScriptedServer) -> CognitoTokenRefresher:
    return CognitoTokenRefresher(
        http=http,
        token_url=service_url(f"{server.url}/oauth2/token"),
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
    )


def _revoker(http: HttpClient, server: ScriptedServer) -> CognitoTokenRevoker:
    return CognitoTokenRevoker(
        http=http,
        revoke_url=service_url(f"{server.url}/oauth2/revoke"),
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
    )


both = pytest.mark.parametrize("call", [_refresh, _revoke])


@pytest.fixture
def http() -> Iterator[HttpClient]:
    client = HttpClient(within=AMPLE, max_bytes=MAX_ANSWER_BYTES)
    yield client
    client.close()


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    def script(request: bytes) -> list[bytes]:
        return [answer(body=TOKENS if b"POST /oauth2/token " in request else b"")]

    with ScriptedServer(script) as server:
        yield server


def test_the_refresh_is_that_of_rfc_6749(server: ScriptedServer, http: HttpClient) -> None:
    """RFC 6749 §6 with the client of RFC 7617."""
    _refresh(http, server)

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /oauth2/token HTTP/1.1\r\n")
    assert b"content-type: application/x-www-form-urlencoded" in head.lower()
    assert f": Basic {BASIC}\r\n".encode() in head + b"\r\n"
    assert parse_qsl(body.decode(), strict_parsing=True) == [
        ("grant_type", "refresh_token"),
        ("client_id", CLIENT_ID),
        ("refresh_token", TOKEN),
    ]


def test_the_revocation_is_that_of_rfc_7009(server: ScriptedServer, http: HttpClient) -> None:
    """RFC 7009 §2.1 with the client of RFC 7617."""
    # RF-06
    _revoke(http, server)

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /oauth2/revoke HTTP/1.1\r\n")
    assert b"content-type: application/x-www-form-urlencoded" in head.lower()
    assert f": Basic {BASIC}\r\n".encode() in head + b"\r\n"
    assert parse_qsl(body.decode(), strict_parsing=True) == [("token", TOKEN)]


@both
def test_the_client_secret_is_in_the_authorization_header_only(
    server: ScriptedServer, http: HttpClient, call: Call
) -> None:
    # SP-11
    call(http, server)

    assert CLIENT_SECRET.encode() not in server.requests[0]


@both
@pytest.mark.parametrize(
    "pieces",
    [
        [HANG_UP],
        [answer(body=b"{}"), HANG_UP],
        [answer(500)],
        [answer(502, b"<html>bad gateway</html>", media_type="text/html")],
        [answer(503)],
        [answer(429, headers=["Retry-After: 1"])],
        [answer(403, b'{"message":"Forbidden"}')],
        [answer(307, headers=["Location: /oauth2/token"])],
        [answer(400, b'{"error":"invalid_request"}')],
        [answer(body=b"<html>hello</html>", media_type="text/html")],
        [answer(body=b" " * (MAX_ANSWER_BYTES + 1))],
        [answer(body=b"{" + b" " * 500)[:-100], HANG_UP],
        [answer(body=b"\x1f\x8b", headers=["Content-Encoding: gzip"])],
    ],
    ids=[
        *("hangs up", "empty", "500", "502", "503", "429", "403", "307", "invalid_request"),
        *("page", "huge", "truncated", "gzip"),
    ],
)
def test_no_usable_answer_is_an_outage_and_the_token_was_sent_once(
    server: ScriptedServer, http: HttpClient, call: Call, pieces: list[bytes]
) -> None:
    # RF-02, DL-03
    server.script = lambda _request: pieces

    with pytest.raises(ProviderUnavailableError):
        call(http, server)

    assert len(server.requests) == 1


@both
def test_a_silent_endpoint_costs_the_deadline_and_the_token_was_sent_once(
    server: ScriptedServer, time_stands_still: None, call: Call
) -> None:
    # RF-02, LT-01
    server.script = lambda _request: SILENCE
    hurried = HttpClient(within=timedelta(seconds=0.1), max_bytes=MAX_ANSWER_BYTES)

    with pytest.raises(ProviderUnavailableError):
        call(hurried, server)

    assert len(server.heard(1)) == 1


ODD = ["", "é", "a b", "a\nb", "a+b", "a/b", "a%20b", "a" * 8193, "\ud800"]


@pytest.mark.parametrize("token", ODD, ids=lambda token: ascii(token[:12]))
def test_what_no_refresh_token_can_look_like_is_not_sent(
    server: ScriptedServer, http: HttpClient, token: str
) -> None:
    _revoker(http, server).revoke(RefreshToken(token))
    with pytest.raises(RefreshTokenRejectedError):
        _refresher(http, server).refresh(
            TokenSet("access", "id", RefreshToken(token)), username="anna"
        )

    assert server.requests == []


def test_a_session_without_a_refresh_token_is_not_asked_about(
    server: ScriptedServer, http: HttpClient
) -> None:
    with pytest.raises(RefreshTokenRejectedError):
        _refresher(http, server).refresh(TokenSet("access", "id", None), username="anna")

    assert server.requests == []


@both
@pytest.mark.parametrize(
    "pieces",
    [
        None,
        [HANG_UP],
        [answer(400, b'{"error":"invalid_grant","error_description":"canary-refresh.old"}')],
        [answer(401, b'{"error":"invalid_client"}')],
        [answer(500, b"canary-access", media_type="text/html")],
        [answer(302, headers=["Location: https://elsewhere.example/?token=canary-refresh.old"])],
    ],
    ids=["yes", "hangs up", "invalid_grant", "invalid_client", "500", "302"],
)
def test_no_secret_reaches_a_log_a_traceback_or_a_repr(
    server: ScriptedServer,
    http: HttpClient,
    caplog: pytest.LogCaptureFixture,
    call: Call,
    pieces: list[bytes] | None,
) -> None:
    # SP-11
    for name in ("", "httpx", "httpcore", "httpcore.http11", "httpcore.connection"):
        caplog.set_level(logging.DEBUG, logger=name or None)
    if pieces is not None:
        server.script = lambda _request: pieces

    try:
        shown = repr(call(http, server))
    except AuthcoreError as error:
        shown = "".join(traceback.format_exception(error)) + repr(error) + str(error)

    shown += caplog.text + repr(_refresher(http, server)) + repr(_revoker(http, server))
    for secret in (TOKEN, CLIENT_SECRET, BASIC, *FRESH.values()):
        assert secret not in shown
    assert TOKEN.encode() in server.requests[0]


def test_id_and_secret_are_form_encoded_before_they_are_basic(
    server: ScriptedServer, http: HttpClient
) -> None:
    """RFC 6749 §2.3.1: a secret that its owner chose may hold more than letters and digits."""
    refresher = CognitoTokenRefresher(
        http=http,
        token_url=service_url(f"{server.url}/oauth2/token"),
        client_id="client+id",
        client_secret="canary+secret:%&=~é",
    )

    refresher.refresh(CARRIED, username="anna")

    pair = b"client%2Bid:canary%2Bsecret%3A%25%26%3D~%C3%A9"
    head, _, _ = server.requests[0].partition(b"\r\n\r\n")
    assert b": Basic " + base64.b64encode(pair) in head


def test_the_other_secret_is_sent_after_an_invalid_client_and_first_from_then_on(
    server: ScriptedServer, http: HttpClient
) -> None:
    # RF-02
    accepted, new = server.script, base64.b64encode(f"{CLIENT_ID}:new".encode())
    secrets = FixedClientSecrets((CLIENT_SECRET, "new"))

    def script(request: bytes) -> list[bytes]:
        refused = [answer(401, b'{"error":"invalid_client"}')]
        return [*accepted(request)] if new in request else refused

    server.script = script
    refresher = CognitoTokenRefresher(
        http=http,
        token_url=service_url(f"{server.url}/oauth2/token"),
        client_id=CLIENT_ID,
        client_secret=secrets,
    )
    revoker = CognitoTokenRevoker(
        http=http,
        revoke_url=service_url(f"{server.url}/oauth2/revoke"),
        client_id=CLIENT_ID,
        client_secret=secrets,
    )
    refresher.refresh(CARRIED, username="anna")
    revoker.revoke(TOKEN)

    assert [new in request for request in server.requests] == [False, True, True]
