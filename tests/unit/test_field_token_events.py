"""
Token events in the shapes that the field shows, and events of triggers without a function.

See: Amazon Cognito "Pre token generation Lambda trigger", "Inbound federation Lambda trigger".
"""

import json
from typing import Any, Final

import pytest

from authcore_lambda.events.types import Event
from authcore_lambda.link_failures import LinkingFailedError
from unit.account_linking_world import World as LinkingWorld
from unit.field_event_world import (
    NAMED,
    PROVEN,
    STATEMENT,
    SUPPRESSED,
    UID,
    migration_trigger,
    unlink,
)
from unit.pre_sign_up_world import World as SignUpWorld
from unit.pre_token_generation_world import FORMS, HOSTED, REFRESH
from unit.pre_token_generation_world import World as TokenWorld
from unit.trigger_world import (
    CANARY,
    EXTERNAL,
    METADATA,
    NATIVE,
    POOL_ID,
    trigger_event,
)


# --- token events -------------------------------------------------------------------------------

SCOPES: Final = ["openid", "email", "aws.cognito.signin.user.admin"]
RESPONSES: Final[list[object]] = [
    ...,
    None,
    {},
    {"claimsOverrideDetails": None, "claimsAndScopeOverrideDetails": None},
]


def shaped(event: Event, metadata: object, response: object) -> Event:
    request = {k: v for k, v in event["request"].items() if k != "clientMetadata"}
    kept = {k: v for k, v in event.items() if k != "response"}
    return {
        **kept,
        "request": request if metadata is ... else {**request, "clientMetadata": metadata},
        **({} if response is ... else {"response": response}),
    }


@pytest.mark.parametrize("response", RESPONSES, ids=repr)
@pytest.mark.parametrize("metadata", METADATA, ids=repr)
@pytest.mark.parametrize("groups", [..., None, {}], ids=repr)
@pytest.mark.parametrize("version", FORMS)
def test_tokens_of_linked_users_say_the_same_whatever_is_null_or_missing(
    version: str, groups: object, metadata: object, response: object
) -> None:
    # LT-03, LT-07
    more: dict[str, Any] = {
        "scopes": SCOPES,
        **({} if groups is ... else {"groupConfiguration": groups}),
    }
    event = shaped(
        trigger_event(HOSTED, {**NATIVE, **PROVEN}, version=version, **more), metadata, response
    )
    world = TokenWorld()

    answered = world.trigger(event, None)

    details = NAMED if version == "1" else {"idTokenGeneration": NAMED}
    assert answered["response"][FORMS[version]] == details
    assert answered["request"] == event["request"]
    assert (world.directory.asked, world.legacy.calls) == ([], [])


@pytest.mark.parametrize(
    "configured",
    [
        {"groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": None},
        {"groupsToOverride": ["editors"], "iamRolesToOverride": None, "preferredRole": None},
        {"groupsToOverride": None, "iamRolesToOverride": None, "preferredRole": None},
        {"groupsToOverride": ["editors", f"{POOL_ID}_Google_x"]},
        {"groupsToOverride": "editors"},
    ],
    ids=repr,
)
@pytest.mark.parametrize("version", FORMS)
def test_groups_of_every_shape_are_said_again_as_they_came(
    version: str, configured: dict[str, object]
) -> None:
    # LT-03
    attributes = {**NATIVE, **PROVEN}
    event = trigger_event(HOSTED, attributes, version=version, groupConfiguration=configured)

    assert TokenWorld().answer(event)["groupOverrideDetails"] == configured


def machine(version: str, **more: object) -> Event:
    event = trigger_event(
        "TokenGeneration_ClientCredentials",
        {},
        username="ClientCredentials",
        version=version,
        groupConfiguration=None,
        scopes=["api/read"],
    )
    return {**event, **more}


@pytest.mark.parametrize("response", [{}, None, {"claimsAndScopeOverrideDetails": None}])
@pytest.mark.parametrize("version", ["3", "4"])
def test_a_token_of_an_app_client_stays_as_it_is(version: str, response: object) -> None:
    # LT-03
    world = TokenWorld()
    event = machine(version, response=response)

    assert world.trigger(event, None) == event
    assert (world.directory.asked, world.legacy.calls, world.audit.events) == ([], [], [])


