"""The pre token generation event, in and out."""

import json
import logging
from typing import Any, Final

import pytest

from authcore.domain.model.link_proofs import LinkProofs, Refusal
from authcore.domain.model.linking import FailurePolicy
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore_lambda import pre_token_generation
from authcore_lambda.link_failures import LinkingFailedError
from authcore_lambda.pre_token_generation import PreTokenGenerationTrigger
from authcore_lambda.token_links import TokenLinks
from unit.account_linking_world import DARCY, KEYS, PROOFS
from unit.pre_token_generation_world import FORMS, HOSTED, REFRESH, World
from unit.trigger_world import EXTERNAL, GOOGLE, NATIVE, POOL_ID, SUBJECT, trigger_event


UID: Final = "custom:legacy_uid"
STATEMENT: Final = "custom:legacy_linked"
UNPROVEN: Final = {"claimsToSuppress": [UID, STATEMENT]}
ROLE: Final = "arn:aws:iam::123456789012:role/editor"


@pytest.fixture
def world() -> World:
    return World()


def groups(*names: str) -> dict[str, object]:
    return {"groupsToOverride": [*names], "iamRolesToOverride": [ROLE], "preferredRole": ROLE}


def claims_in(answer: Any, version: str) -> Any:
    token = answer if version == "1" else answer["idTokenGeneration"]
    return token.get("claimsToAddOrOverride", {})


@pytest.mark.parametrize("version", FORMS)
def test_the_claim_comes_from_the_event_and_nobody_is_asked(world: World, version: str) -> None:
    proof = PROOFS.prove_link(world.user.subject, "42")
    attributes = world.attributes(**{UID: "42", STATEMENT: proof})

    answer = world.answer(trigger_event(HOSTED, attributes, version=version))

    assert claims_in(answer, version) == {UID: "42"}
    assert world.directory.asked == []


@pytest.mark.parametrize("version", FORMS)
def test_the_very_first_token_has_it_although_the_event_has_not(world: World, version: str) -> None:
    """The event may be older than what the post confirmation trigger wrote."""
    answer = world.answer(trigger_event(HOSTED, world.attributes(), version=version))

    assert claims_in(answer, version) == {"custom:legacy_uid": "1813"}
    assert world.directory.asked == ["elizabeth"]


def test_only_the_id_token_changes_in_the_second_version(world: World) -> None:
    answer = world.answer(trigger_event(HOSTED, world.attributes(), version="2"))

    assert answer == {
        "idTokenGeneration": {
            "claimsToAddOrOverride": {UID: "1813"},
            "claimsToSuppress": [STATEMENT],
        }
    }


@pytest.mark.parametrize("version", FORMS)
def test_a_refresh_of_a_linked_user_makes_no_call(world: World, version: str) -> None:
    attributes = world.attributes(**{UID: "1813", STATEMENT: world.prove("elizabeth", "1813")})

    answer = world.answer(trigger_event(REFRESH, attributes, version=version))

    assert claims_in(answer, version) == {UID: "1813"}
    assert (world.directory.asked, world.legacy.calls) == ([], [])


PLANTED: Final = {
    "plain id": "1813",
    "nothing": "",
    "another user's proof": PROOFS.prove_link("another", "1813"),
    "another account's proof": PROOFS.prove_link(SUBJECT, "1814"),
    "another pool's proof": LinkProofs(KEYS, "eu-west-1_Copied99").prove_link(SUBJECT, "1813"),
    "another key's proof": LinkProofs((b"x" * 32,), POOL_ID).prove_link(SUBJECT, "1813"),
    "a voucher": PROOFS.vouch(DARCY),
}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
@pytest.mark.parametrize("source", [HOSTED, REFRESH])
@pytest.mark.parametrize("version", FORMS)
def test_an_attribute_that_nothing_proves_reaches_no_token(
    world: World, version: str, source: str, planted: str
) -> None:
    # AL-06, AL-09, LT-07
    world.legacy.available = False
    attributes = {**EXTERNAL, "sub": SUBJECT, UID: "1813", STATEMENT: planted}

    answer = world.answer(trigger_event(source, attributes, version=version))

    assert (answer if version == "1" else answer["idTokenGeneration"]) == UNPROVEN


