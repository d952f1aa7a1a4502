"""Refreshing by an auth service, over a real socket."""

import json
import logging
import traceback
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from authcore.adapters.auth_service.token_refresher import (
    MAX_ANSWER_BYTES,
    AuthServiceTokenRefresher,
)
from authcore.adapters.http import HttpClient
from authcore.domain.errors import (
    AuthcoreError,
    ProviderUnavailableError,
    RefreshNotDueError,
    RefreshTokenRejectedError,
)
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.model.urls import service_url
from authcore.testing.contracts.token_endpoint import (
    Rotation,
    SignedInUser,
    SignInUser,
    TokenRefresherContract,
)
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.fakes.token_endpoint import InMemoryTokenRefresher
from support.auth_service_stub import CALLER_KEY, AuthServiceStub
from support.gate import AMPLE
from support.scripted_server import HANG_UP, SILENCE, ScriptedServer, answer
from unit.session_world import HOUR, SessionWorld


TOKENS = {
    "id_token": "canary-id.old",
    "access_token": "canary-access.old",
    "refresh_token": "canary-refresh.old",
}
CARRIED = TokenSet(
    TOKENS["access_token"], TOKENS["id_token"], RefreshToken(TOKENS["refresh_token"])
)
FRESH = {
    "id_token": "canary-id.new",
    "access_token": "canary-access.new",
    "refresh_token": "canary-refresh.new",
}
YES: Mapping[str, Any] = {"verified": True, "user": {"sub": "s-1"}, "tokens": FRESH}


@pytest.fixture
def http() -> Iterator[HttpClient]:
    client = HttpClient(within=AMPLE, max_bytes=MAX_ANSWER_BYTES)
    yield client
    client.close()


def _refresher(
    http: HttpClient, server: ScriptedServer, caller_key: str = CALLER_KEY
) -> AuthServiceTokenRefresher:
    verify_url = service_url(f"{server.url}/auth/verify")
    return AuthServiceTokenRefresher(http=http, verify_url=verify_url, caller_key=caller_key)


def _says(members: object, status: int = 200) -> list[bytes]:
    return [answer(status, json.dumps(members).encode())]


class TestAuthServiceTokenRefresherOnStub(TokenRefresherContract):
    @pytest.fixture(params=["off", "on"])
    def rotation(self, request: pytest.FixtureRequest) -> Rotation:
        rotation: Rotation = request.param
        return rotation

    @pytest.fixture
    def service(self, rotation: Rotation) -> AuthServiceStub:
        provider = InMemoryTokenRefresher(FrozenClock())
        provider.rotates = rotation == "on"
        return AuthServiceStub(provider)

    @pytest.fixture
    def server(self, service: AuthServiceStub) -> Iterator[ScriptedServer]:
        with ScriptedServer(service.script) as server:
            yield server

    @pytest.fixture
    def refresher(self, http: HttpClient, server: ScriptedServer) -> AuthServiceTokenRefresher:
        return _refresher(http, server)

    @pytest.fixture
    def sign_in(self, service: AuthServiceStub) -> SignInUser:
        serial = iter(range(100))

        def tokens(refresh_token: RefreshToken) -> TokenSet:
            number = next(serial)
            return TokenSet(f"access-{number}", f"id-{number}", refresh_token)

        return lambda: SignedInUser(service.provider.sign_in(tokens), "anna")

    @pytest.fixture
    def revoke(self, service: AuthServiceStub) -> Callable[[RefreshToken], None]:
        return service.provider.forget

    @pytest.fixture
    def outage(self, server: ScriptedServer) -> Callable[[], None]:
        return server.stop

    def test_a_wrong_caller_key_signs_nobody_out(
        self, http: HttpClient, server: ScriptedServer, user: SignedInUser
    ) -> None:
        # RF-02: an operator's problem.
        with pytest.raises(ProviderUnavailableError):
            _refresher(http, server, "another").refresh(user.tokens, username=user.username)

    def test_a_session_that_is_not_due_over_there_was_not_refreshed_and_is_not_over(
        self, refresher: AuthServiceTokenRefresher, service: AuthServiceStub, user: SignedInUser
    ) -> None:
        # RF-02
        service.is_due = False
        with pytest.raises(ProviderUnavailableError):
            refresher.refresh(user.tokens, username=user.username)
        service.is_due = True

        assert refresher.refresh(user.tokens, username=user.username).access_token


