"""What the settings of a deployment say about the systems around it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

import attrs

from authcore.domain.model.accounts import PoolKind
from authcore.domain.model.urls import ServiceUrl


Phase = Literal["migration", "moved"]
"""Whether users still move to the pool, or every user has moved."""


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
        response_budget: Bytes of a response head that the proxies pass on; None without a limit,
            and where the application sets no session.
        is_returned_to: Whether the auth service sends browsers there; True where the settings are
            not those of an auth service.
        observes: Whether the guard only watches; False by default.
    """

    app_url: ServiceUrl
    signin_url: ServiceUrl
    has_public_root: bool
    response_budget: int | None = None
    is_returned_to: bool = True
    observes: bool = False


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
class OldPoolPlan:
    """
    The pool that users move from, as the settings describe it.

    Attributes:
        pool_id: Of the user pool.
        client_id: Of its app client at which the migration function signs users in.
        secrets: Of that app client; empty where they are in a file or in Secrets Manager.
        has_secret: Whether the settings name a secret, wherever it is.
        kind: What users sign in with there.
        mfa: ``refuse`` where users with a second factor stay, ``drop`` where they move without it.
        resets: ``pool`` where a forgotten password moves a user, ``legacy`` where it does not.
    """

    pool_id: str
    client_id: str
    secrets: tuple[str, ...] = attrs.field(repr=False, default=())
    has_secret: bool = False
    kind: PoolKind = "username"
    mfa: str = "refuse"
    resets: str = "pool"


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
        has_migration: Whether the settings are those of the migration function, too.
        pool_kind: What users sign in with.
        is_case_sensitive: Whether the migration function takes letter case as significant.
        migrated: Attributes that the migration function fills.
        email_providers: Whose verified addresses may link an account.
        provider_issuers: Names of providers whose issuer is fixed.
        tables: Names of DynamoDB tables.
        functions: ARNs that the triggers must have, by trigger; only those that the operator named.
        writes_per_second: Configured pace of profile sync; None for Cognito's limit.
        old_pool: None where users do not move from another pool.
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
    has_migration: bool = False
    pool_kind: PoolKind = "username"
    is_case_sensitive: bool = True
    migrated: tuple[str, ...] = ()
    email_providers: tuple[str, ...] = ()
    provider_issuers: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    functions: Mapping[str, str] = attrs.field(factory=dict)
    writes_per_second: int | None = None
    old_pool: OldPoolPlan | None = None

    @property
    def has_another_pool(self) -> bool:
        """Whether users move from a pool, and it is not the one that they move to."""
        return self.old_pool is not None and self.old_pool.pool_id != self.pool_id
