"""Compares the users of the pool with the plan of a run.  Writes nothing to the pool."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import attrs

from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.moves import PlannedUser, UserOutcome
from authcore.domain.model.usernames import LEGACY_UID
from authcore.domain.services.accounts.retrying import Retrier
from authcore.domain.services.moves.execution import attempted_numbers
from authcore.domain.services.moves.import_parts import imported_until
from authcore.domain.services.moves.own_users import OwnUsers
from authcore.domain.services.moves.pool_naming import PoolNaming
from authcore.domain.services.moves.pool_pages import pool_pages
from authcore.ports.move_runs import RunStore
from authcore.ports.system import Clock
from authcore.ports.user_directory import DirectoryListing


SURVEY: Final = "survey"
"""
Note of the run: how many users of the pool were compared, and the cursor behind them: ``120 abc``.
"""

SURVEY_BEGAN: Final = "survey_began"
"""Note of the run: when the first page was asked for.  In ISO 8601."""

SURVEY_ENDED: Final = "survey_ended"
"""Note of the run: when the last page was compared.  In ISO 8601; empty while that is to come."""

FRESH_FOR: Final = timedelta(hours=1)
"""
A survey that began longer ago is made again before users are created, and is not continued: users
of its first pages may have changed, and Cognito forgets the place in a list after an hour.  While
users are created it is made again after as long from its end: of a large pool it takes hours.
"""

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
    planned user would.  Looked up is only a planned user who was sent already and has no outcome
    yet, where another pool user has the account or a name.  A user who exists stays out of the run
    for good: a later run takes those who are gone by then.

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
        """Whether a survey that came to its end began less than FRESH_FOR ago."""
        noted = self.store.noted()
        users, _, after = noted.get(SURVEY, "").partition(" ")
        return bool(users) and not after and self._is_young(noted)

    def is_due(self) -> bool:
        """Whether no survey came to its end within FRESH_FOR, or one was made void."""
        ended = self.store.noted().get(SURVEY_ENDED)
        return not ended or not self._is_within(ended)

    def make_void(self) -> None:
        """Make the survey due, whenever it ended."""
        self.store.note(SURVEY_ENDED, "")

    def pages(self) -> Iterator[SurveyedPage]:
        """
        Compare page by page, from where a survey was cut short that began within FRESH_FOR.

        Raises:
            UnavailableError: Seven attempts got no answer worth trusting, or the pages lead back to
                an earlier one.

            ConfigurationError: The store cannot be used.
        """
        users, after = self._begin()
        for page in pool_pages(self.listing, self.retrier, after):
            existing = self._existing(page.users)
            self.store.record(existing)
            users += len(page.users)
            if page.next is None:
                self.store.note(SURVEY_ENDED, self.clock.now().isoformat())
            self.store.note(SURVEY, f"{users} {page.next or ''}")
            yield SurveyedPage(users, existing)

    def _begin(self) -> tuple[int, str | None]:
        """Return the place to continue at; a new survey is noted before its first page."""
        noted = self.store.noted()
        users, _, after = noted.get(SURVEY, "").partition(" ")
        if after and self._is_young(noted):
            return int(users), after
        self.make_void()
        self.store.note(SURVEY, "")
        self.store.note(SURVEY_BEGAN, self.clock.now().isoformat())
        return 0, None

    def _is_young(self, noted: Mapping[str, str]) -> bool:
        began = noted.get(SURVEY_BEGAN)
        return began is not None and self._is_within(began)

    def _is_within(self, noted: str) -> bool:
        return abs(self.clock.now() - datetime.fromisoformat(noted)) < FRESH_FOR

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
        """Whether the planned user has no outcome yet, and the run did not create the user."""
        recorded = next(self.store.outcomes(number - 1), None)
        if recorded is not None and recorded.number == number:
            return False
        planned = next(self.store.planned(number - 1))
        return not self._is_own(planned, user) and not self._has_own(planned)

    def _is_own(self, planned: PlannedUser, user: DirectoryUser) -> bool:
        """Whether the run created *user* for the row, and has not recorded it yet."""
        if not self.own.is_own(planned, user):
            return False
        is_import = self.store.run().target == "import"  # a job may be under way
        return self._was_sent(planned) or (is_import and self.own.has_voucher(user))

    def _has_own(self, planned: PlannedUser) -> bool:
        """Whether the pool has the run's user beside another one who names the account."""
        if not self._was_sent(planned):
            return False
        return self.retrier.call(partial(self.own.find, planned)) is not None

    def _was_sent(self, planned: PlannedUser) -> bool:
        is_attempted = planned.number in attempted_numbers(self.store)
        return is_attempted or planned.number <= imported_until(self.store.noted())


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
