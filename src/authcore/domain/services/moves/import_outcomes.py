"""Reads from the pool what import jobs made of the users of a run."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Final

import attrs

from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.moves import UserOutcome
from authcore.domain.model.usernames import LEGACY_UID
from authcore.domain.services.accounts.retrying import Retrier
from authcore.domain.services.moves.batches import BATCH, OnOutcomes
from authcore.domain.services.moves.own_users import OwnUsers, created
from authcore.ports.move_runs import RunStore
from authcore.ports.system import Pause
from authcore.ports.user_directory import DirectoryListing


READINGS: Final = 3
"""How often the pool is read until it lists every user that the jobs imported."""

SETTLE: Final = timedelta(minutes=1)
"""Between two readings: a listing may be seconds behind."""

READ: Final = "imported.after"
"""Note of the run: the pool's cursor behind the last page that was read."""


@attrs.frozen(kw_only=True, repr=False, eq=False)
class ImportOutcomes:
    """
    Records which users of a run exist now.

    A job tells counts only.  A user of the pool counts as imported for a row if it is the run's
    own, see OwnUsers; a row without such a user is ``refused``, once all imported users are listed.

    Args:
        store: The run.

        listing: The pool.

        own: Recognises the run's users; of a file with password hashes also confirmed ones.

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
            ProviderUnavailableError: No usable answer; or the pool still lists fewer users than the
                jobs imported.
        """
        for reading in range(READINGS):
            if reading:
                self.pause.wait(SETTLE)
            self._read(on_outcomes)
            if self._created() >= self.imported():
                self._refuse_others(on_outcomes)
                return
        raise ProviderUnavailableError(
            "the pool lists fewer users than the jobs imported", detail="listing incomplete"
        )

    def _created(self) -> int:
        counts = self.store.counts()
        return sum(count for (kind, _), count in counts.items() if kind == "created")

    def _read(self, on_outcomes: OnOutcomes) -> None:
        after = self.store.noted().get(READ) or None
        while True:
            page = self.retrier.call(partial(self.listing.users, after))
            outcomes = self._own_of(page.users)
            self.store.record(outcomes)
            after = page.next
            self.store.note(READ, after or "")
            on_outcomes(outcomes)
            if after is None:
                return

    def _own_of(self, users: Sequence[DirectoryUser]) -> list[UserOutcome]:
        named = {
            f"uid:{each.attributes[LEGACY_UID]}": each
            for each in users
            if each.attributes.get(LEGACY_UID)
        }
        found = []
        for claim, number in self.store.claimants([*named]).items():
            planned = next(self.store.pending(number - 1), None)
            if planned is None or planned.number != number:
                continue
            if self.own.is_own(planned, named[claim]):
                found.append(created(planned, named[claim]))
        return found

    def _refuse_others(self, on_outcomes: OnOutcomes) -> None:
        while batch := list(islice(self.store.pending(), BATCH)):
            outcomes = [UserOutcome(each.number, "refused", "import_refused") for each in batch]
            self.store.record(outcomes)
            on_outcomes(outcomes)
