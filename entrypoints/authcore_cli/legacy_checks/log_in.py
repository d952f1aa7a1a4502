"""Rules of ``authenticate``."""

from collections.abc import Callable, Iterator
from statistics import median
from typing import Final

from authcore.adapters.http import HttpAnswer
from authcore.adapters.legacy.login_contract import login_answer
from authcore.domain.errors import AccountMismatchError
from authcore_cli.legacy_checks.check import BrokenRuleError, Check, require
from authcore_cli.legacy_checks.request import CheckedUser
from authcore_cli.legacy_checks.target import LegacyTarget


SAMPLES: Final = 3
"""Log-ins of each kind whose times are compared."""

CLEARLY: Final = 0.05
"""Seconds: a smaller difference may be the network's."""

ODD: Final = "é\U0001f40e'\"\\<%00>; -- ' OR '1'='1"
"""What a query or a template that is put together as text would stumble over."""

LONGEST: Final = "a" * 256

_Rule = tuple[str, str, Callable[[], None]]


def log_in_checks(target: LegacyTarget) -> Iterator[Check]:
    """Yield the checks; those about a user are skipped without one."""
    for name, rule, run in _of_strangers(target):
        yield Check(name, "authenticate", rule, run)
    user, locked = target.request.user, target.request.locked
    lacks = None if user else "--user"
    for name, rule, run in _of_user(target, user or _NOBODY):
        yield Check(name, "authenticate", rule, run, lacks)
    rule = "a locked account with its right password gets the answer of a wrong one"
    yield Check(
        "log-in-locked",
        "authenticate",
        rule,
        lambda: _is_rejected(target, locked or _NOBODY, "the locked account is signed in"),
        None if locked else "--locked-user",
    )


_NOBODY: Final = CheckedUser(username="-", password="-")  # noqa: S106 - never sent


def _of_strangers(target: LegacyTarget) -> Iterator[_Rule]:
    def is_rejected(name: str, password: str) -> None:
        require(target.log_in(name, password) is None, "an account is signed in")

    yield (
        "log-in-unknown",
        "an unknown user is `rejected`",
        lambda: is_rejected(target.unknown(), "x"),
    )
    yield (
        "log-in-odd",
        "quotes, markup and characters beyond ASCII are a wrong password like any other",
        lambda: is_rejected(target.unknown()[:40] + ODD, ODD),
    )
    yield (
        "log-in-longest",
        "a password of 256 characters is checked like any other",
        lambda: is_rejected(target.unknown(), LONGEST),
    )


def _of_user(target: LegacyTarget, user: CheckedUser) -> Iterator[_Rule]:
    def wrong(password: str, finding: str) -> Callable[[], None]:
        other = CheckedUser(username=user.username, password=password)
        return lambda: _is_rejected(target, other, finding)

    yield (
        "log-in-right",
        "the right password is `authenticated`",
        lambda: _is_admitted(target, user),
    )
    yield (
        "log-in-wrong",
        "a wrong password is `rejected`",
        wrong(f"{user.password}x", "a wrong password signs the user in"),
    )
    yield (
        "log-in-trimmed",
        "a password with a blank at its end is another password",
        wrong(f"{user.password} ", "the password is trimmed: a blank at its end is ignored"),
    )
    yield (
        "log-in-letter-case",
        "a password in other letter case is another password",
        lambda: _differs_in_letter_case(target, user),
    )
    yield (
        "log-in-other-name",
        "the name with a blank at its end is another name",
        lambda: _is_other_name(target, user),
    )
    yield (
        "log-in-alike",
        "an unknown user and a wrong password get the same answer",
        lambda: _are_alike(target, user),
    )
    yield (
        "log-in-time",
        "an unknown user takes as long as a wrong password",
        lambda: _take_as_long(target, user),
    )


def _is_admitted(target: LegacyTarget, user: CheckedUser) -> None:
    account = target.log_in(user.username, user.password)
    require(account is not None, "the right password is rejected")


def _is_rejected(target: LegacyTarget, user: CheckedUser, finding: str) -> None:
    require(target.log_in(user.username, user.password) is None, finding)


def _differs_in_letter_case(target: LegacyTarget, user: CheckedUser) -> None:
    other = user.password.swapcase()
    if other != user.password:
        changed = CheckedUser(username=user.username, password=other)
        _is_rejected(target, changed, "the letter case of the password is ignored")


def _is_other_name(target: LegacyTarget, user: CheckedUser) -> None:
    try:
        account = target.log_in(f"{user.username} ", user.password)
    except AccountMismatchError:
        raise BrokenRuleError(
            "a blank at the end of the name is ignored: answer `rejected` for such a name"
        ) from None
    require(account is None, "an account has the name with a blank at its end")


def _are_alike(target: LegacyTarget, user: CheckedUser) -> None:
    unknown = _rejection(target, target.unknown(), "x")
    wrong = _rejection(target, user.username, f"{user.password}x")
    require(
        (unknown.status, unknown.body) == (wrong.status, wrong.body),
        "the answers differ, so that user names can be guessed",
    )


def _take_as_long(target: LegacyTarget, user: CheckedUser) -> None:
    unknown, wrong = [], []
    for _ in range(SAMPLES):
        unknown.append(_seconds(target, target.unknown(), "x"))
        wrong.append(_seconds(target, user.username, f"{user.password}x"))
    slow, quick = median(wrong), median(unknown)
    require(
        abs(slow - quick) < CLEARLY or 0.5 < quick / slow < 2,
        f"an unknown user takes {quick * 1000:.0f} ms, a wrong password {slow * 1000:.0f} ms: "
        "hash a password even where there is no such user",
    )


def _seconds(target: LegacyTarget, username: str, password: str) -> float:
    began = target.timer()
    _rejection(target, username, password)
    return target.timer() - began


def _rejection(target: LegacyTarget, username: str, password: str) -> HttpAnswer:
    answer = target.post_log_in(username, password)
    require(login_answer(answer, username) is None, "an account is signed in")
    return answer
