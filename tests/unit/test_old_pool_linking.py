"""Users of the new pool are linked with the users of the old pool whom they were."""

from collections.abc import Mapping
from typing import Final

import attrs
import pytest

from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.link_proofs import LinkProofs, Refusal
from authcore.domain.model.linking import LinkOutcome, LinkPolicy, PoolAccount
from authcore.domain.model.old_pool_users import account_of
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID, MOVED_TO
from authcore.domain.services.accounts.old_pool_linking import OldPoolLinking
from authcore.domain.services.accounts.prediction import predict_old_pool_linking
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.user_directory import InMemoryUserDirectory


PROOFS: Final = LinkProofs((b"k" * 32,), "eu-west-1_New12Cd34E")
ADDRESS: Final = {"email": "emma@hartfield.example", "email_verified": "true"}
NOTHING_TO_LINK: Final = LinkOutcome("unlinked", "ok")


class OldPool(InMemoryUserDirectory):
    """Counts what it is asked."""

    def __init__(self) -> None:
        super().__init__(custom_attributes=(MOVED_TO,))
        self.calls = 0

    def find(self, username: str) -> DirectoryUser | None:
        self.calls += 1
        return super().find(username)


class World:
    """Emma in both pools, as migration left her."""

    def __init__(self) -> None:
        self.old = OldPool()
        self.new = InMemoryUserDirectory()
        self.audit = InMemoryAuditLog()
        self.emma_before = self.old.add("emma", ADDRESS)
        self.new.add("somebody")  # so that no sub is the same in both pools
        self.service = OldPoolLinking(
            old=self.old,
            directory=self.new,
            audit=self.audit,
            policy=LinkPolicy(issuers={"Okta": "https://okta.example"}),
            proofs=PROOFS,
        )

    def moved(self, name: str = "emma", **attributes: str) -> str:
        """The user *name* of the new pool, whom migration made from Emma."""
        vouched = {
            LEGACY_UID: self.emma_before.subject,
            LEGACY_LINKED: PROOFS.vouch(account_of(self.emma_before)),
        }
        return self.new.add(name, {**ADDRESS, **vouched, **attributes}).username

    def link(self, name: str = "emma") -> LinkOutcome:
        return self.service.link(self.account(name))

    def account(self, name: str = "emma") -> PoolAccount:
        user = self.new.find(name)
        assert user is not None
        held = user.attributes
        return PoolAccount(
            username=name,
            subject=user.subject,
            email=held.get("email"),
            email_verified=held.get("email_verified") == "true",
            name=None,
            identity=None,
            legacy_uid=held.get(LEGACY_UID),
            statement=held.get(LEGACY_LINKED),
        )

    def mark(self) -> str | None:
        found = self.old.find("emma")
        return found.attributes.get(MOVED_TO) if found else None

    def refused(self, name: str, reason: str) -> None:
        """The link is refused, and no other service believes in it."""
        assert self.link(name) == LinkOutcome("refused", reason)
        user = self.new.find(name)
        assert user is None or LEGACY_UID not in user.attributes


@pytest.fixture
def world() -> World:
    return World()


def test_a_user_who_moved_is_named_on_both_sides(world: World) -> None:
    world.moved()
    uid = world.emma_before.subject

    assert world.link() == LinkOutcome("linked", "legacy_uid", uid)

    linked = world.account()
    assert world.mark() == linked.subject
    assert linked.legacy_uid == uid
    assert PROOFS.is_linked(linked.statement, linked.subject, uid)


def test_a_linked_user_needs_no_old_pool(world: World) -> None:
    world.moved()
    world.link()
    world.old.calls = 0
    world.old.unavailable = True

    assert world.link() == LinkOutcome("already_linked", "ok", world.emma_before.subject)
    assert world.old.calls == 0


def test_a_user_who_was_none_in_the_old_pool_gets_no_account_and_costs_no_call(
    world: World,
) -> None:
    world.new.add("harriet", {"email": "harriet@hartfield.example", "email_verified": "true"})

    assert world.link("harriet") == NOTHING_TO_LINK
    assert world.old.calls == 0
    assert world.audit.events == []


def test_an_old_user_moves_once(world: World) -> None:
    world.moved()
    world.link()
    world.moved("emma.two")

    world.refused("emma.two", "link_taken")
    assert world.mark() == world.account("emma").subject


def test_of_two_users_who_claim_an_old_user_at_once_one_is_linked(world: World) -> None:
    """The old pool writes without a condition: the later mark overwrites the earlier one."""
    world.moved()
    rival = world.new.add("emma.two", ADDRESS).subject
    mark = world.old.set_attributes

    def mark_and_lose(username: str, _: Mapping[str, str]) -> None:
        mark(username, {MOVED_TO: rival})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.old, "set_attributes", mark_and_lose)
        world.refused("emma", "link_taken")

    assert world.mark() == rival


