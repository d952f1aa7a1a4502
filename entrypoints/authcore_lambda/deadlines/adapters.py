"""Ports whose calls end at the deadline of the event."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from authcore.domain.errors import LegacyNotReachedError
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.directory import DirectoryUser, ExternalIdentity
from authcore.domain.model.linking import AccountMatches, AccountQuery, NewLegacyAccount
from authcore.ports.legacy_links import LegacyLinks
from authcore.ports.user_directory import ProviderLinks, UserDirectory
from authcore_lambda.deadlines.deadline import (
    NO_TIME,
    Answer,
    BoundedCaller,
    Deadline,
)


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
        self, links: Callable[[], BoundedLinks], time: Deadline, reserve: timedelta
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
        left = self._time.remaining(self._reserve)
        if left <= NO_TIME:
            raise LegacyNotReachedError("no time is left to ask the legacy system")
        return bounded(left)


class TimedUserDirectory(UserDirectory):
    """Asks as long as there is time."""

    __slots__ = ("_bounded_caller", "_directory", "_time")

    def __init__(
        self, directory: UserDirectory, time: Deadline, bounded_caller: BoundedCaller
    ) -> None:
        self._directory = directory
        self._time = time
        self._bounded_caller = bounded_caller

    def find(self, username: str) -> DirectoryUser | None:
        """See the port."""
        return self._within(lambda: self._directory.find(username))

    def set_attributes(self, username: str, attributes: Mapping[str, str]) -> None:
        """See the port."""
        self._within(lambda: self._directory.set_attributes(username, attributes))

    def _within(self, call: Callable[[], Answer]) -> Answer:
        return self._bounded_caller.call(call, self._time.remaining(NO_TIME))


class TimedProviderLinks(ProviderLinks):
    """Asks as long as there is time."""

    __slots__ = ("_bounded_caller", "_links", "_time")

    def __init__(self, links: ProviderLinks, time: Deadline, bounded_caller: BoundedCaller) -> None:
        self._links = links
        self._time = time
        self._bounded_caller = bounded_caller

    def native_users_with(self, email: str) -> tuple[DirectoryUser, ...]:
        """See the port."""
        return self._within(lambda: self._links.native_users_with(email))

    def link_provider(self, username: str, identity: ExternalIdentity) -> None:
        """See the port."""
        self._within(lambda: self._links.link_provider(username, identity))

    def _within(self, call: Callable[[], Answer]) -> Answer:
        return self._bounded_caller.call(call, self._time.remaining(NO_TIME))
