"""The post confirmation and post authentication events, in and out."""

import copy
import json
import logging
from typing import Final

import attrs
import pytest

from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.identities import is_native
from authcore.domain.model.linking import FailurePolicy, PoolAccount
from authcore.domain.services.accounts.account_linking import AccountLinking
from authcore.settings.linking import failure_policy
from authcore.testing.fakes.legacy_accounts import LegacyRow
from authcore_lambda import account_linking
from authcore_lambda.account_linking import SOURCES, AccountLinkingTrigger
from authcore_lambda.events.trigger_event import TriggerEvent
from authcore_lambda.events.types import Event
from authcore_lambda.events.user_attributes import require_readable
from authcore_lambda.link_failures import BLOCKED_TEXT, LinkingFailedError
from support.gate import AMPLE
from unit.account_linking_world import DARCY, PROOFS, World
from unit.trigger_world import CANARY, EXTERNAL, GOOGLE, NATIVE, Left, trigger_event


CONFIRMED: Final = "PostConfirmation_ConfirmSignUp"
AUTHENTICATED: Final = "PostAuthentication_Authentication"


def account_of(event: Event) -> PoolAccount:
    return require_readable(TriggerEvent.read(event).account)


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_both_triggers_link_and_return_the_event_as_it_came(world: World, source: str) -> None:
    """The first one fires at the first external sign-in, the second only at later ones."""
    # LT-03
    event = trigger_event(source, world.person())
    before = copy.deepcopy(event)

    answered = world.trigger(event, Left(120_000))

    assert answered == before
    uid = world.legacy_uid()
    assert uid is not None
    assert world.legacy.rows[uid].account.cognito_id == event["request"]["userAttributes"]["sub"]


@pytest.mark.parametrize(
    "source",
    ["PostConfirmation_ConfirmForgotPassword", "PreSignUp_SignUp", "", "postauthentication", "X"],
)
def test_another_trigger_source_is_left_alone(world: World, source: str) -> None:
    # LT-03
    event = trigger_event(source, world.person())

    assert world.trigger(event, None) == event
    assert (world.legacy.calls, world.audit.events) == ([], [])


def test_attempts_that_are_repeated_make_one_account(world: World) -> None:
    # LT-02
    event = trigger_event(CONFIRMED, world.person())

    assert [world.trigger(event, None) for _ in range(5)] == [event] * 5
    assert len(world.legacy.rows) == 2


def test_a_linked_user_costs_no_call(world: World) -> None:
    person = world.person(**{"custom:legacy_uid": "1813"})
    proof = PROOFS.prove_link(str(person["sub"]), "1813")
    event = trigger_event(AUTHENTICATED, {**person, "custom:legacy_linked": proof})

    world.trigger(event, None)

    assert world.legacy.calls == []


@pytest.mark.parametrize("blocks", [False, True])
def test_a_voucher_for_an_account_that_has_changed_ends_the_sign_in(blocks: bool) -> None:
    # AL-12, MG-04
    world = World(failures=FailurePolicy(blocks=blocks))
    world.directory.add("elizabeth")
    voucher = PROOFS.vouch(attrs.evolve(DARCY, email="old@mailbox.example"))
    held = {"custom:legacy_uid": "1813", "custom:legacy_linked": voucher}
    user = world.directory.find("elizabeth")
    assert user is not None
    person = {**NATIVE, "sub": user.subject, "email": "old@mailbox.example", **held}

    with pytest.raises(LinkingFailedError):
        world.trigger(trigger_event(AUTHENTICATED, person), None)
    assert world.directory.find("elizabeth") is None


@pytest.mark.parametrize("member", ["clientMetadata", "validationData"])
def test_what_the_client_can_set_decides_nothing(member: str) -> None:
    # LT-07
    world = World(email_providers=("Google", "Cognito"))
    planted: dict[str, object] = {
        "sub": DARCY.legacy_uid,
        "email": CANARY,
        "email_verified": "true",
        "custom:legacy_uid": "1813",
        "identities": json.dumps([GOOGLE]),
        "userAttributes": {"custom:legacy_uid": "1813"},
    }
    event = trigger_event(CONFIRMED, world.person(email="other@longbourn.example"))
    event["request"][member] = planted

    world.trigger(event, None)

    assert world.legacy.rows["1813"].account.cognito_id is None
    assert world.legacy_uid() not in (None, "1813")


