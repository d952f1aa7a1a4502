"""
Observe requests: predict what the guard would do with each, and leave it as it is.

An observing guard reads a request and passes it to the application unchanged: no user, no cookie,
no header is added, nothing is refreshed, ended or refused.  What needs no network is predicted at
once, everything else in a thread of its own, so that no request waits.  A failure here is
counted, and reaches no application.
"""

import atexit
import logging
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from authcore.adapters.audit.shadow_log import ShadowLog
from authcore.adapters.background import Background
from authcore.adapters.log_format import exception_text
from authcore.adapters.system import monotonic
from authcore.domain.model.groups import Requirement
from authcore.domain.model.shadow import LET_IN, WOULD_REFRESH, Prediction
from authcore_guard.allow import Allow
from authcore_guard.denials import Deny
from authcore_guard.guarded_request import GuardedRequest


if TYPE_CHECKING:
    from authcore_guard.request_guard import RequestGuard


Read: TypeAlias = Callable[[], GuardedRequest]

WARNING: Final = (
    "AUTHCORE_GUARD_MODE=observe: this guard refuses NO request and tells the application NO user; "
    "it only counts what it would do"
)

_log: Final = logging.getLogger("authcore.guard")


@attrs.frozen(eq=False, repr=False)
class Shadow:
    """
    Predict what a guard would do with requests.

    Attributes:
        log: Counts predictions.
        background: Runs what may wait.
        elapsed: A clock that never runs backwards, in seconds; the system's by default.
    """

    log: ShadowLog
    background: Background = attrs.field(factory=Background)
    elapsed: Callable[[], float] = monotonic

    def announce(self) -> None:
        """Warn in the log that no request is refused, and write the last counts at the exit."""
        _log.warning(WARNING)
        _flush_at_exit(self.log)

    def observe(self, guard: "RequestGuard", read: Read, *requirements: Requirement) -> None:
        """
        Predict about the request that *read* reads.  Never raises, and does not wait.

        Args:
            guard: Decides, and changes nothing.

            read: Called before this method returns: the request may change later.

            requirements: Of a route that is guarded by itself.
        """
        self._try(lambda: self._observe(guard, read(), requirements, is_route=False))

    def observe_route(self, guard: "RequestGuard", read: Read, *requirements: Requirement) -> None:
        """
        Predict whether a route refuses a request that ``observe`` has counted.

        See ``observe``; *guard* has no public paths.
        """
        self._try(lambda: self._observe(guard, read(), requirements, is_route=True))

    def _try(self, observe: Callable[[], None]) -> None:
        try:
            observe()
            if self.log.is_due:
                self.background.submit(self.log.flush)
        except Exception as error:  # noqa: BLE001 - a fault of ours must reach no application
            self.log.fail()
            _log.error("nothing was predicted about a request: %s", exception_text(error))

    def _observe(
        self,
        guard: "RequestGuard",
        request: GuardedRequest,
        requirements: tuple[Requirement, ...],
        *,
        is_route: bool,
    ) -> None:
        began = self.elapsed()
        answer = guard.check_from_cache(request)
        spent = self.elapsed() - began

        def finish(answer: Allow | Deny, seconds: float) -> None:
            if isinstance(answer, Allow) and requirements:
                answer = guard.check_user(request, answer, *requirements)
            self._add(answer, seconds, is_route=is_route)

        def wait() -> None:
            resumed = self.elapsed()
            waited = guard.check(request)
            finish(waited, spent + self.elapsed() - resumed)

        if answer is not None:
            finish(answer, spent)
        elif not self.background.submit(lambda: self._try(wait)):
            self.log.miss()

    def _add(self, answer: Allow | Deny, seconds: float, *, is_route: bool) -> None:
        prediction = describe(answer, seconds)
        if not is_route:
            self.log.add(prediction)
        elif prediction.outcome != "accepted":
            self.log.add_route(prediction)


def describe(answer: Allow | Deny, seconds: float = 0.0) -> Prediction:
    """Describe what *answer* would have done."""
    if isinstance(answer, Deny):
        return Prediction(
            answer.outcome, answer.reason, answer.status, _bytes_of(answer.headers), seconds
        )
    reason = WOULD_REFRESH if answer.reason == "refreshed" else answer.reason
    return Prediction("accepted", reason, LET_IN, _bytes_of(answer.headers(())), seconds)


def _bytes_of(headers: tuple[tuple[str, str], ...] | list[tuple[str, str]]) -> int:
    return sum(len(name) + len(value) + len(": \r\n") for name, value in headers)


def _flush_at_exit(log: ShadowLog) -> None:
    """Write the last counts of this process, unless *log* is gone by then."""
    kept = weakref.ref(log)

    def flush() -> None:
        if (left := kept()) is not None:
            left.flush()

    atexit.register(flush)
