"""Native users whom no other trigger has linked are linked when their token is made."""

import json
import subprocess
import sys
from typing import Any, Final

import attrs
import pytest

from authcore.domain.model.link_proofs import Refusal
from authcore.domain.model.linking import FailurePolicy
from authcore.settings.linking import failure_policy
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.legacy_accounts import LegacyRow
from authcore_lambda import pre_token_generation
from authcore_lambda.events.types import Event
from authcore_lambda.link_failures import BLOCKED_TEXT, LinkingFailedError
from authcore_lambda.pre_token_generation import PreTokenGenerationTrigger
from authcore_lambda.token_links import TokenLinks
from unit.account_linking_world import DARCY, KEYS, PROOFS
from unit.pre_token_generation_world import HOSTED, REFRESH, World
from unit.trigger_world import CANARY, EXTERNAL, NATIVE, trigger_event


UID: Final = "custom:legacy_uid"
LINKED: Final = "custom:legacy_linked"
BLOCK: Final = FailurePolicy(blocks=True)
SIGN_INS: Final = [HOSTED, "TokenGeneration_Authentication", "TokenGeneration_NewPasswordChallenge"]


def migrated() -> dict[str, str]:
    """What migration left of a user whose account is 1813."""
    return {UID: "1813", LINKED: PROOFS.vouch(DARCY)}


def native(world: World, source: str = HOSTED, **more: object) -> Event:
    return trigger_event(source, {**NATIVE, "sub": world.user.subject, **more})


def is_for_user(event: Event) -> bool:
    return str(event["triggerSource"]) != "TokenGeneration_ClientCredentials"


def claim(world: World, event: Event) -> object:
    answer: Any = world.answer(event) or {}
    return answer.get("claimsToAddOrOverride", {}).get(UID)


def held(world: World, name: str) -> str | None:
    user = world.directory.find("elizabeth")
    return user.attributes.get(name) if user else None


@pytest.mark.parametrize("source", SIGN_INS)
def test_a_migrated_user_is_attached_although_post_authentication_did_not_fire(source: str) -> None:
    # AL-07
    world = World()
    world.directory.set_attributes("elizabeth", migrated())

    assert claim(world, native(world, source, **migrated())) == "1813"
    assert world.legacy.rows["1813"].account.cognito_id == world.user.subject
    assert held(world, LINKED) == PROOFS.prove_link(world.user.subject, "1813")
    assert [(e.action, e.reason) for e in world.audit.events] == [
        ("account_linking.linked", "legacy_uid")
    ]


def test_somebody_whose_sign_up_could_not_be_linked_is_linked_and_the_token_says_so() -> None:
    # AL-07, LT-06
    world = World()
    world.directory.set_attributes("elizabeth", {UID: "", LINKED: ""})

    uid = claim(world, native(world))

    assert uid not in (None, "1813")
    assert held(world, UID) == uid
    assert held(world, LINKED) == PROOFS.prove_link(world.user.subject, str(uid))


def test_whoever_is_linked_completely_costs_no_question_and_no_call_and_needs_nobody() -> None:
    # LT-06
    world = World(failures=BLOCK)
    world.directory.unavailable, world.legacy.available = True, False

    proof = PROOFS.prove_link(world.user.subject, "1813")
    assert claim(world, native(world, **{UID: "1813", LINKED: proof})) == "1813"
    assert (world.directory.asked, world.legacy.calls, world.audit.events) == ([], [], [])


def test_what_another_trigger_wrote_meanwhile_is_not_written_again() -> None:
    """The event may be older than what post authentication wrote."""
    world = World()
    world.prove("elizabeth", "1813")

    assert claim(world, native(world, **migrated())) == "1813"
    assert (world.directory.asked, world.legacy.calls) == (["elizabeth"], [])


@pytest.mark.parametrize(
    "attributes", [{}, {UID: "1813"}], ids=["without a legacy id", "linked before the mark"]
)
def test_external_users_are_left_to_the_triggers_that_always_fire_for_them(
    attributes: dict[str, object],
) -> None:
    world = World(failures=BLOCK)
    world.directory.set_attributes("elizabeth", {UID: "", LINKED: ""})
    event = trigger_event(HOSTED, world.attributes(**attributes))

    assert claim(world, event) is None
    assert world.legacy.calls == []


def test_a_refresh_during_an_outage_keeps_no_user_out_and_names_no_account() -> None:
    # LT-06, AL-09
    world = World(failures=BLOCK)
    world.legacy.available = False
    world.directory.set_attributes("elizabeth", migrated())

    assert claim(world, native(world, REFRESH, **migrated())) is None

    world.legacy.available = True
    assert claim(world, native(world, REFRESH, **migrated())) == "1813"


def test_a_refresh_links_an_external_user_whom_an_outage_left_unlinked() -> None:
    # LT-06
    world = World()
    world.directory.set_attributes("elizabeth", {UID: "", LINKED: ""})

    uid = claim(world, trigger_event(REFRESH, world.attributes()))

    assert uid not in (None, "1813")
    assert held(world, UID) == uid


def test_a_refusal_stands_at_a_refresh_and_costs_no_call() -> None:
    # AL-06
    world = World()
    refused = PROOFS.refuse(world.user.subject, Refusal("link_account_locked", "1813"))

    assert claim(world, native(world, REFRESH, **{UID: "1813", LINKED: refused})) is None
    assert (world.directory.asked, world.legacy.calls) == ([], [])


