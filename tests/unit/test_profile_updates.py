"""What a user changes in the pool reaches the legacy account, and does not come back."""

from typing import Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.linking import LinkPolicy, PoolAccount
from authcore.domain.model.profile_updates import FIELDS, ProfileUpdate, fields_of_pool, update_of
from authcore.domain.model.profiles import ProfileField, ProfilePolicy
from authcore.domain.services.accounts.profile_updates import ProfileUpdates
from authcore.testing.fakes.legacy_profiles import InMemoryLegacyProfileWriter
from support.gate import examples
from unit.profile_sync_world import UID, SyncWorld


class World(SyncWorld):
    """A linked user, both directions, and an owner for each field."""

    def __init__(self, legacy_owned: frozenset[ProfileField] = frozenset()) -> None:
        super().__init__()
        self.legacy_owned = legacy_owned
        self.writer = InMemoryLegacyProfileWriter(self.legacy)

    def pool_user(self) -> PoolAccount:
        """The user as an event shows them."""
        held = self.now().attributes
        return PoolAccount(
            username=self.user.username,
            subject=self.user.subject,
            email=held.get("email"),
            email_verified=held.get("email_verified") == "true",
            name=held.get("name"),
            identity=None,
            legacy_uid=UID,
        )

    def tell(self, providers: frozenset[str] | None = frozenset()) -> None:
        """What a sign-in does."""
        ProfileUpdates(
            writer=self.writer,
            owned=fields_of_pool(self.legacy_owned),
            policy=LinkPolicy(email_providers=frozenset({"Google"})),
            audit=self.audit,
        ).tell(self.pool_user(), UID, providers)

    def receive(self) -> str:
        """What a message of the legacy system does."""
        return self.sync(ProfilePolicy(fields=self.legacy_owned)).sync(UID).status

    def account(self) -> LegacyAccount:
        found = self.legacy.accounts[UID]
        assert isinstance(found, LegacyAccount)
        return found

    def change_in_pool(self, **attributes: str) -> None:
        self.directory.set_attributes(self.user.username, attributes)


NEW_EMAIL: Final = "cordelia@france.example"


@pytest.fixture
def world() -> World:
    return World()


def test_a_name_that_was_changed_in_the_pool_reaches_the_account(world: World) -> None:
    # PS-04
    world.change_in_pool(name="Cordelia of France")
    before = world.account()

    world.tell()

    assert world.account() == attrs.evolve(before, display_name="Cordelia of France")
    assert world.audit.events == [
        AuditEvent("profile.update", "accepted", "ok", subject=world.user.subject, legacy_uid=UID)
    ]


def test_an_address_reaches_the_account_once_it_is_verified(world: World) -> None:
    # PS-04
    before = world.account()
    world.change_in_pool(email=NEW_EMAIL, email_verified="false")
    world.tell()
    unverified = world.account()
    world.change_in_pool(email=NEW_EMAIL, email_verified="true")
    world.tell()

    assert unverified == before
    assert world.account() == attrs.evolve(before, email=NEW_EMAIL, email_verified=True)


@pytest.mark.parametrize(
    ("providers", "is_told"),
    [
        (frozenset(), True),
        (frozenset({"google"}), True),
        (frozenset({"okta"}), False),
        (frozenset({"google", "okta"}), False),
        (None, False),
    ],
)
def test_a_provider_is_believed_only_if_the_team_trusts_it(
    world: World, providers: frozenset[str] | None, is_told: bool
) -> None:
    """Each identity of the user may have written the address."""
    # AL-03
    world.change_in_pool(email=NEW_EMAIL, email_verified="true", name="Cordelia of France")

    world.tell(providers)

    assert (world.account().email == NEW_EMAIL) is is_told
    assert world.account().display_name == "Cordelia of France"


def test_what_is_equal_is_not_recorded(world: World) -> None:
    # PS-04
    world.tell()

    assert (world.writer.writes, world.audit.events) == ([], [])


def test_an_outage_changes_nothing_and_the_next_sign_in_repeats_it(world: World) -> None:
    world.change_in_pool(name="Cordelia of France")
    world.legacy.available = False
    world.tell()
    world.legacy.available = True
    world.tell()

    assert world.account().display_name == "Cordelia of France"
    assert [event.reason for event in world.audit.events] == ["legacy_unavailable", "ok"]


