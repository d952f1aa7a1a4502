"""Calls to other systems are measured and traced, and nothing of what they carry is."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from authcore.adapters.aws import aws_client
from authcore.adapters.http import HttpClient, HttpFailedError
from authcore.adapters.outside_calls import DURATIONS
from authcore.domain.model.urls import ServiceUrl
from support.cognito_wire import AMZ_JSON
from support.everything_said import everything_said
from support.gate import AMPLE
from support.recorded_spans import RecordedSpans, recorded_spans
from support.scripted_server import HANG_UP, SILENCE, ScriptedServer, answer


CANARY = "canary-0f1e2d3c4b5a"
SHORT = timedelta(seconds=0.15)

NO_HTTP = b"SSH-2.0-OpenSSH_9.2\r\n\r\n"
ENCODED = answer(body=b"{}", headers=["Content-Encoding: gzip"])

HTTP_OUTCOMES = [
    pytest.param([answer(200)], "2xx", 200, id="200"),
    pytest.param([answer(302)], "3xx", 302, id="302"),
    pytest.param([answer(404)], "4xx", 404, id="404"),
    pytest.param([answer(503)], "5xx", 503, id="503"),
    pytest.param([HANG_UP], "protocol", None, id="hang-up"),
    pytest.param([NO_HTTP], "protocol", None, id="no HTTP"),
    pytest.param([answer(body=b"x" * 101)], "too_large", None, id="too large"),
    pytest.param([ENCODED], "encoded", None, id="encoded"),
    pytest.param(SILENCE, "timeout", None, id="silence"),
]


@pytest.fixture(scope="module")
def listening() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _request: [answer()]) as server:
        yield server


@pytest.fixture
def spans() -> Iterator[RecordedSpans]:
    with recorded_spans() as spans:
        yield spans


def calls_of(partner: str) -> dict[str, int]:
    """How many calls to *partner* ended, by outcome."""
    return {
        outcome: sum(found.counts)
        for (called, outcome), found in DURATIONS.distributions().items()
        if called == partner
    }


def new_calls(partner: str, before: dict[str, int]) -> dict[str, int]:
    """Those that ended since *before*."""
    found = {outcome: n - before.get(outcome, 0) for outcome, n in calls_of(partner).items()}
    return {outcome: number for outcome, number in found.items() if number}


@pytest.fixture
def closed() -> ServiceUrl:
    """Where no server listens any more."""
    with ScriptedServer(lambda _request: SILENCE) as server:
        return server.url


def call(url: ServiceUrl, within: timedelta = AMPLE) -> None:
    """One request with a secret in every part of it."""
    http = HttpClient(within=within, max_bytes=100, partner="legacy")
    try:
        http.request(
            "POST",
            f"{url}/users/{CANARY}?email={CANARY}@example.com",
            headers={"authorization": f"Bearer {CANARY}"},
            content=CANARY.encode(),
        )
    except HttpFailedError:
        pass
    finally:
        http.close()


@pytest.mark.parametrize(("said", "outcome", "status"), HTTP_OUTCOMES)
def test_a_request_is_counted_and_traced_by_its_outcome(
    listening: ScriptedServer,
    spans: RecordedSpans,
    said: Iterable[bytes],
    outcome: str,
    status: int | None,
) -> None:
    before = calls_of("legacy")
    listening.script = lambda _request: said

    call(listening.url, SHORT if said == SILENCE else AMPLE)

    assert new_calls("legacy", before) == {outcome: 1}
    span = spans.one()
    attributes = dict(span.attributes or {})
    failed = status is None or status >= 400
    assert span.name == "POST legacy"
    assert span.status.is_ok is not failed
    assert attributes.pop("server.port") == int(listening.url.rpartition(":")[2])
    assert attributes == {
        "http.request.method": "POST",
        "peer.service": "legacy",
        "server.address": "127.0.0.1",
        **({} if status is None else {"http.response.status_code": status}),
        **({"error.type": outcome if status is None else str(status)} if failed else {}),
    }


def test_a_server_that_does_not_listen_is_a_failed_connect(
    closed: ServiceUrl, spans: RecordedSpans
) -> None:
    before = calls_of("legacy")

    call(closed)

    assert new_calls("legacy", before) == {"connect": 1}
    assert dict(spans.one().attributes or {})["error.type"] == "connect"


def test_no_span_and_no_log_holds_what_a_request_carries(
    listening: ScriptedServer, spans: RecordedSpans, caplog: pytest.LogCaptureFixture
) -> None:
    said = answer(401, CANARY.encode(), headers=[f"X-Secret: {CANARY}"])
    listening.script = lambda _request: [said]

    shown = everything_said(lambda: call(listening.url), caplog)

    assert len(spans.all()) == 1
    assert CANARY not in spans.text() + shown


def aws_call(url: ServiceUrl, within: timedelta = AMPLE) -> None:
    client: Any = aws_client("cognito-idp", region="eu-west-1", endpoint_url=url, within=within)
    try:
        client.admin_get_user(UserPoolId="eu-west-1_Ab12Cd34", Username=CANARY)
    except Exception:  # noqa: BLE001 - how it fails is the subject of other tests
        pass
    finally:
        client.close()


@pytest.mark.parametrize(
    ("said", "outcome", "status"),
    [
        ([answer(200, b"{}", media_type=AMZ_JSON)], "2xx", 200),
        ([answer(400, b'{"__type":"UserNotFoundException"}', media_type=AMZ_JSON)], "4xx", 400),
        ([answer(500, b"{}", media_type=AMZ_JSON)], "5xx", 500),
        ([HANG_UP], "protocol", None),
        (SILENCE, "timeout", None),
    ],
)
def test_a_call_of_aws_is_counted_and_traced_by_its_outcome(
    listening: ScriptedServer,
    spans: RecordedSpans,
    said: Iterable[bytes],
    outcome: str,
    status: int | None,
) -> None:
    before = calls_of("cognito_idp")
    listening.script = lambda _request: said

    aws_call(listening.url, SHORT if said == SILENCE else AMPLE)

    assert new_calls("cognito_idp", before) == {outcome: 1}
    span = spans.one()
    attributes = dict(span.attributes or {})
    assert span.name == "cognito-idp/AdminGetUser"
    assert (attributes["rpc.system"], attributes["rpc.method"]) == ("aws-api", "AdminGetUser")
    assert attributes.get("http.response.status_code") == status
    assert CANARY not in spans.text()


def test_an_api_that_does_not_listen_is_a_failed_connect(closed: ServiceUrl) -> None:
    before = calls_of("cognito_idp")

    aws_call(closed)

    assert new_calls("cognito_idp", before) == {"connect": 1}


def test_without_opentelemetry_in_the_process_none_is_imported(
    listening: ScriptedServer,
) -> None:
    listening.script = lambda _request: [answer()]
    program = (
        "import sys; from datetime import timedelta; from authcore.adapters.http import HttpClient;"
        " HttpClient(within=timedelta(seconds=60), max_bytes=9).request('GET', sys.argv[1]);"
        " sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program, listening.url], check=False)
    assert done.returncode == 0
