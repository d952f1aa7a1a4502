"""A run links each of its users on both sides, so that an audit of the links finds nothing."""

import attrs
import pytest

from authcore.domain.errors import LegacyUnavailableError
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.link_audit import Finding, LinkSnapshot
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.domain.services.accounts.link_audit import LinkAudit
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyAccounts, InMemoryLegacyListing
from authcore.testing.fakes.user_directory import InMemoryDirectoryListing
from unit.moves_world import PROOFS, Killed, Life, World, account


def _findings(world: World) -> list[Finding]:
    audit = LinkAudit(
        directory=InMemoryDirectoryListing(world.directory),
        legacy=InMemoryLegacyListing(world.links),
        proofs=PROOFS,
        retrier=world.retrier(),
    )
    both = LinkSnapshot(key="key-of-this-audit")
    while not both.complete:
        audit.read(both)
    return [*audit.findings(both)]


def test_an_audit_of_the_links_finds_nothing_afterwards() -> None:
    world = World()
    world.execute()
    assert _findings(world)

    world.link_all()

    assert _findings(world) == []
    assert {*world.kinds().values()} == {"linked"}
    assert {each.account.cognito_id for each in world.links.rows.values()} == {
        each.subject for each in world.directory.everybody()
    }


def test_the_date_of_the_proof_is_recorded() -> None:
    world = World().linked()

    stored = {each.subject: each.modified_at for each in world.directory.everybody()}
    assert {each.subject: each.modified_at for each in world.outcomes()} == stored


def test_linking_again_writes_nothing() -> None:
    world = World().linked()
    before = world.directory.everybody()
    world.links.calls.clear()

    world.link_all()

    assert world.directory.everybody() == before
    assert world.links.calls == []


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_linking_that_is_killed_at_any_call_continues_to_the_same_end(after: bool) -> None:
    whole = World(size=2)
    whole.execute()
    begun = whole.life.calls
    whole.link_all()

    for call in range(begun + 1, whole.life.calls + 1):
        world = World(size=2, life=Life(call, after=after))
        world.execute()
        with pytest.raises(Killed):
            world.link_all()
        world.life = Life()
        world.link_all()

        assert _findings(world) == []
        assert world.kinds() == whole.kinds()
        assert None not in {each.modified_at for each in world.outcomes()}


def _change_account(world: World, changed: LegacyAccount) -> None:
    """Put *changed* in place of an account, as the legacy system would."""
    world.links.rows["1"] = attrs.evolve(world.links.rows["1"], account=changed)
    world.accounts = InMemoryLegacyAccounts()
    for row in world.links.rows.values():
        world.accounts.add(row.account, "")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (attrs.evolve(account(1), locked=True), "link_account_locked"),
        (attrs.evolve(account(1), email_verified=False), "link_stale"),
        (attrs.evolve(account(1), email="new@legacy.example"), "link_stale"),
        (attrs.evolve(account(1), cognito_id="another-user"), "link_taken"),
    ],
)
def test_an_account_that_changed_since_the_plan_is_not_linked_and_says_why(
    changed: LegacyAccount, reason: str
) -> None:
    world = World()
    world.execute()
    _change_account(world, changed)
    before = world.directory.find("user1")

    world.link_all()

    assert world.outcomes()[0].kind == "created"
    assert world.outcomes()[0].reason == reason
    assert world.directory.find("user1") == before
    assert world.links.rows["1"].account.cognito_id == changed.cognito_id
    assert [each.kind for each in world.outcomes()[1:]] == ["linked"] * 4


def test_a_user_whose_voucher_is_gone_is_not_linked() -> None:
    world = World()
    world.execute()
    world.directory.set_attributes("user1", {LEGACY_LINKED: "", LEGACY_UID: "2"})

    world.link_all()

    assert (world.outcomes()[0].kind, world.outcomes()[0].reason) == ("created", "link_unproven")
    assert world.links.rows["1"].account.cognito_id is None


def test_a_user_who_is_gone_is_not_linked_and_nor_is_one_who_took_the_name() -> None:
    world = World()
    world.execute()
    gone = world.directory.find("user1")
    assert gone is not None
    world.directory.add("user1", gone.attributes)

    world.link_all()

    assert world.outcomes()[0].reason == "account_not_found"
    assert world.links.rows["1"].account.cognito_id is None


def test_access_of_the_account_is_not_reset() -> None:
    world = World()
    world.execute()
    row = attrs.evolve(world.links.rows["1"], unproven_access=frozenset({"session"}))
    world.links.rows["1"] = row

    world.link_all()

    assert world.links.rows["1"].unproven_access == {"session"}


def test_an_outage_of_the_legacy_system_stops_the_run_and_it_continues() -> None:
    world = World()
    world.execute()
    world.links.available = False
    with pytest.raises(LegacyUnavailableError):
        world.link_all()
    world.links.available = True

    world.link_all()

    assert _findings(world) == []