@pytest.mark.parametrize("source", [HOSTED, REFRESH])
def test_an_unknown_version_names_an_account_only_with_a_proof(world: World, source: str) -> None:
    """What Cognito reads from the response of such an event is not known."""
    # LT-03, AL-09
    unproven = {**EXTERNAL, "sub": SUBJECT, UID: "1813"}
    proven = {**unproven, STATEMENT: PROOFS.prove_link(SUBJECT, "1813")}
    linked = trigger_event(source, proven, version="4")

    assert world.trigger(linked, None) == linked
    with pytest.raises(LinkingFailedError):
        world.trigger(trigger_event(source, unproven, version="4"), None)


def test_an_answer_about_somebody_else_is_no_answer(world: World) -> None:
    """A name that the pool gave to another user meanwhile, or an alias."""
    attributes = world.attributes(sub="11111111-2222-4333-8444-555555555555")

    assert world.answer(trigger_event(HOSTED, attributes)) == UNPROVEN


def test_the_token_of_an_unlinked_user_names_no_account(world: World) -> None:
    world.directory.set_attributes("elizabeth", {UID: ""})

    assert world.answer(trigger_event(HOSTED, world.attributes())) == UNPROVEN


@pytest.mark.parametrize("source", [HOSTED, REFRESH])
def test_a_refused_link_is_told_only_where_the_user_can_connect_two_users(
    world: World, source: str
) -> None:
    # AL-08
    for reason, told in (("link_taken", "link_taken"), ("link_account_locked", None)):
        refused = PROOFS.refuse(world.user.subject, Refusal(reason, "1813"))
        world.directory.set_attributes("elizabeth", {UID: "", STATEMENT: refused})
        attributes = world.attributes(**{STATEMENT: refused})

        answer = world.answer(trigger_event(source, attributes))

        said = {"claimsToAddOrOverride": {"authcore_link": told}} if told else {}
        assert answer == {**said, **UNPROVEN}
        assert world.legacy.calls == []


def test_a_pool_that_does_not_answer_keeps_no_token_back(world: World) -> None:
    world.directory.unavailable = True
    event = trigger_event(
        HOSTED, world.attributes(), groupConfiguration=groups(f"{POOL_ID}_Google", "editors")
    )

    assert world.answer(event) == {**UNPROVEN, "groupOverrideDetails": groups("editors")}
    assert [(e.outcome, e.reason) for e in world.audit.events] == [
        ("unavailable", "provider_unavailable")
    ]


def test_a_fault_of_our_own_keeps_no_token_back(caplog: pytest.LogCaptureFixture) -> None:
    # LT-08
    def faulty(*_: object) -> Any:
        raise RuntimeError("canary")

    event = trigger_event(HOSTED, EXTERNAL)
    audit = InMemoryAuditLog()
    links = TokenLinks(
        directory=faulty, late_link=faulty, keys=KEYS, failures=FailurePolicy(), audit=audit
    )
    trigger = PreTokenGenerationTrigger(links=links, audit=audit)
    with caplog.at_level(logging.DEBUG):
        answered = trigger(event, None)

    assert answered == {**event, "response": {"claimsOverrideDetails": UNPROVEN}}
    assert "RuntimeError at faulty" in caplog.text
    assert "canary" not in caplog.text


# --- groups ----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", FORMS)
@pytest.mark.parametrize("spelled", ["Google", "google", "GOOGLE"])
def test_the_group_of_a_provider_says_where_somebody_comes_from_and_is_taken_out(
    world: World, version: str, spelled: str
) -> None:
    configured = groups("editors", f"{POOL_ID}_{spelled}", "Google")
    event = trigger_event(
        HOSTED, world.attributes(), version=version, groupConfiguration=configured
    )

    assert world.answer(event)["groupOverrideDetails"] == groups("editors", "Google")


