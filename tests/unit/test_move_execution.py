"""A run creates each user once, whatever happens to it."""

from collections.abc import Iterator
from datetime import timedelta

import attrs
import pytest

from authcore.domain.errors import (
    AttributesMissingError,
    LeaseHeldError,
    ProviderMisconfiguredError,
    ProviderUnavailableError,
)
from authcore.domain.model.moves import NewPoolUser, PlannedUser
from authcore.domain.model.usernames import LEGACY_LINKED
from authcore.domain.services.moves.batches import BATCH
from authcore.testing.fakes.move_runs import InMemoryRun
from unit.moves_world import PROOFS, Killed, Life, World, account, planned


ALL = ["user1", "user2", "user3", "user4", "user5"]


def test_every_pending_user_is_created_and_recorded_with_sub_and_date() -> None:
    world = World()

    world.execute()

    assert world.names() == ALL
    assert [(each.number, each.kind, each.reason) for each in world.outcomes()] == [
        (number, "created", "ok") for number in range(1, 6)
    ]
    stored = {each.subject: each.modified_at for each in world.directory.everybody()}
    assert {each.subject: each.modified_at for each in world.outcomes()} == stored
    assert None not in stored.values()


def test_each_batch_is_looked_for_behind_the_one_before() -> None:
    asked: list[int] = []

    class Asked(InMemoryRun):
        """Notes behind which number it is asked for pending users."""

        def pending(self, after: int = 0) -> Iterator[PlannedUser]:
            asked.append(after)
            return super().pending(after)

    World(size=2 * BATCH + 1, store=Asked()).execute()

    assert asked == [0, BATCH, 2 * BATCH, 2 * BATCH + 1]


def test_outcomes_are_told_after_they_are_recorded() -> None:
    world, told = World(), []

    world.execution().run(
        lambda: None, lambda each: told.append((len(each), len(world.outcomes())))
    )

    assert told == [(5, 5)]


def test_a_second_execution_creates_nobody() -> None:
    world = World()
    world.execute()
    world.execute()

    assert world.creation.asked == ALL


def test_a_user_who_was_there_before_is_left_alone() -> None:
    world = World()
    before = world.directory.add("user2", {"name": "another"})

    world.execute()

    assert world.directory.find("user2") == before
    assert world.kinds() == {1: "created", 2: "exists", 3: "created", 4: "created", 5: "created"}
    assert world.outcomes()[1].reason == "user_exists"


def test_a_user_whom_the_pool_refuses_does_not_stop_the_others() -> None:
    world = World()
    odd = NewPoolUser("user6", {"custom:no_such": "x"})
    world.store.add_page([PlannedUser(6, "6", odd)], None)

    world.execute()

    assert world.outcomes()[5] == attrs.evolve(
        world.outcomes()[5], kind="refused", reason="attributes_rejected", subject=None
    )
    assert world.names() == ALL


def test_a_pool_that_refuses_every_user_is_a_wrong_schema_and_no_outcome() -> None:
    world = World(size=0)
    rows = [PlannedUser(n, str(n), NewPoolUser(f"u{n}", {"custom:no": "x"})) for n in range(1, 11)]
    world.store.add_page(rows, None)

    with pytest.raises(AttributesMissingError):
        world.execute()

    assert world.outcomes() == []


def test_a_user_whom_a_trigger_refuses_does_not_stop_the_others() -> None:
    world = World()
    world.creation.refused_by_trigger = {"user2"}

    world.execute()

    assert world.names() == ["user1", "user3", "user4", "user5"]
    assert (world.outcomes()[1].kind, world.outcomes()[1].reason) == ("refused", "trigger_refused")
    assert world.creation.asked == ALL


def test_a_trigger_that_refuses_every_user_fails_and_is_no_outcome() -> None:
    world = World(size=10)
    world.creation.refused_by_trigger = {f"user{number}" for number in range(1, 11)}

    with pytest.raises(ProviderMisconfiguredError, match="trigger"):
        world.execute()

    assert world.outcomes() == []


def test_a_batch_that_is_refused_by_right_is_recorded_where_an_operator_says_so() -> None:
    world = World(size=12)
    world.creation.refused_by_trigger = {f"user{number}" for number in range(1, 13)}

    world.execute(accepts_refused=True)

    assert {each.reason for each in world.outcomes()} == {"trigger_refused"}
    assert len(world.outcomes()) == 12


def test_a_lost_answer_makes_no_second_user_and_loses_none() -> None:
    world = World()
    world.creation.loses_answers = 1

    world.execute()

    assert world.names() == ALL
    assert {each.kind for each in world.outcomes()} == {"created"}
    assert world.outcomes()[0].subject == world.directory.everybody()[0].subject


