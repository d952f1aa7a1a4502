"""The user migration trigger against legacy systems that say yes, no, nonsense or nothing."""

import gzip
import json
import logging
import socket
import struct
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.contract import MAX_ANSWER_BYTES
from authcore.adapters.system import monotonic
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore_lambda import user_migration
from authcore_lambda.events import Event
from authcore_lambda.user_migration import (
    OUTAGE_TEXT,
    MigrationUnavailableError,
    UserMigrationTrigger,
    build_handler,
)
from authcore_local.legacy import LegacySystem, SeedUser
from authcore_local.servers import LoopbackServer
from scripted_server import HANG_UP, SILENCE, Script, ScriptedServer, answer, drip


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


# --- a legacy system that does anything -------------------------------------------------------


def sending(status: int, body: bytes, *headers: str) -> Script:
    return lambda _: (answer(status, body, headers=headers),)


def sending_cut(body: bytes, length: int) -> Script:
    whole = answer(200, body).replace(b"Length: %d" % len(body), b"Length: %d" % length)
    return lambda _: (whole, HANG_UP)


def spoken(status: str, **user: object) -> bytes:
    about = {
        "userid": "1847",
        "username": "jane",
        "display_name": "Jane Eyre",
        "email": "jane@thornfield.example",
        "email_verified": True,
        "cognito_id": None,
    }
    return json.dumps({"status": status, "user": {**about, **user}}).encode()


YES: Final = spoken("authenticated")
NO: Final = b'{"status": "rejected"}'
FOUND: Final = spoken("found")
NO_ANSWERS: Final[dict[str, Script]] = {
    **{
        f"{status} {name}": sending(status, body)
        for status in (201, 204, 301, 401, 403, 404, 409, 429, 500, 503)
        for name, body in {"yes": YES, "no": NO, "empty": b""}.items()
        if not (status == 204 and body)
    },
    "302 elsewhere": sending(302, b"", "Location: http://127.0.0.1:1/api/login"),
    "200 garbage": sending(200, b"\x00\xff" * 40),
    "200 html": sending(200, b"<!doctype html><title>Signed in</title>"),
    "200 empty": sending(200, b""),
    "200 status ok": sending(200, spoken("ok")),
    "200 about Mallory": sending(200, spoken("authenticated", username="m", email="m@m.example")),
    "200 with a role": sending(200, spoken("authenticated", **{"custom:role": "admin"})),
    "200 cut off": sending_cut(YES[:-1], len(YES)),
    "200 longer than said": sending_cut(YES, len(YES) - 1),
    "bomb": sending(200, gzip.compress(b" " * 5_000_000 + YES), "Content-Encoding: gzip"),
    "flood": sending(200, b" " * 200_000 + YES),
    "no http": lambda _: (b"220 mail ready\r\n", HANG_UP),
    "closed": lambda _: (HANG_UP,),
    "hang": lambda _: SILENCE,
    "drip": lambda _: drip(answer(200, YES), every=0.05),
}
STALLS: Final = ("hang", "drip")


# --- fixtures --------------------------------------------------------------------------------


@pytest.fixture(scope="module", name="http")
def _http() -> Iterator[HttpClient]:
    client = HttpClient(within=timedelta(seconds=4), max_bytes=MAX_ANSWER_BYTES)
    with closing(client):
        yield client


@pytest.fixture(scope="module", name="honest")
def _honest(http: HttpClient) -> Iterator[UserMigrationTrigger]:
    with LoopbackServer(LegacySystem(PEOPLE, API_KEY).app) as server:
        yield trigger_at(server.url, http)


@pytest.fixture(scope="module", name="hostile")
def _hostile() -> Iterator[ScriptedServer]:
    with ScriptedServer(sending(500, b"")) as server:
        yield server


@pytest.fixture(scope="module", name="answered_anyhow")
def _answered_anyhow(hostile: ScriptedServer, http: HttpClient) -> UserMigrationTrigger:
    return trigger_at(hostile.url, http)


def trigger_at(
    url: str, http: HttpClient, audit: InMemoryAuditLog | None = None, **migration: str
) -> UserMigrationTrigger:
    chosen = {f"AUTHCORE_MIGRATION_{name.upper()}": value for name, value in migration.items()}
    variables = {"AUTHCORE_LEGACY_URL": url, "AUTHCORE_LEGACY_API_KEY": API_KEY, **chosen}
    return build_handler(variables, audit=audit or InMemoryAuditLog(), http=http)


