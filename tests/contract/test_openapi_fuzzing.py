"""
What the description of the auth service promises, attacked by schemathesis with all its checks.

It generates requests from the document, right and wrong ones, and holds each answer to it.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import attrs
import pytest
import schemathesis
from schemathesis.engine import events, from_schema
from schemathesis.python.asgi import shutdown_lifespans

from authcore.adapters.audit.shadow_log import ShadowLog
from contract.described_world import DescribedWorld
from doors.live_web_world import AUTH_ORIGIN, CALLER_KEY
from doors.web_world import AUTH_HOST


SEED: Final = 20260314
FEW: Final = 5
"""Of each kind, for each operation: about two hundred requests in the gate."""

MANY: Final = 25
"""Beyond it, about a thousand."""

ALLOWED_LIST: Final = (
    "/auth/signin",
    "/auth/signin/callback",
    "/auth/signout",
    "/auth/connect",
    "/auth/password",
    "/auth/challenge",
    "/auth/profile-changed",
)
"""Well-formed requests to these are refused, too: which targets, codes and signatures are good, no
document can say."""

CHECKS: Final = {
    "allow_header_conformance",
    "content_type_conformance",
    "ensure_resource_availability",
    "ignored_auth",
    "missing_required_header",
    "negative_data_rejection",
    "not_a_server_error",
    "object_level_authorization",
    "positive_data_acceptance",
    "response_headers_conformance",
    "response_schema_conformance",
    "status_code_conformance",
    "unsupported_method",
    "use_after_free",
}


def config(session: str, examples: int) -> dict[str, Any]:
    accepted = ["2xx", "3xx", "400", "401", "403", "404", "409", "413", "429", "5xx"]
    refused = ["400", "401", "403", "404", "405", "413", "415"]
    refusing = {"positive_data_acceptance": {"expected-statuses": accepted}}
    return {
        "seed": SEED,
        "continue-on-failure": True,
        "cache": {"enabled": False},
        "generation": {
            "max-examples": examples,
            "mode": "all",
            "deterministic": True,
            "database": "none",
        },
        "checks": {"negative_data_rejection": {"expected-statuses": refused}},
        "auth": {"openapi": {"callerKey": {"bearer": CALLER_KEY}, "session": {"api_key": session}}},
        "operations": [
            *({"include-path": path, "checks": refusing} for path in ALLOWED_LIST),
            *(
                {
                    "include-operation-id": operation,
                    "checks": refusing,
                    "headers": {"Origin": AUTH_ORIGIN},
                }
                for operation in ("signOut", "connect", "signInWithPassword", "answerChallenge")
            ),
        ],
    }


@attrs.define
class Findings:
    """What came of it."""

    shadow_log: ShadowLog
    checks: Counter[str] = attrs.field(factory=Counter)
    statuses: Counter[tuple[str, int]] = attrs.field(factory=Counter)
    failures: list[str] = attrs.field(factory=list)

    def add(self, event: events.EngineEvent) -> None:
        if isinstance(event, events.NonFatalError | events.FatalError):
            self.failures.append(repr(event))
        if isinstance(event, events.ScenarioFinished):
            for interaction in event.recorder.interactions.values():
                assert interaction.response is not None
                self.statuses[event.recorder.label or "", interaction.response.status_code] += 1
            for results in event.recorder.checks.values():
                for result in results:
                    self.checks[result.name] += 1
                    if result.failure_info:
                        failure = result.failure_info
                        self.failures.append(f"{failure.failure}\n{failure.code_sample}")


@pytest.fixture(
    scope="module", name="examples", params=[FEW, pytest.param(MANY, marks=pytest.mark.whole)]
)
def _examples(request: pytest.FixtureRequest) -> int:
    examples: int = request.param
    return examples


@pytest.fixture(scope="module", name="findings")
def _findings(examples: int) -> Findings:
    world = DescribedWorld()
    world.sign_in()
    cookies = dict(pair.split("=", 1) for pair in world.browser.header(AUTH_HOST).split("; "))
    session = cookies["__Secure-authcore_session"]
    schema = schemathesis.openapi.from_asgi(
        "/openapi.json",
        world.app,
        config=schemathesis.Config.from_dict(config(session, examples)),
    )
    found = Findings(world.container.shadow_log())
    for event in from_schema(schema).execute():
        found.add(event)
    shutdown_lifespans()  # else schemathesis does it at the exit, when standard error is closed
    return found


def test_no_answer_is_a_server_error_or_anything_else_than_described(findings: Findings) -> None:
    # VA-05, VA-01
    assert findings.failures == []
    assert {status for _, status in findings.statuses if status >= 500} == set()


def test_the_service_has_written_its_last_counts(
    findings: Findings, caplog: pytest.LogCaptureFixture
) -> None:
    findings.shadow_log.flush()

    assert caplog.records == []


def test_every_check_ran(findings: Findings) -> None:
    assert {name for name, times in findings.checks.items() if times > 100} == CHECKS


def test_what_was_sent_reached_every_operation_and_was_let_in(findings: Findings) -> None:
    """Else all these checks would hold of refusals only."""
    let_in: Mapping[str, int] = {
        "GET /auth/signin": 302,
        "GET /auth/session": 200,
        "GET /auth/check": 200,
        "POST /auth/check/{path}": 200,
        "GET /auth/signout": 200,
        "POST /auth/signout": 303,
        "POST /auth/verify": 200,
        "POST /auth/verify/batch": 200,
        "POST /auth/password/verify": 200,
        "POST /auth/password/changed": 200,
        "GET /metrics": 200,
    }

    assert {
        operation
        for operation, status in let_in.items()
        if not findings.statuses[operation, status]
    } == set()
    assert findings.statuses["POST /auth/verify", 401] > 0