def test_an_outage_stops_the_run_and_what_was_done_is_recorded() -> None:
    world = World()

    def require() -> None:
        world.creation.unavailable = len(world.creation.asked) >= 2

    with pytest.raises(ProviderUnavailableError):
        world.execution().run(require, lambda _: None)

    assert world.kinds() == {1: "created", 2: "created"}
    world.creation.unavailable = False
    world.execute()
    assert (world.names(), {*world.kinds().values()}) == (ALL, {"created"})


def test_after_a_failure_no_further_user_of_the_batch_is_begun() -> None:
    world = World()
    world.creation.unavailable = True

    with pytest.raises(ProviderUnavailableError):
        world.execute()

    assert {*world.creation.asked} == {"user1"}


def test_a_run_that_lost_its_turn_stops_before_the_next_write() -> None:
    world, turns = World(), iter([None, None, LeaseHeldError("lost")])

    def require() -> None:
        if error := next(turns):
            raise error

    with pytest.raises(LeaseHeldError):
        world.execution().run(require, lambda _: None)

    assert world.creation.asked == ["user1", "user2"]
    assert world.kinds() == {1: "created", 2: "created"}


def _pool_of(world: World) -> list[tuple[str, str, str]]:
    return [
        (each.username, each.status, each.attributes[LEGACY_LINKED])
        for each in world.directory.everybody()
    ]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("batch", [2, 100])
def test_a_run_that_is_killed_at_any_call_creates_each_user_once(
    monkeypatch: pytest.MonkeyPatch, batch: int, after: bool
) -> None:
    monkeypatch.setattr("authcore.domain.services.moves.execution.BATCH", batch)
    whole = World()
    whole.execute()

    for call in range(1, whole.life.calls + 1):
        world = World(life=Life(call, after=after))
        with pytest.raises(Killed):
            world.execute()
        world.life = Life()
        world.execute()

        assert _pool_of(world) == _pool_of(whole)
        assert world.kinds() == whole.kinds()
        subjects = [each.subject for each in world.directory.everybody()]
        assert [each.subject for each in world.outcomes()] == subjects


def test_a_user_of_the_same_account_who_set_a_password_is_not_the_run_s_own() -> None:
    # The user moved by signing in, between the kill and the continuation.
    world = World(life=Life(4))
    with pytest.raises(Killed):
        world.execute()
    user = planned(1).user
    assert user is not None
    world.directory.add("user1", user.attributes, status="CONFIRMED")
    world.life = Life()

    world.execute()

    assert world.kinds()[1] == "exists"


def test_a_user_whom_another_run_created_for_the_account_is_not_the_run_s_own() -> None:
    # The other run took its turn between the kill and the continuation.
    world = World(life=Life(4))
    with pytest.raises(Killed):
        world.execute()
    of_another = PROOFS.vouch(account(1), "20260314-000000")
    user = planned(1).user
    assert user is not None
    held = {**user.attributes, LEGACY_LINKED: of_another}
    there = world.directory.add("user1", held, status="FORCE_CHANGE_PASSWORD")
    world.life = Life()

    world.execution().recover(lambda _: None)
    assert world.outcomes() == []
    world.execute()
    world.undo_all()

    assert world.kinds() == {1: "exists", **dict.fromkeys(range(2, 6), "undone")}
    assert world.directory.everybody() == (there,)


def test_the_run_s_own_user_is_known_with_clocks_that_differ() -> None:
    world = World(life=Life(4, after=True))
    with pytest.raises(Killed):
        world.execute()
    created = world.directory.everybody()[0]
    long_ago = world.clock.now() - timedelta(days=1)
    world.directory._users["user1"] = attrs.evolve(created, created_at=long_ago)
    world.life = Life()

    world.execute()

    assert {*world.kinds().values()} == {"created"}


@pytest.mark.parametrize("difference", [{LEGACY_LINKED: ""}, {"custom:legacy_uid": "99"}])
def test_without_voucher_and_id_of_the_account_a_user_is_not_the_run_s_own(
    difference: dict[str, str],
) -> None:
    world = World(life=Life(4))
    with pytest.raises(Killed):
        world.execute()
    user = planned(1).user
    assert user is not None
    held = {**user.attributes, **difference}
    world.directory.add("user1", held, status="FORCE_CHANGE_PASSWORD")
    world.life = Life()

    world.execute()

    assert world.kinds()[1] == "exists"


def test_recovery_records_what_a_killed_run_created_and_creates_nobody() -> None:
    world = World(life=Life(5, after=True))
    with pytest.raises(Killed):
        world.execute()
    created = world.names()
    world.life = Life()

    world.execution().recover(lambda _: None)

    assert world.names() == created
    assert [each.subject for each in world.outcomes()] == [
        each.subject for each in world.directory.everybody()
    ]


def test_several_workers_create_each_user_once() -> None:
    world = World(size=250, workers=8)

    world.execute()

    assert len(world.names()) == len({*world.names()}) == 250
    assert {*world.kinds().values()} == {"created"}
