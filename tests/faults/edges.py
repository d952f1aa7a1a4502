"""The ports of account linking, each call one step of an injector."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import timedelta

from authcore.domain.errors import (
    CoordinationUnavailableError,
    LegacyUnavailableError,
    ProviderUnavailableError,
)
from authcore.domain.model.accounts import Credentials, LegacyAccount
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.linking import AccountMatches, AccountQuery, NewLegacyAccount
from authcore.ports.coordination import CreateIntents, Lease, LeaseGrant
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore.ports.legacy_links import LegacyLinks
from authcore.ports.user_directory import UserDirectory
from faults.outside import Outside
from faults.steps import StepInjector


class InjectedLinks(LegacyLinks):
    """The simulated legacy system, through *line*."""

    def __init__(self, outside: Outside, line: StepInjector) -> None:
        self._legacy = outside.legacy
        self._line = line

    def match(self, query: AccountQuery) -> AccountMatches:
        return self._line.call("match", lambda: self._legacy.match(query), LegacyUnavailableError)

    def create(self, account: NewLegacyAccount, *, idempotency_key: str) -> LegacyAccount:
        return self._line.call(
            "create",
            lambda: self._legacy.create(account, idempotency_key),
            LegacyUnavailableError,
        )

    def attach_cognito_id(
        self, legacy_uid: str, cognito_id: str, *, reset_access: bool
    ) -> LegacyAccount:
        return self._line.call(
            "attach",
            lambda: self._legacy.attach(legacy_uid, cognito_id, reset_access=reset_access),
            LegacyUnavailableError,
        )


class InjectedAccounts(LegacyAccounts):
    """The simulated legacy system's user table, through *line*."""

    def __init__(self, outside: Outside, line: StepInjector) -> None:
        self._legacy = outside.legacy
        self._line = line

    def authenticate(self, credentials: Credentials) -> LegacyAccount:
        raise AssertionError("linking knows no password")

    def find(self, username: str) -> LegacyAccount | None:
        return self._line.call(
            "look_up", lambda: self._legacy.find(username), LegacyUnavailableError
        )


class InjectedDirectory(UserDirectory):
    """The simulated pool, through *line*."""

    def __init__(self, outside: Outside, line: StepInjector) -> None:
        self._directory = outside.directory
        self._line = line

    def find(self, username: str) -> DirectoryUser | None:
        return self._line.call(
            "find", lambda: self._directory.find(username), ProviderUnavailableError
        )

    def set_attributes(self, username: str, attributes: Mapping[str, str]) -> None:
        self._line.call(
            "set_attributes",
            lambda: self._directory.set_attributes(username, attributes),
            ProviderUnavailableError,
        )

    def delete_user(self, username: str) -> None:
        self._line.call(
            "delete_user", lambda: self._directory.delete_user(username), ProviderUnavailableError
        )


class InjectedLease(Lease):
    """
    The simulated lease store, through *line*.

    As in the real adapters a release has a time of its own, and one that fails is nobody's
    concern: the lease ends by itself.
    """

    def __init__(self, outside: Outside, line: StepInjector) -> None:
        self._clock = outside.clock
        self._lease = outside.lease
        self._abandoned = outside.abandoned_leases
        self._line = line

    @contextmanager
    def hold(self, key: str, ttl: timedelta) -> Iterator[LeaseGrant]:
        held = self._lease.hold(key, ttl)
        self._abandoned.append(held)
        grant = self._line.call("hold", held.__enter__, CoordinationUnavailableError)
        try:
            yield grant
        finally:
            with suppress(CoordinationUnavailableError):
                self._line.call(
                    "release",
                    lambda: _given_back(held),
                    CoordinationUnavailableError,
                    whenever=True,
                )


def _given_back(held: AbstractContextManager[LeaseGrant]) -> None:
    held.__exit__(None, None, None)


class InjectedCreateIntents(CreateIntents):
    """The simulated memory, through *line*."""

    def __init__(self, outside: Outside, line: StepInjector) -> None:
        self._intents = outside.intents
        self._line = line

    def first_time(self, key: str, ttl: timedelta) -> bool:
        return self._line.call(
            "first_time",
            lambda: self._intents.first_time(key, ttl),
            CoordinationUnavailableError,
        )

    def forget(self, key: str) -> bool:
        return self._line.call(
            "forget", lambda: self._intents.forget(key), CoordinationUnavailableError
        )

    def complete(self, key: str, result: str) -> None:
        self._line.call(
            "complete", lambda: self._intents.complete(key, result), CoordinationUnavailableError
        )

    def result_of(self, key: str) -> str | None:
        return self._line.call(
            "result_of", lambda: self._intents.result_of(key), CoordinationUnavailableError
        )
