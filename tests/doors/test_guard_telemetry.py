"""What every guard tells the application about its own decisions."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from authcore.domain.model.audit import AuditEvent
from authcore.testing.fakes.legacy_sessions import InMemoryLegacySessions
from authcore_guard import asgi, wsgi
from authcore_guard import flask as guarded_flask
from authcore_guard.container import GuardContainer, guard_container
from authcore_guard.fastapi import SignedIn
from authcore_guard.telemetry import Telemetry
from doors.door_world import environment_for
from doors.guard_world import GuardWorld
from unit.session_world import ACCOUNT


LEGACY = ("guard", "accepted", "legacy_session")

GUARDS: dict[str, Callable[[Any], Any]] = {
    "asgi": lambda guard: asgi.Guard(None, guard),  # type: ignore[arg-type]
    "wsgi": lambda guard: wsgi.Guard(None, guard),  # type: ignore[arg-type]
    "flask": guarded_flask.Guard,
    "fastapi": SignedIn,
}


@pytest.fixture
def legacy() -> InMemoryLegacySessions:
    return InMemoryLegacySessions()


@pytest.fixture
def container(legacy: InMemoryLegacySessions) -> GuardContainer:
    world = GuardWorld()
    return guard_container(environment_for(world.mint), legacy=legacy)


@pytest.mark.parametrize("name", GUARDS)
def test_a_guard_counts_what_the_old_login_admitted(
    container: GuardContainer, legacy: InMemoryLegacySessions, name: str
) -> None:
    """When the number no longer grows, the old login can be switched off."""
    telemetry: Telemetry = GUARDS[name](container.request_guard()).telemetry
    guard = container.browser_guard()

    for _ in range(3):
        guard.decide(legacy.open(ACCOUNT))
    guard.decide("")

    assert telemetry.counts() == {LEGACY: 3, ("guard", "rejected", "no_session"): 1}


def test_the_same_counts_are_there_for_prometheus(
    container: GuardContainer, legacy: InMemoryLegacySessions
) -> None:
    telemetry = container.request_guard().telemetry
    registry = CollectorRegistry()
    registry.register(telemetry.collector())
    container.browser_guard().decide(legacy.open(ACCOUNT))

    text = generate_latest(registry).decode()

    assert (
        'authcore_decisions_total{action="guard",outcome="accepted",reason="legacy_session"} 1.0'
        in text
    )


def test_a_subscriber_gets_the_guards_audit_events(container: GuardContainer) -> None:
    seen: list[Any] = []
    telemetry = container.request_guard().telemetry
    telemetry.subscribe(seen.append)

    container.audit().record(event := AuditEvent("session.refresh", "unavailable", "lease_held"))

    assert seen == [event]
    assert telemetry.audit_counts() == {("session.refresh", "unavailable", "lease_held"): 1}


def test_guards_do_not_import_prometheus_before_it_is_asked_for() -> None:
    program = (
        "import sys, authcore_guard.asgi, authcore_guard.telemetry; "
        "sys.exit('prometheus_client' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == 0
