"""The inbound federation trigger: providers do not change what the legacy system owns."""

import copy
from collections.abc import Mapping
from typing import Any, Final

import attrs
import pytest

from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.directory import DirectoryUser, ExternalIdentity
from authcore.domain.model.profiles import ProfileField
from authcore.domain.model.provider_attributes import CLAIMS, keep_owned
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.user_directory import InMemoryUserDirectory
from authcore_lambda import inbound_federation
from authcore_lambda.events.federation_event import SOURCE
from authcore_lambda.events.types import Event
from authcore_lambda.inbound_federation import InboundFederationTrigger
from support.everything_said import everything_said
from support.unhurried import Unhurried
from unit.trigger_world import CANARY, trigger_event


USER_ID: Final = "109511962726719553612"
GOOGLE: Final = ExternalIdentity("Google", USER_ID)
HELD: Final = {
    "email": "elizabeth@longbourn.example",
    "email_verified": "true",
    "name": "Elizabeth Bennet",
    "custom:legacy_uid": "1813",
}
SAID: Final[Mapping[str, object]] = {
    "sub": USER_ID,
    "email": CANARY,
    "email_verified": True,
    "name": "Canary",
    "given_name": "Lizzy",
}
BOTH: Final[tuple[ProfileField, ...]] = ("email", "name")


class World:
    """A pool, and the trigger."""

    def __init__(
        self, owned: tuple[ProfileField, ...] = BOTH, claims: Mapping[str, str] = CLAIMS
    ) -> None:
        self.audit = InMemoryAuditLog()
        self.directory = InMemoryUserDirectory()
        self.trigger = Unhurried(
            InboundFederationTrigger(
                directory=lambda *_: self.directory,
                owned=owned,
                claims=claims,
                audit=self.audit,
            )
        )

    def add(self, **changes: str) -> DirectoryUser:
        """The user whom the identity made, linked to an account."""
        return self.directory.federate(GOOGLE, {**HELD, **changes})

    def stored(self, event: Event | None = None) -> object:
        """``userAttributesToMap`` of the answer."""
        return self.trigger(event or federation_event())["response"]["userAttributesToMap"]


def federation_event(
    said: Mapping[str, object] = SAID,
    *,
    username: str = f"Google_{USER_ID}",
    provider: str = "Google",
    kind: str | None = None,
) -> Event:
    event = trigger_event(
        SOURCE, {}, username=username, providerName=provider, providerType=kind or provider
    )
    event["request"]["attributes"] = {
        "tokenResponse": {"access_token": "canary-token"},
        "userInfo": said,
    }
    return {**event, "response": {"userAttributesToMap": {}}}


@pytest.fixture
def world() -> World:
    return World()


def test_of_a_linked_user_the_pools_values_stay(world: World) -> None:
    # PS-04
    user = world.add()

    assert world.stored() == {
        "access_token": "canary-token",
        "sub": USER_ID,
        "email": "elizabeth@longbourn.example",
        "email_verified": "true",
        "name": "Elizabeth Bennet",
        "given_name": "Lizzy",
    }
    assert world.audit.events == [
        AuditEvent("federation.kept", "accepted", "ok", subject=user.subject, legacy_uid="1813")
    ]


def test_an_event_that_names_the_user_by_the_bare_id_is_about_the_same_user(world: World) -> None:
    # PS-04
    world.add()

    kept: Any = world.stored(federation_event(username=USER_ID))

    assert (kept["email"], kept["name"]) == (HELD["email"], HELD["name"])


def test_a_native_user_with_the_linked_identity_is_kept_alike(world: World) -> None:
    identities = world.add().attributes["identities"].replace("true", "false")
    world.directory.add("elizabeth", {**HELD, "identities": identities})

    kept: Any = world.stored(federation_event(username="elizabeth"))

    assert kept["email"] == HELD["email"]


@pytest.mark.parametrize(
    ("owned", "kept"),
    [
        (("email",), {"email", "email_verified"}),
        (("name",), {"name"}),
        (("email", "name"), {"email", "email_verified", "name"}),
    ],
)
def test_only_fields_of_the_legacy_system_are_kept(
    owned: tuple[ProfileField, ...], kept: set[str]
) -> None:
    # PS-04
    world = World(owned)
    world.add()

    stored: Any = world.stored()

    assert {name for name in SAID if stored[name] != SAID[name]} == kept


def test_where_the_pool_owns_every_field_it_is_not_even_asked() -> None:
    world = World(owned=())
    world.add()
    world.directory.unavailable = True

    assert world.stored() == {}
    assert world.audit.events == []


def test_a_first_sign_in_stores_what_the_provider_says(world: World) -> None:
    # AL-01: linking needs the address, and the provider's word on it
    assert world.stored() == {}


def test_a_user_without_a_legacy_account_follows_the_provider(world: World) -> None:
    world.add(**{"custom:legacy_uid": ""})

    assert world.stored() == {}


