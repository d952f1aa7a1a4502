"""Which external identities are connected with which native users, and what is never touched."""

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from authcore.domain.errors import (
    AccountTakenError,
    ConnectAddressError,
    ConnectSignInError,
    ConnectTicketError,
    LinkRejectedError,
    ProviderUnavailableError,
)
from authcore.domain.model.directory import ExternalIdentity
from authcore.testing.fakes.user_directory import InMemoryProviderLinks
from unit.connect_world import (
    APPLE,
    APPLE_NAME,
    EMAIL,
    LINKED,
    UID,
    VERIFIED,
    ConnectWorld,
    Line,
)


@pytest.fixture
def world() -> ConnectWorld:
    return ConnectWorld()


def test_both_proofs_make_one_user_of_two(world: ConnectWorld) -> None:
    # AL-05, AL-07, AL-13
    line = Line()

    world.service(line).connect(world.ticket(), world.session())

    assert world.is_connected()
    assert [user.username for user in world.pool.everybody()] == ["jane"]
    assert line.calls == ["find", "find", "delete", "link"]
    assert world.sign_in_with_apple().attributes[UID] == "1847"


def test_the_audit_names_both_users(world: ConnectWorld) -> None:
    world.service().connect(world.ticket(), world.session())

    assert world.told == [
        ("connect.delete", "accepted", "ok"),
        ("connect.link", "accepted", "ok"),
    ]
    assert {(e.subject, e.other_subject) for e in world.audit.events} == {
        (world.native.subject, world.external.subject)
    }


def test_pressed_twice_it_is_connected_once(world: ConnectWorld) -> None:
    # LT-02
    for _ in range(2):
        world.service().connect(world.ticket(), world.session())

    assert world.is_connected()
    world.require_one_person()


def test_a_refused_link_that_pre_token_generation_marked_does_not_make_the_user_full(
    world: ConnectWorld,
) -> None:
    world.pool.set_attributes(APPLE_NAME, {LINKED: "refused.0123.link_taken.1847"})

    world.service().connect(world.ticket(), world.session())

    assert world.is_connected()


def test_an_identity_without_a_user_is_linked(world: ConnectWorld) -> None:
    """An earlier attempt ended after the deletion."""
    world.pool.delete_user(APPLE_NAME)

    world.service().connect(world.ticket(), world.session())

    assert world.is_connected()
    assert world.told == [("connect.link", "accepted", "ok")]


def test_the_domain_of_an_address_may_differ_in_case(world: ConnectWorld) -> None:
    world.pool.set_attributes(
        "jane", {"email": "jane@Thornfield.EXAMPLE", "email_verified": "true"}
    )
    native = world.pool.find("jane")

    world.service().connect(world.ticket(), world.session(native))

    assert world.is_connected()


Change = Callable[[ConnectWorld], object]


def _attributes(name: str, **attributes: str) -> Change:
    return lambda world: world.pool.set_attributes(name, attributes)


def _evolved(name: str, **changes: Any) -> Change:
    def change(world: ConnectWorld) -> None:
        user = world.pool.find(name)
        assert user is not None
        world.pool.replace(attrs.evolve(user, **changes))

    return change


def _held(name: str, held: dict[str, str]) -> Change:
    return lambda world: world.pool.set_attributes(name, held)


def _renamed_into_the_sub(world: ConnectWorld) -> None:
    world.pool.delete_user("jane")
    world.pool.add(world.native.subject, VERIFIED)