@pytest.mark.parametrize(
    ("verified", "linked"),
    [
        (True, True),
        ("true", True),
        *[
            (other, False)
            for other in (False, "false", None, "True", "TRUE", 1, "1", "yes", [True])
        ],
    ],
)
def test_an_address_links_only_where_the_pool_says_true(verified: object, linked: bool) -> None:
    # AL-01, AL-03, AL-06
    world = World(email_providers=("Google",))

    world.trigger(trigger_event(CONFIRMED, world.person(email_verified=verified)), None)

    assert (world.legacy_uid() == "1813") is linked


def test_an_address_of_a_provider_that_is_not_trusted_links_nothing() -> None:
    # AL-03
    world = World(email_providers=("Facebook", "Cognito"))

    world.trigger(trigger_event(CONFIRMED, world.person(email_verified="true")), None)

    assert world.legacy_uid() not in (None, "1813")


# --- who it is -------------------------------------------------------------------------------


@pytest.mark.parametrize("identities", [[GOOGLE], json.dumps([GOOGLE])], ids=["list", "text"])
def test_provider_and_id_come_from_the_identities_with_their_letter_case(
    identities: object,
) -> None:
    person = account_of(
        trigger_event(CONFIRMED, {**EXTERNAL, "identities": identities}, username="google_999_1")
    )

    assert person.identity is not None
    assert (person.identity.provider_name, person.identity.user_id) == ("Google", GOOGLE["userId"])


@pytest.mark.parametrize("said", [True, "true"])
@pytest.mark.parametrize("status", ["EXTERNAL_PROVIDER", "CONFIRMED"])
def test_of_several_identities_the_primary_one_counts(status: str, said: object) -> None:
    """Also where somebody gave the external user a password, which takes the status away."""
    other = {**GOOGLE, "providerName": "Facebook", "userId": "7", "primary": "false"}
    listed = [other, {**GOOGLE, "primary": said}]
    attributes = {**EXTERNAL, "cognito:user_status": status, "identities": listed}

    person = account_of(trigger_event(CONFIRMED, attributes))

    assert person.identity is not None
    assert person.identity.provider_name == "Google"


def test_a_legacy_id_that_came_with_the_sign_up_claims_nobody(world: World) -> None:
    # AL-06, AL-01: an app client that may write the attribute must not give accounts away.
    user = world.directory.add("elizabeth", {"custom:legacy_uid": "1813"})
    forged = {**NATIVE, "sub": user.subject, "custom:legacy_uid": "1813"}

    world.trigger(trigger_event(CONFIRMED, forged), None)

    assert world.legacy.rows["1813"].account.cognito_id is None
    assert world.legacy_uid() not in (None, "1813")


@pytest.mark.parametrize("absent", [None, "", "[]", []])
def test_a_native_user_has_no_identity(absent: object) -> None:
    person = account_of(trigger_event(CONFIRMED, {**NATIVE, "identities": absent}))

    assert person == PoolAccount(
        "elizabeth", str(NATIVE["sub"]), CANARY, True, "Canary Bennet", None, None
    )


def test_a_native_user_stays_native_whatever_was_linked_to_them_later() -> None:
    """So that a user migrated by password is still attached when Google was linked first."""
    linked = [{**GOOGLE, "primary": False}]

    person = account_of(trigger_event(AUTHENTICATED, {**NATIVE, "identities": linked}))

    assert person.identity is None


MALFORMED: Final = {
    "absent": None,
    "empty": "[]",
    "no JSON": "[{",
    "deep": "[" * 5000,
    "long": json.dumps([{**GOOGLE, "more": "x" * 9000}]),
    "an object": json.dumps(GOOGLE),
    "texts": json.dumps(["Google_1"]),
    "a number": "1",
    "a zero": 0,
    "false": False,
    "none primary": json.dumps([{**GOOGLE, "primary": False}]),
    "no id": json.dumps([{**GOOGLE, "userId": ""}]),
    "a numeric id": json.dumps([{**GOOGLE, "userId": 109511962726719553612}]),
    "no provider": json.dumps([{**GOOGLE, "providerName": None}]),
    "two primary ones": json.dumps([GOOGLE, {**GOOGLE, "userId": "1"}]),
    "too many": json.dumps([{}] * 21),
}


