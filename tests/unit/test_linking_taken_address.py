"""Where addresses are unique, whoever holds somebody's address does not keep them out."""

from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest

from authcore.domain.errors import AccountTakenError, LegacyUnavailableError
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.linking import Creation, LinkOutcome, NewLegacyAccount, PoolAccount
from authcore.domain.services.accounts.account_creation import LATE_CREATE
from authcore.domain.services.accounts.account_linking import LEASE_TTL
from unit.linking_world import EMMA, EMMAS_OLD_ACCOUNT, NATIVE_EMMA, World, row


SQUATTERS = attrs.evolve(EMMAS_OLD_ACCOUNT, legacy_uid="666", email_verified=False)
MODES: tuple[Creation, ...] = ("unique", "idempotent", "lease", "once")

Create = Callable[[NewLegacyAccount, str], LegacyAccount]


def squatted(creation: Creation = "unique") -> World:
    return World(row(SQUATTERS), creation=creation, unique_emails=True)


def instead(world: World, create: Callable[[Create, NewLegacyAccount, str], LegacyAccount]) -> None:
    """Let *create* stand before what creates accounts in *world*."""
    original = world.links.create

    def before(account: NewLegacyAccount, *, idempotency_key: str) -> LegacyAccount:
        return create(lambda a, k: original(a, idempotency_key=k), account, idempotency_key)

    world.links.create = before  # type: ignore[method-assign]


@pytest.mark.parametrize("creation", MODES)
@pytest.mark.parametrize("person", [EMMA, NATIVE_EMMA])
def test_an_address_that_another_account_has_is_left_out_of_the_new_one(
    person: PoolAccount, creation: Creation
) -> None:
    # AL-01, AL-07
    world = squatted(creation)

    outcome = world.signs_in(person)

    assert (outcome.status, outcome.reason) == ("created", "email_taken")
    assert world.links.calls == ["match", "create", "create"]
    made = world.links.rows[outcome.legacy_uid or ""].account
    assert (made.email, made.email_verified, made.cognito_id) == (None, False, person.subject)
    assert world.links.rows["666"] == row(SQUATTERS)
    world.assert_linked(person, made.legacy_uid)
    assert [(event.action, event.reason) for event in world.audit.events] == [
        ("account_linking.created", "email_taken")
    ]


@pytest.mark.parametrize("creation", MODES)
def test_an_address_that_nobody_has_is_kept_and_costs_no_second_creation(
    creation: Creation,
) -> None:
    world = World(creation=creation, unique_emails=True)

    outcome = world.signs_in(EMMA)

    assert (outcome.status, outcome.reason) == ("created", "ok")
    assert world.links.calls == ["match", "create"]
    assert world.links.rows[outcome.legacy_uid or ""].account.email == EMMA.email


@pytest.mark.parametrize(
    ("person", "creations"), [(EMMA, 2), (attrs.evolve(EMMA, email=None, email_verified=False), 1)]
)
def test_a_creation_that_is_refused_for_another_reason_is_asked_for_once_more_at_most(
    person: PoolAccount, creations: int
) -> None:
    world = World()

    def refused(_: Create, account: NewLegacyAccount, key: str) -> LegacyAccount:
        world.links.calls.append("create")
        raise AccountTakenError(f"the identity of {account!r} is another's, says {key}")

    instead(world, refused)

    assert world.signs_in(person) == LinkOutcome("refused", "link_taken")
    assert world.links.calls == ["match", *["create"] * creations]
    assert world.pool_side(person) is None


def test_each_of_the_two_creations_has_a_key_that_stays_the_same() -> None:
    # AL-07
    world = squatted()
    keys: list[tuple[str | None, str]] = []

    def unanswered(create: Create, account: NewLegacyAccount, key: str) -> LegacyAccount:
        keys.append((account.email, key))
        if account.email is None:
            raise LegacyUnavailableError("no answer")
        return create(account, key)

    instead(world, unanswered)
    for _ in range(2):
        assert world.signs_in(EMMA) == LinkOutcome("postponed", "legacy_unavailable")

    with_address, without = keys[:2]
    assert keys == [with_address, without] * 2
    assert (with_address[0], without[0]) == (EMMA.email, None)
    assert with_address[1] != without[1]


@pytest.mark.parametrize(
    ("creation", "then"),
    [("unique", "linked"), ("idempotent", "linked"), ("lease", "linked"), ("once", "refused")],
)
def test_a_second_creation_whose_answer_is_lost_makes_one_account(
    creation: Creation, then: str
) -> None:
    # AL-07, LT-02
    world = squatted(creation)

    def lost(create: Create, account: NewLegacyAccount, key: str) -> LegacyAccount:
        created = create(account, key)
        raise LegacyUnavailableError(f"the answer about {created.legacy_uid} was lost")

    instead(world, lost)
    assert world.signs_in(EMMA) == LinkOutcome("postponed", "legacy_unavailable")
    world.clock.advance(LATE_CREATE)

    assert world.signs_in(EMMA).status == then
    assert len(world.links.rows) == 2


def test_a_lease_that_ends_between_the_two_creations_creates_nothing() -> None:
    # AL-07
    world = squatted("lease")

    def slow(create: Create, account: NewLegacyAccount, key: str) -> LegacyAccount:
        world.clock.advance(LEASE_TTL + timedelta(seconds=1))
        return create(account, key)

    instead(world, slow)

    assert world.signs_in(EMMA) == LinkOutcome("postponed", "lease_held")
    assert world.links.calls == ["match", "create"]
    assert [*world.links.rows] == ["666"]