IN_THE_POOL: list[tuple[str, type[LinkRejectedError], Change]] = [
    ("a disabled native user", LinkRejectedError, lambda w: w.pool.disable("jane")),
    (
        "a native user who must reset the password",
        LinkRejectedError,
        _evolved("jane", status="RESET_REQUIRED"),
    ),
    (
        "a native user who is not confirmed",
        LinkRejectedError,
        _evolved("jane", status="UNCONFIRMED"),
    ),
    ("a native user who is gone", LinkRejectedError, lambda w: w.pool.delete_user("jane")),
    (
        "a user whose name is the native user's sub",
        LinkRejectedError,
        _renamed_into_the_sub,
    ),
    (
        "a native user who is an external one in the pool",
        LinkRejectedError,
        _evolved(
            "jane",
            attributes={
                **VERIFIED,
                "identities": '[{"providerName":"Google","userId":"1","primary":true}]',
            },
        ),
    ),
    (
        "an address that nobody verified",
        ConnectAddressError,
        _attributes("jane", email=EMAIL, email_verified="false"),
    ),
    (
        "another address",
        ConnectAddressError,
        _attributes("jane", email="jane@example.net", email_verified="true"),
    ),
    (
        "a local part in another case",
        ConnectAddressError,
        _attributes("jane", email=EMAIL.title(), email_verified="true"),
    ),
    (
        "an external user with another address by now",
        ConnectAddressError,
        _attributes(APPLE_NAME, email="jane@example.net", email_verified="true"),
    ),
    (
        "an external user whose address is not verified any more",
        ConnectAddressError,
        _attributes(APPLE_NAME, email=EMAIL, email_verified="false"),
    ),
    ("a disabled external user", LinkRejectedError, lambda w: w.pool.disable(APPLE_NAME)),
    (
        "an external user with an account",
        AccountTakenError,
        _held(APPLE_NAME, {UID: "100005"}),
    ),
    (
        "an external user with the proof of a link",
        AccountTakenError,
        _held(APPLE_NAME, {LINKED: f"linked.{'0' * 64}"}),
    ),
    (
        "an external user with a voucher",
        AccountTakenError,
        _held(APPLE_NAME, {LINKED: f"migrated.{'0' * 64}.1"}),
    ),
    (
        "an external user whose link an older release wrote",
        AccountTakenError,
        _held(APPLE_NAME, {LINKED: "100005"}),
    ),
    (
        "another external user of the same name",
        AccountTakenError,
        lambda w: w.pool.federate(APPLE, VERIFIED),
    ),
    (
        "a native user of that name",
        AccountTakenError,
        lambda w: w.pool.add(APPLE_NAME, VERIFIED),
    ),
    (
        "an external user of that name with another identity",
        AccountTakenError,
        _evolved(
            APPLE_NAME,
            attributes={
                **VERIFIED,
                "identities": '[{"providerName":"SignInWithApple","userId":"x","primary":true}]',
            },
        ),
    ),
]


@pytest.mark.parametrize(("error", "change"), [row[1:] for row in IN_THE_POOL])
def test_what_the_pool_holds_refuses_the_connection_and_stays(
    world: ConnectWorld, error: type[LinkRejectedError], change: Change
) -> None:
    # AL-01, AL-03, AL-05, AL-13
    ticket, session = world.ticket(), world.session()
    change(world)
    before = world.pool.everybody()

    with pytest.raises(error) as refusal:
        world.service().connect(ticket, session)

    assert type(refusal.value) is error
    assert world.pool.everybody() == before
    assert world.told == [("connect.link", "rejected", error.code)]


@pytest.mark.parametrize(
    ("error", "changes"),
    [
        (ConnectTicketError, {"client": "d" * 64}),
        (ConnectAddressError, {"address": "0" * 64}),
    ],
)
def test_a_ticket_of_another_pool_or_address_connects_nothing(
    world: ConnectWorld, error: type[LinkRejectedError], changes: dict[str, Any]
) -> None:
    # AL-01, AL-13
    line = Line()

    with pytest.raises(error):
        world.service(line).connect(world.ticket(**changes), world.session())

    assert line.calls == []


@pytest.mark.parametrize(
    ("error", "claims"),
    [
        (ConnectAddressError, {"email": "mallory@example.net"}),
        (ConnectAddressError, {"email_verified": False}),
        (ConnectAddressError, {"email_verified": "true"}),
        (ConnectAddressError, {"email": None}),
        (
            ConnectSignInError,
            {"identities": [{"providerName": "Google", "userId": "1", "primary": "true"}]},
        ),
        (ConnectSignInError, {"identities": [{"providerName": "Google", "userId": "1"}]}),
        (ConnectSignInError, {"identities": "no list"}),
    ],
)
def test_the_session_of_another_person_or_kind_of_user_connects_nothing(
    world: ConnectWorld, error: type[LinkRejectedError], claims: dict[str, Any]
) -> None:
    # AL-01, AL-03, AL-13: a shared computer, for one
    line = Line()

    with pytest.raises(error):
        world.service(line).connect(world.ticket(), world.session(**claims))

    assert line.calls == []


def test_a_native_user_may_have_linked_identities(world: ConnectWorld) -> None:
    InMemoryProviderLinks(world.pool).link_provider("jane", ExternalIdentity("Google", "1"))
    listed = [{"providerName": "Google", "userId": "1", "primary": "false"}]

    world.service().connect(world.ticket(), world.session(identities=listed))

    assert world.is_connected()


def test_without_a_ticket_or_a_session_nothing_is_connected(world: ConnectWorld) -> None:
    with pytest.raises(ConnectTicketError):
        world.service().connect(None, world.session())
    with pytest.raises(ConnectSignInError):
        world.service().connect(world.ticket(), None)

    assert not world.is_connected()


