"""The pre sign-up event: who may sign up, and who is linked on the way in."""

import logging
import re
from typing import Final

import pytest

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.services.accounts.sign_up_policy import SignUpPolicy
from authcore.settings import load
from authcore.settings.pre_sign_up import linkable_providers
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore_lambda import pre_sign_up
from authcore_lambda.deadlines.deadline import Deadline
from authcore_lambda.events.types import OUTAGE_TEXT, Event
from authcore_lambda.pre_sign_up import (
    EXTERNAL,
    REFUSED_TEXT,
    SIGN_UP,
    PreSignUpSettings,
    PreSignUpTrigger,
    SignUpRefusedError,
    build_handler,
)
from support.gate import AMPLE
from unit.pre_sign_up_world import VERIFIED, World
from unit.trigger_world import CANARY, shows_nothing_of_its_cause, trigger_event


ANNE: Final = LegacyAccount("1817", "anne", CANARY, True, "Anne Elliot")
GOOGLE_NAME: Final = "Google_109511962726719553612"


@pytest.fixture
def world() -> World:
    return World()


# --- signing up ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("email", "username", "more"),
    [
        (CANARY, "newcomer", {}),
        (None, "anne", {}),
        ("other@bath.example", "newcomer", {"preferred_username": "anne"}),
    ],
)
def test_every_name_that_the_event_holds_is_looked_for(
    world: World, email: str | None, username: str, more: dict[str, object]
) -> None:
    world.accounts.add(ANNE, "password")

    with pytest.raises(SignUpRefusedError, match=f"^{REFUSED_TEXT}$") as raised:
        world.sign_up(email, username, **more)
    assert shows_nothing_of_its_cause(raised.value)
    assert world.reasons() == ["lives_in_legacy"]


def test_a_sign_up_that_nobody_can_judge_is_refused_with_the_word_later(world: World) -> None:
    world.accounts.go_down()

    with pytest.raises(SignUpRefusedError, match=f"^{OUTAGE_TEXT}$") as raised:
        world.sign_up(CANARY)
    assert shows_nothing_of_its_cause(raised.value)
    assert [(e.outcome, e.reason) for e in world.audit.events] == [
        ("unavailable", "legacy_unavailable")
    ]


@pytest.mark.parametrize("claim", ["custom:legacy_uid", "custom:legacy_linked"])
def test_a_sign_up_that_brings_a_legacy_id_is_refused(world: World, claim: str) -> None:
    # AL-06
    event = trigger_event(SIGN_UP, {"email": CANARY, claim: "1813"})

    with pytest.raises(SignUpRefusedError, match=re.escape(REFUSED_TEXT)):
        world.trigger(event, None)
    assert world.audit.events[-1].reason == "claims_legacy_uid"


def test_a_sign_up_that_names_nobody_is_refused(world: World) -> None:
    with pytest.raises(SignUpRefusedError, match=f"^{OUTAGE_TEXT}$"):
        world.trigger(trigger_event(SIGN_UP, {}, username=""), None)


def test_a_fault_of_our_own_refuses_and_shows_nobody_its_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # LT-04
    def faulty(_: Deadline) -> SignUpPolicy:
        raise RuntimeError(CANARY)

    trigger = PreSignUpTrigger(policy=faulty, native_linking=None, budget=AMPLE)
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises(SignUpRefusedError, match=f"^{OUTAGE_TEXT}$") as raised,
    ):
        trigger(trigger_event(SIGN_UP), None)
    assert shows_nothing_of_its_cause(raised.value)
    assert "RuntimeError at faulty" in caplog.text
    assert "canary" not in caplog.text


@pytest.mark.parametrize("member", ["clientMetadata", "validationData"])
def test_what_the_client_can_set_lets_nobody_in(world: World, member: str) -> None:
    # LT-07
    world.accounts.add(ANNE, "password")
    event = trigger_event(SIGN_UP, {"email": CANARY})
    event["request"][member] = {"email": "other@bath.example", "email_verified": "true"}

    with pytest.raises(SignUpRefusedError):
        world.trigger(event, None)


@pytest.mark.parametrize("source", ["PreSignUp_AdminCreateUser", "PreSignUp_New", "", SIGN_UP[:-1]])
def test_users_whom_the_migration_makes_and_unknown_sources_pass(world: World, source: str) -> None:
    # LT-03
    world.accounts.add(ANNE, "password")
    world.accounts.go_down()

    world.passes(trigger_event(source, VERIFIED, username="anne"))


# --- linking on the way in -------------------------------------------------------------------


def external(username: str = GOOGLE_NAME, changes: dict[str, object] | None = None) -> Event:
    attributes = {**VERIFIED, "cognito:email_alias": "", **(changes or {})}
    return trigger_event(EXTERNAL, attributes, username=username)


@pytest.mark.parametrize("username", [GOOGLE_NAME, GOOGLE_NAME.lower()])
def test_an_external_user_becomes_the_native_user_with_the_same_verified_address(
    world: World, username: str
) -> None:
    """Pools that ignore case have put the provider into lower case."""
    # AL-05
    user = world.directory.add("elliot", VERIFIED)

    world.passes(external(username))

    (identity,) = world.identities()
    assert (identity["providerName"], identity["userId"]) == ("Google", GOOGLE_NAME[7:])
    assert [(e.action, e.outcome, e.subject) for e in world.audit.events] == [
        ("native.link", "accepted", user.subject)
    ]


