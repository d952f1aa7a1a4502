"""Attempts to get a token that names an account that is not its bearer's, or is refused to them."""

import base64
import json
from typing import Final

import pytest

from authcore.domain.model.linking import FailurePolicy
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore_lambda import pre_token_generation
from authcore_lambda.events.trigger_event import TriggerEvent
from authcore_lambda.events.user_attributes import require_readable
from authcore_lambda.link_failures import LinkingFailedError
from unit.account_linking_world import DARCY, KEYS, PROOFS
from unit.account_linking_world import World as LinkingWorld
from unit.pre_token_generation_world import FORMS, HOSTED, REFRESH, World
from unit.trigger_world import EXTERNAL, GOOGLE, NATIVE, SUBJECT, trigger_event


UID: Final = "custom:legacy_uid"
STATEMENT: Final = "custom:legacy_linked"
SUPPRESSED: Final = {"claimsToSuppress": [UID, STATEMENT]}
OURS: Final = "https://login.example.com/our-tenant"
PROVEN: Final = {UID: "1813", STATEMENT: PROOFS.prove_link(SUBJECT, "1813")}
ENTRA: Final = {**GOOGLE, "providerName": "Entra", "issuer": "https://login.example.com/another"}


# --- identities of a foreign issuer -------------------------------------------------------------


@pytest.mark.parametrize(
    "identities",
    [[ENTRA], json.dumps([ENTRA]), [{**ENTRA, "issuer": None}], [{**ENTRA, "primary": "true"}]],
    ids=["list", "text", "no issuer", "primary as text"],
)
@pytest.mark.parametrize("source", [HOSTED, REFRESH, "TokenGeneration_Authentication"])
@pytest.mark.parametrize("version", FORMS)
def test_a_link_of_a_foreign_issuer_reaches_no_token_although_it_was_proven(
    version: str, source: str, identities: object
) -> None:
    """The team names the issuer after the user was linked; sessions may last for months."""
    # AL-03, AL-09
    world = World(issuers={"entra": OURS})
    attributes = {**EXTERNAL, "sub": SUBJECT, "identities": identities, **PROVEN}

    answer = world.answer(trigger_event(source, attributes, version=version))

    assert (answer if version == "1" else answer["idTokenGeneration"]) == SUPPRESSED


@pytest.mark.parametrize("identities", ["[{", [{**ENTRA, "primary": None}], None])
def test_an_identity_that_cannot_be_read_may_be_a_foreign_one_where_issuers_are_named(
    identities: object,
) -> None:
    # AL-03, AL-09, LT-03
    attributes = {**EXTERNAL, "sub": SUBJECT, "identities": identities, **PROVEN}
    named = {"claimsToAddOrOverride": {UID: "1813"}, "claimsToSuppress": [STATEMENT]}

    assert World(issuers={"Entra": OURS}).answer(trigger_event(HOSTED, attributes)) == SUPPRESSED
    assert World().answer(trigger_event(HOSTED, attributes)) == named


@pytest.mark.parametrize(
    "attributes",
    [
        {**NATIVE, **PROVEN},
        {**EXTERNAL, **PROVEN},
        {**EXTERNAL, **PROVEN, "identities": [{**ENTRA, "issuer": OURS}]},
    ],
    ids=["native", "another provider", "our issuer"],
)
def test_a_linked_user_costs_no_call_where_issuers_are_named(
    attributes: dict[str, object],
) -> None:
    # AL-03, LT-06
    world = World(failures=FailurePolicy(blocks=True), issuers={"Entra": OURS})
    world.directory.unavailable, world.legacy.available = True, False

    for source in (HOSTED, REFRESH):
        answer = world.answer(trigger_event(source, attributes))

        assert answer["claimsToAddOrOverride"] == {UID: "1813"}
    assert (world.directory.asked, world.legacy.calls, world.audit.events) == ([], [], [])


def test_an_unknown_version_names_no_account_of_a_foreign_issuer() -> None:
    # AL-03, AL-09, LT-03
    world = World(issuers={"Entra": OURS})
    attributes = {**EXTERNAL, "sub": SUBJECT, "identities": [ENTRA], **PROVEN}

    with pytest.raises(LinkingFailedError):
        world.trigger(trigger_event(HOSTED, attributes, version="4"), None)


