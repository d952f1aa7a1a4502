"""A pool user follows the legacy account: what is written, what is not, and what is refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import attrs
import pytest

from authcore.domain.errors import (
    AccountMismatchError,
    AccountNotFoundError,
    AccountTakenError,
    AttributesRejectedError,
    AuthcoreError,
    CoordinationUnavailableError,
    LeaseHeldError,
    LegacyUnavailableError,
    OneSidedLinkError,
    ProfileMessageError,
    ProviderUnavailableError,
)
from authcore.domain.model.accounts import DeletedAccount
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.directory import DirectoryUser, ExternalIdentity
from authcore.domain.model.profiles import ProfilePolicy, SyncResult
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.domain.services.accounts.user_turns import TURN
from authcore.testing.fakes.user_directory import InMemoryUserAdministration
from unit.profile_sync_world import UID, SyncWorld


FOLLOW: Final = ProfilePolicy(on_lock="follow")


@pytest.fixture
def world() -> SyncWorld:
    return SyncWorld()


def test_equal_profiles_are_not_written(world: SyncWorld) -> None:
    # PS-03
    before = world.now()

    assert world.sync().sync(UID) == SyncResult(UID, "unchanged", (), world.user.subject)
    assert world.now() == before
    assert world.audit.events == []


def test_a_changed_name_is_written_and_nothing_else(world: SyncWorld) -> None:
    world.change(display_name="Cordelia of France")

    result = world.sync().sync(UID)

    assert result == SyncResult(UID, "updated", ("name",), world.user.subject)
    assert world.profile() == ("cordelia@example.org", "true", "Cordelia of France")


@pytest.mark.parametrize("is_verified", [True, False])
def test_a_changed_address_is_verified_only_if_the_legacy_system_says_so(
    world: SyncWorld, is_verified: bool
) -> None:
    # PS-04
    world.change(email="queen@example.org", email_verified=is_verified)

    result = world.sync().sync(UID)

    assert result.written == ("email", "email_verified")
    assert world.profile()[:2] == ("queen@example.org", "true" if is_verified else "false")


def test_an_address_that_the_legacy_system_verifies_later_becomes_verified(
    world: SyncWorld,
) -> None:
    world.change(email="queen@example.org", email_verified=False)
    world.sync().sync(UID)
    world.change(email_verified=True)

    assert world.sync().sync(UID).written == ("email", "email_verified")
    assert world.profile()[:2] == ("queen@example.org", "true")


def test_an_address_that_the_pool_verified_itself_stays_verified(world: SyncWorld) -> None:
    world.change(email_verified=False)

    assert world.sync().sync(UID).status == "unchanged"
    assert world.profile()[1] == "true"


def test_what_the_account_no_longer_has_is_removed(world: SyncWorld) -> None:
    world.change(email=None, email_verified=False, display_name=None)

    # no word on verification: a pool may refuse it where there is no address
    assert world.sync().sync(UID).written == ("email", "name")

    assert world.profile() == (None, "false", None)


def test_an_account_without_an_address_verifies_none(world: SyncWorld) -> None:
    world.change(email=None, email_verified=True)

    world.sync().sync(UID)

    assert world.profile()[:2] == (None, "false")


def test_only_fields_of_the_legacy_system_are_written(world: SyncWorld) -> None:
    # PS-04
    world.change(email="queen@example.org", display_name="Cordelia of France")

    world.sync(ProfilePolicy(fields=frozenset({"name"}))).sync(UID)

    assert world.profile() == ("cordelia@example.org", "true", "Cordelia of France")


def test_a_second_message_writes_nothing(world: SyncWorld) -> None:
    # PS-02
    world.change(display_name="Cordelia of France")
    world.sync().sync(UID)
    once = world.now()

    assert world.sync().sync(UID).status == "unchanged"
    assert world.now() == once


def test_a_locked_account_disables_its_user(world: SyncWorld) -> None:
    world.change(locked=True)

    assert world.sync().sync(UID) == SyncResult(UID, "disabled", ("enabled",), world.user.subject)
    assert not world.now().enabled


def test_an_unlocked_account_enables_no_user_by_default(world: SyncWorld) -> None:
    """An administrator may have disabled the user for a reason of the pool's own."""
    world.directory.disable("cordelia")

    assert world.sync().sync(UID).status == "unchanged"
    assert not world.now().enabled


