"""Which attempts count together, and which attempts are refused."""

from datetime import UTC, datetime, timedelta

import pytest

from authcore.domain.errors import CoordinationUnavailableError, TooManyAttemptsError
from authcore.domain.model.attempt_limits import AttemptLimit
from authcore.domain.services.sign_in.sign_in_limits import SignInLimits, network_of
from authcore.testing.fakes.attempt_limits import InMemoryAttemptLimiter
from authcore.testing.fakes.system import FrozenClock


WINDOW = timedelta(minutes=5)
HOME = "192.0.2.7"


class _World:
    """Three attempts for each user, five for each address."""

    def __init__(self) -> None:
        clock = FrozenClock(datetime(2026, 3, 14, 9, 25, tzinfo=UTC))
        self.users = InMemoryAttemptLimiter(AttemptLimit(3, WINDOW), clock)
        self.addresses = InMemoryAttemptLimiter(AttemptLimit(5, WINDOW), clock)
        self.limits = SignInLimits(users=self.users, addresses=self.addresses)

    def admits(self, username: str, address: str | None = HOME) -> bool:
        try:
            self.limits.admit(username, address)
        except TooManyAttemptsError:
            return False
        return True


@pytest.fixture
def world() -> _World:
    return _World()


def test_a_user_is_limited_whatever_the_address(world: _World) -> None:
    # MG-05
    answers = [world.admits("jane", f"192.0.2.{number}") for number in range(5)]
    assert answers == [True, True, True, False, False]


def test_an_address_is_limited_whatever_the_user(world: _World) -> None:
    # MG-05
    answers = [world.admits(f"user {number}") for number in range(6)]
    assert answers == [True] * 5 + [False]


@pytest.mark.parametrize(
    "spelling", ["JANE@example.com", " jane@example.com ", "\uff4aane@example.com"]
)
def test_spellings_of_one_name_share_one_limit(world: _World, spelling: str) -> None:
    for _ in range(3):
        world.admits("jane@example.com")
    assert not world.admits(spelling)


def test_answers_count_for_the_user_and_for_the_name_that_was_typed(world: _World) -> None:
    """However many aliases a user has; and one that no user has is limited alike."""
    for alias in ("jane@example.com", "+447700900123", "jane"):
        world.limits.admit(alias, None, username="6f1d2c3b")
    assert not world.admits("6f1d2c3b")

    for number in range(3):
        world.limits.admit("nobody", HOME, username=f"made-up-{number}")
    assert not world.admits("nobody", "192.0.2.8")


def test_a_name_that_the_pool_has_too_counts_once(world: _World) -> None:
    for _ in range(3):
        world.limits.admit("Jane", HOME, username="jane")
    assert len(world.users.asked) == 3


def test_an_address_beyond_its_limit_uses_up_no_users_limit(world: _World) -> None:
    for number in range(20):
        world.admits(f"user {number}")
    world.addresses.asked.clear()
    world.users.asked.clear()

    world.admits("jane")

    assert (len(world.addresses.asked), world.users.asked) == (1, [])


def test_limits_that_cannot_be_counted_admit_nothing(world: _World) -> None:
    world.users.unavailable = True
    with pytest.raises(CoordinationUnavailableError):
        world.limits.admit("jane", HOME)


def test_keys_are_digests(world: _World) -> None:
    world.limits.admit("jane@example.com", HOME)
    (user,), (address,) = world.users.asked, world.addresses.asked
    assert len(user) == len(address) == 64
    assert "jane" not in user
    assert HOME not in address


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2300::1", "20010db8000123/56"),
        ("2001:db8:1:23ff:ffff::9", "20010db8000123/56"),
        ("2001:db8:1:2400::1", "20010db8000124/56"),
        ("fe80::1%eth0", "fe800000000000/56"),
        (None, "unknown"),
        ("", "unknown"),
        ("somewhere", "unknown"),
        ("192.0.2.7, 192.0.2.8", "unknown"),
    ],
)
def test_what_counts_as_one_address(address: str | None, network: str) -> None:
    assert network_of(address) == network
