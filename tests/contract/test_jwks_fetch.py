"""Keys over HTTP: the validator an embedder gets, against a key source that misbehaves."""

import gzip
import logging
import threading
import tracemalloc
from collections.abc import Iterable, Iterator
from datetime import timedelta

import pytest

import authcore
from authcore.adapters.jwks import fetcher, key_cache
from authcore.adapters.jwks.fetch_backoff import COOL_DOWN
from authcore.adapters.jwks.fetcher import JwksFetcher
from authcore.adapters.jwks.key_cache import FETCH_DEADLINE
from authcore.adapters.jwks.key_set import MAX_KEY_SET_BYTES
from authcore.domain.errors import (
    ConfigurationError,
    KeySourceMisconfiguredError,
    KeySourceUnavailableError,
    TokenRejectedError,
    UnknownKeyError,
)
from authcore.domain.model.urls import service_url
from authcore.domain.services.token_validation import TokenValidator
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.mint import DEFAULT_CLIENT_ID, DEFAULT_SUBJECT, TokenMint
from support.gate import Stopwatch
from support.scripted_server import HANG_UP, SILENCE, ScriptedServer, answer, drip


BOMB = gzip.compress(b" " * 66 * 2**20)[:MAX_KEY_SET_BYTES]
"""What a naive reader inflates to 66 MB."""

GRACE = 0.5
"""Seconds that scheduling may add to a deadline on a busy machine."""


class KeySource:
    """A mint, its keys behind a scripted server, and a validator that reads them."""

    def __init__(self, server: ScriptedServer, clock: FrozenClock) -> None:
        self.server = server
        self.clock = clock
        self.mint = TokenMint(clock=clock)
        self.publish()

    def publish(self) -> None:
        self.server.script = lambda _request: [answer(body=self.mint.jwks_bytes())]

    def say(self, *pieces: bytes) -> None:
        self.server.script = lambda _request: pieces

    def validator(self) -> TokenValidator:
        return authcore.token_validator(
            user_pool_id="eu-west-1_Ab12Cd34E",
            client_id=DEFAULT_CLIENT_ID,
            jwks_url=f"{self.server.url}/keys",
            clock=self.clock,
        )

    @property
    def fetches(self) -> int:
        return len(self.server.requests)


@pytest.fixture
def source() -> Iterator[KeySource]:
    with ScriptedServer(lambda _request: SILENCE) as server:
        yield KeySource(server, FrozenClock())


def test_building_a_validator_makes_no_request(source: KeySource) -> None:
    source.validator()
    assert source.server.connections == 0


def test_keys_are_asked_for_once_and_plainly(source: KeySource) -> None:
    # KF-10: no content encoding is asked for; no cookie, no credentials are sent.
    validator = source.validator()
    for _ in range(20):
        assert validator.verify_access_token(source.mint.access()).subject == DEFAULT_SUBJECT
        assert validator.verify_id_token(source.mint.identity()).subject == DEFAULT_SUBJECT
    request = source.server.requests[0].lower()
    assert source.fetches == 1
    assert request.startswith(b"get /keys http/1.1\r\n")
    assert b"\r\naccept-encoding: identity\r\n" in request
    assert b"cookie" not in request
    assert b"authorization" not in request