def test_an_unlocked_account_enables_its_user_where_the_lock_is_followed(world: SyncWorld) -> None:
    world.change(locked=True)
    world.sync(FOLLOW).sync(UID)
    world.change(locked=False)

    assert world.sync(FOLLOW).sync(UID).status == "enabled"
    assert world.now().enabled


def test_a_lock_can_be_kept_from_the_pool(world: SyncWorld) -> None:
    world.change(locked=True)

    assert world.sync(ProfilePolicy(on_lock="keep")).sync(UID).status == "unchanged"
    assert world.now().enabled


@pytest.mark.parametrize(
    ("policy", "status", "is_there", "is_enabled"),
    [
        (ProfilePolicy(), "disabled", True, False),
        (ProfilePolicy(on_deletion="keep"), "unchanged", True, True),
        (ProfilePolicy(on_deletion="delete"), "deleted", False, None),
    ],
)
def test_the_user_of_a_deleted_account_is_disabled_by_default(
    world: SyncWorld, policy: ProfilePolicy, status: str, is_there: bool, is_enabled: bool | None
) -> None:
    world.delete_account()

    assert world.sync(policy).sync(UID).status == status
    assert len(world.audit.events) == (status != "unchanged")
    found = world.directory.find("cordelia")
    assert (found is not None) is is_there
    assert found is None or found.enabled is is_enabled
    assert world.sync(policy).sync(UID).status == "unchanged"


def test_a_deletion_takes_no_user_who_has_the_name_by_now(world: SyncWorld) -> None:
    world.directory.delete_user("cordelia")
    later = world.directory.add("cordelia", {LEGACY_UID: UID})
    world.delete_account()

    result = world.sync(ProfilePolicy(on_deletion="delete")).sync(UID)

    assert result == SyncResult(UID, "unchanged", subject=world.user.subject)
    assert world.directory.find("cordelia") == later


def test_an_account_without_a_pool_user_is_no_matter_of_the_pool(world: SyncWorld) -> None:
    world.change(cognito_id=None, display_name="Cordelia of France")

    assert world.sync().sync(UID) == SyncResult(UID, "not_linked")
    assert world.profile()[2] == "Cordelia"


def test_an_external_user_is_written_to(world: SyncWorld) -> None:
    external = world.directory.federate(ExternalIdentity("Google", "1"), {LEGACY_UID: UID})
    world.change(cognito_id=external.subject)

    assert world.sync().sync(UID).status == "updated"
    found = world.directory.find("Google_1")
    assert found is not None
    assert found.attributes["name"] == "Cordelia"


@pytest.mark.parametrize("values", [{"email": "queen@example.org"}, {"locked": True}])
def test_a_user_who_took_the_sub_of_another_as_user_name_is_not_written_to(
    world: SyncWorld, values: dict[str, Any]
) -> None:
    """Nothing says that a pool refuses such a name at sign-up, or which of the two it means."""
    # PS-04
    taker = world.directory.add(world.user.subject, {"email": "edmund@example.org"})
    world.change(**values)

    assert world.sync().sync(UID).subject == world.user.subject

    assert world.directory.find(taker.username) == taker
    assert world.now() != world.user


Spoil = Callable[[SyncWorld], None]


def _names_no_account(world: SyncWorld) -> None:
    world.directory.set_attributes("cordelia", {LEGACY_UID: ""})