def test_a_proof_counts_for_ten_minutes(world: ConnectWorld) -> None:
    ticket = world.ticket()
    world.later(minutes=9, seconds=59)
    session = world.session()
    world.service().connect(ticket, session)
    world.later(seconds=1)

    with pytest.raises(ConnectTicketError):
        world.service().connect(ticket, session)


def test_so_does_the_sign_in_as_the_native_user(world: ConnectWorld) -> None:
    session = world.session()
    world.later(minutes=10)

    with pytest.raises(ConnectSignInError):
        world.service().connect(world.ticket(), session)

    assert not world.is_connected()


def test_an_identity_of_another_native_user_stays_there(world: ConnectWorld) -> None:
    # AL-05: the ticket was used for one of two users with the same address
    other = world.pool.add("eyre", VERIFIED)
    world.service().connect(world.ticket(), world.session())

    with pytest.raises(AccountTakenError):
        world.service().connect(world.ticket(), world.session(other))

    assert world.is_connected("jane")


def test_a_user_with_five_identities_gets_no_sixth(world: ConnectWorld) -> None:
    links = InMemoryProviderLinks(world.pool)
    for number in range(5):
        links.link_provider("jane", ExternalIdentity("Google", str(number)))

    with pytest.raises(LinkRejectedError) as refusal:
        world.service().connect(world.ticket(), world.session())

    assert refusal.value.code == "link_rejected"
    assert world.sign_in_with_apple().username == APPLE_NAME


def test_an_outage_is_no_refusal(world: ConnectWorld) -> None:
    world.pool.unavailable = True

    with pytest.raises(ProviderUnavailableError):
        world.service().connect(world.ticket(), world.session())

    assert world.told == [("connect.link", "unavailable", "provider_unavailable")]


def test_a_pool_that_describes_the_external_user_in_no_way_is_an_outage(
    world: ConnectWorld,
) -> None:
    _evolved(APPLE_NAME, attributes={**VERIFIED, "identities": "{}"})(world)

    with pytest.raises(ProviderUnavailableError):
        world.service().connect(world.ticket(), world.session())

    assert len(world.pool.everybody()) == 2


def test_the_audit_says_why(world: ConnectWorld) -> None:
    def throttle() -> None:
        raise ProviderUnavailableError("no answer", detail="TooManyRequestsException")

    with pytest.raises(ProviderUnavailableError):
        world.service(Line(before={1: throttle})).connect(world.ticket(), world.session())
    with pytest.raises(ConnectTicketError):
        world.service().connect(None, None)

    assert [(e.detail, e.subject, e.other_subject) for e in world.audit.events] == [
        ("TooManyRequestsException", world.native.subject, world.external.subject),
        ("no fresh sign-in with an external identity", None, None),
    ]


def test_in_a_pool_that_ignores_case_the_identity_keeps_its_own(world: ConnectWorld) -> None:
    # AL-05: the user name says signinwithapple_001847.0a1b2c3d4e5f.1847
    lowered = attrs.evolve(world.external, username=APPLE_NAME.lower())
    world.pool.delete_user(APPLE_NAME)
    world.pool.replace(lowered)

    world.service().connect(world.ticket(username=lowered.username), world.session())

    assert world.is_connected()
    assert world.pool.find(lowered.username) is None
    native = world.pool.find("jane")
    assert native is not None
    assert f'"{APPLE.user_id}"' in native.attributes["identities"]


@pytest.mark.parametrize(
    "identity",
    [
        ExternalIdentity("signinwithapple", APPLE.user_id),
        ExternalIdentity(APPLE.provider_name, APPLE.user_id.lower()),
    ],
)
def test_an_identity_in_another_letter_case_is_another_one(
    world: ConnectWorld, identity: ExternalIdentity
) -> None:
    # AL-05, AL-13
    with pytest.raises(AccountTakenError):
        world.service().connect(world.ticket(identity=identity), world.session())

    assert len(world.pool.everybody()) == 2


def test_in_a_pool_of_addresses_the_native_user_is_named_by_a_generated_name(
    world: ConnectWorld,
) -> None:
    world.pool.delete_user("jane")
    generated = attrs.evolve(world.native, username=world.native.subject)
    world.pool.replace(generated)

    world.service().connect(world.ticket(), world.session(generated))

    assert world.is_connected(generated.username)


def test_in_a_pool_with_aliases_the_sub_finds_the_user_and_no_alias(world: ConnectWorld) -> None:
    """Another user has the native user's address as name; the ticket and session name subs."""
    world.pool.add(EMAIL, VERIFIED)

    world.service().connect(world.ticket(), world.session())

    assert world.is_connected("jane")