@pytest.mark.parametrize("identities", MALFORMED.values(), ids=MALFORMED)
def test_an_external_user_whose_identity_cannot_be_read_is_postponed_and_not_guessed(
    identities: object,
) -> None:
    # AL-03, LT-06
    world = World(email_providers=("Google", "Cognito"))
    person = world.person("Google_109511962726719553612", identities=identities)
    event = trigger_event(
        CONFIRMED,
        {**person, "email_verified": "true"},
        username="Google_109511962726719553612",
    )

    assert world.trigger(event, None) == event
    assert world.legacy.calls == []
    assert [(e.action, e.outcome, e.reason, e.subject) for e in world.audit.events] == [
        ("account_linking.postponed", "unavailable", "event_unreadable", person["sub"])
    ]


EVIL: Final = {"userId": "7", "providerName": "Evil", "providerType": "OIDC"}
NOT_FALSE: Final = [..., True, "TRUE", "False", "", "no", None, 0, 0.0, 1, [], [False]]


@pytest.mark.parametrize("primary", NOT_FALSE, ids=repr)
@pytest.mark.parametrize(
    "status", [..., None, "CONFIRMED", "EXTERNAL_PROVIDER", "external_provider"]
)
def test_nobody_becomes_native_by_a_word_that_is_missing_or_mistyped(
    primary: object, status: object
) -> None:
    """Only natives may link by an address here, and the provider says what it likes."""
    # AL-01, AL-03
    world = World(email_providers=("Cognito",))
    identity = {**EVIL, **({} if primary is ... else {"primary": primary})}
    person = world.person("Evil_7", email_verified="true", identities=json.dumps([identity]))
    person["cognito:user_status"] = status
    if status is ...:
        del person["cognito:user_status"]

    world.trigger(trigger_event(CONFIRMED, person, username="Evil_7"), None)

    assert world.legacy.rows["1813"].account.cognito_id is None
    if primary is not True:
        assert world.reasons() == ["event_unreadable"]


@pytest.mark.parametrize("primary", NOT_FALSE, ids=repr)
def test_the_pools_own_description_is_read_as_strictly(primary: object) -> None:
    # AL-03
    identity = {**EVIL, **({} if primary is ... else {"primary": primary})}
    described = {"identities": json.dumps([identity])}

    assert not is_native(DirectoryUser("Evil_7", "sub", True, "CONFIRMED", described))


@pytest.mark.parametrize("status", [..., None, "", "UNKNOWN", "COMPROMISED", "confirmed", 1])
def test_without_a_status_that_is_known_an_address_proves_nothing(status: object) -> None:
    """Whoever lost the status on the way may have lost the identities too."""
    # AL-01, AL-03
    world = World(email_providers=("Cognito",))
    person = {**NATIVE, "sub": world.directory.add("elizabeth").subject}
    person["cognito:user_status"] = status
    if status is ...:
        del person["cognito:user_status"]

    world.trigger(trigger_event(CONFIRMED, person), None)

    assert world.legacy.rows["1813"].account.cognito_id is None
    assert world.reasons() == ["ok"]


@pytest.mark.parametrize("gone", ["userName", "userPoolId", "request"])
def test_an_event_that_names_nobody_is_postponed(world: World, gone: str) -> None:
    event = trigger_event(CONFIRMED, world.person())
    del event[gone]

    assert world.trigger(event, None) == event
    assert world.reasons() == ["event_unreadable"]


# --- when it fails ---------------------------------------------------------------------------


@pytest.mark.parametrize("blocks", [False, True])
@pytest.mark.parametrize("failure", ["legacy down", "pool down", "taken", "unreadable", "fault"])
def test_the_policy_says_who_is_kept_out_and_nothing_is_half_linked(
    caplog: pytest.LogCaptureFixture, failure: str, blocks: bool
) -> None:
    # LT-04, LT-06
    failures = FailurePolicy(blocks=blocks)
    world = World(failures=failures, email_providers=("Google",))
    person = world.person(email_verified="true")
    event = trigger_event(AUTHENTICATED, person)
    world.legacy.available = failure != "legacy down"
    world.directory.unavailable = failure == "pool down"
    if failure == "taken":
        stranger = attrs.evolve(DARCY, cognito_id="another")
        named = frozenset({("Google", str(GOOGLE["userId"]))})
        world.legacy.rows["1813"] = LegacyRow(stranger, named)
    if failure == "unreadable":
        person["identities"] = CANARY
    if failure == "fault":
        world.trigger = AccountLinkingTrigger(
            linking=faulty, audit=world.audit, budget=AMPLE, failures=failures
        )

    with caplog.at_level(logging.DEBUG):
        if blocks:
            with pytest.raises(LinkingFailedError, match=f"^{BLOCKED_TEXT}$"):
                world.trigger(event, None)
        else:
            assert world.trigger(event, None) == event

    world.directory.unavailable = False
    assert world.legacy_uid() is None
    assert world.audit.events[-1].outcome in ("rejected", "unavailable")
    assert "canary" not in caplog.text.lower() + repr(world.audit.events).lower()


