"""
Events in the shapes that the field shows, each with the exact answer of every trigger.

See: Amazon Cognito "Customizing user pool workflows with Lambda triggers", "Identity federation".
"""

import json
from typing import Final

import attrs
import pytest

from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.services.accounts.user_migration import UserMigration
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore_lambda.events.trigger_event import TriggerEvent
from authcore_lambda.events.types import Event
from authcore_lambda.events.user_attributes import EventUnreadableError
from authcore_lambda.pre_sign_up import EXTERNAL as EXTERNAL_SIGN_UP
from authcore_lambda.user_migration import UserMigrationTrigger
from unit.account_linking_world import KEYS, PROOFS
from unit.account_linking_world import World as LinkingWorld
from unit.field_event_world import (
    AUTHENTICATED,
    CONFIRMED,
    NAMED,
    PROVEN,
    SAML,
    STATEMENT,
    SUPPRESSED,
    UID,
    UNREADABLE,
    migration_trigger,
    unlink,
)
from unit.pre_sign_up_world import World as SignUpWorld
from unit.pre_token_generation_world import FORMS, HOSTED, REFRESH
from unit.pre_token_generation_world import World as TokenWorld
from unit.trigger_world import (
    CANARY,
    GOOGLE,
    METADATA,
    NATIVE,
    POOL_ID,
    SUBJECT,
    trigger_event,
)
from unit.user_migration_world import BUDGET, EMMA, MAPPING, PASSWORD, legacy_accounts


# --- names of external users --------------------------------------------------------------------

NAMES: Final = {
    "Google_109511962726719553612": ("Google", "109511962726719553612"),
    "google_109511962726719553612": ("Google", "109511962726719553612"),
    "Corp_SAML_jane.doe@corp.example": ("Corp_SAML", "jane.doe@corp.example"),
    "corp_saml_CORP\\jdoe": ("Corp_SAML", "CORP\\jdoe"),
    "Auth0_auth0|5f7c8ec7c33c6c004bbafe82": ("Auth0", "auth0|5f7c8ec7c33c6c004bbafe82"),
    "SignInWithApple_000123.a1b2c3d4e5f6.0456": (
        "SignInWithApple",
        "000123.a1b2c3d4e5f6.0456",
    ),
    "loginwithamazon_amzn1.account.aexample": ("LoginWithAmazon", "amzn1.account.AEXAMPLE"),
    "Entra_AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ": (
        "Entra",
        "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
    ),
    "okta_uid=jdoe,ou=people,dc=example": ("Okta", "uid=jdoe,ou=people,dc=example"),
}


@pytest.mark.parametrize(("username", "expected"), NAMES.items(), ids=NAMES)
@pytest.mark.parametrize("source", [CONFIRMED, AUTHENTICATED])
def test_an_external_user_is_who_the_identities_say_however_the_pool_spells_the_name(
    source: str, username: str, expected: tuple[str, str]
) -> None:
    # LT-03, AL-03
    provider, user_id = expected
    world = LinkingWorld()
    listed = json.dumps([{**SAML, "providerName": provider, "userId": user_id}])
    person = world.person(username, identities=listed)
    event = trigger_event(source, person, username=username)

    assert world.trigger(event, None) == event
    uid = world.legacy_uid(username)
    assert uid is not None
    assert world.legacy.rows[uid].identities == {(provider, user_id)}
    assert TriggerEvent.read(event).provider == provider


@pytest.mark.parametrize("username", NAMES)
def test_at_pre_sign_up_only_a_name_of_one_underscore_and_digits_names_an_identity(
    username: str,
) -> None:
    """This event has no identities, and the letters of an id may be in another case."""
    # AL-03, AL-05
    providers = tuple({provider for provider, _ in NAMES.values()})
    world = SignUpWorld(providers=providers)
    world.directory.add("elliot", {"email": CANARY, "email_verified": "true"})
    attributes = {
        "cognito:email_alias": "",
        "cognito:phone_number_alias": "",
        "email": CANARY,
        "email_verified": "true",
    }

    world.passes(trigger_event(EXTERNAL_SIGN_UP, attributes, username=username))

    linked = [(each["providerName"], each["userId"]) for each in world.identities()]
    assert linked == ([NAMES[username]] if username.lower().startswith("google_") else [])


# --- shapes of ``identities`` -------------------------------------------------------------------

_READ: Final = ExternalIdentity("Google", str(GOOGLE["userId"]), "Google", None)
_OTHER: Final = {**SAML, "primary": False}

