"""The linking function before a table that is silent, deaf, or says a byte at a time."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.link_contract import MAX_LINK_ANSWER_BYTES
from authcore.adapters.system import monotonic
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore_lambda.account_linking import build_handler
from authcore_local.legacy import LegacySystem
from authcore_local.servers import LoopbackServer
from support.gate import AMPLE, Stopwatch
from support.scripted_server import (
    HANG_UP,
    SILENCE,
    Script,
    ScriptedServer,
    answer,
    deaf_server,
    drip,
)
from support.unhurried import account_linking
from unit.trigger_world import EXTERNAL, Left, trigger_event


API_KEY: Final = "canary-key"
LIMIT: Final = 4.0
"""Seconds of an attempt."""

BRIEF: Final = timedelta(seconds=0.5)
"""A tenth of it is a table's that never answers."""

EVENT: Final = trigger_event("PostConfirmation_ConfirmSignUp", EXTERNAL)
NOBODY: Final = answer(
    200,
    json.dumps(
        {"status": "matches", "by_cognito_id": None, "by_identity": None, "by_email": None}
    ).encode(),
)
TAKEN: Final = answer(200, b'{"status":"taken"}')
NO_ITEM: Final = b'{"ConsumedCapacity":{"TableName":"links"}}'
WRITTEN: Final = answer(200, b"{}", media_type="application/x-amz-json-1.1")


def as_dynamodb(request: bytes) -> list[bytes]:
    """The item as it was asked to be written; none is there to be read."""
    body: dict[str, Any] = json.loads(request.partition(b"\r\n\r\n")[2])
    if "UpdateExpression" not in body:
        return [answer(200, NO_ITEM, media_type="application/x-amz-json-1.0")]
    values = body["ExpressionAttributeValues"]
    item = {
        "holder": values.get(":holder"),
        "ends_at": values.get(":end", values.get(":past")),
        "fence": {"N": "7"},
    }
    said = {"Attributes": {name: value for name, value in item.items() if value}}
    return [answer(200, json.dumps(said).encode(), media_type="application/x-amz-json-1.0")]


def dripping(request: bytes) -> Iterable[bytes]:
    return drip(as_dynamodb(request)[0], every=0.1)


BAD: Final[Mapping[str, Script]] = {"silent": lambda _: SILENCE, "dripping": dripping}
BROKEN_OFF: Final[Mapping[str, Script]] = {"broken off": lambda _: [HANG_UP]}


@contextmanager
def table(how: str, good: int = 0) -> Iterator[str]:
    """The URL of one that answers *good* calls, and from then on as *how* says."""
    if how == "deaf":
        with deaf_server() as url:
            yield url
        return
    bad = {**BAD, **BROKEN_OFF}[how]
    with ScriptedServer(bad) as server:
        server.script = lambda request: (
            as_dynamodb(request) if len(server.requests) <= good else bad(request)
        )
        yield server.url


Attempts = Callable[..., list[str]]
"""What becomes of first sign-ins, given the URLs of a legacy system and a table."""


@pytest.fixture(name="attempts")
def _attempts(stopwatch: Stopwatch, monkeypatch: pytest.MonkeyPatch) -> Attempts:
    """
    With the four seconds that there are, where they are measured; where not, whatever answers has
    ample time, and the table has little.
    """
    return partial(attempted, stopwatch, monkeypatch, budget=BRIEF)


