"""A census and its history in memory."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import attrs

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.census import Census
from authcore.domain.model.census_entries import (
    AccountEntry,
    CensusProgress,
    PersonFacts,
    UserEntry,
)
from authcore.ports.census import CensusHistory, CensusStore


class InMemoryCensusStore(CensusStore):
    """
    Keeps entries in dictionaries.

    Attributes:
        is_usable: False for a store that cannot be read or written.
    """

    def __init__(self) -> None:
        self.is_usable = True
        self._accounts: dict[str, AccountEntry] = {}
        self._users: dict[str, UserEntry] = {}
        self._progress: CensusProgress | None = None
        self._kept_at: datetime | None = None

    def open(self, now: datetime) -> CensusProgress:
        """See the port."""
        self._require_usable()
        if self._kept_at is not None and now - self._kept_at > timedelta(hours=1):
            self.clear()
        self._kept_at = self._kept_at or now
        self._progress = self._progress or CensusProgress(began_at=now)
        return self._progress

    def add_accounts(
        self, entries: Sequence[AccountEntry], after: str | None, now: datetime
    ) -> CensusProgress:
        """See the port."""
        progress = self._begun(now)
        self._accounts.update({each.legacy_uid: each for each in entries})
        progress = attrs.evolve(progress, after=after)
        return self._keep(progress if after else attrs.evolve(progress, side="users"))

    def add_users(
        self, entries: Sequence[UserEntry], after: str | None, now: datetime
    ) -> CensusProgress:
        """See the port."""
        progress = self._begun(now)
        self._users.update({each.subject: each for each in entries})
        progress = attrs.evolve(progress, after=after)
        return self._keep(progress if after else attrs.evolve(progress, side=None))

    def persons(self) -> Iterator[tuple[PersonFacts, int]]:
        """See the port."""
        self._require_usable()
        counted = Counter(map(self._account_facts, self._accounts.values()))
        named = {each.cognito_id for each in self._accounts.values()}
        for user in self._users.values():
            if user.legacy_uid not in self._accounts and user.subject not in named:
                counted[_user_facts(user)] += 1
        yield from counted.items()

    def clear(self) -> None:
        """See the port."""
        self._require_usable()
        self._accounts, self._users = {}, {}
        self._progress = self._kept_at = None

    def _account_facts(self, account: AccountEntry) -> PersonFacts:
        naming = [each for each in self._users.values() if each.legacy_uid == account.legacy_uid]
        only = naming[0] if len(naming) == 1 else None
        named = self._users.get(account.cognito_id or "")
        others = [each for each in self._accounts.values() if each is not account]
        return PersonFacts(
            account="locked" if account.is_locked else "open",
            is_reachable=account.is_reachable,
            names="nothing" if account.cognito_id is None else "there" if named else "gone",
            named_by=min(len(naming), 2),
            is_mutual=named is not None and named.legacy_uid == account.legacy_uid,
            is_shared=only is not None and any(each.cognito_id == only.subject for each in others),
            word=only.word if only else "none",
            is_fresh=only is not None and only.is_fresh,
            is_external=only is not None and only.is_external,
        )

    def _begun(self, now: datetime) -> CensusProgress:
        self._require_usable()
        self._kept_at = now
        if self._progress is None:
            raise ConfigurationError(["no census was begun"])
        return self._progress

    def _keep(self, progress: CensusProgress) -> CensusProgress:
        self._progress = attrs.evolve(
            progress,
            accounts=len(self._accounts),
            users=len(self._users),
            fresh=sum(each.is_fresh for each in self._users.values()),
        )
        return self._progress

    def _require_usable(self) -> None:
        if not self.is_usable:
            raise ConfigurationError(["the store is set to be unusable"])


def _user_facts(user: UserEntry) -> PersonFacts:
    return PersonFacts(
        account=None,
        names="nothing" if user.legacy_uid is None else "gone",
        word=user.word,
        is_fresh=user.is_fresh,
        is_external=user.is_external,
    )


class InMemoryCensusHistory(CensusHistory):
    """
    Keeps counts in a list.

    Attributes:
        is_usable: False for a history that cannot be read or written.
    """

    def __init__(self) -> None:
        self.is_usable = True
        self._kept: list[Census] = []

    def add(self, census: Census) -> None:
        """See the port."""
        self._require_usable()
        self._kept.append(census)

    def all(self) -> Sequence[Census]:
        """See the port."""
        self._require_usable()
        return sorted(self._kept, key=lambda each: each.at)

    def _require_usable(self) -> None:
        if not self.is_usable:
            raise ConfigurationError(["the history is set to be unusable"])
