"""Reads from the pool what import jobs made of the users of a run."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import islice
from typing import Final

import attrs

from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.moves import UserOutcome
from authcore.domain.model.usernames import LEGACY_UID
from authcore.domain.services.accounts.retrying import Retrier
from authcore.domain.services.moves.batches import BATCH, OnOutcomes
from authcore.domain.services.moves.own_users import OwnUsers, record_recovery
from authcore.domain.services.moves.pool_pages import pool_pages
from authcore.ports.move_runs import RunStore
from authcore.ports.system import Pause
from authcore.ports.user_directory import DirectoryListing


READINGS: Final = 3
"""How often the pool is read until it lists every user that the jobs imported."""

SETTLE: Final = timedelta(minutes=1)
"""Between two readings: a listing may be seconds behind."""

SHORT: Final = "imported.short"
"""Note of the run: how many users were found when the readings ended short of the jobs' count."""


@attrs.frozen(kw_only=True, repr=False, eq=False)
class ImportOutcomes:
    """
    Records which users of a run exist now.

    A job tells counts only.  A user of the pool counts as imported for a row if it is the run's
    own, see OwnUsers; a row without such a user is ``refused``, once all imported users are listed.
    Users of whom the pool shows no trace by then (deleted, or refused a link at the first sign-in)
    would keep the run from its end: a second command that finds no more of them continues.

    Args:
        store: The run.

        listing: The pool.

        own: Recognises the run's users; confirmed ones, too, who may have set passwords since.

        imported: Counts the users that the jobs say they imported.

        retrier: Paced to the quota of lists.

        pause: Waits between two readings.
    """

    store: RunStore
    listing: DirectoryListing
    own: OwnUsers
    imported: Callable[[], int]
    retrier: Retrier
    pause: Pause

    def record(self, on_outcomes: OnOutcomes) -> None:
        """
        Record the outcome of every row.  May be called again after any failure.

        Raises:
            ProviderUnavailableError: No usable answer; or, the first time, the pool still lists
                fewer users than the jobs imported.
        """
        if self._finds_all(on_outcomes) or self._was_as_short():
            self._refuse_others(on_outcomes)
            return
        self.store.note(SHORT, str(self._count_created()))
        raise ProviderUnavailableError(
            "the pool lists fewer users than the jobs imported", detail="listing incomplete"
        )

    def _finds_all(self, on_outcomes: OnOutcomes) -> bool:
        for reading in range(READINGS):
            if reading:
                self.pause.wait(SETTLE)
            self._read(on_outcomes)
            if self._count_created() >= self.imported():
                return True
        return False

    def _was_as_short(self) -> bool:
        return self.store.noted().get(SHORT) == str(self._count_created())

    def _count_created(self) -> int:
        counts = self.store.counts()
        return sum(count for (kind, _), count in counts.items() if kind == "created")

    def _read(self, on_outcomes: OnOutcomes) -> None:
        for page in pool_pages(self.listing, self.retrier):
            outcomes = self._own_of(page.users)
            self.store.record(outcomes)
            on_outcomes(outcomes)

    def _own_of(self, users: Sequence[DirectoryUser]) -> list[UserOutcome]:
        """Return the outcomes of the run's own *users*; two users may name one account."""
        claims = {
            user.subject: f"uid:{user.attributes[LEGACY_UID]}"
            for user in users
            if user.attributes.get(LEGACY_UID)
        }
        numbers = self.store.claimants([*claims.values()])
        found = []
        for user in users:
            number = numbers.get(claims.get(user.subject, ""))
            planned = next(self.store.pending(number - 1), None) if number else None
            if planned and planned.number == number and self.own.is_own(planned, user):
                found.append(record_recovery(planned, user))
        return found

    def _refuse_others(self, on_outcomes: OnOutcomes) -> None:
        while batch := list(islice(self.store.pending(), BATCH)):
            outcomes = [UserOutcome(each.number, "refused", "import_refused") for each in batch]
            self.store.record(outcomes)
            on_outcomes(outcomes)