@pytest.mark.parametrize("listed", [[GOOGLE], json.dumps([GOOGLE])])
def test_identities_are_read_as_text_and_as_a_list(world: World, listed: object) -> None:
    event = trigger_event(
        HOSTED,
        world.attributes(identities=listed),
        groupConfiguration=groups(f"{POOL_ID}_Google"),
    )

    assert world.answer(event)["groupOverrideDetails"] == groups()


@pytest.mark.parametrize("version", FORMS)
@pytest.mark.parametrize(
    "identities",
    ["[{", "{}", [1], 0, json.dumps([{**GOOGLE, "providerName": None}]), None, ""],
    ids=["no JSON", "an object", "a number", "0", "no provider", "absent", "empty"],
)
def test_where_nobody_can_say_which_provider_every_group_that_may_be_one_is_taken_out(
    world: World, version: str, identities: object
) -> None:
    configured = groups("editors", f"{POOL_ID}_Google", f"{POOL_ID.upper()}_okta", "Google")
    event = trigger_event(
        HOSTED,
        world.attributes(identities=identities),
        version=version,
        groupConfiguration=configured,
    )

    assert world.answer(event)["groupOverrideDetails"] == groups("editors", "Google")


@pytest.mark.parametrize(
    "kept", [f"{POOL_ID}_Facebook", "eu-west-1_Other_Google", "Google", f"{POOL_ID}_Google_admins"]
)
def test_every_other_group_stays(world: World, kept: str) -> None:
    event = trigger_event(HOSTED, world.attributes(), groupConfiguration=groups(kept))

    assert world.answer(event)["groupOverrideDetails"] == groups(kept)


def test_a_native_user_keeps_a_group_that_is_called_like_a_provider(world: World) -> None:
    attributes = {**NATIVE, "sub": world.user.subject}
    event = trigger_event(HOSTED, attributes, groupConfiguration=groups(f"{POOL_ID}_Google"))

    assert world.answer(event)["groupOverrideDetails"] == groups(f"{POOL_ID}_Google")


def test_groups_are_said_again_wherever_a_claim_is_added(world: World) -> None:
    """An answer with a null in their place takes them all away."""
    event = trigger_event(HOSTED, world.attributes(), groupConfiguration=groups("editors"))

    assert world.answer(event)["groupOverrideDetails"] == groups("editors")


# --- other events ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "version"),
    [
        ("TokenGeneration_ClientCredentials", "3"),
        ("PostAuthentication_Authentication", "1"),
        (HOSTED, "4"),
        (HOSTED, ""),
        ("", "1"),
    ],
)
def test_an_event_that_is_not_for_people_or_not_known_passes_unchanged(
    world: World, source: str, version: str
) -> None:
    # LT-03
    event = trigger_event(source, world.attributes(), version=version)

    assert world.trigger(event, None) == event
    assert world.directory.asked == []


@pytest.mark.parametrize("member", ["clientMetadata", "validationData"])
def test_what_the_client_can_set_becomes_no_claim(world: World, member: str) -> None:
    # LT-07
    planted = {"custom:legacy_uid": "1", "sub": world.user.subject, "identities": [GOOGLE]}
    event = trigger_event(HOSTED, {**NATIVE, "sub": "another"})
    event["request"][member] = planted

    assert world.answer(event) == UNPROVEN


def test_a_warm_container_keeps_nothing_of_the_previous_user(world: World) -> None:
    # LT-05
    other = world.directory.add("jane", {UID: "7"})
    world.prove("jane", "7")
    events = {
        "1813": trigger_event(HOSTED, world.attributes()),
        "7": trigger_event(HOSTED, {**NATIVE, "sub": other.subject}, username="jane"),
    }

    for _ in range(500):
        for legacy_uid, event in events.items():
            assert claims_in(world.answer(event), "1") == {"custom:legacy_uid": legacy_uid}


# --- the function itself ---------------------------------------------------------------------


def test_a_function_without_settings_keeps_no_token_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # LT-08
    event = trigger_event(HOSTED, EXTERNAL)

    assert pre_token_generation.handler(event, None) == {
        **event,
        "response": {"claimsOverrideDetails": UNPROVEN},
    }
    assert "AUTHCORE_COGNITO_REGION is missing" in caplog.text
