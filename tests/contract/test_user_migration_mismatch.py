"""The trigger in front of a legacy system that compares names more loosely than it should."""

from collections.abc import Iterator

import pytest

from authcore.adapters.http import HttpClient
from authcore.domain.model.audit import AuditEvent
from authcore.testing.fakes.audit import InMemoryAuditLog
from support.migration_door import (
    FOUND,
    RIGHT,
    SOURCES,
    YES,
    event,
    sending,
    short_lived_http,
    unhurried_at,
)
from support.scripted_server import ScriptedServer


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[ScriptedServer]:
    with ScriptedServer(sending(500, b"")) as server:
        yield server


@pytest.fixture(scope="module", name="http")
def _http() -> Iterator[HttpClient]:
    with short_lived_http() as http:
        yield http


@pytest.mark.parametrize(
    "typed", ["jane ", " jane", "jané", "jane@thornfield.example ", "mallory", "m@m.example"]
)
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("pool", ["username", "email", "alias"])
def test_a_yes_about_another_name_or_spelling_is_incorrect_and_has_its_own_reason(
    server: ScriptedServer, http: HttpClient, source: str, typed: str, pool: str
) -> None:
    """The event as it came: Cognito shows what it shows for a wrong password."""
    # MG-03
    server.script = sending(200, YES if source == SOURCES[0] else FOUND)
    audit = InMemoryAuditLog()
    asked = event(source, typed, RIGHT)

    assert unhurried_at(server.url, http, audit, pool=pool)(asked, None) == asked
    action = "authenticate" if source == SOURCES[0] else "forgot_password"
    assert audit.events == [AuditEvent(f"user_migration.{action}", "rejected", "legacy_mismatch")]