def test_a_refresh_that_the_auth_service_postpones_signs_nobody_out(http: HttpClient) -> None:
    # RF-02: it answers with the session as it is while Cognito is down, and so it would look fresh.
    world = SessionWorld()
    service = AuthServiceStub(world.provider, is_due=False)
    with ScriptedServer(service.script) as server:
        refresher = world.session_refresher(refresher=_refresher(http, server))
        world.guard = world.session_guard(refresher=refresher)
        tokens = world.sign_in()
        world.clock.advance(HOUR - timedelta(seconds=5))
        assert world.decide(tokens).reason == "refresh_postponed"
        world.clock.advance(timedelta(seconds=30))
        with pytest.raises(ProviderUnavailableError):
            world.decide(tokens)
        service.is_due = True

        assert world.decide(tokens).reason == "refreshed"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _request: _says(YES)) as server:
        yield server


@pytest.fixture
def refresh(http: HttpClient, server: ScriptedServer) -> Callable[[], TokenSet]:
    return lambda: _refresher(http, server).refresh(CARRIED, username="anna")


def test_the_request_is_that_of_the_verify_route(
    server: ScriptedServer, refresh: Callable[[], TokenSet]
) -> None:
    refresh()

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /auth/verify HTTP/1.1\r\n")
    assert f"\r\nauthorization: Bearer {CALLER_KEY}\r\n".encode() in head + b"\r\n"
    assert b"\r\ncontent-type: application/json\r\n" in head + b"\r\n"
    assert json.loads(body) == TOKENS


def test_the_tokens_that_come_back_are_the_ones_from_now_on(
    refresh: Callable[[], TokenSet],
) -> None:
    # RF-01
    assert refresh() == TokenSet(
        FRESH["access_token"], FRESH["id_token"], RefreshToken(FRESH["refresh_token"])
    )


@pytest.mark.parametrize("reason", ["refresh_rejected", "session_revoked", "session_too_old"])
def test_a_no_to_the_session_ends_it(
    server: ScriptedServer, refresh: Callable[[], TokenSet], reason: str
) -> None:
    server.script = lambda _request: _says({"verified": False, "reason": reason})

    with pytest.raises(RefreshTokenRejectedError):
        refresh()


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "no_session",
        "token_claim",
        "token_expired",
        "token_malformed",
        "token_not_yet_valid",
        "token_signature",
        "token_unknown_key",
    ],
)
def test_another_verdict_about_tokens_that_were_good_here_ends_nothing(
    server: ScriptedServer, refresh: Callable[[], TokenSet], reason: str
) -> None:
    """As of another pool's service, or of one whose clock is wrong."""
    # RF-02
    server.script = lambda _request: _says({"verified": False, "reason": reason})

    with pytest.raises(ProviderUnavailableError):
        refresh()


def test_a_session_that_is_left_as_it_is_is_no_outage_of_anybodys(
    server: ScriptedServer, refresh: Callable[[], TokenSet]
) -> None:
    server.script = lambda _request: _says({"verified": True, "user": {"name": "Ada"}})

    with pytest.raises(RefreshNotDueError):
        refresh()


@pytest.mark.parametrize(
    "verdict",
    [
        {},
        {"verified": True},
        {"verified": True, "user": None},
        {"verified": True, "user": "anna", "tokens": FRESH},
        {"verified": True, "tokens": FRESH},
        {"verified": "true", "user": {}, "tokens": FRESH},
        {"verified": 1, "user": {}, "tokens": FRESH},
        {"verified": False},
        {"verified": False, "reason": None},
        {"verified": False, "reason": ["refresh_rejected"]},
        {"verified": 0, "reason": "refresh_rejected"},
        {"verified": None, "reason": "refresh_rejected"},
        {"reason": "refresh_rejected"},
        {**YES, "tokens": None},
        {**YES, "tokens": {}},
        {**YES, "tokens": [FRESH]},
        *({**YES, "tokens": {k: v for k, v in FRESH.items() if k != name}} for name in FRESH),
        *({**YES, "tokens": {**FRESH, name: None}} for name in FRESH),
        *({**YES, "tokens": {**FRESH, name: "a b"}} for name in FRESH),
        *({**YES, "tokens": {**FRESH, name: "a" * 8193}} for name in FRESH),
        [YES],
        "verified",
        None,
    ],
)
def test_a_200_that_is_not_exactly_a_verdict_is_no_answer(
    server: ScriptedServer, refresh: Callable[[], TokenSet], verdict: object
) -> None:
    # RF-02
    server.script = lambda _request: _says(verdict)

    with pytest.raises(ProviderUnavailableError):
        refresh()