def _names_another_account(world: SyncWorld) -> None:
    world.directory.set_attributes("cordelia", {LEGACY_UID: "4712"})


def _is_gone(world: SyncWorld) -> None:
    world.directory.delete_user("cordelia")


def _is_unknown(world: SyncWorld) -> None:
    del world.legacy.accounts[UID]


def _is_mixed_up(world: SyncWorld) -> None:
    world.legacy.mixed_up = True


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (_names_no_account, OneSidedLinkError),
        (_names_another_account, AccountTakenError),
        (_is_gone, AccountNotFoundError),
        (_is_unknown, AccountNotFoundError),
        (_is_mixed_up, AccountMismatchError),
    ],
)
def test_a_refusal_writes_nothing_and_is_recorded(
    world: SyncWorld, spoil: Spoil, kind: type[AuthcoreError]
) -> None:
    # PS-05
    world.change(email="queen@example.org")
    spoil(world)
    before = world.directory.everybody()

    with pytest.raises(kind):
        world.sync().sync(UID)

    assert world.directory.everybody() == before
    (event,) = world.audit.events
    assert (event.action, event.outcome, event.reason) == ("profile_sync", "rejected", kind.code)
    assert event.legacy_uid == UID


@pytest.mark.parametrize("policy", [ProfilePolicy(on_deletion="delete"), ProfilePolicy()])
@pytest.mark.parametrize("spoil", [_names_no_account, _names_another_account])
def test_the_deletion_of_an_account_touches_no_user_who_does_not_name_it(
    world: SyncWorld, spoil: Spoil, policy: ProfilePolicy
) -> None:
    world.delete_account()
    spoil(world)
    before = world.now()

    with pytest.raises((OneSidedLinkError, AccountTakenError)):
        world.sync(policy).sync(UID)

    assert world.now() == before


def test_an_unknown_account_disables_nobody(world: SyncWorld) -> None:
    """Another database may be connected by mistake."""
    _is_unknown(world)

    with pytest.raises(AccountNotFoundError):
        world.sync(ProfilePolicy(on_deletion="delete")).sync(UID)

    assert world.now().enabled


@pytest.mark.parametrize("uid", ["", "x" * 65])
def test_an_id_that_no_account_can_have_is_not_asked_for(world: SyncWorld, uid: str) -> None:
    with pytest.raises(AccountNotFoundError):
        world.sync().sync(uid)

    assert world.legacy.reads == []
    assert world.lease.asked == []


def _pool_is_down(world: SyncWorld) -> None:
    world.directory.unavailable = True


def _legacy_is_down(world: SyncWorld) -> None:
    world.legacy.available = False


def _lease_is_down(world: SyncWorld) -> None:
    world.lease.unavailable = True


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (_pool_is_down, ProviderUnavailableError),
        (_legacy_is_down, LegacyUnavailableError),
        (_lease_is_down, CoordinationUnavailableError),
    ],
)
def test_an_outage_is_no_refusal_and_the_next_message_makes_it_good(
    world: SyncWorld, spoil: Spoil, kind: type[AuthcoreError]
) -> None:
    # PS-05
    world.change(display_name="Cordelia of France")
    spoil(world)

    with pytest.raises(kind):
        world.sync().sync(UID)
    assert [event.outcome for event in world.audit.events] == ["unavailable"]

    world.directory.unavailable = world.lease.unavailable = False
    world.legacy.available = True
    assert world.sync().sync(UID).written == ("name",)


def test_a_caller_waits_for_the_turn_of_another_and_not_for_ever(world: SyncWorld) -> None:
    with world.sync().turns.take(UID), pytest.raises(LeaseHeldError):
        world.sync().sync(UID)

    assert world.pause.waited == [timedelta(milliseconds=50)] * 40
    assert world.sync().sync(UID).status == "unchanged"


def test_two_users_need_not_wait_for_each_other(world: SyncWorld) -> None:
    with world.sync().turns.take("4712"):
        assert world.sync().sync(UID).status == "unchanged"


