"""The local Cognito locks a user out after wrong passwords."""

from datetime import timedelta

import pytest

from authcore.testing.fakes.system import FrozenClock
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.user_flows.lockout import (
    LONGEST_LOCK,
    MAX_FAILURES,
    Lockout,
)


def fail(lockout: Lockout, times: int, name: str = "anna") -> None:
    for _ in range(times):
        lockout.count_failure(name)


def is_locked(lockout: Lockout, name: str = "anna") -> bool:
    try:
        lockout.check(name)
    except CognitoError as error:
        return str(error) == "NotAuthorizedException: Password attempts exceeded"
    return False


def test_four_wrong_passwords_lock_nobody_out() -> None:
    lockout = Lockout(FrozenClock())
    fail(lockout, MAX_FAILURES - 1)

    assert not is_locked(lockout)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(5, 1), (6, 2), (7, 4), (14, 512), (15, 900), (10_000, 900)]
)
def test_the_lock_doubles_with_each_further_one(failures: int, seconds: int) -> None:
    clock = FrozenClock()
    lockout = Lockout(clock)
    fail(lockout, failures)

    clock.advance(timedelta(seconds=seconds - 0.001))
    assert is_locked(lockout)
    assert not is_locked(lockout, "bertha")
    clock.advance(timedelta(milliseconds=1))
    assert not is_locked(lockout)


def test_a_right_password_begins_the_count_again() -> None:
    lockout = Lockout(FrozenClock())
    fail(lockout, 4)
    lockout.forget("anna")
    fail(lockout, 4)

    assert not is_locked(lockout)


def test_a_quarter_of_an_hour_without_attempts_begins_the_count_again() -> None:
    clock = FrozenClock()
    lockout = Lockout(clock)
    fail(lockout, 6)
    clock.advance(timedelta(seconds=2) + LONGEST_LOCK)
    fail(lockout, 4)

    assert not is_locked(lockout)


def test_the_names_that_are_remembered_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("authcore_local.cognito.user_flows.lockout.MAX_NAMES", 10)
    lockout = Lockout(FrozenClock())
    fail(lockout, 5)
    for number in range(10):
        lockout.count_failure(f"user-{number}")

    assert not is_locked(lockout)