NOT_LINKED: Final[dict[str, dict[str, object]]] = {
    "unverified here": {"email_verified": "false"},
    "not said": {"email_verified": None},
    "not said as Cognito says it": {"email_verified": "True"},
    "a number": {"email_verified": 1},
    "another address": {"email": "canary2@pemberley.example"},
    "another letter case": {"email": CANARY.capitalize()},
    "fullwidth": {"email": CANARY.replace("@", "\uff20")},
    "two": {"email": f"{CANARY},x@evil.example"},
    "quoted": {"email": '"canary"@pemberley.example'},
    "trailing dot": {"email": f"{CANARY}."},
    "no text": {"email": [CANARY]},
}


@pytest.mark.parametrize("changes", NOT_LINKED.values(), ids=NOT_LINKED)
def test_an_address_that_the_provider_did_not_verify_or_that_differs_links_nothing(
    world: World, changes: dict[str, object]
) -> None:
    # AL-01, AL-03, AL-04
    world.directory.add("elliot", VERIFIED)

    world.passes(external(changes=changes))

    assert world.identities() == []


VARIABLES: Final = {
    "AUTHCORE_COGNITO_REGION": "eu-west-1",
    "AUTHCORE_LEGACY_URL": "https://legacy.example",
    "AUTHCORE_LEGACY_API_KEY": "canary-api-key",
}


@pytest.mark.parametrize(("link_native", "warned"), [("", True), ("on", True), ("off", False)])
def test_a_trusted_provider_whose_end_no_user_name_tells_is_warned_about_and_links_nothing(
    link_native: str, *, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    # AL-03
    chosen = {
        "AUTHCORE_LINKING_EMAIL_PROVIDERS": "Cognito Okta_Corp Azure_AD",
        "AUTHCORE_PRE_SIGN_UP_LINK_NATIVE": link_native,
    }
    function = build_handler({**VARIABLES, **chosen}, audit=InMemoryAuditLog())

    assert ("users of Okta_Corp, Azure_AD are not linked" in caplog.text) is warned
    event = external("Okta_Corp_123")
    assert function(event, None) == event
    assert [*linkable_providers(("Google", "Okta_Corp", "Cognito"), {})] == ["Google"]


@pytest.mark.parametrize(
    "providers", [{}, {"AUTHCORE_LINKING_EMAIL_PROVIDERS": "Cognito"}], ids=["none", "native"]
)
def test_without_a_trusted_provider_nothing_is_linked_and_no_client_is_built(
    providers: dict[str, str],
) -> None:
    """A unit test opens no socket, and building the client looks for credentials."""
    # AL-03
    function = build_handler({**VARIABLES, **providers}, audit=InMemoryAuditLog())

    event = external()
    assert function(event, None) == event


def test_native_linking_is_on_unless_it_is_switched_off() -> None:
    # AL-05
    assert load(PreSignUpSettings, VARIABLES).pre_sign_up.link_native == "on"


def test_a_provider_whose_issuer_is_looked_at_links_no_native_user() -> None:
    """The event does not tell the issuer."""
    # AL-03
    settings = load(
        PreSignUpSettings,
        {
            "AUTHCORE_COGNITO_REGION": "eu-west-1",
            "AUTHCORE_LEGACY_URL": "https://legacy.example",
            "AUTHCORE_LEGACY_API_KEY": "canary-api-key",
            "AUTHCORE_LINKING_EMAIL_PROVIDERS": "Google Azure_AD",
            "AUTHCORE_LINKING_ISSUERS": "Azure_AD=https://login.example.com/our-tenant",
        },
    )

    linking = settings.linking
    assert linkable_providers(linking.email_providers, linking.issuers) == ["Google"]


def test_a_pool_that_does_not_answer_keeps_nobody_out(world: World) -> None:
    world.directory.add("elliot", VERIFIED)
    world.directory.unavailable = True
    world.passes(external())
    world.directory.unavailable = False

    assert world.identities() == []
    assert world.audit.events[-1].outcome == "unavailable"


@pytest.mark.parametrize("username", [GOOGLE_NAME, "Facebook_123"])
def test_a_pool_that_the_event_does_not_name_matters_only_where_somebody_may_be_linked(
    world: World, username: str
) -> None:
    event = external(username)
    event["userPoolId"] = "not a pool"

    world.passes(event)

    assert world.reasons() == (["event_unreadable"] if username == GOOGLE_NAME else [])


def test_nothing_is_linked_unless_it_is_switched_on() -> None:
    world = World(links=False)
    world.directory.add("elliot", VERIFIED)

    world.passes(external())

    assert world.identities() == []


def test_the_audit_holds_no_address(world: World) -> None:
    # AL-08
    world.directory.add("elliot", VERIFIED)
    world.passes(external())

    assert "canary" not in repr(world.audit.events)


# --- again and again -------------------------------------------------------------------------


def test_a_warm_container_keeps_nothing_of_the_previous_user(world: World) -> None:
    # LT-05
    world.accounts.add(ANNE, "password")

    for _ in range(500):
        world.sign_up("frederick@laconia.example")
        with pytest.raises(SignUpRefusedError):
            world.sign_up(CANARY)


# --- the function itself ---------------------------------------------------------------------


def test_a_function_without_settings_lets_nobody_sign_up_and_everybody_else_pass(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(SignUpRefusedError, match=f"^{OUTAGE_TEXT}$"):
        pre_sign_up.handler(trigger_event(SIGN_UP), None)
    assert pre_sign_up.handler(external(), None) == external()
    assert "AUTHCORE_LEGACY_URL is missing" in caplog.text
