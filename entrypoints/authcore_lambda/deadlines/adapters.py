"""Ports whose calls end at the deadline of the event."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Generic, TypeVar

from authcore.domain.errors import LegacyNotReachedError
from authcore.domain.model.accounts import Credentials, LegacyAccount
from authcore.domain.model.directory import DirectoryUser, ExternalIdentity
from authcore.domain.model.linking import AccountMatches, AccountQuery, NewLegacyAccount
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore.ports.legacy_links import LegacyLinks
from authcore.ports.user_directory import ProviderLinks, UserDirectory
from authcore_lambda.deadlines.deadline import NO_TIME, Answer, BoundedCaller, Deadline


Port = TypeVar("Port")

BoundedLinks = Callable[[timedelta], LegacyLinks]
"""Opens the legacy links for a caller with the given time left."""


class TimedLegacyLinks(LegacyLinks):
    """
    Gives each call the time that is left, less a *reserve* for the calls after it.

    Args:
        links: Loads the adapter at the first call, which takes time too.

        time: What remains of the event.

        reserve: Must be left after the call.
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
        return self._open().match(query)

    def create(self, account: NewLegacyAccount, *, idempotency_key: str) -> LegacyAccount:
        """See the port."""
        return self._open().create(account, idempotency_key=idempotency_key)

    def attach_cognito_id(
        self, legacy_uid: str, cognito_id: str, *, reset_access: bool
    ) -> LegacyAccount:
        """See the port."""
        return self._open().attach_cognito_id(legacy_uid, cognito_id, reset_access=reset_access)

    def _open(self) -> LegacyLinks:
        bounded = self._links()
        left = self._time.remaining(self._reserve)
        if left <= NO_TIME:
            raise LegacyNotReachedError(
                "no time is left to ask the legacy system", detail="no time left"
            )
        return bounded(left)


class _Timed(Generic[Port]):
    """Ends each call at the deadline."""

    __slots__ = ("_bounded_caller", "_port", "_time")

    def __init__(self, port: Port, time: Deadline, bounded_caller: BoundedCaller) -> None:
        self._port = port
        self._time = time
        self._bounded_caller = bounded_caller

    def _within(self, call: Callable[[], Answer]) -> Answer:
        return self._bounded_caller.call(call, self._time.remaining(NO_TIME))


class TimedOldAccounts(_Timed[LegacyAccounts], LegacyAccounts):
    """Ends each call at the deadline; a password that is checked then may still count."""

    __slots__ = ()

    def authenticate(self, credentials: Credentials) -> LegacyAccount:
        """See the port."""
        return self._within(lambda: self._port.authenticate(credentials))

    def find(self, username: str) -> LegacyAccount | None:
        """See the port."""
        return self._within(lambda: self._port.find(username))


class TimedUserDirectory(_Timed[UserDirectory], UserDirectory):
    """Ends each call at the deadline."""

    __slots__ = ()

    def find(self, username: str) -> DirectoryUser | None:
        """See the port."""
        return self._within(lambda: self._port.find(username))

    def set_attributes(self, username: str, attributes: Mapping[str, str]) -> None:
        """See the port."""
        self._within(lambda: self._port.set_attributes(username, attributes))

    def delete_user(self, username: str) -> None:
        """See the port."""
        self._within(lambda: self._port.delete_user(username))


class TimedProviderLinks(_Timed[ProviderLinks], ProviderLinks):
    """Ends each call at the deadline."""

    __slots__ = ()

    def native_users_with(self, email: str) -> tuple[DirectoryUser, ...]:
        """See the port."""
        return self._within(lambda: self._port.native_users_with(email))

    def link_provider(self, username: str, identity: ExternalIdentity) -> None:
        """See the port."""
        self._within(lambda: self._port.link_provider(username, identity))