IDENTITIES: Final[dict[str, tuple[object, str | ExternalIdentity | None, str | None]]] = {
    "absent, external": (..., UNREADABLE, None),
    "null, external": (None, UNREADABLE, None),
    "empty list": ([], UNREADABLE, None),
    "empty list as text": ("[]", UNREADABLE, None),
    "text": (json.dumps([GOOGLE]), _READ, "Google"),
    "list": ([GOOGLE], _READ, "Google"),
    "encoded twice": (json.dumps(json.dumps([GOOGLE])), UNREADABLE, None),
    "texts of objects": ([json.dumps(GOOGLE)], UNREADABLE, None),
    "one object": (json.dumps(GOOGLE), UNREADABLE, None),
    "primary as text": ([{**GOOGLE, "primary": "true"}], _READ, "Google"),
    "primary as number": ([{**GOOGLE, "primary": 1}], UNREADABLE, None),
    "several": (json.dumps([_OTHER, GOOGLE]), _READ, "Google"),
    "several, texts": ([{**_OTHER, "primary": "false"}, GOOGLE], _READ, "Google"),
    "unknown members": ([{**GOOGLE, "region": {"x": 1}, "primary2": True}], _READ, "Google"),
    "no issuer": ([{k: v for k, v in GOOGLE.items() if k != "issuer"}], _READ, "Google"),
    "issuer as text": (
        [{**GOOGLE, "issuer": "null"}],
        ExternalIdentity("Google", str(GOOGLE["userId"]), "Google", "null"),
        "Google",
    ),
    "id as number": ([{**GOOGLE, "userId": 109511962726719553612}], UNREADABLE, None),
    "provider as boolean": ([{**GOOGLE, "providerName": True}], UNREADABLE, None),
    "date as text": ([{**GOOGLE, "dateCreated": "1661325432222"}], _READ, "Google"),
    "spaces": (f"  {json.dumps([GOOGLE], indent=2)}\n", _READ, "Google"),
}


@pytest.mark.parametrize(("listed", "expected", "provider"), IDENTITIES.values(), ids=IDENTITIES)
def test_each_shape_of_identities_is_one_identity_or_unreadable(
    listed: object, expected: str | ExternalIdentity | None, provider: str | None
) -> None:
    # LT-03, AL-03
    world = LinkingWorld()
    person = world.person(identities=listed)
    if listed is ...:
        del person["identities"]
    event = trigger_event(AUTHENTICATED, person)
    read = TriggerEvent.read(event)

    assert world.trigger(event, None) == event
    assert read.provider == provider
    if expected == UNREADABLE:
        assert isinstance(read.user.identity, EventUnreadableError)
        assert (world.reasons(), world.legacy.calls) == ([UNREADABLE], [])
        assert world.legacy_uid() is None
    else:
        assert read.user.identity == expected
        assert world.reasons() == ["ok"]
        assert world.legacy_uid() not in (None, "1813")


# --- members that are documented as texts -------------------------------------------------------

ODD_EVENTS: Final[dict[str, dict[str, object]]] = {
    "pool id null": {"userPoolId": None},
    "pool id empty": {"userPoolId": ""},
    "pool id number": {"userPoolId": 7},
    "pool id of no pool": {"userPoolId": "eu-west-1"},
    "pool id with a path": {"userPoolId": f"{POOL_ID}/users"},
    "user name null": {"userName": None},
    "user name number": {"userName": 109511962726719553612},
    "user name boolean": {"userName": True},
    "no request": {"request": None},
    "request list": {"request": [{}]},
    "attributes null": {"request": {"userAttributes": None}},
    "attributes text": {"request": {"userAttributes": json.dumps({"sub": SUBJECT})}},
    "no sub": {"request": {"userAttributes": {k: v for k, v in NATIVE.items() if k != "sub"}}},
    "sub number": {"request": {"userAttributes": {**NATIVE, "sub": 11111111}}},
    "sub boolean": {"request": {"userAttributes": {**NATIVE, "sub": True}}},
}


@pytest.mark.parametrize("odd", ODD_EVENTS.values(), ids=ODD_EVENTS)
@pytest.mark.parametrize("source", [CONFIRMED, AUTHENTICATED])
def test_linking_postpones_a_user_whom_the_event_does_not_name(
    source: str, odd: dict[str, object]
) -> None:
    # LT-03, LT-06
    world = LinkingWorld(email_providers=("Cognito",))
    world.directory.add("elizabeth")
    event = {**trigger_event(source), **odd}

    assert world.trigger(event, None) == event
    assert [(e.action, e.reason) for e in world.audit.events] == [
        ("account_linking.postponed", UNREADABLE)
    ]
    assert (world.legacy.calls, world.legacy_uid()) == ([], None)


