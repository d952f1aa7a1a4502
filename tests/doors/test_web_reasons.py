"""What the reference on an error page leads to: the very reason, in our own words."""

import json
import logging
from typing import Any
from urllib.parse import urlencode

import pytest

from authcore.adapters.audit.log import LoggingAuditLog
from doors.web_world import WebWorld
from unit.asgi_calls import PROGRAM, Answer


BEGIN = "/auth/signin"
CALLBACK = "/auth/signin/callback"


@pytest.fixture
def world() -> WebWorld:
    return WebWorld()


def told(world: WebWorld, answer: Answer) -> str | None:
    """The detail of the event that the answer's reference names."""
    (event,) = [each for each in world.audit.events if each.reference == answer.json["reference"]]
    assert event.reason == answer.json["reason"]
    return event.detail


@pytest.mark.parametrize(
    ("wrong", "claim"),
    [({"nonce": "another"}, "nonce"), ({"aud": "another"}, "aud"), ({"at_hash": "x"}, "at_hash")],
)
def test_a_refused_token_leads_to_its_claim(world: WebWorld, wrong: Any, claim: str) -> None:
    # TV-16
    asked = world.begin()
    tokens = world.tokens(**{"nonce": asked["nonce"], **wrong})

    answer = world.visit(world.issue(asked, tokens), headers=[PROGRAM])

    assert told(world, answer) == claim


@pytest.mark.parametrize(
    ("target", "parameter"),
    [
        (f"{BEGIN}?provider=a%20b", "provider"),
        (f"{BEGIN}?lang=xx", "lang"),
        (f"{CALLBACK}?code=c", "state"),
        (f"{CALLBACK}?code=c&code=d&state=s", "code"),
    ],
)
def test_a_refused_parameter_leads_to_its_name(
    world: WebWorld, target: str, parameter: str
) -> None:
    # SP-07
    answer = world.visit(target, headers=[PROGRAM])

    assert told(world, answer) == (f"the parameter '{parameter}' is missing, repeated or malformed")


def test_a_refusal_by_the_provider_leads_to_what_it_said(world: WebWorld) -> None:
    # SP-06
    answer = world.visit(f"{CALLBACK}?error=access_denied", headers=[PROGRAM])

    assert told(world, answer) == "the identity provider answered 'access_denied'"


CANARIES = [
    f"{BEGIN}?redirect=https://canary.example/",
    f"{BEGIN}?provider=canary%20canary",
    f"{BEGIN}?lang=canary",
    f"{BEGIN}?login_hint={'canary@example.com' * 20}",
    f"{BEGIN}?canary=%zz",
    f"{BEGIN}?{'canary&' * 40}",
    f"{CALLBACK}?code=canary&state=canary",
    f"{CALLBACK}?code=canary%20code&state=canary",
    f"{CALLBACK}?canary=1&canary=2",
    f"{CALLBACK}?error=canary&error_description=canary",
]


@pytest.mark.parametrize("target", CANARIES)
def test_no_reason_repeats_what_was_sent_and_every_one_is_written(
    world: WebWorld, target: str, caplog: pytest.LogCaptureFixture
) -> None:
    # SP-11
    caplog.set_level(logging.DEBUG)

    answer = world.visit(target, headers=[PROGRAM, ("cookie", "__Secure-authcore_session=canary")])
    (event,) = world.audit.events
    LoggingAuditLog(logging.getLogger("unit.reasons")).record(event)

    assert answer.status == 400
    assert event.detail
    assert json.loads(caplog.messages[-1])["detail"] == event.detail
    assert "canary" not in caplog.text


def test_no_token_and_no_code_that_was_refused_stands_in_a_reason(
    world: WebWorld, caplog: pytest.LogCaptureFixture
) -> None:
    # SP-11
    caplog.set_level(logging.DEBUG)
    log = LoggingAuditLog(logging.getLogger("unit.reasons"))
    secrets = []
    for wrong in ({"nonce": "canary"}, {"exp": 1}, {"sub": "canary"}, {"signed_by": "stranger"}):
        asked = world.begin()
        tokens = world.tokens(**{"nonce": asked["nonce"], **wrong})
        target = world.issue(asked, tokens)
        assert world.visit(target).status == 401
        secrets += [tokens.id_token, tokens.access_token, asked["state"], asked["nonce"]]
    world.visit(f"{CALLBACK}?" + urlencode({"code": "canary", "state": world.begin()["state"]}))
    for event in world.audit.events:
        log.record(event)

    assert "not our own words" not in caplog.text
    for secret in ("canary", *world.exchanger.sent, *secrets):
        assert secret not in caplog.text
