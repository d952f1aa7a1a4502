"""Every call of a connection fails, dies or meets another actor; the next press makes it good."""

from contextlib import suppress
from itertools import product

import pytest

from authcore.domain.errors import AccountTakenError, AuthcoreError, LinkRejectedError
from authcore.testing.fakes.user_directory import InMemoryProviderLinks
from unit.connect_world import (
    APPLE,
    APPLE_NAME,
    UID,
    VERIFIED,
    ConnectWorld,
    Hook,
    Line,
    ProcessKilled,
    fail,
    kill,
)


CALLS = 4
"""Of a connection that nothing disturbs."""

LONGEST = 8
"""With the second attempt to delete and link."""

FAULTS = {"unsent": ("before", fail), "lost": ("after", fail), "killed": ("after", kill)}


def line_with(place: str, number: int, hook: Hook) -> Line:
    hooks = {number: hook}
    return Line(before=hooks) if place == "before" else Line(after=hooks)


def press(world: ConnectWorld, line: Line | None = None) -> None:
    with suppress(AuthcoreError, ProcessKilled):
        world.service(line).connect(world.ticket(subject=world.external.subject), world.session())


@pytest.mark.parametrize(("number", "fault"), [*product(range(1, CALLS + 1), FAULTS)])
def test_after_any_fault_the_next_press_connects(number: int, fault: str) -> None:
    # AL-07, LT-02
    world = ConnectWorld()

    press(world, line_with(FAULTS[fault][0], number, FAULTS[fault][1]))
    world.require_one_person()
    press(world)

    assert world.is_connected()
    world.require_one_person()


@pytest.mark.parametrize(
    ("first", "fault", "second", "other"),
    [*product(range(1, CALLS + 1), FAULTS, range(1, CALLS + 1), FAULTS)],
)
def test_after_two_faults_the_third_press_connects(
    first: int, fault: str, second: int, other: str
) -> None:
    world = ConnectWorld()

    press(world, line_with(FAULTS[fault][0], first, FAULTS[fault][1]))
    press(world, line_with(FAULTS[other][0], second, FAULTS[other][1]))
    world.require_one_person()
    press(world)

    assert world.is_connected()


@pytest.mark.parametrize(
    ("number", "place"), [*product(range(1, LONGEST + 1), ("before", "after"))]
)
def test_two_presses_at_the_same_time_connect_once(number: int, place: str) -> None:
    # LT-02
    world = ConnectWorld()
    line = line_with(place, number, lambda: press(world))

    world.service(line).connect(world.ticket(), world.session())

    assert world.is_connected()
    world.require_one_person()


@pytest.mark.parametrize(
    ("number", "place", "mine", "fault"),
    [*product(range(1, CALLS + 1), ("before", "after"), range(1, CALLS + 1), FAULTS)],
)
def test_one_of_two_presses_at_the_same_time_may_fail(
    number: int, place: str, mine: int, fault: str
) -> None:
    world = ConnectWorld()
    other = line_with(FAULTS[fault][0], mine, FAULTS[fault][1])

    press(world, line_with(place, number, lambda: press(world, other)))

    assert world.is_connected()
    world.require_one_person()


@pytest.mark.parametrize(
    ("number", "place"), [*product(range(1, LONGEST + 1), ("before", "after"))]
)
def test_an_identity_that_signs_in_again_meanwhile_is_connected(number: int, place: str) -> None:
    # AL-07
    world = ConnectWorld()
    line = line_with(place, number, world.sign_in_with_apple)

    world.service(line).connect(world.ticket(), world.session())

    assert world.is_connected()
    world.require_one_person()


def test_the_audit_names_the_later_user_that_was_deleted() -> None:
    world = ConnectWorld()
    later = []
    line = line_with("after", 3, lambda: later.append(world.sign_in_with_apple()))

    world.service(line).connect(world.ticket(), world.session())

    deleted = [e.other_subject for e in world.audit.events if e.action == "connect.delete"]
    assert deleted == [world.external.subject, later[0].subject]
    assert later[0].subject != world.external.subject


def test_a_later_user_of_the_identity_who_has_an_account_is_not_deleted() -> None:
    # AL-05
    world = ConnectWorld()

    def sign_in_and_get_an_account() -> None:
        later = world.sign_in_with_apple()
        world.pool.set_attributes(later.username, {UID: "100005"})

    with pytest.raises(AccountTakenError):
        world.service(line_with("after", 3, sign_in_and_get_an_account)).connect(
            world.ticket(), world.session()
        )

    kept = world.pool.find(APPLE_NAME)
    assert kept is not None
    assert kept.attributes[UID] == "100005"
    assert not world.is_connected()


def test_an_identity_that_signs_in_again_and_again_is_given_up() -> None:
    world = ConnectWorld()
    line = Line(after={3: world.sign_in_with_apple, 6: world.sign_in_with_apple})

    with pytest.raises(AccountTakenError):
        world.service(line).connect(world.ticket(), world.session())

    assert line.calls == ["find", "find", "delete", "link", "find", "delete", "link"]
    assert world.sign_in_with_apple().username == APPLE_NAME
    world.require_one_person()


@pytest.mark.parametrize(
    ("number", "place"), [*product(range(1, LONGEST + 1), ("before", "after"))]
)
def test_an_identity_that_another_user_gets_meanwhile_stays_theirs(number: int, place: str) -> None:
    # AL-05: two native users with one address press at the same time
    world = ConnectWorld()
    other = world.pool.add("eyre", VERIFIED)

    def press_as_the_other() -> None:
        with suppress(AuthcoreError):
            world.service().connect(world.ticket(), world.session(other))

    with suppress(AccountTakenError):
        world.service(line_with(place, number, press_as_the_other)).connect(
            world.ticket(), world.session()
        )

    assert world.owner is not None
    assert world.owner.username in {"jane", "eyre"}
    assert APPLE_NAME not in {user.username for user in world.pool.everybody()}


def test_an_administrator_who_links_the_identity_meanwhile_is_not_overruled() -> None:
    world = ConnectWorld()
    world.pool.add("eyre", {})

    def link() -> None:
        InMemoryProviderLinks(world.pool).link_provider("eyre", APPLE)

    line = line_with("after", 3, link)
    with pytest.raises(AccountTakenError):
        world.service(line).connect(world.ticket(), world.session())

    assert world.is_connected("eyre")
    assert line.calls[3:] == ["link", "find"]


def test_a_native_user_who_is_deleted_meanwhile_gets_nothing() -> None:
    world = ConnectWorld()
    line = line_with("before", 4, lambda: world.pool.delete_user("jane"))

    with pytest.raises(LinkRejectedError) as refusal:
        world.service(line).connect(world.ticket(), world.session())

    assert refusal.value.code == "link_rejected"
    assert world.audit.events[-1].reason == "link_rejected"
