"""Rules of ``find``, ``match``, ``list`` and ``profiles``: nothing is changed."""

from collections.abc import Callable, Iterator
from typing import Final

from authcore.adapters.legacy.user_contract import MAX_USERNAME_LENGTH
from authcore.domain.errors import AccountMismatchError, AmbiguousAccountError
from authcore.domain.model.accounts import MAX_PROFILES, LegacyAccount
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.linking import AccountQuery
from authcore_cli.legacy_checks.check import BrokenRuleError, Check, OperationName, require
from authcore_cli.legacy_checks.target import LegacyTarget


_Rule = tuple[str, str, Callable[[], object]]

_NO_USER: Final = "the account of --user is not found: see find-name"


def look_up_checks(target: LegacyTarget) -> Iterator[Check]:
    """Yield the checks; those about a user are skipped without one."""
    lacks = None if target.request.user else "--user"
    yield from _checks("find", _find_strangers(target))
    yield from _checks("find", _find_user(target), lacks)
    yield from _checks("match", _match_strangers(target))
    yield from _checks("match", _match_user(target), lacks)
    yield from _checks("list", _list_accounts(target))
    yield from _checks("profiles", _read_strangers(target))
    yield from _checks("profiles", _read_user(target), lacks)
    rule = "a locked account is `found`, and says that it is locked"
    lacks = None if target.request.locked else "--locked-user"
    yield Check("find-locked", "find", rule, lambda: _find_locked(target), lacks)


def _checks(
    operation: OperationName, rules: Iterator[_Rule], lacks: str | None = None
) -> Iterator[Check]:
    for name, rule, run in rules:
        yield Check(name, operation, rule, run, lacks)


def _find_strangers(target: LegacyTarget) -> Iterator[_Rule]:
    def is_unknown() -> None:
        require(target.find(target.unknown()) is None, "an account is found by an unknown name")

    def is_looked_up() -> None:
        name = (target.unknown() + "é\U0001f40e'\"" * 64)[:MAX_USERNAME_LENGTH]
        require(target.find(name) is None, "an account is found by an unknown name")

    yield "find-unknown", "an unknown name is `not_found`", is_unknown
    yield "find-longest", "a name of 128 characters is looked up like any other", is_looked_up


def _find_user(target: LegacyTarget) -> Iterator[_Rule]:
    name = target.request.user.username if target.request.user else "-"
    yield "find-name", "the user is `found` by the login name", lambda: account_of(target)
    yield (
        "find-letter-case",
        "the user is found by the name in other letter case",
        lambda: _is_user(target, name.swapcase()),
    )
    yield (
        "find-address",
        "the user is found by the e-mail address, or several accounts have it",
        lambda: _is_found_by_address(target),
    )
    yield (
        "find-other-name",
        "the name with a blank at its end is another name",
        lambda: _is_other_name(target, f"{name} "),
    )


def _find_locked(target: LegacyTarget) -> None:
    account = target.find(target.request.locked.username if target.request.locked else "-")
    require(account is not None, "the locked account is not found: its name can be signed up again")
    require(account is not None and account.locked, "`locked` is false")


def account_of(target: LegacyTarget) -> LegacyAccount:
    """
    Look up the account of --user.

    Raises:
        BrokenRuleError: It is not found.
    """
    account = target.find(target.request.user.username) if target.request.user else None
    if account is None:
        raise BrokenRuleError(_NO_USER)
    require(not account.locked, "the account of --user is locked")
    return account


def _is_user(target: LegacyTarget, name: str) -> None:
    found = target.find(name)
    require(found is not None, "the account is not found by this form of its name")
    require(found == account_of(target), "this form of the name finds another account")


def _is_found_by_address(target: LegacyTarget) -> None:
    email = account_of(target).email
    if email is None:
        return
    try:
        _is_user(target, email)
        _is_user(target, email.upper())
    except AmbiguousAccountError:
        return


def _is_other_name(target: LegacyTarget, name: str) -> None:
    try:
        found = target.find(name)
    except AccountMismatchError:
        raise BrokenRuleError(
            "a blank at the end of the name is ignored: answer `not_found` for such a name"
        ) from None
    require(found is None, "an account has the name with a blank at its end")


def _match_strangers(target: LegacyTarget) -> Iterator[_Rule]:
    def finds_nothing() -> None:
        identity = ExternalIdentity("Google", target.unknown())
        found = target.match(AccountQuery(target.unknown(), identity, None))
        ways = (found.by_cognito_id, found.by_identity, found.by_email)
        require(ways == (None, None, None), "an account matches ids that no user has")

    yield "match-unknown", "ids that no user has match no account", finds_nothing


def _match_user(target: LegacyTarget) -> Iterator[_Rule]:
    yield (
        "match-address",
        "the address of the user matches the account, or several have it",
        lambda: _matches_by_address(target),
    )
    yield (
        "match-letter-case",
        "the part of an address before @ is compared with its letter case",
        lambda: _compares_exactly(target),
    )


def _matches_by_address(target: LegacyTarget) -> None:
    account = account_of(target)
    if account.email is None:
        return
    try:
        found = target.match(AccountQuery(target.unknown(), None, account.email)).by_email
    except AmbiguousAccountError:
        return
    require(found == account, "the address of the user matches no account, or another one")


def _compares_exactly(target: LegacyTarget) -> None:
    local, _, domain = (account_of(target).email or "").partition("@")
    if local.swapcase() == local:
        return
    other = f"{local.swapcase()}@{domain}"
    try:
        found = target.match(AccountQuery(target.unknown(), None, other)).by_email
    except AmbiguousAccountError:
        return
    require(
        found is None or found.email == other,
        "an address matches in other letter case: another person may have that mailbox",
    )


def _list_accounts(target: LegacyTarget) -> Iterator[_Rule]:
    yield "list-pages", "pages follow each other and repeat no account", lambda: _page_on(target)
    yield "list-order", "a page that is read twice is the same", lambda: _page_again(target)


def _page_on(target: LegacyTarget) -> None:
    first = target.page(None)
    if first.next is None:
        return
    second = target.page(first.next)
    ids = [account.legacy_uid for account in (*first.accounts, *second.accounts)]
    require(len(ids) == len(set(ids)), "the second page repeats an account of the first one")


def _page_again(target: LegacyTarget) -> None:
    ids = [[account.legacy_uid for account in target.page(None).accounts] for _ in range(2)]
    require(ids[0] == ids[1], "the order of the accounts changes")


def _read_strangers(target: LegacyTarget) -> Iterator[_Rule]:
    def are_unknown() -> None:
        asked = [target.unknown() for _ in range(MAX_PROFILES)]
        require(not target.profiles(asked), "an id that no account has is in the answer")

    yield "profiles-unknown", "100 ids that no account has are in neither list", are_unknown


def _read_user(target: LegacyTarget) -> Iterator[_Rule]:
    def is_read() -> None:
        account = account_of(target)
        found = target.profiles([account.legacy_uid, target.unknown()])
        require(found == {account.legacy_uid: account}, "the account of --user is not read")

    yield "profiles-user", "the user's account is read as `find` reads it", is_read
