"""The user migration trigger in front of legacy systems that say nonsense, or nothing."""

import gzip
import logging
import socket
import struct
import traceback
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import pytest

from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore_lambda.events.types import OUTAGE_TEXT
from authcore_lambda.user_migration import MigrationUnavailableError
from support.gate import Stopwatch
from support.migration_door import (
    CASES,
    NO,
    SOURCES,
    YES,
    Left,
    event,
    scripted_door,
    sending,
    short_lived_http,
    spoken,
    trigger_at,
    unhurried_at,
)
from support.scripted_server import HANG_UP, SILENCE, Script, ScriptedServer, answer, drip
from support.unhurried import Unhurried


def sending_cut(body: bytes, length: int) -> Script:
    whole = answer(200, body).replace(b"Length: %d" % len(body), b"Length: %d" % length)
    return lambda _: (whole, HANG_UP)


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
BRIEFLY: Final = Left(300)
"""Milliseconds: 50 for the call."""


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
    assert said
    assert "canary" not in "".join(said)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("said", NO_ANSWERS)
def test_no_answer_creates_nobody_and_tells_nobody(
    hostile: ScriptedServer,
    answered_anyhow: Unhurried,
    no_canary: None,
    said: str,
    case: str,
    source: str,
) -> None:
    # MG-01, MG-02, MG-03, LT-01, LT-04
    hostile.script = NO_ANSWERS[said]
    left = BRIEFLY if said in STALLS else None

    with pytest.raises(MigrationUnavailableError) as raised:
        answered_anyhow(event(source, *CASES[case]), left)

    assert str(raised.value) == OUTAGE_TEXT
    shown = "".join(traceback.format_exception(raised.value))
    assert "canary" not in shown.replace(OUTAGE_TEXT, "")


@pytest.mark.parametrize("source", SOURCES)
def test_a_reset_connection_is_an_outage(
    hostile: ScriptedServer, answered_anyhow: Unhurried, source: str
) -> None:
    # MG-01
    def reset(_: bytes) -> tuple[bytes, ...]:
        hostile._open[-1].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return (HANG_UP,)

    hostile.script = reset

    with pytest.raises(MigrationUnavailableError):
        answered_anyhow(event(source, *CASES["right"]))


@pytest.mark.measures_time
@pytest.mark.parametrize("said", STALLS)
def test_a_hanging_legacy_system_costs_less_than_four_seconds(
    hostile: ScriptedServer, said: str
) -> None:
    # LT-01
    hostile.script = NO_ANSWERS[said]

    with (
        short_lived_http(timedelta(seconds=4)) as http,
        Stopwatch(measures=True).below(4.0, above=3.0),
        pytest.raises(MigrationUnavailableError),
    ):
        trigger_at(hostile.url, http)(event(SOURCES[0], *CASES["right"]), Left(30_000))


def test_a_legacy_system_that_does_not_speak_tls_is_an_outage(
    hostile: ScriptedServer, no_canary: None
) -> None:
    # MG-01
    hostile.script = sending(200, YES)
    audit = InMemoryAuditLog()
    before = len(hostile.requests)

    with short_lived_http() as http, pytest.raises(MigrationUnavailableError):
        unhurried_at(hostile.url.replace("http:", "https:"), http, audit)(
            event(SOURCES[0], *CASES["right"]), Left(1000)
        )

    assert [event.outcome for event in audit.events] == ["unavailable"]
    assert len(hostile.requests) == before
