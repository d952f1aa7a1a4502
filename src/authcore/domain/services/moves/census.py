"""Counts persons in both systems, page by page, within the quotas of listing."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

import attrs

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.census import STATES, Census, PersonState
from authcore.domain.model.census_entries import (
    AccountEntry,
    CensusProgress,
    PersonFacts,
    UserEntry,
    Word,
    state_of,
)
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.domain.services.accounts.retrying import Retrier
from authcore.ports.census import CensusStore
from authcore.ports.legacy_links import LegacyListing
from authcore.ports.system import Clock
from authcore.ports.user_directory import DirectoryListing


MAX_ENTRIES: Final = 50_000_000
"""Maximum number of entries of one side; a listing with more is taken for an endless one."""

EXTERNAL: Final = "EXTERNAL_PROVIDER"
"""UserStatus of a user who signs in through a provider only."""


@attrs.frozen(kw_only=True, repr=False, eq=False)
class CensusTaker:
    """
    Reads the accounts, then the users, and counts persons.  Changes nothing in either system.

    ListUsers makes no user active in Cognito's bill.  Accounts come first: a link that is made
    while the users are read shows in the user, and the proof there tells that it is no
    disagreement.

    Attributes:
        directory: Lists the users.
        legacy: Lists the accounts.
        proofs: Of the pool.
        users_retrier: Of the pages of users, within the quota of the pool.
        accounts_retrier: Of the pages of accounts.
        store: Keeps what was read.
        clock: Tells what changed since the census began.
    """

    directory: DirectoryListing
    legacy: LegacyListing
    proofs: LinkProofs
    users_retrier: Retrier
    accounts_retrier: Retrier
    store: CensusStore
    clock: Clock

    def read(self) -> Iterator[CensusProgress]:
        """
        Read what is left to read; yields before the first page and after each one.

        Raises:
            UnavailableError: Seven attempts got no answer worth trusting.  A later call continues.

            ConfigurationError: The store cannot be used, or a side lists more than MAX_ENTRIES.
        """
        progress = self.store.open(self.clock.now())
        yield progress
        while progress.side is not None:
            progress = self._read_page(progress)
            if max(progress.accounts, progress.users) > MAX_ENTRIES:
                raise ConfigurationError([f"one side lists more than {MAX_ENTRIES} entries"])
            yield progress

    def count(self, progress: CensusProgress) -> Census:
        """
        Count what was read, and forget it.

        Args:
            progress: The last one of ``read``.
        """
        persons: Counter[PersonState] = Counter(dict.fromkeys(STATES, 0))
        special: Counter[str] = Counter()
        for facts, number in self.store.persons():
            persons[state_of(facts)] += number
            special.update(dict.fromkeys(_special(facts), number))
        census = Census(
            at=self.clock.now(),
            began_at=progress.began_at,
            persons=dict(persons),
            accounts=progress.accounts,
            users=progress.users,
            locked=special["locked"],
            locked_unreachable=special["locked_unreachable"],
            providers_only=special["providers_only"],
            changed=progress.fresh,
        )
        self.store.clear()
        return census

    def _read_page(self, progress: CensusProgress) -> CensusProgress:
        if progress.side == "accounts":
            accounts = self.accounts_retrier.call(lambda: self.legacy.accounts(progress.after))
            found = [_account(each) for each in accounts.accounts]
            return self.store.add_accounts(found, accounts.next, self.clock.now())
        page = self.users_retrier.call(lambda: self.directory.users(progress.after))
        users = [self._user(each, progress) for each in page.users]
        return self.store.add_users(users, page.next, self.clock.now())

    def _user(self, user: DirectoryUser, progress: CensusProgress) -> UserEntry:
        legacy_uid, word = self._link(user)
        return UserEntry(
            user.subject,
            legacy_uid,
            word,
            is_fresh=user.modified_at is not None and user.modified_at >= progress.began_at,
            is_external=user.status == EXTERNAL,
        )

    def _link(self, user: DirectoryUser) -> tuple[str | None, Word]:
        """Return the account that *user* names or was made from, and what the pool proves of it."""
        legacy_uid = user.attributes.get(LEGACY_UID) or None
        statement = user.attributes.get(LEGACY_LINKED)
        if self.proofs.is_linked(statement, user.subject, legacy_uid):
            return legacy_uid, "proof"
        voucher = self.proofs.voucher(statement)
        if voucher is not None and legacy_uid in {None, voucher.legacy_uid}:
            return voucher.legacy_uid, "voucher"
        is_refused = self.proofs.refusal(statement, user.subject) is not None
        return legacy_uid, "refusal" if is_refused else "none"


def _account(account: LegacyAccount) -> AccountEntry:
    return AccountEntry(
        account.legacy_uid,
        account.cognito_id,
        is_locked=account.locked,
        is_reachable=account.email is not None and account.email_verified,
    )


def _special(facts: PersonFacts) -> Iterator[str]:
    """Yield the further counts that a person of *facts* belongs to."""
    state = state_of(facts)
    if facts.account == "locked" and state in {"legacy_only", "unreachable"}:
        yield "locked"
        if state == "unreachable":
            yield "locked_unreachable"
    if facts.is_external:
        yield "providers_only"
