"""
Builds the service that links, for each event: over a legacy API, or over an old pool.

Where the linking trigger only observes, the service predicts, and writes nothing.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from authcore.adapters.system import SystemClock
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.linking import LinkOutcome, PoolAccount
from authcore.domain.services.accounts.account_linking import AccountLinking
from authcore.ports.audit import AuditLog
from authcore.ports.coordination import CreateIntents, Lease
from authcore_lambda.deadlines.adapters import TimedLegacyLinks
from authcore_lambda.deadlines.deadline import Deadline
from authcore_lambda.deadlines.legacy_accounts import TimedLegacyAccounts
from authcore_lambda.linking_wiring import (
    COGNITO_SHARE,
    AccountLinkingSettings,
    legacy_accounts,
    legacy_links,
    policy_of,
    reserve_of,
    stores,
)
from authcore_lambda.pool_api import PoolApi


if TYPE_CHECKING:
    from authcore.adapters.http import HttpClient
    from authcore.domain.services.accounts.old_pool_linking import OldPoolLinking
    from authcore.settings.legacy import LegacySettings


class UserLinking(Protocol):
    """What links a user: AccountLinking or OldPoolLinking."""

    def link(self, user: PoolAccount) -> LinkOutcome:
        """Link *user*; never raises one of our errors."""


LinkingFor = Callable[[str, Deadline], UserLinking]
"""Makes the service for a pool id and the time that remains."""


def linking_for(
    settings: AccountLinkingSettings,
    pool: PoolApi,
    *,
    audit: AuditLog,
    http: "HttpClient | None",
    given: tuple[Lease, CreateIntents] | None,
) -> LinkingFor:
    """
    Return what makes the service that *settings* name.

    Arguments: see ``account_linking.trigger_on``.
    """
    legacy = settings.legacy.over_http()
    if legacy is None:
        return _over_old_pool(settings, pool, audit)
    return _over_legacy(settings, legacy, pool, audit=audit, http=http, given=given)


def _over_old_pool(settings: AccountLinkingSettings, pool: PoolApi, audit: AuditLog) -> LinkingFor:
    from authcore.domain.services.accounts.old_pool_linking import OldPoolLinking
    from authcore_lambda.old_pool import directory_of

    old = directory_of(settings.old_pool, within=settings.linking.budget / COGNITO_SHARE)
    policy = policy_of(settings.linking)
    predict = _old_pool_prediction() if settings.linking.mode == "observe" else None

    def linking(pool_id: str, time: Deadline) -> OldPoolLinking:
        service = OldPoolLinking(
            old=old(time),
            directory=pool.directory(pool_id, time),
            audit=audit,
            policy=policy,
            proofs=LinkProofs(settings.link_proof.keys, pool_id),
        )
        return predict(service) if predict else service

    return linking


def _over_legacy(
    settings: AccountLinkingSettings,
    legacy: "LegacySettings",
    pool: PoolApi,
    *,
    audit: AuditLog,
    http: "HttpClient | None",
    given: tuple[Lease, CreateIntents] | None,
) -> LinkingFor:
    links, accounts = legacy_links(settings, legacy, http), legacy_accounts(settings, legacy, http)
    clock = SystemClock()
    stores_for = stores(settings, clock) if given is None else lambda _: given
    reserve = reserve_of(settings.linking)
    policy = policy_of(settings.linking)
    predict = _prediction() if settings.linking.mode == "observe" else None

    def linking(pool_id: str, time: Deadline) -> AccountLinking:
        lease, intents = stores_for(time)
        service = AccountLinking(
            links=TimedLegacyLinks(links, time, reserve),
            accounts=TimedLegacyAccounts(accounts, time, reserve),
            directory=pool.directory(pool_id, time),
            lease=lease,
            intents=intents,
            audit=audit,
            policy=policy,
            proofs=LinkProofs(settings.link_proof.keys, pool_id),
            issuer=pool.issuer(pool_id),
            clock=clock,
        )
        return predict(service) if predict else service

    return linking


def _prediction() -> "Callable[[AccountLinking], AccountLinking]":
    from authcore.domain.services.accounts.prediction import predict_linking

    return predict_linking


def _old_pool_prediction() -> "Callable[[OldPoolLinking], OldPoolLinking]":
    from authcore.domain.services.accounts.prediction import predict_old_pool_linking

    return predict_old_pool_linking
