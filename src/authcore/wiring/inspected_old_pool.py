"""The pool that users move from, as ``authcore doctor`` examines it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.inspection.pool import CognitoPoolInspection
from authcore.domain.model.deployment_plan import OldPoolPlan, Plan
from authcore.domain.model.pools import region_of
from authcore.settings.migration import MigrationSettings
from authcore.settings.old_pool import OldPoolSettings
from authcore.settings.secret_references import SecretReference


def old_pool_plan(settings: OldPoolSettings, migration: MigrationSettings) -> OldPoolPlan | None:
    """Return what the settings say about the old pool; None where they name none."""
    if settings.user_pool_id is None or settings.client_id is None:
        return None
    secret = settings.client_secret
    return OldPoolPlan(
        pool_id=settings.user_pool_id,
        client_id=settings.client_id,
        secrets=() if secret is None or isinstance(secret, SecretReference) else secret,
        has_secret=secret is not None,
        kind=settings.kind,
        mfa=settings.mfa,
        resets=migration.resets,
    )


def old_pool_client(settings: OldPoolSettings, plan: Plan, within: timedelta) -> Any:
    """
    Make a client of the old pool's API.

    Args:
        settings: Where the old pool is.

        plan: Of the same settings.

        within: Time limit of one call.

    Returns:
        None where there is no other pool to read.
    """
    if plan.old_pool is None or not plan.has_another_pool:
        return None
    region = region_of(plan.old_pool.pool_id)
    return cognito_client(region=region, endpoint_url=settings.endpoint_url, within=within)


def old_pool_inspection(
    client: Any, plan: Plan, pace: Callable[[], None] = lambda: None
) -> CognitoPoolInspection | None:
    """Build what reads the old pool by *client*, at the *pace*; None where there is none."""
    if plan.old_pool is None:
        return None
    pool_id = plan.old_pool.pool_id
    return CognitoPoolInspection(client=client, firewall=None, user_pool_id=pool_id, pace=pace)
