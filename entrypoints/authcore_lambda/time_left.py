"""
One deadline over all that a trigger asks of others.

Cognito gives up after five seconds, cold start included, so no call may begin with time that is
not there.  Each kind of call leaves what the later ones need.
"""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final, TypeVar

from authcore.adapters.system import monotonic
from authcore.domain.errors import LegacyNotReachedError, UnavailableError
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.directory import DirectoryUser, ExternalIdentity
from authcore.domain.model.linking import AccountMatches, AccountQuery, NewLegacyAccount
from authcore.ports.legacy_links import LegacyLinks
from authcore.ports.user_directory import ProviderLinks, UserDirectory
from authcore_lambda.events import LambdaContext


ANSWER_MARGIN: Final = timedelta(milliseconds=250)
"""Kept free of every budget, for what happens before and after the calls."""

MAX_ABANDONED: Final = 4
"""Calls to one service that were given up and have not ended yet; more are not begun."""

NO_TIME: Final = timedelta(0)

Answer = TypeVar("Answer")


class TimeLeft:
    """Counts down from the moment when work on an event began."""

    def __init__(
        self, budget: timedelta, context: LambdaContext | None, started: float | None = None
    ) -> None:
        """
        Count from *started*.

        Args:
            budget: Total time of the event.

            context: Lambda's, which may have less time left.

            started: By ``monotonic``; now, if left out.
        """
        ends = (monotonic() if started is None else started) + budget.total_seconds()
        if context is not None:
            ends = min(ends, monotonic() + context.get_remaining_time_in_millis() / 1000)
        self._ends = ends - ANSWER_MARGIN.total_seconds()

    def keeping(self, reserve: timedelta) -> timedelta:
        """What may be spent so that *reserve* is left afterwards; zero or negative if nothing."""
        return timedelta(seconds=self._ends - monotonic()) - reserve


BoundedLinks = Callable[[timedelta], LegacyLinks]
"""The legacy links, for a caller with so much time left."""


class TimedLegacyLinks(LegacyLinks):
    """
    Asks with the time that is left at each call, less a *reserve* for what comes after.

    Args:
        links: Loads the adapter where that was not done yet, which takes time too.

        time: What there is.

        reserve: What must be left afterwards.
    """

    __slots__ = ("_links", "_reserve", "_time")

    def __init__(
        self, links: Callable[[], BoundedLinks], time: TimeLeft, reserve: timedelta
    ) -> None:
        self._links = links
        self._time = time
        self._reserve = reserve

    def match(self, query: AccountQuery) -> AccountMatches:
        """See the port."""
        return self._bounded().match(query)

    def create(self, account: NewLegacyAccount, *, idempotency_key: str) -> LegacyAccount:
        """See the port."""
        return self._bounded().create(account, idempotency_key=idempotency_key)

    def attach_cognito_id(
        self, legacy_uid: str, cognito_id: str, *, reset_access: bool
    ) -> LegacyAccount:
        """See the port."""
        return self._bounded().attach_cognito_id(legacy_uid, cognito_id, reset_access=reset_access)

    def _bounded(self) -> LegacyLinks:
        bounded = self._links()
        left = self._time.keeping(self._reserve)
        if left <= NO_TIME:
            raise LegacyNotReachedError("no time is left to ask the legacy system")
        return bounded(left)


class Impatience:
    """
    Waits for a service no longer than there is time.

    A client's own timeouts bound each attempt to connect and each wait for a byte; addresses and
    bytes can be many.  A call that was given up may still have its effect, which is why only calls
    that may be repeated, or undone, are made this way.
    """

    def __init__(self, service: str, unavailable: Callable[[str], UnavailableError]) -> None:
        """
        Wait for *service*.

        Args:
            service: What it is called in errors.

            unavailable: Makes the error that says that there was no answer.
        """
        self._service = service
        self._unavailable = unavailable
        self._threads = ThreadPoolExecutor(MAX_ABANDONED, thread_name_prefix=service)

    def result(
        self,
        call: Callable[[], Answer],
        within: timedelta,
        *,
        late: Callable[[Answer], object] = lambda _: None,
    ) -> Answer:
        """
        What *call* returns or raises.

        Args:
            call: Made in another thread.

            within: How long it is waited for.

            late: Given the answer of a call that was given up, in that thread.

        Raises:
            UnavailableError: It takes longer than *within*.
        """
        if within <= NO_TIME:
            raise self._unavailable(f"no time is left to ask {self._service}")
        decided = threading.Lock()

        def answer_or_be_late() -> Answer:
            answer = call()
            if not decided.acquire(blocking=False):
                late(answer)
            return answer

        future = self._threads.submit(answer_or_be_late)
        try:
            return future.result(within.total_seconds())
        except TimeoutError:
            if not decided.acquire(blocking=False):
                return future.result()
            future.cancel()
            raise self._unavailable(f"{self._service} takes longer than there is time") from None


class TimedUserDirectory(UserDirectory):
    """Asks as long as there is time."""

    __slots__ = ("_directory", "_impatience", "_time")

    def __init__(self, directory: UserDirectory, time: TimeLeft, impatience: Impatience) -> None:
        self._directory = directory
        self._time = time
        self._impatience = impatience

    def find(self, username: str) -> DirectoryUser | None:
        """See the port."""
        return self._within(lambda: self._directory.find(username))

    def set_attributes(self, username: str, attributes: Mapping[str, str]) -> None:
        """See the port."""
        self._within(lambda: self._directory.set_attributes(username, attributes))

    def _within(self, call: Callable[[], Answer]) -> Answer:
        return self._impatience.result(call, self._time.keeping(NO_TIME))


class TimedProviderLinks(ProviderLinks):
    """Asks as long as there is time."""

    __slots__ = ("_impatience", "_links", "_time")

    def __init__(self, links: ProviderLinks, time: TimeLeft, impatience: Impatience) -> None:
        self._links = links
        self._time = time
        self._impatience = impatience

    def native_users_with(self, email: str) -> tuple[DirectoryUser, ...]:
        """See the port."""
        return self._within(lambda: self._links.native_users_with(email))

    def link_provider(self, username: str, identity: ExternalIdentity) -> None:
        """See the port."""
        self._within(lambda: self._links.link_provider(username, identity))

    def _within(self, call: Callable[[], Answer]) -> Answer:
        return self._impatience.result(call, self._time.keeping(NO_TIME))