OKTA: Final = {**GOOGLE, "providerName": "Okta"}


@pytest.mark.parametrize(
    ("policy", "kept_out"),
    [
        ("allow", set()),
        ("block", {"Google", "Okta", "native", "nobody knows"}),
        ("allow Okta=block", {"Okta", "nobody knows"}),
        ("block Google=allow Cognito=allow", {"Okta", "nobody knows"}),
        ("allow Cognito=block", {"native", "nobody knows"}),
        ("allow Okta=allow", set()),
    ],
)
def test_the_policy_is_each_providers_own_and_the_strictest_where_nobody_knows_which(
    policy: str, kept_out: set[str]
) -> None:
    # LT-06
    world = World(failures=failure_policy(policy))
    world.legacy.available = False
    people: dict[str, dict[str, object]] = {
        "Google": world.person(),
        "Okta": world.person(identities=json.dumps([OKTA])),
        "native": {**NATIVE},
        "nobody knows": world.person(identities="[{"),
    }
    refused = set()
    for name, person in people.items():
        try:
            world.trigger(trigger_event(AUTHENTICATED, person), None)
        except LinkingFailedError:
            refused.add(name)

    assert refused == kept_out


def faulty(*_: object) -> AccountLinking:
    raise RuntimeError(CANARY)


@pytest.mark.parametrize("kind", [NATIVE, EXTERNAL], ids=["native", "external"])
def test_nobody_who_is_linked_is_kept_out_whatever_is_down(kind: dict[str, object]) -> None:
    # LT-06
    world = World(failures=FailurePolicy(blocks=True))
    user = world.directory.add("elizabeth")
    first = trigger_event(CONFIRMED, {**kind, "sub": user.subject})
    assert world.trigger(first, None) == first
    linked = world.directory.find("elizabeth")
    assert linked is not None
    later = trigger_event(AUTHENTICATED, {**kind, **linked.attributes})

    world.legacy.available = False
    world.directory.unavailable = True

    assert world.trigger(later, None) == later
    assert world.reasons() == ["ok", "ok"]


def test_a_warm_container_keeps_nothing_of_the_previous_user(world: World) -> None:
    # LT-05
    users = {name: world.person(name, email=f"{name}@meryton.example") for name in ("jane", "mary")}
    for number, (name, person) in enumerate(users.items()):
        person["identities"] = json.dumps([{**GOOGLE, "userId": str(number)}])
        users[name] = person
    linked: dict[str, set[str | None]] = {"jane": set(), "mary": set()}

    for _ in range(500):
        for name, person in users.items():
            event = trigger_event(AUTHENTICATED, person, username=name)
            assert world.trigger(event, None) == event
            linked[name].add(world.legacy_uid(name))

    assert [len(uids) for uids in linked.values()] == [1, 1]
    assert linked["jane"] != linked["mary"]
    assert len(world.legacy.rows) == 3


# --- the function itself ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "keeps_out"),
    [
        ("", False),
        ("allow", False),
        ("block", True),
        ("allow Google=block", True),
        ("block Google=allow", False),
        ("maybe", True),
    ],
)
def test_a_function_without_settings_follows_the_policy_and_logs_the_reason(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    policy: str,
    keeps_out: bool,
) -> None:
    # LT-06
    monkeypatch.setenv("AUTHCORE_LINKING_ON_FAILURE", policy)
    event = trigger_event(CONFIRMED, EXTERNAL)

    if keeps_out:
        with pytest.raises(LinkingFailedError):
            account_linking.handler(event, None)
    else:
        assert account_linking.handler(event, None) == event
    assert "AUTHCORE_LEGACY_URL is missing" in caplog.text
