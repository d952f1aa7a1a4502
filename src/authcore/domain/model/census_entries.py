"""What a census keeps of an account or a user, and how that makes the state of a person."""

from datetime import datetime
from typing import Literal

import attrs

from authcore.domain.model.census import PersonState


Word = Literal["none", "voucher", "proof", "refusal"]
"""
What the pool holds about a user's link, under the team's keys: see LinkProofs.

``voucher``: migration or an import made the user from the account that the user names.  ``proof``:
both sides named each other when it was written.  ``refusal``: linking refused the user an account.
``none``: anything else, what a client wrote included.
"""


@attrs.frozen
class AccountEntry:
    """
    An account, as a census keeps it.

    Attributes:
        legacy_uid: Its primary key.
        cognito_id: The ``sub`` that it names; None for none.
        is_locked: Whether it may not be used.
        is_reachable: Whether the legacy system verified its address.
    """

    legacy_uid: str
    cognito_id: str | None
    is_locked: bool
    is_reachable: bool


@attrs.frozen
class UserEntry:
    """
    A pool user, as a census keeps it.

    Attributes:
        subject: ``sub``.
        legacy_uid: The account that the user names, or was made from; None for none.
        word: See Word.
        is_fresh: Whether the user was made or changed since the census began.
        is_external: Whether the user signs in through a provider only; by default False.
    """

    subject: str
    legacy_uid: str | None
    word: Word
    is_fresh: bool
    is_external: bool = False


@attrs.frozen(kw_only=True)
class PersonFacts:
    """
    All that the state of a person depends on.

    Attributes:
        account: The person's account; None for a user who belongs to none.
        is_reachable: See AccountEntry.
        names: Whether the account (of a user without one: the user) names nothing, an entry that
            does not exist, or one that does.
        named_by: Users who name the account: 0, 1, or 2 for several.
        is_mutual: Whether the user whom the account names, names it.
        is_shared: Whether another account names the one user who names this account.
        word: Of the one user who names the account, or of the user without an account.
        is_fresh: Of the same user.
        is_external: Of the same user.
    """

    account: Literal["open", "locked"] | None
    is_reachable: bool = False
    names: Literal["nothing", "gone", "there"] = "nothing"
    named_by: int = 0
    is_mutual: bool = False
    is_shared: bool = False
    word: Word = "none"
    is_fresh: bool = False
    is_external: bool = False


def state_of(facts: PersonFacts) -> PersonState:
    """
    Tell where a person is.

    Accounts are read before users.  A user who changed in between, and of whom a proof or a voucher
    tells that the account is or was there, is believed: the account was read too early.
    """
    if facts.account is None:
        return _without_account(facts)
    if facts.named_by == 0 and facts.names == "nothing":
        return "legacy_only" if facts.is_reachable else "unreachable"
    if facts.named_by != 1 or facts.is_shared:
        return "one_sided"
    if facts.is_mutual:
        return "linked"
    return _named_only(facts) if facts.names == "nothing" else "one_sided"


def _named_only(facts: PersonFacts) -> PersonState:
    """Tell the state of an account that names nothing and is named by one user."""
    if facts.word == "voucher":
        return "moved"
    return "linked" if facts.word == "proof" and facts.is_fresh else "one_sided"


def _without_account(facts: PersonFacts) -> PersonState:
    if facts.names == "nothing":
        return "one_sided" if facts.word == "refusal" else "native"
    if facts.is_fresh and facts.word == "proof":
        return "linked"
    return "moved" if facts.is_fresh and facts.word == "voucher" else "one_sided"


@attrs.frozen(kw_only=True)
class CensusProgress:
    """
    How far a census is.

    Attributes:
        began_at: When it began.  Aware, UTC.
        accounts: Accounts that were read.
        users: Users that were read.
        fresh: Of these, users who were made or changed since it began.
        after: Cursor of the next page; None at the beginning of a side.
        side: What is read now; None where both are complete.
    """

    began_at: datetime
    accounts: int = 0
    users: int = 0
    fresh: int = 0
    after: str | None = attrs.field(default=None, repr=False)
    side: Literal["accounts", "users"] | None = "accounts"