def test_two_hundred_cold_threads_cause_one_request(source: KeySource) -> None:
    # KF-09
    validator, tokens = source.validator(), [source.mint.access() for _ in range(200)]
    accepted: list[str] = []
    threads = [
        threading.Thread(
            target=lambda token=token: accepted.append(validator.verify_access_token(token).subject)
        )
        for token in tokens
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert accepted == [DEFAULT_SUBJECT] * 200
    assert source.fetches == 1


def test_rotation_just_before_signing_fails_no_token_and_costs_one_request(
    source: KeySource,
) -> None:
    # KF-05
    validator = source.validator()
    old = source.mint.access()
    validator.verify_access_token(old)
    source.mint.rotate()
    assert validator.verify_access_token(source.mint.access()).subject == DEFAULT_SUBJECT
    assert validator.verify_id_token(source.mint.identity()).subject == DEFAULT_SUBJECT
    assert validator.verify_access_token(old).subject == DEFAULT_SUBJECT
    assert source.fetches == 2


def test_a_flood_of_unknown_keys_reaches_the_source_once_per_cool_down(
    source: KeySource,
) -> None:
    # KF-06
    validator = source.validator()
    validator.verify_access_token(source.mint.access())
    token = source.mint.access()
    for number in range(300):
        forged = source.mint.access(header={"kid": f"no such key {number}"})
        with pytest.raises(UnknownKeyError):
            validator.verify_access_token(forged)
        assert validator.verify_access_token(token).subject == DEFAULT_SUBJECT
        source.clock.advance(timedelta(seconds=30) / 300)
    assert source.fetches <= 4


def test_a_redirect_is_not_followed(source: KeySource) -> None:
    # KF-01
    with ScriptedServer(lambda _request: [answer(body=source.mint.jwks_bytes())]) as elsewhere:
        for status in (301, 302, 303, 307, 308):
            moved = answer(status, headers=[f"Location: {elsewhere.url}/keys"])
            source.say(moved)
            with pytest.raises(KeySourceUnavailableError):
                source.validator().verify_access_token(source.mint.access())
        assert elsewhere.connections == 0


@pytest.mark.parametrize(
    "url", ["http://keys.example/jwks.json", "file:///etc/passwd", "ftp://127.0.0.1/", "data:,{}"]
)
def test_keys_come_over_https_or_loopback_only(url: str) -> None:
    # KF-01
    with pytest.raises(ConfigurationError):
        authcore.token_validator(user_pool_id="eu-west-1_a", client_id="client", jwks_url=url)


@pytest.mark.parametrize("parameter", ["jku", "x5u"])
def test_the_url_comes_from_settings_and_never_from_a_token(
    source: KeySource, parameter: str
) -> None:
    # KF-01, TV-04
    with ScriptedServer(lambda _request: [answer(body=source.mint.jwks_bytes())]) as attacker:
        validator = source.validator()
        with pytest.raises(TokenRejectedError):
            validator.verify_access_token(
                source.mint.access(header={parameter: f"{attacker.url}/keys"})
            )
        assert attacker.connections == 0
        assert source.server.connections == 0


def bodies(mint: TokenMint) -> Iterable[tuple[str, bytes]]:
    keys = mint.jwks_bytes()
    padded = keys + b" " * (MAX_KEY_SET_BYTES - len(keys) + 1)
    yield "not found", answer(404, keys)
    yield "server error", answer(500, keys)
    yield "no content", answer(204)
    yield "partial", answer(206, keys)
    yield "html", answer(body=b"<html>Sign in</html>", media_type="text/html")
    yield "empty", answer()
    yield "too large", answer(body=padded)
    yield "gzip bomb", answer(body=BOMB, headers=["Content-Encoding: gzip"])
    yield "gzip", answer(body=gzip.compress(keys), headers=["Content-Encoding: gzip"])
    yield "said to be larger", answer(body=keys).replace(b"Length: ", b"Length: 9")[:-1] + HANG_UP
    yield "no http", b"keys\r\n\r\n"


@pytest.mark.parametrize("name", [name for name, _ in bodies(TokenMint())])
def test_what_is_not_a_key_set_is_no_answer_and_a_good_one_later_is(
    source: KeySource, name: str
) -> None:
    # KF-08, KF-10, KF-12
    source.say(dict(bodies(source.mint))[name], HANG_UP)
    validator, token = source.validator(), source.mint.access()
    with pytest.raises(KeySourceUnavailableError):
        validator.verify_access_token(token)
    source.publish()
    before = source.fetches
    assert validator.verify_access_token(token).subject == DEFAULT_SUBJECT
    assert source.fetches == before + 1


def test_a_gzip_bomb_is_never_inflated(source: KeySource) -> None:
    # KF-10
    source.say(answer(body=BOMB, headers=["Content-Encoding: gzip"]))
    fetch = JwksFetcher([service_url(f"{source.server.url}/keys")])
    tracemalloc.start()
    try:
        with pytest.raises(KeySourceUnavailableError):
            fetch()
        assert tracemalloc.get_traced_memory()[1] < 4 * 2**20
    finally:
        tracemalloc.stop()


def test_nobody_listening_is_said_at_once(source: KeySource, stopwatch: Stopwatch) -> None:
    # KF-08
    validator = source.validator()
    source.server.stop()
    with (
        stopwatch.below(FETCH_DEADLINE.total_seconds() + GRACE),
        pytest.raises(KeySourceUnavailableError) as error,
    ):
        validator.verify_access_token(source.mint.access())
    assert error.value.retry_after == COOL_DOWN


def test_a_server_that_drips_holds_nobody_beyond_the_deadline(
    source: KeySource, stopwatch: Stopwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    # KF-11
    deadline = FETCH_DEADLINE if stopwatch.measures else timedelta(seconds=0.1)
    for module in (key_cache, fetcher):
        monkeypatch.setattr(module, "FETCH_DEADLINE", deadline)
    whole = answer(body=source.mint.jwks_bytes())
    source.server.script = lambda _request: drip(whole, every=1.0)
    with (
        stopwatch.below(FETCH_DEADLINE.total_seconds() + GRACE),
        pytest.raises(KeySourceUnavailableError),
    ):
        source.validator().verify_access_token(source.mint.access())


def test_an_outage_after_the_first_fetch_rejects_nobody(source: KeySource) -> None:
    # KF-07
    validator = source.validator()
    validator.verify_access_token(source.mint.access())
    source.server.stop()
    for _ in range(12):
        source.clock.advance(timedelta(minutes=5))
        assert validator.verify_access_token(source.mint.access()).subject == DEFAULT_SUBJECT


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_source_that_has_no_such_keys_needs_an_operator(source: KeySource, status: int) -> None:
    # KS-03: a wrong pool id or URL; no later attempt is answered otherwise.
    source.say(answer(status))
    with pytest.raises(KeySourceMisconfiguredError) as error:
        source.validator().require_keys()
    assert (error.value.code, error.value.detail) == ("keys_misconfigured", f"HTTP {status}")


@pytest.mark.parametrize("status", [301, 408, 429, 500, 503])
def test_a_source_that_cannot_answer_now_is_an_outage(source: KeySource, status: int) -> None:
    source.say(answer(status))
    with pytest.raises(KeySourceUnavailableError) as error:
        source.validator().require_keys()
    assert (error.value.code, error.value.detail) == ("keys_unavailable", f"HTTP {status}")


def test_a_source_that_is_repaired_gives_keys_again(source: KeySource) -> None:
    validator = source.validator()
    source.say(answer(404))
    with pytest.raises(KeySourceMisconfiguredError):
        validator.require_keys()
    source.publish()
    validator.require_keys()


def test_errors_about_the_source_quote_nothing_it_said(
    source: KeySource, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="authcore")
    source.say(answer(500, b"canary", headers=["X-Canary: canary"]))
    with pytest.raises(KeySourceUnavailableError) as error:
        JwksFetcher([service_url(f"{source.server.url}/keys")])()
    assert "canary" not in f"{error.value!s}{error.value!r}{caplog.text}"
    assert error.value.__cause__ is None
