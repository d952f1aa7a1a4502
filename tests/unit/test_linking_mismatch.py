"""A legacy system that answers about other accounts links none and gets no second one created."""

import pytest

from authcore.domain.model.linking import Creation, LinkOutcome, PoolAccount
from unit.linking_world import EMMA, NATIVE_EMMA, World, row


@pytest.mark.parametrize("creation", ["unique", "idempotent", "lease"])
@pytest.mark.parametrize("person", [EMMA, NATIVE_EMMA], ids=["external", "native"])
def test_a_match_of_another_account_is_refused_and_nothing_is_created(
    person: PoolAccount, creation: Creation
) -> None:
    # AL-03, AL-07
    world = World(row(), creation=creation)
    world.links.mixed_up = True

    assert world.signs_in(person) == LinkOutcome("refused", "legacy_mismatch")
    assert world.links.rows == {"1815": row()}
    assert world.links.calls == ["match"]
    assert world.pool_side(person) is None
    assert [(event.outcome, event.reason) for event in world.audit.events] == [
        ("rejected", "legacy_mismatch")
    ]


def test_the_link_is_made_once_the_legacy_system_answers_about_the_user() -> None:
    # AL-07
    world = World(row())
    world.links.mixed_up = True
    world.signs_in(EMMA)
    world.links.mixed_up = False

    assert world.signs_in(EMMA) == LinkOutcome("linked", "email", "1815")
    world.assert_linked(EMMA, "1815")


@pytest.mark.parametrize("creation", ["unique", "idempotent", "once"])
def test_a_create_that_was_answered_about_another_account_is_not_called_off(
    creation: Creation,
) -> None:
    """The account may exist, so the next attempt may not create a second one."""
    # AL-07
    world = World(creation=creation)
    world.links.mixed_up = True

    assert world.signs_in(EMMA) == LinkOutcome("postponed", "legacy_unavailable")
    world.links.mixed_up = False
    world.signs_in(EMMA)

    assert len(world.links.rows) == 1