class Between(InMemoryUserAdministration):
    """Something happens after the pool user was read, or after it was written."""

    def __init__(self, world: SyncWorld, happens: Callable[[], None]) -> None:
        super().__init__(world.directory)
        self._happens = happens

    def find_by_subject(self, subject: str) -> DirectoryUser | None:
        found = super().find_by_subject(subject)
        self._happens()
        return found


def test_a_caller_whose_turn_has_ended_writes_nothing(world: SyncWorld) -> None:
    """It was frozen between reading and writing; another process may have written since."""
    world.change(display_name="Cordelia of France")
    frozen = Between(world, lambda: world.clock.advance(TURN))

    with pytest.raises(LeaseHeldError):
        attrs.evolve(world.sync(), administration=frozen).sync(UID)

    assert world.profile()[2] == "Cordelia"


def test_what_changes_while_it_is_written_is_written_again(world: SyncWorld) -> None:
    # PS-03
    world.change(display_name="Second")
    changing = Between(world, lambda: rename(world, "Third"))

    attrs.evolve(world.sync(), administration=changing).sync(UID)

    assert world.profile()[2] == "Third"


def test_an_account_that_never_rests_is_left_for_later(world: SyncWorld) -> None:
    rename(world, "First")
    names = iter(range(9))
    restless = Between(world, lambda: rename(world, f"Name {next(names)}"))

    with pytest.raises(LegacyUnavailableError):
        attrs.evolve(world.sync(), administration=restless).sync(UID)
    assert len(world.legacy.reads) == 1 + 3


@pytest.mark.parametrize("cognito_id", [None, "in step"])
def test_where_nothing_is_written_the_account_is_read_once(
    world: SyncWorld, cognito_id: str | None
) -> None:
    if cognito_id is None:
        world.change(cognito_id=None)

    world.sync().sync(UID)

    assert world.legacy.reads == [(UID,)]


def test_an_attribute_that_is_empty_names_no_account(world: SyncWorld) -> None:
    held = {**world.user.attributes, LEGACY_UID: ""}
    world.directory.replace(attrs.evolve(world.user, attributes=held))

    with pytest.raises(OneSidedLinkError):
        world.sync().sync(UID)


def test_the_longest_id_is_asked_for(world: SyncWorld) -> None:
    longest = "x" * 64
    with pytest.raises(AccountNotFoundError):
        world.sync().sync(longest)

    assert world.legacy.reads == [(longest,)]
    assert world.lease.asked == [f"profile-sync:{longest}"]


@pytest.mark.parametrize(("left", "writes"), [(12, True), (11.999, False)])
def test_a_write_begins_only_if_its_whole_deadline_is_left(
    world: SyncWorld, left: float, writes: bool
) -> None:
    world.change(display_name="Cordelia of France")
    late = Between(world, lambda: world.clock.advance(timedelta(seconds=60 - left)))
    sync = attrs.evolve(world.sync(), administration=late)

    if writes:
        assert sync.sync(UID).status == "updated"
    else:
        with pytest.raises(LeaseHeldError):
            sync.sync(UID)


def _unlock(world: SyncWorld) -> None:
    world.change(locked=False)


def rename(world: SyncWorld, name: str) -> None:
    world.change(display_name=name)


def test_no_value_reaches_the_audit_log(world: SyncWorld) -> None:
    world.change(email="canary@example.org", display_name="Canary")
    world.sync().sync(UID)

    assert world.audit.events == [
        AuditEvent(
            "profile_sync",
            "accepted",
            "ok",
            subject=world.user.subject,
            legacy_uid=UID,
            detail="updated email email_verified name",
        )
    ]