@pytest.fixture(name="no_canary")
def _no_canary(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fails the test if a password or key was logged by anything, at any level."""
    with caplog.at_level(logging.DEBUG):
        yield
    assert "canary" not in caplog.text


# --- yes and no ------------------------------------------------------------------------------


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
    honest: UserMigrationTrigger,
    no_canary: None,
    source: str,
    case: str,
    attributes: set[str],
    status: str | None,
) -> None:
    # MG-02, MG-04
    response = honest(event(source, *CASES[case]), Left(5000))["response"]

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
    honest: UserMigrationTrigger, no_canary: None, source: str, case: str
) -> None:
    # MG-02, MG-03, MG-04
    asked = event(source, *CASES[case])

    assert honest(asked, Left(5000)) == asked


@pytest.mark.parametrize(
    ("pool", "typed", "username"),
    [
        ("email", "jane@thornfield.example", None),
        ("alias", "jane@thornfield.example", "legacy-1847"),
    ],
)
@pytest.mark.parametrize("source", SOURCES)
def test_settings_say_how_people_name_themselves(
    hostile: ScriptedServer,
    http: HttpClient,
    source: str,
    pool: str,
    typed: str,
    username: str | None,
) -> None:
    # MG-04
    hostile.script = sending(200, YES if source == SOURCES[0] else FOUND)

    response = trigger_at(hostile.url, http, pool=pool)(event(source, typed, RIGHT), None)

    given = response["response"]["userAttributes"]
    assert (given.get("username"), given["email"]) == (username, typed)


def test_settings_say_which_passwords_may_stay(hostile: ScriptedServer, http: HttpClient) -> None:
    hostile.script = sending(200, YES)
    strict = trigger_at(hostile.url, http, password_policy=f"{len(RIGHT) + 1} lower")
    mild = trigger_at(hostile.url, http, password_policy="8 lower upper digit symbol")

    asked = event(SOURCES[0], *CASES["right"])
    assert "finalUserStatus" not in strict(asked, None)["response"]
    assert mild(asked, None)["response"]["finalUserStatus"] == "CONFIRMED"


def test_simultaneous_first_sign_ins_are_told_of_one_user(
    hostile: ScriptedServer, http: HttpClient
) -> None:
    """Cognito keeps one of two users of the same name, whichever comes first."""
    # MG-08
    hostile.script = sending(200, YES)
    trigger = trigger_at(hostile.url, http)

    with ThreadPoolExecutor(8) as threads:
        answers = [*threads.map(trigger, [event(SOURCES[0], *CASES["right"])] * 16, [None] * 16)]

    assert answers == [answers[0]] * 16
    assert answers[0]["response"]["userAttributes"]["custom:legacy_uid"] == "1847"


# --- no answer -------------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("said", NO_ANSWERS)
def test_no_answer_creates_nobody_and_tells_nobody(
    hostile: ScriptedServer,
    answered_anyhow: UserMigrationTrigger,
    no_canary: None,
    said: str,
    case: str,
    source: str,
) -> None:
    # MG-01, MG-02, MG-03, LT-01, LT-04
    hostile.script = NO_ANSWERS[said]
    left = Left(400 if said in STALLS else 5000)
    began = monotonic()

    with pytest.raises(MigrationUnavailableError) as raised:
        answered_anyhow(event(source, *CASES[case]), left)

    assert monotonic() - began < 4.0
    assert str(raised.value) == OUTAGE_TEXT
    shown = "".join(traceback.format_exception(raised.value))
    assert "canary" not in shown.replace(OUTAGE_TEXT, "")


@pytest.mark.parametrize("source", SOURCES)
def test_a_reset_connection_is_an_outage(
    hostile: ScriptedServer, answered_anyhow: UserMigrationTrigger, source: str
) -> None:
    # MG-01
    def reset(_: bytes) -> tuple[bytes, ...]:
        hostile._open[-1].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return (HANG_UP,)

    hostile.script = reset

    with pytest.raises(MigrationUnavailableError):
        answered_anyhow(event(source, *CASES["right"]), Left(5000))


def test_a_hanging_legacy_system_costs_less_than_four_seconds(
    hostile: ScriptedServer, answered_anyhow: UserMigrationTrigger
) -> None:
    # LT-01
    hostile.script = NO_ANSWERS["hang"]
    began = monotonic()

    with pytest.raises(MigrationUnavailableError):
        answered_anyhow(event(SOURCES[0], *CASES["right"]), Left(30_000))

    assert 3.0 < monotonic() - began < 4.0


def test_a_legacy_system_that_does_not_speak_tls_is_an_outage(
    hostile: ScriptedServer, http: HttpClient, no_canary: None
) -> None:
    # MG-01
    hostile.script = sending(200, YES)
    audit = InMemoryAuditLog()
    before = len(hostile.requests)

    with pytest.raises(MigrationUnavailableError):
        trigger_at(hostile.url.replace("http:", "https:"), http, audit)(
            event(SOURCES[0], *CASES["right"]), Left(1000)
        )

    assert [event.outcome for event in audit.events] == ["unavailable"]
    assert len(hostile.requests) == before


def test_the_audit_tells_an_outage_from_a_wrong_password(
    hostile: ScriptedServer, http: HttpClient
) -> None:
    audit = InMemoryAuditLog()
    trigger = trigger_at(hostile.url, http, audit)
    for script in (sending(200, YES), sending(200, NO), sending(401, NO)):
        hostile.script = script
        with suppress(MigrationUnavailableError):
            trigger(event(SOURCES[0], *CASES["right"]), None)

    assert [(event.outcome, event.reason) for event in audit.events] == [
        ("accepted", "ok"),
        ("rejected", "credentials_rejected"),
        ("unavailable", "legacy_unavailable"),
    ]
    assert "canary" not in repr(audit.events)


# --- the request -----------------------------------------------------------------------------


def test_the_password_is_in_the_body_and_nowhere_else(
    hostile: ScriptedServer, answered_anyhow: UserMigrationTrigger
) -> None:
    # MG-02
    hostile.script = sending(200, NO)

    answered_anyhow(event(SOURCES[0], *CASES["right"]), None)

    head, _, body = hostile.requests[-1].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/login HTTP/1.1\r\n")
    assert RIGHT.encode() not in head
    assert b"jane" not in head
    assert json.loads(body) == {"username": "jane", "password": RIGHT}


NAUGHTY: Final = (
    " leading and trailing ",
    "UPPER lower",
    "\u00e9 e\u0301 \ufb01 \u212b \u00c5",
    "\u202eright to left",
    "\u200bzero\u200dwidth\ufeff",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\t\r\n\x01\x1f\x7f",
    '"quoted" \\back\\slash\\ /slash/ \\u0041',
    "';DROP TABLE users;--",
    "${jndi:ldap://127.0.0.1/a} {{7*7}} %00 %n",
    "<script>alert(1)</script>",
    "x" * 256,
    "\U0001f40e" * 256,
)
passwords = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=256
)


def _received(hostile: ScriptedServer, trigger: UserMigrationTrigger, password: str) -> object:
    hostile.script = sending(200, NO)
    trigger(event(SOURCES[0], "jane", password), None)
    return json.loads(hostile.requests[-1].partition(b"\r\n\r\n")[2])["password"]


@pytest.mark.parametrize("password", NAUGHTY, ids=range(len(NAUGHTY)))
def test_a_naughty_password_arrives_as_it_was_typed(
    hostile: ScriptedServer, answered_anyhow: UserMigrationTrigger, password: str
) -> None:
    # MG-07
    assert _received(hostile, answered_anyhow, password) == password


@settings(max_examples=60, deadline=None)
@given(password=passwords)
def test_any_password_arrives_as_it_was_typed(
    hostile: ScriptedServer, answered_anyhow: UserMigrationTrigger, password: str
) -> None:
    # MG-07
    assert _received(hostile, answered_anyhow, password) == password


@pytest.mark.parametrize("password", ["", "nul\0", "\ud800", "x\udfff", "x" * 257])
def test_what_cannot_be_a_password_is_a_no_and_is_not_sent(
    hostile: ScriptedServer, answered_anyhow: UserMigrationTrigger, password: str
) -> None:
    # MG-07
    hostile.script = sending(200, YES)
    asked, before = event(SOURCES[0], "jane", password), len(hostile.requests)

    assert answered_anyhow(asked, None) == asked
    assert len(hostile.requests) == before


# --- the function itself ----------------------------------------------------------------------


def test_the_handler_reads_its_settings_once_for_all_threads(
    monkeypatch: pytest.MonkeyPatch, hostile: ScriptedServer
) -> None:
    hostile.script = sending(200, YES, "Connection: close")
    variables = {"AUTHCORE_LEGACY_URL": hostile.url, "AUTHCORE_LEGACY_API_KEY": API_KEY}
    readings: list[int] = []
    built: list[UserMigrationTrigger] = []

    def environment() -> Mapping[str, str]:
        readings.append(1)
        return variables

    monkeypatch.setattr(user_migration, "environment", environment)
    monkeypatch.setattr(user_migration, "_built", built)
    statuses: list[object] = []

    def sign_in() -> None:
        answered = user_migration.handler(event(SOURCES[0], *CASES["right"]), Left(5000))
        statuses.append(answered["response"]["finalUserStatus"])

    threads = [threading.Thread(target=sign_in) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == ["CONFIRMED"] * 8
    assert len(readings) == len(built) == 1


def test_importing_the_handler_loads_no_library_of_another_door() -> None:
    """Cognito's five seconds include the cold start."""
    others = {"boto3", "botocore", "starlette", "jwt", "cryptography", "dependency_injector"}
    statement = "import sys, authcore_lambda.user_migration; print(*sys.modules)"

    run = subprocess.run(
        [sys.executable, "-c", statement], check=True, capture_output=True, text=True
    )

    assert others.isdisjoint(run.stdout.split())
    assert "authcore_lambda.user_migration" in run.stdout.split()
