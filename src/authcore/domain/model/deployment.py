"""A deployment: what the settings say, and what was read of the systems that they name."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Generic, Literal, TypeVar

import attrs

from authcore.domain.model.accounts import PoolKind
from authcore.domain.model.pool_settings import (
    ClientSettings,
    DomainSettings,
    PoolSettings,
    ProviderSettings,
    ThreatSettings,
)
from authcore.domain.model.surroundings import FunctionSettings, SiteAnswer, TableSettings
from authcore.domain.model.urls import ServiceUrl


Phase = Literal["migration", "moved"]
"""Whether users still move to the pool, or every user has moved."""

Found = TypeVar("Found")


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
class SignInPlan:
    """
    The sign-in as the settings of the auth service describe it.

    Attributes:
        domain_url: The pool's domain.
        callback_url: Where Cognito sends browsers.
        sign_out_urls: Where Cognito may send browsers after a sign-out.
        default_redirect: Where browsers go when no redirect was requested.
        scopes: Requested ones.
        providers: Names of the pool's providers, for restarts.
        secrets: Of the app client; empty where they are in a file or in Secrets Manager.
        secret_arn: Where the secret is in Secrets Manager; None where it is not there.
        refresh_by: ``token_endpoint``, ``get_tokens`` or ``auth_flow``.
        password_flow: Of the auth service's own sign-in page; None where that is switched off.
        is_migrating: Whether that page tries a refused password once more, to migrate the user.
    """

    domain_url: ServiceUrl
    callback_url: ServiceUrl
    sign_out_urls: tuple[str, ...]
    default_redirect: str
    scopes: tuple[str, ...]
    providers: tuple[str, ...]
    secrets: tuple[str, ...] = attrs.field(repr=False)
    secret_arn: str | None
    refresh_by: str
    password_flow: str | None
    is_migrating: bool


@attrs.frozen(kw_only=True)
class CookiePlan:
    """
    The session cookies.

    Attributes:
        domain: That auth service and applications share.
        is_public_suffix: Whether *domain* belongs to no single owner, e.g. ``co.uk``.
        lifetime: How long browsers keep the session.
        is_stored: Whether the cookies hold no tokens, because a table does.
    """

    domain: str
    is_public_suffix: bool
    lifetime: timedelta
    is_stored: bool


@attrs.frozen(kw_only=True)
class GuardPlan:
    """
    A guarded application.

    Attributes:
        app_url: As browsers see it.
        signin_url: The auth service's ``/auth/signin``.
        has_public_root: Whether the page at *app_url* needs no sign-in.
    """

    app_url: ServiceUrl
    signin_url: ServiceUrl
    has_public_root: bool


@attrs.frozen(kw_only=True)
class NamedSecret:
    """
    A key or secret of the settings.

    Attributes:
        variable: That holds it, or says where it is.
        values: As configured: keys as bytes, secrets as text.
    """

    variable: str
    values: tuple[bytes, ...] = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Plan:
    """
    What the settings say.

    Attributes:
        phase: Whether users still move.
        region: That serves the pool.
        pool_id: Of the user pool.
        client_id: Of the app client at which browsers sign in.
        further_client_ids: Of other app clients whose tokens are accepted.
        issuers: Whose tokens are accepted.
        jwks_url: Where the keys of the pool are.
        leeway: How far clocks may differ.
        is_stand_in: Whether the pool is not Amazon's, but a stand-in on this machine.
        has_api_of_lambda: Whether functions can be read; a stand-in need not have them.
        sign_in: None where the settings are not those of an auth service.
        cookie: None where they name no cookie domain.
        guard: None where they name no application.
        pool_kind: What users sign in with.
        is_case_sensitive: Whether the migration function takes letter case as significant.
        migrated: Attributes that the migration function fills.
        email_providers: Whose verified addresses may link an account.
        provider_issuers: Names of providers whose issuer is fixed.
        tables: Names of DynamoDB tables.
        functions: ARNs that the triggers must have, by trigger; only those that the operator named.
        writes_per_second: Configured pace of profile sync; None for Cognito's limit.
    """

    phase: Phase = "migration"
    region: str
    pool_id: str
    client_id: str
    further_client_ids: tuple[str, ...] = ()
    issuers: tuple[str, ...]
    jwks_url: ServiceUrl
    leeway: timedelta
    is_stand_in: bool = False
    has_api_of_lambda: bool = True
    sign_in: SignInPlan | None = None
    cookie: CookiePlan | None = None
    guard: GuardPlan | None = None
    pool_kind: PoolKind = "username"
    is_case_sensitive: bool = True
    migrated: tuple[str, ...] = ()
    email_providers: tuple[str, ...] = ()
    provider_issuers: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    functions: Mapping[str, str] = attrs.field(factory=dict)
    writes_per_second: int | None = None


@attrs.frozen(kw_only=True)
class Deployment:
    """
    What was read.  A part that the settings give no reason to read is None, or not in its mapping.

    Attributes:
        plan: What the settings say.
        secrets: Keys and secrets of the settings.
        pool: The user pool.
        clients: Its app clients.
        domain: The domain of the sign-in pages; None inside where the pool has none such.
        providers: Its identity providers.
        threats: Its threat protection.
        web_acl: Whether a web ACL is in front of it.
        user_updates: Writes of users a second that Amazon grants.
        functions: The functions of its triggers, by ARN; None inside where there is none such.
        tables: By name; None inside where there is none such.
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
            NothingToAskError: The pool has none such.
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

    def asked(self, part: Reading[Found] | None) -> Found:
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
        more = (self.web_acl, self.user_updates, self.keys)
        several = (*self.secrets, *self.functions.values(), *self.tables.values())
        parts = (*single, *more, *several, *self.sites.values())
        return tuple(part for part in parts if part is not None)  # type: ignore[misc]


def _given(found: Found | None) -> Found:
    if found is None:
        raise NothingToAskError
    return found
