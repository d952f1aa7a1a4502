"""A password that was changed in the legacy system, set in the pool."""

import json
from concurrent.futures import ThreadPoolExecutor

import attrs
import pytest

from authcore.domain.errors import (
    AccountNotFoundError,
    AccountTakenError,
    AuthcoreError,
    CredentialsRejectedError,
    NoPoolPasswordError,
    OneSidedLinkError,
    PasswordPolicyError,
    ProviderUnavailableError,
    TooManyAttemptsError,
    UserUnconfirmedError,
)
from authcore.domain.model.moved_account import MovedAccount
from authcore.testing.fakes.user_directory import InMemoryUserSessions
from support.everything_said import everything_said
from unit.old_login_world import NEW, PASSWORD, OldLoginWorld


@pytest.fixture
def world() -> OldLoginWorld:
    return OldLoginWorld()


def test_the_old_login_takes_the_new_password_from_then_on(world: OldLoginWorld) -> None:
    assert world.change() is True

    world.verify(NEW)
    with pytest.raises(CredentialsRejectedError):
        world.verify(PASSWORD)
    assert world.noted[0] == ("password.change", "ok", None)


def test_all_sessions_of_the_user_in_cognito_end_and_no_other(world: OldLoginWorld) -> None:
    world.enrol("bea", "4712")
    for name in ("anna", "bea", "anna"):
        world.open_sessions.begin(name)
    world.change()
    assert {*world.open_sessions.open.values()} == {"bea"}


class _NoAnswer(InMemoryUserSessions):
    def sign_out_everywhere(self, username: str) -> None:
        raise ProviderUnavailableError("no answer")


def test_sessions_that_cannot_be_ended_are_said_and_recorded(world: OldLoginWorld) -> None:
    assert world.change(sessions=_NoAnswer(world.pool)) is False
    world.verify(NEW)
    assert [each[:2] for each in world.noted[:2]] == [
        ("password.sessions", "provider_unavailable"),
        ("password.change", "ok"),
    ]


def test_a_password_that_the_pool_does_not_accept_changes_nothing(world: OldLoginWorld) -> None:
    world.open_sessions.begin("anna")
    with pytest.raises(PasswordPolicyError):
        world.change("short")
    world.verify(PASSWORD)
    assert world.open_sessions.open


@pytest.mark.parametrize(
    "password", ["correct horse battery staple", "wide\u3000open spaces", "x y z w v"]
)
def test_a_passphrase_with_blanks_within_is_set(world: OldLoginWorld, password: str) -> None:
    world.change(password)
    world.verify(password)


@pytest.mark.parametrize(
    "password", [" led by one", "ended by one ", "\tin tabs", "two\nlines of it", "x" * 257]
)
def test_a_password_that_no_pool_takes_is_the_policys_no(
    world: OldLoginWorld, password: str
) -> None:
    with pytest.raises(PasswordPolicyError):
        world.change(password)
    world.verify(PASSWORD)


@pytest.mark.parametrize("status", ["RESET_REQUIRED", "FORCE_CHANGE_PASSWORD"])
def test_a_user_who_must_choose_a_password_has_chosen_it(world: OldLoginWorld, status: str) -> None:
    user = world.enrol("bea", "4712", status=status)
    world.change(account=MovedAccount("4712", user.subject))
    assert [each.status for each in world.pool.everybody()] == ["CONFIRMED", "CONFIRMED"]


@pytest.mark.parametrize("status", ["UNCONFIRMED", "ARCHIVED", "COMPROMISED", "UNKNOWN", ""])
def test_setting_a_password_confirms_nobody(world: OldLoginWorld, status: str) -> None:
    user = world.enrol("bea", "4712", status=status)
    with pytest.raises(UserUnconfirmedError):
        world.change(account=MovedAccount("4712", user.subject))
    assert world.administration.passwords == {}


def test_a_disabled_user_stays_disabled(world: OldLoginWorld) -> None:
    world.pool.disable("anna")
    world.change()
    with pytest.raises(CredentialsRejectedError):
        world.verify(NEW)


def test_an_external_user_gets_no_password(world: OldLoginWorld) -> None:
    with pytest.raises(NoPoolPasswordError):
        world.change(account=world.federate())
    assert world.administration.passwords == {}


@pytest.mark.parametrize(
    ("legacy_uid", "username", "error"),
    [
        ("4711", "bea", AccountTakenError),
        ("4712", "anna", AccountTakenError),
        ("4711", "carl", OneSidedLinkError),
        ("4711", None, AccountNotFoundError),
    ],
)
def test_no_password_is_set_over_a_link_that_one_side_does_not_hold(
    world: OldLoginWorld, legacy_uid: str, username: str | None, error: type[AuthcoreError]
) -> None:
    users = {"anna": world.anna, "bea": world.enrol("bea", "4712"), "carl": world.enrol("carl", "")}
    subject = users[username].subject if username else "sub-of-nobody"

    with pytest.raises(error):
        world.change(account=MovedAccount(legacy_uid, subject))

    assert world.administration.passwords == {}
    assert world.noted[0][:2] == ("password.change", error.code)


def test_of_two_changes_at_once_one_counts_for_both_logins(world: OldLoginWorld) -> None:
    passwords = [f"canary-Password-{number}" for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(world.change, passwords))

    [held] = world.administration.passwords.values()
    assert held in passwords
    world.verify(held)


def test_a_change_that_was_cut_off_can_be_made_again(world: OldLoginWorld) -> None:
    class Killed(InMemoryUserSessions):
        def sign_out_everywhere(self, username: str) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        world.change(sessions=Killed(world.pool))
    world.verify(NEW)
    assert world.change() is True


def test_an_outage_is_no_refusal(world: OldLoginWorld) -> None:
    world.pool.unavailable = True
    with pytest.raises(ProviderUnavailableError):
        world.change()
    assert world.noted == []


def test_changes_are_limited_with_the_guesses(world: OldLoginWorld) -> None:
    # MG-05
    for _ in range(10):
        world.change()
    with pytest.raises(TooManyAttemptsError):
        world.verify(NEW)


@pytest.mark.parametrize("password", [NEW, "canary", "canary" * 50])
def test_no_password_is_said_anywhere(
    world: OldLoginWorld, password: str, caplog: pytest.LogCaptureFixture
) -> None:
    said = everything_said(lambda: world.change(password), caplog)
    said += json.dumps([attrs.asdict(each) for each in world.recorded.events])
    said += repr(world.password_change())
    assert "canary" not in said
