"""The token of a program: requested once, kept until shortly before it expires."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final

import pytest

import authcore
from authcore.domain.errors import (
    AuthcoreError,
    ClientMisconfiguredError,
    ConfigurationError,
    ProviderUnavailableError,
    ScopeRejectedError,
)
from authcore.domain.model.machine_tokens import MachineToken
from authcore.domain.model.validator_settings import MAX_LEEWAY
from authcore.domain.services.client_credentials import MARGIN, ClientCredentials
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.fakes.token_endpoint import InMemoryMachineTokenIssuer


SECOND: Final = timedelta(seconds=1)


class World:
    """A program whose app client has two scopes."""

    def __init__(self, *scopes: str) -> None:
        self.clock = FrozenClock()
        self.audit = InMemoryAuditLog()
        self.endpoint = InMemoryMachineTokenIssuer("orders/read", "orders/write")
        self.credentials = ClientCredentials(
            issuer=self.endpoint, clock=self.clock, audit=self.audit, scopes=frozenset(scopes)
        )

    @property
    def requests(self) -> int:
        return len(self.endpoint.asked)

    @property
    def noted(self) -> list[tuple[str, str, str]]:
        return [(each.action, each.outcome, each.reason) for each in self.audit.events]


def test_nothing_is_requested_before_the_first_call() -> None:
    assert World().requests == 0


def test_a_token_has_the_scopes_that_the_program_asked_for() -> None:
    world = World("orders/read")
    world.credentials.access_token()
    assert world.endpoint.asked == [{"orders/read"}]


def test_a_token_is_requested_once_until_a_minute_before_it_expires() -> None:
    world = World()
    first = world.credentials.access_token()
    world.clock.advance(world.endpoint.lifetime - MARGIN - SECOND)
    assert world.credentials.access_token() == first
    assert world.requests == 1

    world.clock.advance(SECOND)
    assert world.credentials.access_token() != first
    assert world.requests == 2


def test_the_margin_covers_an_api_whose_clock_is_ahead() -> None:
    assert MARGIN >= MAX_LEEWAY


def test_a_token_that_lives_shorter_than_the_margin_is_used_once() -> None:
    world = World()
    world.endpoint.lifetime = MARGIN
    assert world.credentials.access_token() != world.credentials.access_token()


def test_after_the_clock_was_set_back_the_token_is_replaced() -> None:
    world = World()
    world.clock.advance(timedelta(hours=2))
    first = world.credentials.access_token()
    world.clock.advance(-timedelta(hours=1))
    assert world.credentials.access_token() != first


@pytest.mark.parametrize(
    ("spoil", "error", "noted"),
    [
        ("available", ProviderUnavailableError, ("unavailable", "provider_unavailable")),
        ("knows_client", ClientMisconfiguredError, ("misconfigured", "login_client")),
    ],
)
def test_a_failure_is_recorded_and_the_next_call_tries_again(
    spoil: str, error: type[AuthcoreError], noted: tuple[str, str]
) -> None:
    world = World()
    setattr(world.endpoint, spoil, False)
    with pytest.raises(error):
        world.credentials.access_token()

    setattr(world.endpoint, spoil, True)
    assert world.credentials.access_token()
    assert world.noted == [("machine.token", *noted), ("machine.token", "accepted", "ok")]


def test_an_outage_does_not_touch_a_token_that_is_still_good() -> None:
    world = World()
    first = world.credentials.access_token()
    world.endpoint.available = False
    assert world.credentials.access_token() == first


def test_a_refused_scope_is_a_refusal_each_time() -> None:
    world = World("orders/delete")
    for _ in range(2):
        with pytest.raises(ScopeRejectedError):
            world.credentials.access_token()
    assert {*world.noted} == {("machine.token", "rejected", "scope_rejected")}


class _Slow(InMemoryMachineTokenIssuer):
    """Answers once all callers are there."""

    def __init__(self, callers: int) -> None:
        super().__init__()
        self.here = threading.Semaphore(0)
        self._callers = callers

    def issue(self, scopes: Any) -> MachineToken:
        for _ in range(self._callers):
            assert self.here.acquire(timeout=60)
        return super().issue(scopes)


def test_twenty_threads_share_one_request() -> None:
    world = World()
    world.credentials.issuer = endpoint = _Slow(20)

    def call() -> str:
        endpoint.here.release()
        return world.credentials.access_token()

    with ThreadPoolExecutor(20) as threads:
        tokens = {future.result(60) for future in [threads.submit(call) for _ in range(20)]}

    assert (len(tokens), len(endpoint.asked)) == (1, 1)


def test_no_token_is_in_a_repr() -> None:
    # SP-11
    world = World()
    token = world.credentials.access_token()
    assert token not in repr(world.credentials) + repr(world.credentials._held)


GOOD: Final[dict[str, Any]] = {
    "domain": "https://example.auth.eu-west-1.amazoncognito.com/",
    "client_id": "1example23456789",
    "client_secret": "canary-secret",
    "scopes": "orders/read",
}


def test_the_builder_takes_one_scope_as_a_text() -> None:
    assert authcore.client_credentials(**GOOD).scopes == {"orders/read"}


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"domain": "http://example.com"}, "domain must be https"),
        ({"domain": None}, "domain must be"),
        ({"client_id": "a:b"}, "client_id must be an app client id"),
        ({"client_secret": ""}, "client_secret must not be empty"),
        ({"client_secret": None}, "client_secret is missing"),
        ({"client_secret": b"secret"}, "client_secret must have active"),
        ({"scopes": ["a b"]}, "scopes must be"),
        ({"scopes": [7]}, "scopes must be"),
        ({"scopes": 7}, "scopes must be"),
        ({"timeout": timedelta(0)}, "timeout must be"),
        ({"timeout": timedelta(seconds=31)}, "timeout must be"),
        ({"timeout": 5}, "timeout must be"),
        ({"clock": object()}, "clock must have now"),
    ],
)
def test_the_builder_names_what_is_wrong(wrong: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem) as refused:
        authcore.client_credentials(**{**GOOD, **wrong})
    assert len(refused.value.problems) == 1
    assert "canary" not in str(refused.value)
