"""Build the source of users that ``AUTHCORE_SOURCE_*`` names."""

# ruff: noqa: PLC0415 - each kind of source imports its own libraries

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar, Final, TypeVar

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.pools import region_of
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.accounts.retrying import OnRetry, Retrier
from authcore.domain.services.accounts.write_quota import WriteQuota
from authcore.ports.system import Clock, Pause
from authcore.ports.user_source import UserSource
from authcore.settings.legacy import LegacyCallSettings
from authcore.settings.old_pool import OldPoolSettings
from authcore.settings.reader import Check
from authcore.settings.secret_references import SecretReference
from authcore.settings.source import SOURCE_IS_NAMED, SourceSettings
from authcore.wiring.secrets import current_secret


CALL_LIMIT: Final = timedelta(seconds=10)
"""Deadline of one page of the legacy API and of Cognito."""

LEGACY_PAGES: Final = 20
"""Pages of the legacy API a second, unless the settings say otherwise."""

LEFT_TO_SIGN_INS: Final = 33
"""Percent of Cognito's list quota, unless the settings say otherwise: linking lists users, too."""

Value = TypeVar("Value")


@attrs.frozen(kw_only=True)
class SourceGroups:
    """Settings groups of every command that reads a source."""

    CHECKS: ClassVar[tuple[Check, ...]] = (SOURCE_IS_NAMED,)

    source: SourceSettings
    legacy: LegacyCallSettings
    old_pool: OldPoolSettings


@attrs.frozen(kw_only=True, eq=False)
class OpenSource:
    """
    A source, and what names it.

    Attributes:
        users: The source.
        name: For operators and ``Run.source``; no secrets, no personal data.
        fingerprint: Digest of all that decides what is read, but for the data itself: SHA-256 in
            hex, without secrets.
        close: Closes the connections.
    """

    users: UserSource = attrs.field(repr=False)
    name: str
    fingerprint: str
    close: Callable[[], None] = attrs.field(default=lambda: None, repr=False)


@attrs.frozen(kw_only=True, eq=False)
class SourceTools:
    """
    What sources are built with.

    Attributes:
        clock: Measures the pace.
        pause: Keeps it.
        on_retry: Called before each wait after a page without an answer.
    """

    clock: Clock
    pause: Pause
    on_retry: OnRetry = lambda *_: None

    def retrier(self, rate: int | Callable[[], int]) -> Retrier:
        """Build what repeats calls, at most *rate* a second."""
        limiter = RateLimiter(rate, clock=self.clock, pause=self.pause)
        return Retrier(rate_limiter=limiter, pause=self.pause, on_retry=self.on_retry)

    def value(self, given: Value | SecretReference[Value]) -> Value:
        """Read a secret once."""
        return current_secret(given, clock=self.clock, audit=LoggingAuditLog())()


def open_source(groups: SourceGroups, tools: SourceTools) -> OpenSource:
    """
    Build the source; nothing is read yet, but for secrets and the beginning of a file.

    Raises:
        ConfigurationError: The settings are not enough, a secret or the file cannot be read, or a
            library is not installed.
    """
    build = {"legacy": _legacy, "sql": _sql, "file": _file, "pool": _pool}[groups.source.kind]
    return build(groups, tools)


def _legacy(groups: SourceGroups, tools: SourceTools) -> OpenSource:
    from authcore.adapters.http import HttpClient
    from authcore.adapters.legacy.http_listing import HttpLegacyListing
    from authcore.adapters.legacy.listing_contract import MAX_PAGE_BYTES
    from authcore.adapters.legacy.user_source import LegacyUserSource

    url, api_key = groups.legacy.url, groups.legacy.api_key
    if url is None or api_key is None:
        raise _incomplete()
    key = current_secret(api_key, clock=tools.clock, audit=LoggingAuditLog())
    http = HttpClient(within=CALL_LIMIT, max_bytes=MAX_PAGE_BYTES, partner="legacy")
    listing = HttpLegacyListing(http=http, base_url=url, api_key=key)
    retrier = tools.retrier(groups.source.pages_per_second or LEGACY_PAGES)
    users = LegacyUserSource(listing=listing, retrier=retrier)
    name = f"legacy {url}"
    return OpenSource(users=users, name=name, fingerprint=_digest(name), close=http.close)


def _sql(groups: SourceGroups, tools: SourceTools) -> OpenSource:
    try:
        from authcore.adapters.sources.sql import SqlUserSource
        from authcore.adapters.sources.sql_connections import open_database
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            [f"a query is not read without {error.name}: install authcore-cognito[sql]"]
        ) from None
    source = groups.source
    if source.sql_url is None or source.sql_query is None:
        raise _incomplete()
    database = open_database(tools.value(source.sql_url), source.sql_timeout)
    query = tools.value(source.sql_query)
    name = f"sql {'sqlite' if database.is_sqlite else 'postgresql'}"
    return OpenSource(
        users=SqlUserSource(database, query),
        name=name,
        fingerprint=_digest(name, database.place, query),
    )


def _file(groups: SourceGroups, _tools: SourceTools) -> OpenSource:
    from authcore.adapters.sources.files import FileUserSource

    if groups.source.file is None:
        raise _incomplete()
    users = FileUserSource(groups.source.file)
    name = f"file {users.name}"
    return OpenSource(users=users, name=name, fingerprint=_digest(name, users.fingerprint()))


def _pool(groups: SourceGroups, tools: SourceTools) -> OpenSource:
    from authcore.adapters.cognito.client import cognito_client
    from authcore.adapters.cognito.directory_listing import CognitoDirectoryListing
    from authcore.adapters.cognito.provisioned_limits import CognitoProvisionedLimits
    from authcore.adapters.cognito.user_source import CognitoUserSource, estimate_users

    pool_id, source = groups.old_pool.user_pool_id, groups.source
    if pool_id is None:
        raise _incomplete()
    client = cognito_client(
        region=region_of(pool_id), endpoint_url=groups.old_pool.endpoint_url, within=CALL_LIMIT
    )
    quota = WriteQuota(
        CognitoProvisionedLimits(client=client),
        clock=tools.clock,
        at_most=source.pages_per_second,
        category="UserList",
        leave=0 if source.pages_per_second else LEFT_TO_SIGN_INS,
    )
    users = CognitoUserSource(
        listing=CognitoDirectoryListing(client=client, user_pool_id=pool_id),
        retrier=tools.retrier(quota.per_second),
        attributes=source.attributes,
        estimate=lambda: estimate_users(client, pool_id),
    )
    name = f"pool {pool_id}"
    digest = _digest(name, *sorted(source.attributes))
    return OpenSource(users=users, name=name, fingerprint=digest, close=client.close)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _incomplete() -> ConfigurationError:
    return ConfigurationError(["AUTHCORE_SOURCE_KIND names a source that the settings do not"])
