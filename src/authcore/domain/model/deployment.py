"""A deployment: what was read of the systems that its settings name."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, TypeVar

import attrs

from authcore.domain.model.deployment_plan import (
    CookiePlan,
    GuardPlan,
    NamedSecret,
    Plan,
    SignInPlan,
)
from authcore.domain.model.pool_settings import (
    ClientSettings,
    DomainSettings,
    PoolSettings,
    ProviderSettings,
    ThreatSettings,
)
from authcore.domain.model.surroundings import FunctionSettings, SiteAnswer, TableSettings


Found = TypeVar("Found")
Key = TypeVar("Key")


class UnreadPartError(Exception):
    """A check needs a part that could not be read, which the report names once."""


class NothingToAskError(Exception):
    """The settings do not name what a check is about, or another check reports that it is gone."""


@attrs.frozen
class Reading(Generic[Found]):
    """
    One part of a deployment, or why it could not be read.

    Attributes:
        name: For the report, e.g. ``function arn:...``.
        failure: A fixed word or an error class of a vendor; None where the part was read.
    """

    name: str
    _found: Found | None = None
    failure: str | None = None

    @property
    def is_read(self) -> bool:
        """Whether the part could be read."""
        return self.failure is None

    def get(self) -> Found:
        """
        What was read.

        Raises:
            UnreadPartError: It could not be.
        """
        if self.failure is not None:
            raise UnreadPartError(self.name)
        return self._found  # type: ignore[return-value]  # None is a Found then: there is none


@attrs.frozen(kw_only=True)
class Deployment:
    """
    What was read.  A part that the settings give no reason to read is None, or not in its mapping.

    Attributes:
        plan: What the settings say.
        secrets: Keys and secrets of the settings.
        pool: The user pool.
        clients: Its app clients.
        domain: The domain of the sign-in pages; None inside where it is not a domain of a pool.
        providers: Its identity providers.
        threats: Its threat protection.
        web_acl: Whether a web ACL is in front of it.
        user_updates: Writes of users a second that Amazon grants.
        old_pool: The pool that users move from.
        old_clients: Its app clients.
        functions: The functions of its triggers, by ARN; None inside where it does not exist.
        tables: By name; None inside where it does not exist.
        keys: The answer at the URL of the pool's keys.
        sites: Answers of the auth service and of the guarded application, by name of the question.
        probes: Answers to requests whose failure is a finding of its own, by name of the question.
    """

    plan: Plan
    secrets: tuple[Reading[NamedSecret], ...] = ()
    pool: Reading[PoolSettings]
    clients: Reading[tuple[ClientSettings, ...]]
    domain: Reading[DomainSettings | None] | None = None
    providers: Reading[tuple[ProviderSettings, ...]]
    threats: Reading[ThreatSettings] | None = None
    web_acl: Reading[bool] | None = None
    user_updates: Reading[int] | None = None
    old_pool: Reading[PoolSettings] | None = None
    old_clients: Reading[tuple[ClientSettings, ...]] | None = None
    functions: Mapping[str, Reading[FunctionSettings | None]] = attrs.field(factory=dict)
    tables: Mapping[str, Reading[TableSettings | None]] = attrs.field(factory=dict)
    keys: Reading[SiteAnswer]
    sites: Mapping[str, Reading[SiteAnswer]] = attrs.field(factory=dict)
    probes: Mapping[str, Reading[SiteAnswer]] = attrs.field(factory=dict)

    @property
    def client(self) -> ClientSettings:
        """
        The app client at which browsers sign in.

        Raises:
            NothingToAskError: The pool has no such client.
        """
        wanted = self.plan.client_id
        return _given(next((c for c in self.clients.get() if c.client_id == wanted), None))

    @property
    def sign_in(self) -> SignInPlan:
        """
        The sign-in that the settings describe.

        Raises:
            NothingToAskError: They describe none.
        """
        return _given(self.plan.sign_in)

    @property
    def cookie(self) -> CookiePlan:
        """
        The session cookies that the settings describe.

        Raises:
            NothingToAskError: They describe none.
        """
        return _given(self.plan.cookie)

    @property
    def guard(self) -> GuardPlan:
        """
        The guarded application that the settings describe.

        Raises:
            NothingToAskError: They describe none.
        """
        return _given(self.plan.guard)

    def ask(self, part: Reading[Found] | None) -> Found:
        """
        Return what *part* holds.

        Raises:
            NothingToAskError: There is no reason to read it.

            UnreadPartError: It could not be read.
        """
        return _given(part).get()

    @property
    def user_clients(self) -> tuple[ClientSettings, ...]:
        """The app clients at which users can sign in."""
        return tuple(each for each in self.clients.get() if each.serves_users)

    def readings(self) -> "tuple[Reading[object], ...]":
        """Every part that should have been read; of *probes* none."""
        single = (self.pool, self.clients, self.domain, self.providers, self.threats)
        more = (self.web_acl, self.user_updates, self.keys, self.old_pool, self.old_clients)
        several = (*self.secrets, *self.functions.values(), *self.tables.values())
        parts = (*single, *more, *several, *self.sites.values())
        return tuple(part for part in parts if part is not None)  # type: ignore[misc]


def each_read(
    parts: "Iterable[tuple[Key, Reading[Found]]]",
) -> "Iterator[tuple[Key, Found]]":
    """
    Yield what each part holds that could be read, and only then tell of the others.

    Raises:
        UnreadPartError: At the end, where one could not be.
    """
    unread = []
    for key, part in parts:
        if part.is_read:
            yield key, part.get()
        else:
            unread.append(part)
    for part in unread:
        part.get()


def _given(found: Found | None) -> Found:
    if found is None:
        raise NothingToAskError
    return found