def test_an_account_of_another_user_is_not_written_to(world: World) -> None:
    # AL-06
    world.change_in_pool(name="Cordelia of France")
    world.change(cognito_id="another-sub")

    world.tell()

    assert world.writer.writes == []
    assert [event.reason for event in world.audit.events] == ["account_not_found"]


@pytest.mark.parametrize("owner", ["legacy", "pool"])
def test_a_change_on_either_side_does_not_come_back(owner: str) -> None:
    # PS-04: A→B→A
    world = World(FIELDS if owner == "legacy" else frozenset())
    if owner == "legacy":
        world.change(email=NEW_EMAIL, email_verified=True, display_name="Queen")
        assert world.receive() == "updated"
    else:
        world.change_in_pool(email=NEW_EMAIL, email_verified="true", name="Queen")
        world.tell()
    settled = (world.account(), world.now())

    for _ in range(3):
        assert world.receive() == "unchanged"
        world.tell()

    assert (world.account(), world.now()) == settled
    assert world.writer.writes == ([UID] if owner == "pool" else [])


_names = st.sampled_from(["A", "B", "C"])
_addresses = st.sampled_from(["a@x.example", "b@x.example"])
_owned = st.sets(st.sampled_from(sorted(FIELDS))).map(frozenset)
_steps = st.lists(
    st.one_of(
        st.tuples(st.just("legacy name"), _names),
        st.tuples(st.just("pool name"), _names),
        st.tuples(st.just("legacy address"), _addresses),
        st.tuples(st.just("pool address"), _addresses),
        st.tuples(st.just("message"), st.just("")),
        st.tuples(st.just("sign-in"), st.just("")),
    ),
    max_size=12,
)


def _take(world: World, step: str, value: str) -> None:
    if step == "legacy name":
        world.change(display_name=value)
    elif step == "pool name":
        world.change_in_pool(name=value)
    elif step == "legacy address":
        world.change(email=value, email_verified=True)
    elif step == "pool address":
        world.change_in_pool(email=value, email_verified="true")
    elif step == "message":
        world.receive()
    else:
        world.tell()


@given(legacy_owned=_owned, steps=_steps)
@examples(200)
def test_whatever_happens_one_message_and_one_sign_in_settle_it(
    legacy_owned: frozenset[ProfileField], steps: list[tuple[str, str]]
) -> None:
    # PS-03, PS-04
    world = World(legacy_owned)
    for step, value in steps:
        _take(world, step, value)
    owned_by_legacy, owned_by_pool = world.account(), world.pool_user()

    world.receive()
    world.tell()

    account, user = world.account(), world.pool_user()
    assert (account.email, account.display_name) == (user.email, user.name)
    assert account.email == (owned_by_legacy if "email" in legacy_owned else owned_by_pool).email
    named = owned_by_legacy.display_name if "name" in legacy_owned else owned_by_pool.name
    assert account.display_name == named
    writes = len(world.writer.writes)
    assert world.receive() == "unchanged"
    world.tell()
    assert len(world.writer.writes) == writes


@pytest.mark.parametrize(
    ("owned", "verified", "trusts", "expected"),
    [
        ({"email", "name"}, True, True, ProfileUpdate(email="e@x.example", name="N")),
        ({"email", "name"}, False, True, ProfileUpdate(email=None, name="N")),
        ({"email", "name"}, True, False, ProfileUpdate(email=None, name="N")),
        ({"email"}, True, True, ProfileUpdate(email="e@x.example", name=None)),
        ({"email"}, False, True, None),
        ({"name"}, True, True, ProfileUpdate(email=None, name="N")),
        (set(), True, True, None),
    ],
)
def test_only_fields_of_the_pool_are_told(
    owned: set[ProfileField], verified: bool, trusts: bool, expected: ProfileUpdate | None
) -> None:
    # PS-04
    user = PoolAccount("n", "s", "e@x.example", verified, "N", None, UID)

    assert update_of(user, owned, trusts_email=trusts) == expected


def test_every_field_has_one_owner() -> None:
    splits: tuple[tuple[ProfileField, ...], ...] = ((), ("email",), ("name",), ("email", "name"))
    for legacy_owned in splits:
        assert fields_of_pool(legacy_owned) | frozenset(legacy_owned) == FIELDS
        assert not fields_of_pool(legacy_owned) & frozenset(legacy_owned)


def test_no_address_or_name_is_shown() -> None:
    assert repr(ProfileUpdate(email=NEW_EMAIL, name="Canary")) == "ProfileUpdate()"
