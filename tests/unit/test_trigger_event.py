"""The user of a trigger event: each status, provider type and number of identities."""

import json
from typing import Any, Final

import attrs
import pytest

from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.linking import PoolAccount
from authcore_lambda.events.trigger_event import TriggerEvent
from authcore_lambda.events.user_attributes import (
    MAX_IDENTITIES,
    MAX_IDENTITIES_LENGTH,
    EventUnreadableError,
    ListedIdentity,
    UserAttributes,
    require_readable,
)
from unit.trigger_world import CANARY, EXTERNAL, GOOGLE, NATIVE, SUBJECT, trigger_event


SOURCE: Final = "PostAuthentication_Authentication"
LINKED: Final = {**GOOGLE, "primary": False}


def account(attributes: object, **event: Any) -> PoolAccount:
    read = TriggerEvent.read({**trigger_event(SOURCE, attributes), **event})
    return require_readable(read.account)


def identities_in(held: dict[str, object]) -> tuple[ListedIdentity, ...]:
    return require_readable(UserAttributes.read(held).identities)


def pool_id_in(event: dict[str, object]) -> str:
    return require_readable(TriggerEvent.read(event).pool_id)


def test_everything_an_event_says_of_a_native_user_is_read() -> None:
    held = {**NATIVE, "custom:legacy_uid": "1815", "custom:legacy_linked": "1816"}
    assert account(held) == PoolAccount(
        username="elizabeth",
        subject=SUBJECT,
        email=CANARY,
        email_verified=True,
        name="Canary Bennet",
        identity=None,
        legacy_uid="1815",
        statement="1816",
    )


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        ("CONFIRMED", True),
        ("FORCE_CHANGE_PASSWORD", True),
        ("RESET_REQUIRED", True),
        ("UNCONFIRMED", True),
        ("ARCHIVED", False),
        ("COMPROMISED", False),
        ("UNKNOWN", False),
        ("confirmed", False),
        ("", False),
        (None, False),
        (7, False),
        (["CONFIRMED"], False),
    ],
)
def test_an_address_is_verified_only_beside_a_status_of_users_who_may_sign_in(
    status: object, *, counts: bool
) -> None:
    assert account({**NATIVE, "cognito:user_status": status}).email_verified is counts


def test_an_address_of_an_external_user_is_as_verified_as_the_pool_says() -> None:
    assert not account(EXTERNAL).email_verified
    assert account({**EXTERNAL, "email_verified": "true"}).email_verified


@pytest.mark.parametrize("kind", ["Google", "Facebook", "SAML", "OIDC", "LoginWithAmazon"])
@pytest.mark.parametrize("issuer", [None, "https://issuer.example"])
def test_the_primary_identity_is_read_with_type_and_issuer(kind: str, issuer: str | None) -> None:
    member = {**GOOGLE, "providerName": "P", "providerType": kind, "issuer": issuer}
    held = {**EXTERNAL, "identities": json.dumps([member, LINKED])}
    assert account(held).identity == ExternalIdentity("P", GOOGLE["userId"], kind, issuer)


@pytest.mark.parametrize("wrong", [None, "", 7, [], {}])
def test_types_and_issuers_of_another_type_read_as_absent(wrong: object) -> None:
    member = {**GOOGLE, "providerType": wrong, "issuer": wrong}
    identity = account({**EXTERNAL, "identities": [member]}).identity
    assert identity is not None
    assert (identity.provider_type, identity.issuer) == (None, None)


@pytest.mark.parametrize("wrong", [None, "", 7, [], {}])
@pytest.mark.parametrize("name", ["providerName", "userId"])
def test_an_identity_without_provider_or_id_makes_the_event_unreadable(
    name: str, wrong: object
) -> None:
    with pytest.raises(EventUnreadableError):
        account({**EXTERNAL, "identities": [{**GOOGLE, name: wrong}]})


@pytest.mark.parametrize("as_text", [False, True])
def test_more_identities_than_a_user_can_have_make_the_event_unreadable(*, as_text: bool) -> None:
    def held(count: int) -> dict[str, object]:
        listed = [{"primary": False}] * count
        return {"identities": json.dumps(listed) if as_text else listed}

    assert len(identities_in(held(MAX_IDENTITIES))) == MAX_IDENTITIES
    with pytest.raises(EventUnreadableError):
        identities_in(held(MAX_IDENTITIES + 1))


def test_identities_of_more_characters_than_they_can_have_make_the_event_unreadable() -> None:
    longest = "[]".ljust(MAX_IDENTITIES_LENGTH)
    assert identities_in({"identities": longest}) == ()
    with pytest.raises(EventUnreadableError):
        identities_in({"identities": longest + " "})


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_identities_are_none(nothing: object) -> None:
    assert identities_in({"identities": nothing}) == ()
    assert identities_in({}) == ()


@pytest.mark.parametrize(
    "listed", ["{}", "[1]", "[[]]", "null", "x", "[" * 5000, 7, {}, [7], [None], [GOOGLE, "x"], 0]
)
def test_identities_that_are_no_list_of_objects_make_the_event_unreadable(listed: object) -> None:
    with pytest.raises(EventUnreadableError):
        identities_in({"identities": listed})


@pytest.mark.parametrize(
    ("status", "identities"),
    [
        ("EXTERNAL_PROVIDER", []),
        ("EXTERNAL_PROVIDER", [LINKED]),
        ("EXTERNAL_PROVIDER", [GOOGLE, GOOGLE]),
        ("CONFIRMED", [GOOGLE, GOOGLE]),
        ("CONFIRMED", [{**GOOGLE, "primary": None}]),
        ("CONFIRMED", [{**GOOGLE, "primary": 1}]),
        ("EXTERNAL_PROVIDER", [GOOGLE, {**GOOGLE, "primary": 0}]),
    ],
)
def test_identities_that_leave_open_who_this_is_make_the_event_unreadable(
    status: str, identities: list[Any]
) -> None:
    held = {**NATIVE, "cognito:user_status": status, "identities": identities}
    with pytest.raises(EventUnreadableError):
        account(held)


def test_a_native_user_stays_native_with_linked_identities() -> None:
    assert account({**NATIVE, "identities": [LINKED, LINKED]}).identity is None
    primary = account({**NATIVE, "identities": [GOOGLE, LINKED]}).identity
    assert primary is not None
    assert attrs.evolve(primary, issuer=None) == ExternalIdentity(
        "Google", GOOGLE["userId"], "Google"
    )


@pytest.mark.parametrize("subject", [None, "", 7, "a b", "a\n", "é", "s" * 129])
def test_a_subject_is_1_to_128_visible_characters(subject: object) -> None:
    assert account({**NATIVE, "sub": "s" * 128}).subject == "s" * 128
    with pytest.raises(EventUnreadableError):
        account({**NATIVE, "sub": subject})


@pytest.mark.parametrize("username", [None, "", 7, []])
def test_an_event_without_a_user_name_is_unreadable(username: object) -> None:
    with pytest.raises(EventUnreadableError):
        account(None, userName=username)


@pytest.mark.parametrize(
    "pool_id", [None, "", 7, "eu-west-1", "eu-west-1_", "eu-west-1_a\n", "eu-west-1_a_b", "EU_a"]
)
def test_a_pool_id_is_whole_or_the_event_is_unreadable(pool_id: object) -> None:
    assert pool_id_in({"userPoolId": "eu-west-1_Ab12Cd34"}) == "eu-west-1_Ab12Cd34"
    with pytest.raises(EventUnreadableError):
        pool_id_in({"userPoolId": pool_id})