@pytest.mark.parametrize("odd", ODD_EVENTS.values(), ids=ODD_EVENTS)
@pytest.mark.parametrize("source", [HOSTED, REFRESH])
@pytest.mark.parametrize("version", FORMS)
def test_a_token_names_no_account_for_a_user_whom_the_event_does_not_name(
    version: str, source: str, odd: dict[str, object]
) -> None:
    # LT-03, AL-09
    event = {**trigger_event(source, {**NATIVE, **PROVEN}, version=version), **odd}
    world = unlink(TokenWorld())
    proves_alone = "userName" in odd

    answer = world.answer(event)

    said = answer if version == "1" else answer["idTokenGeneration"]
    assert said == (NAMED if proves_alone else SUPPRESSED)
    assert world.legacy.calls == []


@pytest.mark.parametrize("odd", [True, 7, None, [], {"x": "1813"}, ["1813"]], ids=repr)
@pytest.mark.parametrize("name", [UID, STATEMENT])
@pytest.mark.parametrize("source", [HOSTED, REFRESH])
def test_an_attribute_of_another_type_proves_no_link(source: str, name: str, odd: object) -> None:
    # LT-03, AL-09
    world = unlink(TokenWorld())
    world.legacy.available = False
    event = trigger_event(source, {**NATIVE, **PROVEN, name: odd})

    assert world.answer(event) == SUPPRESSED


# --- migration ----------------------------------------------------------------------------------


def typed(request: object, **event: object) -> Event:
    return {
        **trigger_event("UserMigration_Authentication", username="emma"),
        "request": request,
        "response": {
            "userAttributes": None,
            "finalUserStatus": None,
            "messageAction": None,
            "desiredDeliveryMediums": None,
            "forceAliasCreation": None,
        },
        **event,
    }


@pytest.mark.parametrize(
    "event",
    [
        typed(None),
        typed({}),
        typed({"password": None}),
        typed({"password": 1815}),
        typed({"password": [PASSWORD]}),
        typed({"password": PASSWORD}, userName=None),
        typed({"password": PASSWORD}, userName=1815),
        typed({"password": PASSWORD}, userName=""),
        typed({"password": PASSWORD}, triggerSource=None),
        typed({"password": PASSWORD}, triggerSource="UserMigration_SomethingNew"),
        typed({"password": "wrong", "validationData": {"password": PASSWORD}}),
        typed({"password": "wrong", "clientMetadata": {"password": PASSWORD}}),
    ],
)
def test_migration_returns_an_event_that_types_no_right_password_as_it_came(event: Event) -> None:
    # LT-03, LT-07, MG-03
    assert migration_trigger()(event, None) == event


@pytest.mark.parametrize("metadata", METADATA, ids=repr)
@pytest.mark.parametrize("pool", [..., None, "", 7, "no pool", POOL_ID], ids=repr)
def test_migration_replaces_null_members_of_the_response(pool: object, metadata: object) -> None:
    # LT-03
    request = {"password": PASSWORD, "validationData": None}
    event = typed(request if metadata is ... else {**request, "clientMetadata": metadata})
    event = {k: v for k, v in event.items() if k != "userPoolId"}
    if pool is not ...:
        event["userPoolId"] = pool

    assert migration_trigger()(event, None)["response"] == {
        "userAttributes": {
            "email": "emma@hartfield.example",
            "email_verified": "true",
            "name": "Emma Woodhouse",
            UID: "1815",
        },
        "finalUserStatus": "CONFIRMED",
        "messageAction": "SUPPRESS",
        "desiredDeliveryMediums": ["EMAIL"],
        "forceAliasCreation": False,
    }


@pytest.mark.parametrize("pool", [..., None, "", 7, [POOL_ID]], ids=repr)
def test_migration_vouches_for_no_account_where_the_event_names_no_pool(pool: object) -> None:
    # LT-03, AL-12
    migration = UserMigration(
        accounts=legacy_accounts(), audit=InMemoryAuditLog(), attributes=MAPPING
    )
    trigger = UserMigrationTrigger(
        migration=lambda _, proofs: attrs.evolve(migration, proofs=proofs),
        keys=KEYS,
        budget=BUDGET,
    )
    named = typed({"password": PASSWORD}, userPoolId=POOL_ID)
    odd = {k: v for k, v in named.items() if k != "userPoolId" or pool is not ...}
    if pool is not ...:
        odd["userPoolId"] = pool

    given = [trigger(each, None)["response"]["userAttributes"] for each in (named, odd)]

    assert given[0].pop(STATEMENT) == PROOFS.vouch(EMMA)
    assert given == [given[1]] * 2
    assert given[1][UID] == "1815"