@pytest.mark.parametrize("version", ["1_0", "V2_0", "1.0", "", 1, 2.0, None, "4"])
def test_a_version_that_is_not_known_passes_only_what_nothing_has_to_be_taken_from(
    version: Any,
) -> None:
    # LT-03, AL-09
    for attributes, passes in (
        ({**NATIVE}, True),
        ({**NATIVE, **PROVEN}, True),
        ({**NATIVE, UID: "1813"}, False),
        ({**NATIVE, STATEMENT: "1813"}, False),
    ):
        event = {**trigger_event(HOSTED, attributes), "version": version}
        if passes:
            assert TokenWorld().trigger(event, None) == event
        else:
            with pytest.raises(LinkingFailedError):
                TokenWorld().trigger(event, None)


@pytest.mark.parametrize(
    "source",
    [
        HOSTED,
        REFRESH,
        "TokenGeneration_Authentication",
        "TokenGeneration_NewPasswordChallenge",
        "TokenGeneration_AuthenticateDevice",
        "TokenGeneration_SomethingNew",
    ],
)
@pytest.mark.parametrize("kind", [NATIVE, EXTERNAL], ids=["native", "external"])
def test_linked_users_cost_no_call_at_any_source(source: str, kind: dict[str, object]) -> None:
    """A refresh by GetTokensFromRefreshToken comes as TokenGeneration_Authentication."""
    # LT-03, LT-06
    world = TokenWorld()
    world.directory.unavailable, world.legacy.available = True, False

    assert world.answer(trigger_event(source, {**kind, **PROVEN})) == NAMED
    assert (world.directory.asked, world.legacy.calls, world.audit.events) == ([], [], [])


@pytest.mark.parametrize("kind", [NATIVE, EXTERNAL], ids=["native", "external"])
def test_a_refresh_that_comes_as_a_sign_in_names_no_account_while_nothing_is_proven(
    kind: dict[str, object],
) -> None:
    # LT-03, AL-09
    world = unlink(TokenWorld())
    world.legacy.available = False
    event = trigger_event("TokenGeneration_Authentication", {**kind, UID: "1813"})

    assert world.answer(event) == SUPPRESSED


# --- triggers at which a function may be attached by mistake ------------------------------------

INBOUND: Final[Event] = {
    "version": "1",
    "triggerSource": "InboundFederation_ExternalProvider",
    "region": "eu-west-1",
    "userPoolId": POOL_ID,
    "userName": "Google_109511962726719553612",
    "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "1example2"},
    "request": {
        "providerName": "Google",
        "providerType": "Google",
        "attributes": {
            "tokenResponse": {"access_token": "canary-token", "expires_in": 3599},
            "idToken": {"sub": "109511962726719553612", "email": CANARY, "email_verified": True},
            "userInfo": {"sub": "109511962726719553612", UID: "1813"},
        },
    },
    "response": {"userAttributesToMap": {}},
}
ELSEWHERE: Final[dict[str, Event]] = {
    "inbound federation": INBOUND,
    "inbound federation by SAML": {
        **INBOUND,
        "request": {
            "providerName": "Corp_SAML",
            "providerType": "SAML",
            "attributes": {"samlResponse": {UID: "1813", "groups": ["a", "b"]}},
        },
        "response": {"userAttributesToMap": None},
    },
    "a password that was reset": trigger_event(
        "PostConfirmation_ConfirmForgotPassword", {**NATIVE, UID: "1813", STATEMENT: "1813"}
    ),
    "before authentication": trigger_event(
        "PreAuthentication_Authentication", {**NATIVE, UID: "1813"}, userNotFound=True
    ),
    "a user whom an administrator creates": trigger_event(
        "PreSignUp_AdminCreateUser", {"email": CANARY, UID: "1813", STATEMENT: "1813"}
    ),
    "a message": trigger_event(
        "CustomMessage_ForgotPassword", {**NATIVE, UID: "1813"}, codeParameter="{####}"
    ),
    "a sender": trigger_event(
        "CustomEmailSender_ForgotPassword", {**NATIVE, UID: "1813"}, code="AYAD", type="x"
    ),
    "a challenge": trigger_event(
        "DefineAuthChallenge_Authentication", {**NATIVE, UID: "1813"}, session=[]
    ),
}


@pytest.mark.parametrize("event", ELSEWHERE.values(), ids=ELSEWHERE)
def test_every_function_returns_the_events_of_other_triggers_as_they_came(event: Event) -> None:
    # LT-03
    linking, tokens, sign_up = LinkingWorld(), TokenWorld(), SignUpWorld()
    before = json.dumps(event)

    for trigger in (linking.trigger, tokens.trigger, sign_up.trigger, migration_trigger()):
        assert trigger(event, None) == event
    assert json.dumps(event) == before
    for world in (linking, tokens, sign_up):
        assert world.audit.events == []
    assert (linking.legacy.calls, tokens.legacy.calls, tokens.directory.asked) == ([], [], [])
