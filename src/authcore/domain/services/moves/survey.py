"""Compares the users of the pool with the plan of a run.  Writes nothing to the pool."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import attrs

from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.moves import PlannedUser, UserOutcome
from authcore.domain.model.usernames import LEGACY_UID
from authcore.domain.services.accounts.retrying import Retrier
from authcore.domain.services.moves.execution import attempted_numbers
from authcore.domain.services.moves.own_users import OwnUsers
from authcore.domain.services.moves.pool_naming import PoolNaming
from authcore.ports.move_runs import RunStore
from authcore.ports.system import Clock
from authcore.ports.user_directory import DirectoryListing


SURVEY: Final = "survey"
"""
Note of the run: how many users of the pool were compared, and the cursor behind them: ``120 abc``.
"""

SURVEYED_AT: Final = "surveyed_at"
"""Note of the run: when the last page was compared.  In ISO 8601."""

FRESH_FOR: Final = timedelta(hours=1)
"""A survey that ended longer ago is made again before users are created."""

ClaimsOf = Callable[[DirectoryUser], Sequence[str]]
"""Gives the claims of a pool user, in the form of ``PlannedUser.claims``."""


@attrs.frozen
class SurveyedPage:
    """
    What one page of the pool showed.

    Attributes:
        users: Users of the pool that were compared so far.
        existing: Planned users of this page who are in the pool already, as recorded.
    """

    users: int
    existing: tuple[UserOutcome, ...]


@attrs.frozen(kw_only=True, repr=False, eq=False)
class PoolSurvey:
    """
    Reads the whole pool, a page at a time, and records which planned users exist.

    ListUsers shows 60 users a call and makes no user active in Cognito's bill, as a look-up of each
    planned user would.  A user who exists stays out of the run for good: a later run takes those
    who are gone by then.

    Args:
        store: The run.

        listing: The pool.

        claims_of: Folds names as the pool does.

        own: Recognises users of this run.

        retrier: Paced to the quota of lists.

        clock: Tells how old a survey is.
    """

    store: RunStore
    listing: DirectoryListing
    claims_of: ClaimsOf
    own: OwnUsers
    retrier: Retrier
    clock: Clock

    def is_fresh(self) -> bool:
        """Whether a survey ended less than FRESH_FOR ago."""
        noted = self.store.noted()
        ended = noted.get(SURVEYED_AT)
        is_over = not noted.get(SURVEY, "").partition(" ")[2]
        return ended is not None and is_over and self._age(ended) < FRESH_FOR

    def pages(self) -> Iterator[SurveyedPage]:
        """
        Compare page by page, from where the last survey was cut short.

        Raises:
            UnavailableError: Seven attempts got no answer worth trusting.

            ConfigurationError: The store cannot be used.
        """
        users, after = self._position()
        while True:
            page = self.retrier.call(partial(self.listing.users, after))
            existing = self._existing(page.users)
            self.store.record(existing)
            users, after = users + len(page.users), page.next
            self.store.note(SURVEY, f"{users} {after or ''}")
            if after is None:
                self.store.note(SURVEYED_AT, self.clock.now().isoformat())
            yield SurveyedPage(users, existing)
            if after is None:
                return

    def _position(self) -> tuple[int, str | None]:
        users, _, after = self.store.noted().get(SURVEY, "").partition(" ")
        return (int(users), after) if after else (0, None)

    def _age(self, ended: str) -> timedelta:
        return abs(self.clock.now() - datetime.fromisoformat(ended))

    def _existing(self, users: Sequence[DirectoryUser]) -> tuple[UserOutcome, ...]:
        claims = {claim: user for user in users for claim in self.claims_of(user)}
        found: dict[int, list[str]] = {}
        for claim, number in self.store.claimants([*claims]).items():
            if self._is_in_question(number, claims[claim]):
                found.setdefault(number, []).append(claim.partition(":")[0])
        return tuple(
            UserOutcome(number, "exists", _reason(kinds)) for number, kinds in sorted(found.items())
        )

    def _is_in_question(self, number: int, user: DirectoryUser) -> bool:
        """Whether the planned user has no outcome yet, and *user* is not the run's own."""
        recorded = next(self.store.outcomes(number - 1), None)
        if recorded is not None and recorded.number == number:
            return False
        is_attempted = number in attempted_numbers(self.store)
        return not (is_attempted and self.own.is_own(self._planned(number), user))

    def _planned(self, number: int) -> PlannedUser:
        return next(self.store.planned(number - 1))


def _reason(kinds: Sequence[str]) -> str:
    """Say why a planned user is not created, by the kinds of the claims that pool users have."""
    if "uid" in kinds:
        return "already_moved"
    return "name_taken" if "name" in kinds else "address_taken"


def claims_by(naming: PoolNaming) -> ClaimsOf:
    """Return what gives the claims of a user of a pool that names users by *naming*."""

    def claims_of(user: DirectoryUser) -> Sequence[str]:
        held = user.attributes
        uid = held.get(LEGACY_UID)
        named = naming.claims(user.username, held)
        return (f"uid:{uid}", *named) if uid else named

    return claims_of