def test_a_lock_is_recorded_also_where_the_value_beside_it_is_refused(world: SyncWorld) -> None:
    # PS-05
    world.change(locked=True, display_name="x" * 2049)

    with pytest.raises(AttributesRejectedError):
        world.sync().sync(UID)

    assert [(each.outcome, each.detail) for each in world.audit.events] == [
        ("accepted", "disabled enabled"),
        ("rejected", None),
    ]


def test_a_write_is_told_and_recorded_also_where_the_account_then_changes_elsewhere(
    world: SyncWorld,
) -> None:
    """An unlocked account leaves its user disabled: only this line says since when."""
    world.change(locked=True)
    unlocking = Between(world, lambda: _unlock(world))

    result = attrs.evolve(world.sync(), administration=unlocking).sync(UID)

    assert result.status == "disabled"
    assert [each.detail for each in world.audit.events] == ["disabled enabled"]
    assert not world.now().enabled


def test_a_write_is_recorded_also_where_the_second_look_gets_no_answer(world: SyncWorld) -> None:
    world.change(display_name="Cordelia of France")
    failing = Between(world, lambda: _legacy_is_down(world))

    with pytest.raises(LegacyUnavailableError):
        attrs.evolve(world.sync(), administration=failing).sync(UID)

    assert [each.outcome for each in world.audit.events] == ["accepted", "unavailable"]


def test_the_fields_of_the_link_are_never_written(world: SyncWorld) -> None:
    # PS-04
    world.change(username="admin", email="queen@example.org", locked=True)
    before = world.now()

    world.sync(FOLLOW).sync(UID)

    after = world.now()
    for name in ("sub", LEGACY_UID, LEGACY_LINKED):
        assert after.attributes.get(name) == before.attributes.get(name)
    assert (after.username, after.subject) == (before.username, before.subject)


def test_a_torn_change_leaves_a_locked_user_disabled(world: SyncWorld) -> None:
    """Disabling comes before everything else that can fail."""
    world.change(locked=True, display_name="x" * 2049)

    with pytest.raises(AttributesRejectedError):
        world.sync().sync(UID)

    assert not world.now().enabled


@pytest.mark.parametrize(
    ("refused", "profile"),
    [
        (
            {"email": "queen@example.org", "display_name": "x" * 2049},
            ("queen@example.org", "true", "Cordelia"),
        ),
        (
            {"email": "x" * 2049, "display_name": "Cordelia of France"},
            ("cordelia@example.org", "true", "Cordelia of France"),
        ),
        (
            {"email": "x" * 2049, "display_name": "x" * 2049},
            ("cordelia@example.org", "true", "Cordelia"),
        ),
    ],
)
def test_a_refused_field_is_recorded_and_keeps_no_other_field_back(
    world: SyncWorld, refused: dict[str, Any], profile: tuple[str, str, str]
) -> None:
    """A pool may require a name that the account has not; codes go to the address all the same."""
    # PS-05
    world.change(**refused)

    with pytest.raises(AttributesRejectedError):
        world.sync().sync(UID)

    assert world.profile() == profile
    assert world.audit.events[-1].reason == "attributes_rejected"


def test_a_refused_value_enables_nobody(world: SyncWorld) -> None:
    world.directory.disable("cordelia")
    world.change(display_name="x" * 2049)

    with pytest.raises(AttributesRejectedError):
        world.sync(FOLLOW).sync(UID)

    assert not world.now().enabled


def test_a_deleted_account_that_was_never_linked_is_no_matter_of_the_pool(
    world: SyncWorld,
) -> None:
    world.legacy.put(DeletedAccount(UID, None))

    assert world.sync().sync(UID).status == "not_linked"
    assert world.now().enabled


def test_a_message_that_is_none_is_recorded_and_counted(world: SyncWorld) -> None:
    # PS-05
    world.sync().park(ProfileMessageError("no message", detail="json"))

    (event,) = world.audit.events
    assert (event.action, event.outcome) == ("profile_sync.message", "rejected")
    assert (event.reason, event.detail) == ("profile_message", "json")