@pytest.mark.parametrize("issuers", ["", f"entra={OURS}"], ids=["any", "ours"])
def test_the_function_reads_the_issuers_that_linking_reads(
    monkeypatch: pytest.MonkeyPatch, issuers: str
) -> None:
    """The version is one in which no claim can be suppressed, so that it makes no call."""
    # AL-03, AL-09
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    variables = {
        "AUTHCORE_COGNITO_REGION": "eu-west-1",
        "AUTHCORE_LEGACY_URL": "https://legacy.example",
        "AUTHCORE_LEGACY_API_KEY": "canary-api-key",
        "AUTHCORE_LINKING_ISSUERS": issuers,
        "AUTHCORE_LINK_PROOF_KEYS": base64.b64encode(KEYS[0]).decode(),
    }
    function = pre_token_generation.build_handler(variables, audit=InMemoryAuditLog())
    attributes = {**EXTERNAL, "sub": SUBJECT, "identities": [ENTRA], **PROVEN}
    event = trigger_event(HOSTED, attributes, version="4")

    if issuers:
        with pytest.raises(LinkingFailedError):
            function(event, None)
    else:
        assert function(event, None) == event


# --- sources that Amazon has yet to invent ------------------------------------------------------


@pytest.mark.parametrize("source", ["", None, 7, "TokenExchange_Derived", "tokengeneration_x"])
def test_a_source_that_is_not_known_names_an_account_only_with_a_proof(source: object) -> None:
    """It may make a token, and what is in the event is then in the token."""
    # LT-03, AL-06, AL-09
    world = World()
    planted = trigger_event("", {**NATIVE, UID: "1813", STATEMENT: "1813"})
    proven = trigger_event("", {**NATIVE, **PROVEN})
    planted["triggerSource"] = proven["triggerSource"] = source

    assert world.trigger(proven, None) == proven
    with pytest.raises(LinkingFailedError):
        world.trigger(planted, None)


@pytest.mark.parametrize(
    ("attributes", "passes"), [({**NATIVE}, True), ({**NATIVE, UID: "1813"}, False)]
)
def test_without_settings_a_source_that_is_not_known_names_no_account(
    attributes: dict[str, object], *, passes: bool
) -> None:
    # LT-08
    event = trigger_event("TokenExchange_Derived", attributes)

    if passes:
        assert pre_token_generation.handler(event, None) == event
    else:
        with pytest.raises(LinkingFailedError):
            pre_token_generation.handler(event, None)


@pytest.mark.parametrize(
    "source",
    [
        "PreSignUp_SignUp",
        "PostConfirmation_ConfirmSignUp",
        "PreAuthentication_Authentication",
        "PostAuthentication_Authentication",
        "UserMigration_Authentication",
        "CustomMessage_ForgotPassword",
        "InboundFederation_ExternalProvider",
        "TokenGeneration_ClientCredentials",
    ],
)
def test_another_trigger_makes_no_token_and_keeps_no_user_out(source: str) -> None:
    # LT-03
    event = trigger_event(source, {**NATIVE, UID: "1813", STATEMENT: "1813"})

    assert World().trigger(event, None) == event


# --- what the event still says ------------------------------------------------------------------


def test_what_an_operator_emptied_meanwhile_links_no_user() -> None:
    """The event of a sign-in is older than the pool: it still has the voucher."""
    # AL-06
    world = World()
    world.directory.set_attributes("elizabeth", {UID: "", STATEMENT: ""})
    held = {UID: "1813", STATEMENT: PROOFS.vouch(DARCY)}

    answer = world.answer(trigger_event(HOSTED, {**NATIVE, "sub": world.user.subject, **held}))

    assert answer["claimsToAddOrOverride"][UID] != "1813"
    assert world.legacy.rows["1813"].account.cognito_id is None


def test_a_voucher_that_came_with_the_sign_up_vouches_for_no_account() -> None:
    # AL-06
    world = LinkingWorld()
    user = world.directory.add("elizabeth")
    planted = {UID: "1813", STATEMENT: PROOFS.vouch(DARCY)}
    event = trigger_event(
        "PostConfirmation_ConfirmSignUp", {**NATIVE, "sub": user.subject, **planted}
    )

    assert world.trigger(event, None) == event
    assert world.legacy_uid() not in (None, DARCY.legacy_uid)
    assert world.legacy.rows["1813"].account.cognito_id is None
    assert require_readable(TriggerEvent.read(event).account).legacy_uid == "1813"
