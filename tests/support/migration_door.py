"""What the tests of the user migration trigger share: events, people, scripted answers."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Final

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.login_contract import MAX_ANSWER_BYTES
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore_lambda.events.types import Event
from authcore_lambda.user_migration import UserMigrationTrigger, build_handler
from authcore_local.legacy import SeedUser
from support.gate import AMPLE
from support.scripted_server import Script, ScriptedServer, answer
from support.unhurried import Unhurried


API_KEY: Final = "canary-key"
RIGHT: Final = "canary-Thornfield-1847"
PEOPLE: Final = (
    SeedUser("jane", RIGHT, "jane@thornfield.example", True, "Jane Eyre", "1847"),
    SeedUser("huck", RIGHT, "huck@stpetersburg.example", False, "Huck Finn", "1884"),
    SeedUser("ahab", RIGHT, "ahab@pequod.example", True, "Ahab", "1851", locked=True),
)
CASES: Final = {
    "right": ("jane", RIGHT),
    "wrong": ("jane", "canary-wrong"),
    "unknown": ("nobody", RIGHT),
    "locked": ("ahab", RIGHT),
    "unverified": ("huck", RIGHT),
}
SOURCES: Final = ("UserMigration_Authentication", "UserMigration_ForgotPassword")


def event(source: str, username: str, password: str) -> Event:
    request = {"password": password} if source == SOURCES[0] else {}
    return {
        "version": "1",
        "triggerSource": source,
        "userName": username,
        "request": request,
        "response": {},
    }


class Left:
    """Lambda's context with so many milliseconds left."""

    def __init__(self, milliseconds: int) -> None:
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


def sending(status: int, body: bytes, *headers: str) -> Script:
    return lambda _: (answer(status, body, headers=headers),)


def spoken(status: str, **user: object) -> bytes:
    about = {
        "userid": "1847",
        "username": "jane",
        "display_name": "Jane Eyre",
        "email": "jane@thornfield.example",
        "email_verified": True,
        "cognito_id": None,
        "locked": False,
    }
    return json.dumps({"status": status, "user": {**about, **user}}).encode()


YES: Final = spoken("authenticated")
NO: Final = b'{"status": "rejected"}'
FOUND: Final = spoken("found")


def trigger_at(
    url: str, http: HttpClient, audit: InMemoryAuditLog | None = None, **migration: str
) -> UserMigrationTrigger:
    """As it is deployed, with the time that it has there."""
    chosen = {f"AUTHCORE_MIGRATION_{name.upper()}": value for name, value in migration.items()}
    variables = {"AUTHCORE_LEGACY_URL": url, "AUTHCORE_LEGACY_API_KEY": API_KEY, **chosen}
    return build_handler(variables, audit=audit or InMemoryAuditLog(), http=http)


def unhurried_at(
    url: str, http: HttpClient, audit: InMemoryAuditLog | None = None, **migration: str
) -> Unhurried:
    """The same, with all the time there is."""
    return Unhurried(trigger_at(url, http, audit, **migration))


@contextmanager
def short_lived_http(within: timedelta = AMPLE) -> Iterator[HttpClient]:
    with closing(HttpClient(within=within, max_bytes=MAX_ANSWER_BYTES)) as client:
        yield client


@contextmanager
def scripted_door() -> Iterator[tuple[ScriptedServer, Unhurried]]:
    """A trigger, and the legacy system it asks, which says what its script says."""
    with ScriptedServer(sending(500, b"")) as server, short_lived_http() as http:
        yield server, unhurried_at(server.url, http)