def attempted(
    stopwatch: Stopwatch,
    monkeypatch: pytest.MonkeyPatch,
    legacy: str,
    table: str,
    creation: str,
    count: int = 1,
    budget: timedelta = AMPLE,
) -> list[str]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "made-up")
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", table)
    audit = InMemoryAuditLog()
    within = timedelta(seconds=4) if stopwatch.measures else AMPLE
    http = HttpClient(within=within, max_bytes=MAX_LINK_ANSWER_BYTES)
    with closing(http), ScriptedServer(lambda _: [WRITTEN]) as cognito:
        variables = {
            "AUTHCORE_COGNITO_REGION": "eu-west-1",
            "AUTHCORE_COGNITO_ENDPOINT_URL": cognito.url,
            "AUTHCORE_LEGACY_URL": legacy,
            "AUTHCORE_LEGACY_API_KEY": API_KEY,
            "AUTHCORE_LINK_PROOF_KEYS": "A" * 43,
            "AUTHCORE_LINKING_CREATION": creation,
            "AUTHCORE_LINKING_TABLE": "links",
        }
        trigger = (
            build_handler(variables, audit=audit, http=http)
            if stopwatch.measures
            else account_linking(variables, audit=audit, http=http, budget=budget)
        )
        for _ in range(count):
            with stopwatch.below(LIMIT):
                assert trigger(EVENT, Left(5000) if stopwatch.measures else None) == EVENT
    return [event.reason for event in audit.events]


@pytest.mark.parametrize("how", [*BAD, "deaf"])
@pytest.mark.parametrize("creation", ["lease", "once"])
def test_a_table_that_hangs_postpones_every_attempt_in_time_and_nothing_is_created(
    attempts: Attempts, creation: str, how: str
) -> None:
    """Also when the calls that were given up before are still hanging."""
    # LT-01
    legacy = LegacySystem((), API_KEY)
    with LoopbackServer(legacy.app) as server, table(how) as url:
        reasons = attempts(server.url, url, creation, count=6)

    assert reasons == ["coordination_unavailable"] * 6
    assert legacy.accounts() == []


@pytest.mark.parametrize("how", BAD)
def test_a_table_that_hangs_once_the_lease_is_held_postpones_in_time(
    attempts: Attempts, how: str
) -> None:
    # LT-01
    legacy = LegacySystem((), API_KEY)
    with LoopbackServer(legacy.app) as server, table(how, good=1) as url:
        reasons = attempts(server.url, url, "lease")

    assert reasons == ["coordination_unavailable"]
    assert legacy.accounts() == []


late_answers = pytest.mark.parametrize(
    "how", ["broken off", *(pytest.param(how, marks=pytest.mark.measures_time) for how in BAD)]
)
"""Where earlier calls must come in time, the gate only breaks the next one off."""


def stopwatch_for(how: str) -> Stopwatch:
    return Stopwatch(measures=how in BAD)


@late_answers
def test_a_lease_that_cannot_be_given_back_in_time_is_left_to_its_end(
    monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    # LT-01
    legacy = LegacySystem((), API_KEY)
    with LoopbackServer(legacy.app) as server, table(how, good=2) as url:
        reasons = attempted(stopwatch_for(how), monkeypatch, server.url, url, "lease")

    assert reasons == ["ok"]
    assert len(legacy.accounts()) == 1


@late_answers
def test_a_begun_create_that_cannot_be_forgotten_in_time_is_left_to_a_person(
    monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    # LT-01

    def script(asked: bytes) -> Iterable[bytes]:
        return [NOBODY if b"/match " in asked else TAKEN]

    with ScriptedServer(script) as legacy, table(how, good=2) as url:
        reasons = attempted(stopwatch_for(how), monkeypatch, legacy.url, url, "once")

    assert reasons == ["link_taken"]


@pytest.mark.measures_time
@pytest.mark.parametrize("creation", ["lease", "once"])
def test_a_legacy_system_that_takes_its_time_leaves_none_for_a_table_that_hangs(
    monkeypatch: pytest.MonkeyPatch, creation: str
) -> None:
    # LT-01
    slow = [NOBODY[:-1], NOBODY[-1:]]

    def script(_: bytes) -> Iterable[bytes]:
        yield slow[0]
        yield from drip(slow[1], every=1.9)

    with ScriptedServer(script) as legacy, table("dripping", good=1) as url:
        began = monotonic()
        reasons = attempted(Stopwatch(measures=True), monkeypatch, legacy.url, url, creation)
        longest = monotonic() - began

    assert reasons == ["coordination_unavailable"]
    assert 1.9 < longest < LIMIT
