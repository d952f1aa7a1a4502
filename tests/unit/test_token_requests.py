"""Pre token generation names its request in the ID token of a sign-in, and records it."""

from types import SimpleNamespace
from typing import Any

import pytest

from authcore_lambda.events.types import Event
from authcore_lambda.pre_token_generation import build_handler
from unit.pre_token_generation_world import FORMS, HOSTED, REFRESH, World
from unit.trigger_world import EXTERNAL, trigger_event


INVOCATION = "84c0f0bb-b06d-4434-93e2-e9d6af75fa48"


@pytest.fixture
def world() -> World:
    return World()


def context(request_id: object = INVOCATION) -> Any:
    return SimpleNamespace(aws_request_id=request_id, get_remaining_time_in_millis=lambda: 120_000)


def event_of(world: World, source: str = HOSTED, version: str = "1") -> Event:
    attributes = {
        "custom:legacy_uid": "1813",
        "custom:legacy_linked": world.prove("elizabeth", "1813"),
    }
    return {**trigger_event(source, world.attributes(**attributes)), "version": version}


def added(answer: Event, version: str = "1") -> Any:
    details = answer["response"][FORMS[version]]
    return details.get("idTokenGeneration", details).get("claimsToAddOrOverride", {})


@pytest.mark.parametrize("version", FORMS)
def test_the_id_token_of_a_sign_in_names_the_request(world: World, version: str) -> None:
    answer = world.trigger(event_of(world, version=version), context())

    assert added(answer, version)["authcore_request"] == INVOCATION
    assert "accessTokenGeneration" not in answer["response"][FORMS[version]]
    (event,) = world.audit.events
    assert (event.action, event.outcome) == ("token.claims", "accepted")
    assert (event.subject, event.legacy_uid) == (world.user.subject, "1813")


@pytest.mark.parametrize("request_id", [None, 7, "", "a b", "x" * 65, "anna@example.com"])
def test_a_context_without_a_well_formed_id_names_none(world: World, request_id: object) -> None:
    answer = world.trigger(event_of(world), context(request_id))

    assert "authcore_request" not in added(answer)
    assert world.audit.events == []


def test_a_refresh_names_none(world: World) -> None:
    answer = world.trigger(event_of(world, REFRESH), context())

    assert "authcore_request" not in added(answer)
    assert world.audit.events == []


@pytest.mark.parametrize(("claim", "names"), [("on", True), ("off", False), ("", True)])
def test_an_operator_can_leave_it_out(claim: str, names: bool, monkeypatch: Any) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    trigger = build_handler(
        {
            "AUTHCORE_COGNITO_REGION": "eu-west-1",
            "AUTHCORE_LEGACY_URL": "https://legacy.example.com",
            "AUTHCORE_LEGACY_API_KEY": "canary-api-key",
            "AUTHCORE_LINK_PROOF_KEYS": "A" * 43,
            "AUTHCORE_LOG_TOKEN_CLAIM": claim,
        }
    )
    refused = {**EXTERNAL, "sub": "s-1", "custom:legacy_linked": "refused"}

    answer = trigger(
        {**trigger_event(REFRESH, refused), "triggerSource": HOSTED, "userName": ""}, context()
    )

    assert ("authcore_request" in added(answer)) is names
