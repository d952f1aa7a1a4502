"""Rules of ``create``, ``attach``, ``detach`` and ``update``, on an account that they create."""

from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import Final

import attrs

from authcore.adapters.legacy.link_contract import CREATE_PATH, create_request
from authcore.domain.errors import AccountLockedError, AccountNotFoundError, AccountTakenError
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.linking import AccountQuery, NewLegacyAccount
from authcore_cli.legacy_checks.check import BrokenRuleError, Check, OperationName, require
from authcore_cli.legacy_checks.target import LegacyTarget


_LOOKS_UP: Final = frozenset({"unique", "idempotent", "lease"})
_REPEATS: Final = frozenset({"unique", "idempotent"})


@attrs.define(eq=False)
class CreatedAccount:
    """
    The account that the checks create, once, when the first of them needs it.

    Attributes:
        target: The legacy system.
    """

    target: LegacyTarget
    _refused: bool = attrs.field(default=False, init=False)

    @cached_property
    def wanted(self) -> NewLegacyAccount:
        """What is asked for."""
        name = self.target.unknown()
        return NewLegacyAccount(
            cognito_id=name,
            identity=ExternalIdentity("Google", name),
            username=name,
            email=None,
            email_verified=False,
            display_name="authcore check",
        )

    @cached_property
    def account(self) -> LegacyAccount:
        """What was created; asked for once, because a repeated request may create another."""
        if self._refused:
            raise BrokenRuleError("no account was created: see create-new")
        self._refused = True
        return self.target.create(self.wanted, self.wanted.cognito_id)

    def is_open(self) -> None:
        """Check what is created."""
        require(not self.account.locked, "the new account is locked")

    def needs_key(self) -> None:
        """Check that no account is created without a key."""
        other = attrs.evolve(self.wanted, cognito_id=self.target.unknown(), identity=None)
        status = self.target.post(CREATE_PATH, create_request(other)).status
        require(status != 200, "an account is created without an Idempotency-Key")

    def is_not_created_twice(self) -> None:
        """Check the promise that --creation names."""
        own, wanted = self.account, self.wanted
        by_key = self.target.request.creation == "idempotent"
        again = self.target.create(wanted, wanted.cognito_id if by_key else self.target.unknown())
        require(again.legacy_uid == own.legacy_uid, "a repeated creation makes a second account")

    def is_not_shared(self) -> None:
        """Check that one identity opens one account."""
        _ = self.account
        other = attrs.evolve(self.wanted, cognito_id=self.target.unknown())
        try:
            self.target.create(other, other.cognito_id)
        except AccountTakenError:
            return
        raise BrokenRuleError("one identity gets two accounts")

    def is_matched(self) -> None:
        """Check both look-ups."""
        uid, wanted = self.account.legacy_uid, self.wanted
        found = self.target.match(AccountQuery(wanted.cognito_id, wanted.identity, None))
        for way, account in (
            ("Cognito id", found.by_cognito_id),
            ("identity", found.by_identity),
        ):
            require(
                account is not None and account.legacy_uid == uid,
                f"the created account is not matched by {way}",
            )

    def is_attached_again(self) -> None:
        """Check that a repeated attach is harmless."""
        self.target.attach(self.account.legacy_uid, self.wanted.cognito_id)

    def is_taken(self) -> None:
        """Check that a link is never replaced."""
        try:
            self.target.attach(self.account.legacy_uid, self.target.unknown())
        except AccountTakenError:
            return
        raise BrokenRuleError("the Cognito id of a linked account is replaced")

    def is_not_found(self) -> None:
        """Check an unknown account."""
        try:
            self.target.attach(self.target.unknown(), self.target.unknown())
        except AccountNotFoundError:
            return
        raise BrokenRuleError("a Cognito id is attached to an account that does not exist")

    def is_never_attached(self) -> None:
        """Check that no user gets a locked account."""
        locked = self.target.request.locked
        account = self.target.find(locked.username) if locked else None
        if account is None:
            raise BrokenRuleError("the locked account is not found: see find-locked")
        try:
            self.target.attach(account.legacy_uid, self.target.unknown())
        except AccountLockedError:
            return
        raise BrokenRuleError("a locked account is linked")

    def is_kept_by_others(self) -> None:
        """Check that no other user's link is taken back."""
        try:
            self.target.detach(self.account.legacy_uid, self.target.unknown())
        except AccountTakenError:
            return
        raise BrokenRuleError("the link of another user is taken back")

    def is_detached_again(self) -> None:
        """Check that a link is taken back, and that a repeated request is harmless."""
        for _ in range(2):
            self.target.detach(self.account.legacy_uid, self.wanted.cognito_id)

    def is_renamed(self) -> None:
        """Check that a change is written once."""
        uid, cognito_id = self.account.legacy_uid, self.wanted.cognito_id
        name = "authcore check, renamed"
        require(self.target.update(uid, cognito_id, name), "a new name is `unchanged`")
        require(not self.target.update(uid, cognito_id, name), "the same name is `updated` again")

    def is_not_linked(self) -> None:
        """Check that only the linked user's changes are written."""
        try:
            self.target.update(self.account.legacy_uid, self.target.unknown(), "authcore check")
        except AccountNotFoundError:
            return
        raise BrokenRuleError("a change of another user is written")


_Rule = tuple[str, OperationName, str, Callable[[CreatedAccount], None]]

_RULES: Final[tuple[_Rule, ...]] = (
    ("create-new", "create", "an account is `created`, and not locked", CreatedAccount.is_open),
    (
        "create-key",
        "create",
        "a creation without an Idempotency-Key gets no decision",
        CreatedAccount.needs_key,
    ),
    (
        "attach-again",
        "attach",
        "a repeated request is `attached` again",
        CreatedAccount.is_attached_again,
    ),
    ("attach-taken", "attach", "an account with a Cognito id is `taken`", CreatedAccount.is_taken),
    (
        "attach-unknown",
        "attach",
        "an id that no account has is `not_found`",
        CreatedAccount.is_not_found,
    ),
    (
        "update-name",
        "update",
        "a new display name is `updated`, then `unchanged`",
        CreatedAccount.is_renamed,
    ),
    ("update-other", "update", "another Cognito id is `not_linked`", CreatedAccount.is_not_linked),
)


def write_checks(target: LegacyTarget) -> Iterator[Check]:
    """Yield the checks; all are skipped unless the target may be written to."""
    made = CreatedAccount(target)
    lacks = None if target.request.writes else "--write"
    for name, operation, rule, run in _RULES:
        yield Check(name, operation, rule, partial(run, made), lacks)
    if target.request.creation in _REPEATS:
        rule = "a repeated creation answers with the first account"
        yield Check("create-again", "create", rule, made.is_not_created_twice, lacks)
        rule = "a second account with the identity is `taken`"
        yield Check("create-taken", "create", rule, made.is_not_shared, lacks)
    if target.request.creation in _LOOKS_UP:
        rule = "the created account is matched by Cognito id and by identity"
        yield Check("match-created", "match", rule, made.is_matched, lacks)
    lacks = lacks or (None if target.request.locked else "--locked-user")
    rule = "a locked account is `locked`, and not linked"
    yield Check("attach-locked", "attach", rule, made.is_never_attached, lacks)
    lacks = None if target.request.writes else "--write"
    rule = "another Cognito id is `taken`, and the link stays"
    yield Check("detach-other", "detach", rule, made.is_kept_by_others, lacks)
    rule = "the account's own Cognito id is `detached`, again on repetition"
    yield Check("detach-again", "detach", rule, made.is_detached_again, lacks)