def test_another_user_of_the_same_name_gives_away_nothing(world: World) -> None:
    """A native user may be named as the provider's id, or as another provider's user."""
    # AL-05
    world.directory.add(USER_ID, HELD)
    world.directory.add(f"Google_{USER_ID}", HELD)
    other = ExternalIdentity("Okta", USER_ID)
    world.directory.replace(
        attrs.evolve(world.directory.federate(other, HELD), username=f"Google_{USER_ID}x")
    )

    assert world.stored(federation_event(username=USER_ID)) == {}
    assert world.stored(federation_event()) == {}
    assert world.stored(federation_event(username=f"Google_{USER_ID}x")) == {}


@pytest.mark.parametrize("identities", ["no list", "[1]", "[" * 9000, '[{"userId":5}]'])
def test_identities_that_cannot_be_read_keep_nothing(world: World, identities: str) -> None:
    world.directory.add(f"Google_{USER_ID}", {**HELD, "identities": identities})

    assert world.stored() == {}


@pytest.mark.parametrize(
    ("provider", "kind", "said"),
    [
        ("Facebook", "Facebook", {"id": USER_ID, "email": CANARY}),
        ("LoginWithAmazon", "LoginWithAmazon", {"user_id": USER_ID, "email": CANARY}),
        ("Okta", "OIDC", {"sub": USER_ID, "email": CANARY}),
    ],
)
def test_every_kind_of_provider_names_its_user(
    world: World, provider: str, kind: str, said: dict[str, object]
) -> None:
    identity = ExternalIdentity(provider, USER_ID)
    world.directory.replace(
        attrs.evolve(world.directory.federate(identity, HELD), username="named-otherwise")
    )

    kept: Any = world.stored(
        federation_event(said, username="named-otherwise", provider=provider, kind=kind)
    )

    assert kept["email"] == HELD["email"]


@pytest.mark.parametrize("username", ["CorporateAD_Lizzy@Longbourn", "Lizzy@Longbourn"])
def test_of_saml_the_user_name_is_made_of_provider_and_id_or_is_the_id(username: str) -> None:
    claim = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
    world = World(claims={**CLAIMS, "email": claim})
    world.directory.federate(ExternalIdentity("CorporateAD", "Lizzy@Longbourn"), HELD)
    event = federation_event({}, username=username, provider="CorporateAD")
    event["request"]["providerType"] = "SAML"
    event["request"]["attributes"] = {"samlResponse": {claim: CANARY, "department": "Novels"}}

    assert world.stored(event) == {
        claim: HELD["email"],
        "email_verified": "true",
        "department": "Novels",
    }


def test_an_outage_lets_the_sign_in_through_as_it_is(world: World) -> None:
    # LT-06
    world.add()
    world.directory.unavailable = True

    assert world.stored() == {}
    assert [(e.action, e.reason) for e in world.audit.events] == [
        ("federation.kept", "provider_unavailable")
    ]


def test_a_fault_lets_the_sign_in_through_as_it_is(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    # LT-06, LT-04
    world.directory.find = None  # type: ignore[assignment, method-assign]

    said = everything_said(lambda: world.stored(), caplog)

    assert said.startswith("{}")
    assert "fault: TypeError" in said


def test_no_token_address_or_name_is_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    # LT-04
    world.add()
    said = everything_said(lambda: world.trigger(federation_event()) and None, caplog)

    said += repr(world.audit.events)
    for secret in ("canary", CANARY, "longbourn", "Bennet", USER_ID):
        assert secret not in said


def test_the_rest_of_the_event_is_returned_as_it_came(world: World) -> None:
    # LT-03
    world.add()
    event = federation_event()
    before = copy.deepcopy(event)

    answer = world.trigger(event)

    assert event == before
    assert {**answer, "response": before["response"]} == before


@pytest.mark.parametrize("source", ["PreSignUp_ExternalProvider", "", None])
def test_events_of_other_triggers_pass_unchanged(world: World, source: str | None) -> None:
    # LT-03
    event = {**federation_event(), "triggerSource": source}

    assert world.trigger(event) == event


@pytest.mark.parametrize(
    ("given", "held", "kept"),
    [
        ({"email": "a"}, {"email": "b"}, {"email": "b"}),
        ({"email": "a"}, {}, {}),
        ({"email": "a", "email_verified": "true"}, {"email": "b"}, {"email": "b"}),
        (
            {"email": "a", "email_verified": "true"},
            {"email": "b", "email_verified": "false"},
            {"email": "b", "email_verified": "false"},
        ),
        (
            {"email": "a"},
            {"email": "a", "email_verified": "true"},
            {"email": "a", "email_verified": "true"},
        ),
        ({"name": "A"}, {"email": "b", "name": "B"}, {"name": "B"}),
        ({"sub": "1"}, {"email": "b", "name": "B"}, {"sub": "1"}),
        ({}, {"email": "b"}, {}),
    ],
)
def test_an_address_never_goes_without_the_pools_word_on_it(
    given: dict[str, object], held: dict[str, str], kept: dict[str, object]
) -> None:
    # PS-04, AL-01
    assert keep_owned(given, held, owned=BOTH) == kept


def test_without_settings_every_provider_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    # LT-08
    monkeypatch.delenv("AUTHCORE_COGNITO_REGION", raising=False)
    event = federation_event()

    assert inbound_federation.handler(event, None)["response"] == {"userAttributesToMap": {}}
    other = {**event, "triggerSource": "PreSignUp_SignUp"}
    assert inbound_federation.handler(other, None) == other
