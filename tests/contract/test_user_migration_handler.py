"""The user migration trigger in front of a legacy system that decides."""

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress

import pytest

from authcore.adapters.http import HttpClient
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore_lambda import user_migration
from authcore_lambda.user_migration import MigrationUnavailableError, build_handler
from authcore_local.legacy import LegacySystem
from authcore_local.servers import LoopbackServer
from support.migration_door import (
    API_KEY,
    CASES,
    NO,
    PEOPLE,
    SOURCES,
    YES,
    event,
    scripted_door,
    sending,
    short_lived_http,
    unhurried_at,
)
from support.scripted_server import ScriptedServer
from support.unhurried import Unhurried


@pytest.fixture(scope="module", name="honest")
def _honest() -> Iterator[Unhurried]:
    legacy = LegacySystem(PEOPLE, API_KEY)
    with LoopbackServer(legacy.app) as server, short_lived_http() as http:
        yield unhurried_at(server.url, http)


@pytest.fixture(scope="module", name="door")
def _door() -> Iterator[tuple[ScriptedServer, Unhurried]]:
    with scripted_door() as door:
        yield door


@pytest.fixture(scope="module", name="hostile")
def _hostile(door: tuple[ScriptedServer, Unhurried]) -> ScriptedServer:
    return door[0]


@pytest.fixture(scope="module", name="answered_anyhow")
def _answered_anyhow(door: tuple[ScriptedServer, Unhurried]) -> Unhurried:
    return door[1]


@pytest.fixture(name="no_canary")
def _no_canary(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fails the test if a password or key was logged by anything, at any level."""
    with caplog.at_level(logging.DEBUG):
        yield
    said = [logging.Formatter().format(record) for record in caplog.get_records("call")]
    assert "canary" not in "".join(said)


@pytest.mark.parametrize(
    ("source", "case", "attributes", "status"),
    [
        (
            SOURCES[0],
            "right",
            {"email", "email_verified", "name", "custom:legacy_uid"},
            "CONFIRMED",
        ),
        (SOURCES[0], "unverified", {"email", "name", "custom:legacy_uid"}, "CONFIRMED"),
        (SOURCES[1], "right", {"email", "email_verified", "name", "custom:legacy_uid"}, None),
        (SOURCES[1], "wrong", {"email", "email_verified", "name", "custom:legacy_uid"}, None),
    ],
)
def test_an_honest_yes_creates_the_user(
    honest: Unhurried,
    no_canary: None,
    source: str,
    case: str,
    attributes: set[str],
    status: str | None,
) -> None:
    # MG-02, MG-04
    response = honest(event(source, *CASES[case]))["response"]

    assert set(response["userAttributes"]) == attributes
    assert response.get("finalUserStatus") == status


@pytest.mark.parametrize(
    ("source", "case"),
    [
        (SOURCES[0], "wrong"),
        (SOURCES[0], "unknown"),
        (SOURCES[0], "locked"),
        (SOURCES[1], "unknown"),
        (SOURCES[1], "locked"),
        (SOURCES[1], "unverified"),
    ],
)
def test_an_honest_no_leaves_the_event_alone(
    honest: Unhurried, no_canary: None, source: str, case: str
) -> None:
    # MG-02, MG-03, MG-04
    asked = event(source, *CASES[case])

    assert honest(asked) == asked


def test_the_audit_tells_an_outage_from_a_wrong_password(hostile: ScriptedServer) -> None:
    audit = InMemoryAuditLog()
    with short_lived_http() as http:
        trigger = unhurried_at(hostile.url, http, audit)
        for script in (sending(200, YES), sending(200, NO), sending(500, NO), sending(401, NO)):
            hostile.script = script
            with suppress(MigrationUnavailableError):
                trigger(event(SOURCES[0], *CASES["right"]), None)

    assert [(event.outcome, event.reason, event.detail) for event in audit.events] == [
        ("accepted", "ok", None),
        ("rejected", "credentials_rejected", None),
        ("unavailable", "legacy_unavailable", "HTTP 500"),
        ("misconfigured", "legacy_misconfigured", "HTTP 401"),
    ]
    assert "canary" not in repr(audit.events)


@pytest.fixture(name="http")
def _http() -> Iterator[HttpClient]:
    with short_lived_http() as http:
        yield http


def test_the_handler_reads_its_settings_once_for_all_threads(
    monkeypatch: pytest.MonkeyPatch, hostile: ScriptedServer, http: HttpClient
) -> None:
    hostile.script = sending(200, YES, "Connection: close")
    variables = {"AUTHCORE_LEGACY_URL": hostile.url, "AUTHCORE_LEGACY_API_KEY": API_KEY}
    built: list[Unhurried] = []

    def build(_: Mapping[str, str]) -> Unhurried:
        built.append(Unhurried(build_handler(variables, http=http)))
        return built[-1]

    monkeypatch.setattr(user_migration.handler, "_build", build)
    monkeypatch.setattr(user_migration.handler, "_built", None)
    statuses: list[object] = []

    def sign_in() -> None:
        answered = user_migration.handler(event(SOURCES[0], *CASES["right"]), None)
        statuses.append(answered["response"]["finalUserStatus"])

    threads = [threading.Thread(target=sign_in) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == ["CONFIRMED"] * 8
    assert len(built) == 1


def test_importing_the_handler_loads_no_library_of_another_door() -> None:
    """Cognito's five seconds include the cold start."""
    others = {"boto3", "botocore", "starlette", "jwt", "cryptography", "dependency_injector"}
    statement = "import sys, authcore_lambda.user_migration; print(*sys.modules)"

    run = subprocess.run(
        [sys.executable, "-c", statement], check=True, capture_output=True, text=True
    )

    assert others.isdisjoint(run.stdout.split())
    assert "authcore_lambda.user_migration" in run.stdout.split()