NO = {"verified": False, "reason": "refresh_rejected"}


@pytest.mark.parametrize(
    "pieces",
    [
        [HANG_UP],
        _says({"verified": False, "reason": "caller_rejected"}, 401),
        *(_says(NO, status) for status in (201, 400, 401, 403, 404, 413, 429, 500, 502, 503)),
        *(_says(YES, status) for status in (201, 401, 500)),
        [answer(302, headers=["Location: /auth/signin"])],
        [answer(200, json.dumps(NO).encode(), media_type="text/html")],
        [answer(200, b'{"verified":true,"verified":false,"reason":"x"}')],
        [answer(200, json.dumps(NO).encode()[:-1])],
        [answer(200, b" " * (MAX_ANSWER_BYTES + 1))],
        [answer(200, b"[" * 40_000)],
        [answer(200, b"\x1f\x8b", headers=["Content-Encoding: gzip"])],
        [answer(200, json.dumps(YES).encode())[:-5], HANG_UP],
    ],
)
def test_anything_else_is_an_outage_and_was_asked_for_once(
    server: ScriptedServer, refresh: Callable[[], TokenSet], pieces: list[bytes]
) -> None:
    # RF-02, DL-03
    server.script = lambda _request: pieces

    with pytest.raises(ProviderUnavailableError):
        refresh()

    assert len(server.requests) == 1


def test_a_silent_service_costs_the_deadline_and_was_asked_once(
    server: ScriptedServer, time_stands_still: None
) -> None:
    # LT-01
    server.script = lambda _request: SILENCE
    hurried = HttpClient(within=timedelta(seconds=0.1), max_bytes=MAX_ANSWER_BYTES)

    with pytest.raises(ProviderUnavailableError):
        _refresher(hurried, server).refresh(CARRIED, username="anna")

    assert len(server.heard(1)) == 1


@pytest.mark.parametrize(
    "tokens",
    [
        TokenSet("access", "id", None),
        *(TokenSet("access", "id", RefreshToken(odd)) for odd in ("", "a b", "é", "a" * 8193)),
        *(TokenSet(odd, "id", RefreshToken("refresh")) for odd in ("", "a b", "\ud800")),
        TokenSet("access", "a" * 8193, RefreshToken("refresh")),
    ],
)
def test_what_cannot_be_tokens_is_not_sent(
    server: ScriptedServer, http: HttpClient, tokens: TokenSet
) -> None:
    with pytest.raises(RefreshTokenRejectedError):
        _refresher(http, server).refresh(tokens, username="anna")

    assert server.requests == []


@pytest.mark.parametrize(
    "pieces",
    [
        _says(YES),
        _says({**YES, "tokens": {**FRESH, "id_token": "canary canary"}}),
        _says({"verified": False, "reason": "canary-reason"}),
        _says({"verified": False, "reason": "caller_rejected"}, 401),
        [answer(500, b"canary-access", media_type="text/html")],
        [HANG_UP],
    ],
    ids=["tokens", "odd tokens", "no", "caller", "500", "hangs up"],
)
def test_no_secret_reaches_a_log_a_traceback_or_a_repr(
    server: ScriptedServer,
    http: HttpClient,
    refresh: Callable[[], TokenSet],
    caplog: pytest.LogCaptureFixture,
    pieces: list[bytes],
) -> None:
    # SP-11
    for name in ("", "httpx", "httpcore", "httpcore.http11", "httpcore.connection"):
        caplog.set_level(logging.DEBUG, logger=name or None)
    server.script = lambda _request: pieces

    try:
        shown = repr(refresh())
    except AuthcoreError as error:
        shown = "".join(traceback.format_exception(error)) + repr(error) + str(error)

    shown += caplog.text + repr(_refresher(http, server))
    assert "canary" not in shown
    assert b"canary-refresh.old" in server.requests[0]
