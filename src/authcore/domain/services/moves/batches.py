"""Works through the rows of a run, batch by batch, in several threads."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from itertools import islice
from typing import Final, TypeVar

import attrs

from authcore.domain.errors import AuthcoreError
from authcore.domain.model.moves import OutcomeKind, PlannedUser, UserOutcome
from authcore.ports.move_runs import RunStore


BATCH: Final = 100
"""Users whose outcomes are recorded together; a killed run looks at so many again at most."""

WORKERS: Final = 8
"""Users at once: a call takes a tenth of a second, and a quota is 25 to 120 calls a second."""

Item = TypeVar("Item")
OnOutcome = Callable[[UserOutcome], None]
OnOutcomes = Callable[[Sequence[UserOutcome]], None]


@attrs.frozen(kw_only=True, repr=False, eq=False)
class Workers:
    """
    Threads that work on a batch.

    Args:
        count: At most so many, by default WORKERS.

        stop: Ends the waits of all threads when the work is given up; does nothing by default.
    """

    count: int = WORKERS
    stop: Callable[[], None] = lambda: None

    def settle(
        self,
        work: Callable[[Item], UserOutcome],
        items: Sequence[Item],
        on_outcome: OnOutcome = lambda _: None,
    ) -> tuple[list[UserOutcome], AuthcoreError | None]:
        """
        Do *work* for all *items*; after a failure no further one is begun.

        Args:
            work: Called in a thread.

            items: A batch.

            on_outcome: Called in this thread with each outcome as soon as it is known, also with
                those that are still to come when Ctrl-C ends the work; by default nothing is.

        Returns:
            The outcomes of those that were done, and the first failure; None without one.
        """
        failures: list[AuthcoreError] = []
        failed = threading.Event()

        def attempt(item: Item) -> UserOutcome | None:
            if failed.is_set():
                return None
            try:
                return work(item)
            except AuthcoreError as error:
                failures.append(error)
                failed.set()
                return None

        threads = ThreadPoolExecutor(self.count, thread_name_prefix="move")
        told = _Told(on_outcome)
        futures = [threads.submit(attempt, item) for item in items]
        try:
            for future in as_completed(futures):
                told.tell(future)
        except BaseException:
            self.stop()
            threads.shutdown(cancel_futures=True)
            told.tell_rest(futures)
            raise
        finally:
            threads.shutdown(cancel_futures=True)
        outcomes = [each for future in futures if (each := future.result()) is not None]
        return outcomes, failures[0] if failures else None


class _Told:
    """Tells each outcome once."""

    def __init__(self, on_outcome: OnOutcome) -> None:
        self._on_outcome = on_outcome
        self._told: set[Future[UserOutcome | None]] = set()

    def tell(self, future: Future[UserOutcome | None]) -> None:
        """Tell what *future* has; raises what it raised."""
        outcome = future.result()
        if outcome is not None and future not in self._told:
            self._told.add(future)
            self._on_outcome(outcome)

    def tell_rest(self, futures: Sequence[Future[UserOutcome | None]]) -> None:
        """Tell what was done meanwhile; what ended otherwise is left out."""
        for future in futures:
            if not future.cancelled() and future.exception() is None:
                self.tell(future)


def with_outcome(
    store: RunStore, kinds: frozenset[OutcomeKind]
) -> Iterator[list[tuple[PlannedUser, UserOutcome]]]:
    """Yield the users of a run whose outcome is of *kinds*, a batch at a time."""
    after = 0
    while outcomes := list(islice(store.outcomes(after), BATCH)):
        chosen = {each.number: each for each in outcomes if each.kind in kinds}
        if chosen:
            planned = _read_planned(store, min(chosen), max(chosen))
            yield [(each, chosen[each.number]) for each in planned if each.number in chosen]
        after = outcomes[-1].number


def _read_planned(store: RunStore, first: int, last: int) -> Iterator[PlannedUser]:
    for each in store.planned(first - 1):
        if each.number > last:
            return
        yield each