def test_an_old_user_who_is_deleted_while_being_marked_is_not_linked(world: World) -> None:
    world.moved()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.old, "set_attributes", lambda *_: world.old.delete_user("emma"))
        world.refused("emma", "link_unproven")


@pytest.mark.parametrize("status", ["ARCHIVED", "COMPROMISED", "UNKNOWN", "UNCONFIRMED"])
def test_an_old_user_who_may_not_sign_in_is_a_locked_account(world: World, status: str) -> None:
    """Or a code sent to the mailbox would open, in the new pool, what the old pool closed."""
    assert account_of(attrs.evolve(world.emma_before, status=status)).locked


def test_a_marked_user_stays_linked_though_the_old_address_has_changed(world: World) -> None:
    world.moved()
    subject = world.account().subject
    changed = {"email": "emma@donwell.example", MOVED_TO: subject, "sub": world.emma_before.subject}
    world.old.replace(attrs.evolve(world.emma_before, attributes=changed))

    assert world.link().status == "linked"


def test_an_old_user_who_changed_since_migration_is_not_linked(world: World) -> None:
    """Who has the old address may be another person; the owner's password makes the right user."""
    world.moved()
    changed = {**world.emma_before.attributes, "email": "emma@donwell.example"}
    world.old.replace(attrs.evolve(world.emma_before, attributes=changed))

    world.refused("emma", "link_stale")
    assert world.new.find("emma") is None


def test_a_disabled_old_user_is_not_linked(world: World) -> None:
    world.moved()
    world.old.disable("emma")

    world.refused("emma", "link_account_locked")


def test_a_user_whose_old_user_is_gone_stays(world: World) -> None:
    """The old pool is being emptied: that is no reason to delete those who have moved."""
    world.moved()
    world.old.delete_user("emma")

    world.refused("emma", "link_unproven")
    assert world.new.find("emma") is not None


def test_a_claim_alone_proves_nothing(world: World) -> None:
    claim = {LEGACY_UID: world.emma_before.subject, "email": "eve@example.com"}
    world.new.add("eve", claim)

    world.refused("eve", "link_unproven")
    assert world.mark() is None


def test_a_user_name_that_is_another_users_sub_leads_nowhere(world: World) -> None:
    world.old.delete_user("emma")
    world.old.add(world.emma_before.subject, ADDRESS)
    world.moved()

    world.refused("emma", "link_unproven")


def test_a_claim_counts_with_an_address_that_both_pools_verified(world: World) -> None:
    """As of users whom an import made, which has no keys."""
    world.new.add("emma", {**ADDRESS, LEGACY_UID: world.emma_before.subject})

    assert world.link().status == "linked"


def test_a_statement_that_is_not_understood_is_a_refusal(world: World) -> None:
    another = LinkProofs((b"x" * 32,), PROOFS.pool_id)
    world.new.add("emma", {**ADDRESS, LEGACY_LINKED: another.vouch(account_of(world.emma_before))})

    assert world.link() == LinkOutcome("refused", "link_unproven")


def test_a_refusal_is_lifted_when_its_cause_is_gone(world: World) -> None:
    uid = world.emma_before.subject
    subject = world.new.add("emma", ADDRESS).subject
    refusal = PROOFS.refuse(subject, Refusal("link_unproven", uid))
    world.new.set_attributes("emma", {LEGACY_LINKED: refusal})

    assert world.link() == LinkOutcome("linked", "legacy_uid", uid)


def test_an_outage_of_the_old_pool_postpones_the_link_and_takes_nothing_away(world: World) -> None:
    world.moved()
    world.old.unavailable = True

    assert world.link() == LinkOutcome("postponed", ProviderUnavailableError.code)
    world.old.unavailable = False
    assert world.link().status == "linked"


def test_a_proof_that_could_not_be_written_is_written_the_next_time(world: World) -> None:
    world.moved()
    account = world.account()
    world.new.unavailable = True
    assert world.service.link(account).status == "postponed"
    world.new.unavailable = False

    assert world.service.link(account).status == "linked"
    assert PROOFS.is_linked(world.account().statement, account.subject, world.emma_before.subject)


def test_a_prediction_decides_the_same_and_writes_to_neither_pool(world: World) -> None:
    world.moved()
    before = world.account()
    predicted = predict_old_pool_linking(world.service).link(before)

    assert world.mark() is None
    assert world.account() == before
    assert world.link() == predicted


def test_an_old_user_who_is_linked_is_not_migrated_again(world: World) -> None:
    world.moved()
    world.link()
    found = world.old.find("emma")
    assert found is not None
    assert account_of(found).cognito_id == world.account().subject