FAILURES: Final = ["legacy down", "pool down", "taken", "unreadable", "another user"]


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failed_link_keeps_no_token_back_unless_the_policy_says_so(failure: str) -> None:
    # LT-06
    for policy, keeps_back in (
        ("allow", False),
        ("block", True),
        ("allow Cognito=block", True),
        ("block Cognito=allow", failure == "unreadable"),
        ("allow Okta=block", failure == "unreadable"),
    ):
        world = World(failures=failure_policy(policy))
        event = failing(world, failure)
        if keeps_back:
            with pytest.raises(LinkingFailedError, match=f"^{BLOCKED_TEXT}$"):
                world.trigger(event, None)
        else:
            assert claim(world, event) is None
        assert world.legacy.rows["1813"].account.cognito_id in (None, "another")
        assert CANARY not in repr(world.audit.events)


def failing(world: World, failure: str) -> Event:
    world.directory.set_attributes("elizabeth", migrated())
    event = native(world, **migrated())
    attributes = event["request"]["userAttributes"]
    world.legacy.available = failure != "legacy down"
    world.directory.unavailable = failure == "pool down"
    if failure == "taken":
        world.legacy.rows["1813"] = LegacyRow(attrs.evolve(DARCY, cognito_id="another"))
    if failure == "unreadable":
        attributes["identities"] = json.dumps([{"providerName": "Okta", "userId": "1"}])
    if failure == "another user":
        attributes["sub"] = "11111111-2222-4333-8444-555555555555"
    return event


@pytest.mark.parametrize("identities", ["[{", json.dumps([{"primary": 1}]), "{}"])
def test_nobody_is_linked_by_something_weaker_than_identities_that_cannot_be_read(
    identities: str,
) -> None:
    # AL-01, AL-03
    world = World(email_providers=("Cognito", "Google"))
    world.directory.set_attributes("elizabeth", {UID: "", LINKED: ""})

    assert claim(world, native(world, identities=identities)) is None
    assert world.legacy.calls == []
    assert world.audit.events[-1].reason == "event_unreadable"


def test_a_pool_that_does_not_answer_keeps_no_external_users_token_back() -> None:
    # LT-06
    world = World(failures=BLOCK)
    world.directory.unavailable = True
    event = trigger_event(HOSTED, world.attributes())

    assert claim(world, event) is None


@pytest.mark.parametrize(
    "event",
    [
        trigger_event("TokenGeneration_ClientCredentials", {}, version="3"),
        trigger_event(HOSTED, {}),
        trigger_event(HOSTED, {**NATIVE, "sub": None}),
        trigger_event(HOSTED, NATIVE, username=""),
        trigger_event(HOSTED, NATIVE, version="4"),
    ],
)
def test_an_event_that_names_nobody_or_is_not_known_is_never_kept_back(event: Event) -> None:
    # LT-03
    world = World(failures=BLOCK)
    world.directory.unavailable = True

    answered = world.trigger(event, None)

    assert {**answered, "response": None} == {**event, "response": None}
    assert "claimsToAddOrOverride" not in str(answered["response"])


@pytest.mark.parametrize("blocks", [False, True])
def test_a_fault_of_what_is_loaded_late_follows_the_policy(
    blocks: bool, caplog: pytest.LogCaptureFixture
) -> None:
    # LT-04, LT-06
    world = World()
    world.directory.set_attributes("elizabeth", migrated())
    event = native(world, **migrated())

    def faulty(*_: object) -> Any:
        raise RuntimeError(CANARY)

    audit = InMemoryAuditLog()
    links = TokenLinks(
        directory=lambda *_: world.directory,
        late_link=faulty,
        keys=KEYS,
        failures=FailurePolicy(blocks=blocks),
        audit=audit,
    )
    world.trigger = PreTokenGenerationTrigger(links=links, audit=audit)
    if blocks:
        with pytest.raises(LinkingFailedError):
            world.trigger(event, None)
    else:
        assert claim(world, event) is None
    assert "RuntimeError at faulty" in caplog.text
    assert CANARY not in caplog.text


@pytest.mark.parametrize(
    ("event", "keeps_back"),
    [
        (trigger_event(HOSTED, NATIVE), True),
        (trigger_event(HOSTED, {**NATIVE, UID: "1", LINKED: PROOFS.prove_link("x", "1")}), False),
        (trigger_event(HOSTED, EXTERNAL), False),
        (trigger_event(REFRESH, NATIVE), False),
        (trigger_event("TokenGeneration_ClientCredentials", {}), False),
    ],
)
def test_a_function_without_settings_follows_the_policy(
    monkeypatch: pytest.MonkeyPatch, event: Event, keeps_back: bool
) -> None:
    # LT-06
    for policy in ("", "block"):
        monkeypatch.setenv("AUTHCORE_LINKING_ON_FAILURE", policy)
        if keeps_back and policy:
            with pytest.raises(LinkingFailedError):
                pre_token_generation.handler(event, None)
        else:
            answered = pre_token_generation.handler(event, None)
            said = answered["response"].get("claimsOverrideDetails", {})
            assert said == ({"claimsToSuppress": [UID, LINKED]} if is_for_user(event) else {})


def test_what_linking_takes_is_not_loaded_before_somebody_needs_it() -> None:
    """Most tokens are those of linked users; a provider's sign-in links nobody at all."""
    functions = "authcore_lambda.pre_token_generation, authcore_lambda.inbound_federation"
    statement = f"import sys, {functions}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", statement], check=True, capture_output=True, text=True
    )
    loaded = {*run.stdout.split()}

    assert "authcore_lambda.pre_token_generation" in loaded
    assert loaded.isdisjoint(
        {
            "authcore.adapters.coordination.dynamodb",
            "authcore.adapters.http",
            "authcore.domain.services.accounts.account_linking",
            "authcore_lambda.account_linking",
            "authcore_lambda.linking_services",
            "authcore_lambda.linking_wiring",
            "httpx",
        }
    )
