"""``/readyz``: keys, table and client secret; asked rarely, and logged where the state changes."""

import logging
import threading
from typing import Any, Final

import pytest
from dependency_injector import providers

from authcore.adapters.jwks.fetch_backoff import COOL_DOWN
from authcore.domain.errors import (
    CoordinationMisconfiguredError,
    CoordinationUnavailableError,
    ProviderMisconfiguredNotReachedError,
    UnavailableError,
)
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.system import FrozenClock
from authcore_web.middleware.access_log_filter import PROBES
from authcore_web.readiness import CHECKED_AGAIN_AFTER, Readiness
from doors.web_world import WebWorld


STORED: Final = {
    "COOKIE_FORMAT": "stored",
    "STORE_TABLE": "sessions",
    "STORE_ENDPOINT_URL": "http://localhost:1",
}


class Ready(Readiness):
    """With one check, which can fail; counts how often it ran."""

    def __init__(self, world: WebWorld | None = None) -> None:
        self.error: UnavailableError | None = None
        self.checks = 0
        self.clock, self.audit = FrozenClock(), InMemoryAuditLog()
        responses = (world or WebWorld()).container.error_responses()
        super().__init__(
            [self._check], clock=self.clock, audit=self.audit, error_responses=responses
        )

    def _check(self) -> None:
        self.checks += 1
        if self.error:
            raise self.error


def test_a_key_set_without_keys_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    world = WebWorld()
    monkeypatch.setattr(type(world.keys), "__call__", lambda _: b'{"keys": []}')

    answer = world.visit("/readyz")

    assert (answer.status, answer.json["reason"]) == (503, "keys_unavailable")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            CoordinationMisconfiguredError("x", detail="ResourceNotFoundException"),
            "coordination_misconfigured",
        ),
        (CoordinationUnavailableError("x", detail="connect refused"), "coordination_unavailable"),
    ],
)
def test_a_table_that_is_missing_or_down_is_named(
    error: CoordinationUnavailableError, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # VA-05
    world = WebWorld(**STORED)
    assert world.visit("/readyz").status == 200

    def fail(_: str) -> None:
        raise error

    monkeypatch.setattr(world.store, "get", fail)
    world.clock.advance(CHECKED_AGAIN_AFTER)
    answers = [world.visit("/readyz") for _ in range(3)]

    assert [(each.status, each.json["reason"]) for each in answers] == [(503, reason)] * 3
    assert all(each.header("retry-after") for each in answers)
    (event,) = world.audit.events
    assert (event.action, event.reason, event.detail) == ("service.ready", reason, error.detail)
    assert {each.json["reference"] for each in answers} == {event.reference}


def test_without_a_table_none_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    world = WebWorld()
    monkeypatch.setattr(world.store, "unavailable", True)

    assert world.visit("/readyz").status == 200


def test_a_client_secret_that_cannot_be_read_is_named() -> None:
    class _Unreadable:
        def active(self) -> Any:
            raise ProviderMisconfiguredNotReachedError("x", detail="AccessDeniedException")

    world = WebWorld()
    world.container.client_secrets.override(providers.Object(_Unreadable()))

    answer = world.visit("/readyz")

    assert (answer.status, answer.json["reason"]) == (503, "provider_misconfigured")
    assert world.audit.events[0].detail == "AccessDeniedException"


def test_keys_that_come_back_make_it_ready_again_and_each_change_is_one_line() -> None:
    world = WebWorld()
    world.keys.is_up = False
    for _ in range(20):
        assert world.visit("/readyz").status == 503
        world.clock.advance(CHECKED_AGAIN_AFTER)
    world.keys.is_up = True
    world.clock.advance(COOL_DOWN)
    for _ in range(20):
        assert world.visit("/readyz").status == 200

    assert [(event.action, event.outcome) for event in world.audit.events] == [
        ("service.ready", "unavailable"),
        ("service.ready", "accepted"),
    ]


def test_other_systems_are_asked_once_in_five_seconds() -> None:
    # DL-04
    ready = Ready()
    for _ in range(100):
        ready.state()
    ready.error = UnavailableError("down")
    assert (ready.checks, ready.state().error) == (1, None)

    ready.clock.advance(CHECKED_AGAIN_AFTER)
    assert ready.state().error is ready.error
    assert ready.checks == 2


def test_while_a_check_waits_others_get_the_state_before_it() -> None:
    # DL-04
    ready = Ready()
    assert ready.state().error is None
    ready.clock.advance(CHECKED_AGAIN_AFTER)
    began, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        began.set()
        go_on.wait(60)

    ready._checks = [wait]
    waiting = threading.Thread(target=ready.state)
    waiting.start()
    assert began.wait(60)
    assert ready.state().error is None
    go_on.set()
    waiting.join()


@pytest.mark.parametrize("path", PROBES)
def test_a_probe_writes_no_line(path: str, caplog: pytest.LogCaptureFixture) -> None:
    world = WebWorld()
    caplog.set_level(logging.DEBUG, logger="authcore")

    world.visit(path)

    assert caplog.records == []
    assert world.audit.events == []
