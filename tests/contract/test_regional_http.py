"""Calls to the pool's domain in two regions, over real sockets."""

import json
import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest

from authcore.adapters.cognito.token_endpoint import MAX_ANSWER_BYTES, CognitoCodeExchanger
from authcore.adapters.http import RegionalHttpClient
from authcore.adapters.jwks.fetcher import JwksFetcher
from authcore.adapters.region_turns import COOL_DOWN
from authcore.domain.errors import (
    CodeRejectedError,
    KeySourceMisconfiguredError,
    KeySourceUnavailableError,
    ProviderNotReachedError,
    ProviderUnavailableError,
)
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.mint import TokenMint
from support.gate import AMPLE
from support.scripted_server import HANG_UP, ScriptedServer, answer


TOKENS = {
    "access_token": "a",
    "id_token": "i",
    "refresh_token": "r",
    "token_type": "Bearer",
    "expires_in": 3600,
}
ISSUED = answer(200, json.dumps(TOKENS).encode())
REFUSED = answer(400, json.dumps({"error": "invalid_grant"}).encode())


def closed() -> ServiceUrl:
    """A URL at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return service_url(f"http://127.0.0.1:{unused.getsockname()[1]}")


@pytest.fixture(scope="module")
def second() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _: [ISSUED]) as server:
        yield server


@pytest.fixture(scope="module")
def first() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _: [ISSUED]) as server:
        yield server


@pytest.fixture(autouse=True)
def _anew(first: ScriptedServer, second: ScriptedServer) -> None:
    for server in (first, second):
        server.script = lambda _: [ISSUED]
        server.requests.clear()


OPEN: list[RegionalHttpClient] = []


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()


def exchanger(
    one: ServiceUrl, other: ServiceUrl, clock: FrozenClock, within: timedelta = AMPLE
) -> CognitoCodeExchanger:
    http = RegionalHttpClient(
        within=within, max_bytes=MAX_ANSWER_BYTES, base_urls=(one, other), clock=clock
    )
    OPEN.append(http)
    return CognitoCodeExchanger(
        http=http,
        token_url=ServiceUrl(f"{one}/oauth2/token"),
        client_id="client",
        client_secret="secret",
    )


def exchange(door: CognitoCodeExchanger) -> object:
    return door.exchange(
        "code", redirect_uri="https://auth.example.com/auth/signin/callback", code_verifier="v" * 43
    )


def test_a_code_that_did_not_reach_the_first_region_is_redeemed_in_the_second(
    second: ScriptedServer,
) -> None:
    # SP-08
    door = exchanger(closed(), second.url, FrozenClock())

    assert exchange(door)
    assert exchange(door)
    assert len(second.requests) == 2
    assert second.requests[0].startswith(b"POST /oauth2/token ")


def test_a_code_that_may_have_been_redeemed_is_never_sent_again(
    first: ScriptedServer, second: ScriptedServer
) -> None:
    # SP-08: and the next sign-in goes to the other region, until the first one had its rest.
    clock = FrozenClock()
    door = exchanger(first.url, second.url, clock)
    first.script = lambda _: [HANG_UP]

    with pytest.raises(ProviderUnavailableError) as lost:
        exchange(door)
    assert not isinstance(lost.value, ProviderNotReachedError)
    assert (len(first.requests), len(second.requests)) == (1, 0)

    first.script = lambda _: [ISSUED]
    assert exchange(door)
    assert (len(first.requests), len(second.requests)) == (1, 1)

    clock.advance(COOL_DOWN)
    assert exchange(door)
    assert (len(first.requests), len(second.requests)) == (2, 1)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_region_in_trouble_has_the_next_call_made_elsewhere(
    first: ScriptedServer, second: ScriptedServer, status: int
) -> None:
    door = exchanger(first.url, second.url, FrozenClock())
    first.script = lambda _: [answer(status)]

    with pytest.raises(ProviderUnavailableError):
        exchange(door)
    assert exchange(door)
    assert (len(first.requests), len(second.requests)) == (1, 1)


def test_a_refusal_counts_whichever_region_it_comes_from(
    first: ScriptedServer, second: ScriptedServer
) -> None:
    door = exchanger(first.url, second.url, FrozenClock())
    first.script = lambda _: [REFUSED]
    for _ in range(2):
        with pytest.raises(CodeRejectedError):
            exchange(door)
    assert (len(first.requests), len(second.requests)) == (2, 0)


def test_where_neither_region_is_reached_nothing_was_sent() -> None:
    # SP-08: the code is still unused.
    with pytest.raises(ProviderNotReachedError):
        exchange(exchanger(closed(), closed(), FrozenClock()))


MINT = TokenMint()
KEYS = answer(200, MINT.jwks_bytes())


def keys_at(*urls: ServiceUrl) -> JwksFetcher:
    return JwksFetcher([ServiceUrl(f"{url}/keys") for url in urls])


@pytest.mark.parametrize(
    "said",
    [answer(503), answer(404), answer(200, b"{}"), answer(200, b"<html>"), HANG_UP],
    ids=["503", "404", "no keys", "a page", "nothing"],
)
def test_keys_come_from_the_next_url_where_one_gives_none(
    first: ScriptedServer, second: ScriptedServer, said: bytes
) -> None:
    # KS-03
    first.script, second.script = lambda _: [said], lambda _: [KEYS]
    fetch = keys_at(closed(), first.url, second.url)

    assert fetch() == MINT.jwks_bytes()
    assert fetch() == MINT.jwks_bytes()
    assert (len(first.requests), len(second.requests)) == (1, 2)  # the last good one is first


def test_a_url_of_keys_that_is_lost_later_has_the_others_tried_again(
    first: ScriptedServer, second: ScriptedServer
) -> None:
    first.script, second.script = lambda _: [answer(503)], lambda _: [KEYS]
    fetch = keys_at(first.url, second.url)
    fetch()
    first.script, second.script = lambda _: [KEYS], lambda _: [answer(503)]

    assert fetch() == MINT.jwks_bytes()


def test_where_no_url_gives_keys_the_first_failure_is_told(first: ScriptedServer) -> None:
    first.script = lambda _: [answer(404)]

    with pytest.raises(KeySourceUnavailableError) as outage:
        keys_at(first.url, closed())()
    assert outage.value.detail == "HTTP 404"
    assert not isinstance(outage.value, KeySourceMisconfiguredError)  # the other may have the keys


def test_where_no_url_has_keys_an_operator_must_act(
    first: ScriptedServer, second: ScriptedServer
) -> None:
    first.script, second.script = lambda _: [answer(404)], lambda _: [answer(403)]

    with pytest.raises(KeySourceMisconfiguredError) as error:
        keys_at(first.url, second.url)()
    assert error.value.detail == "HTTP 404"
