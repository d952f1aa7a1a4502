"""Triggers that have all the time there is: for tests that are not about time."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

import attrs

from authcore.adapters.http import HttpClient
from authcore.adapters.system import monotonic
from authcore.ports.audit import AuditLog
from authcore.settings import load
from authcore_lambda.account_linking import trigger_on
from authcore_lambda.events.types import Event, LambdaContext
from authcore_lambda.linking_wiring import AccountLinkingSettings
from authcore_lambda.pool_api import PoolApi
from support.gate import AMPLE


class Trigger(Protocol):
    """Any of the trigger functions, built."""

    def __call__(
        self, event: Event, context: LambdaContext | None, started: float | None = None
    ) -> Any: ...


@attrs.frozen
class Unhurried:
    """*trigger*, asked as if work on the event began only later: it has AMPLE more time."""

    trigger: Trigger

    def __call__(
        self, event: Event, context: LambdaContext | None = None, started: float | None = None
    ) -> Any:
        """Answer *event*; a *context* with less time left counts, when it *started* does not."""
        return self.trigger(event, context, monotonic() + AMPLE.total_seconds())


def account_linking(
    variables: Mapping[str, str],
    *,
    audit: AuditLog,
    http: HttpClient,
    budget: timedelta = AMPLE,
    pool_within: timedelta = AMPLE,
) -> Unhurried:
    """
    The linking trigger as *variables* configure it, but for its time.

    Args:
        variables: ``AUTHCORE_*`` by name.

        audit: Where decisions go.

        http: Asks the legacy system; its own limit is the one that counts.

        budget: A tenth of it is the share of each call to the table.

        pool_within: Of one call to the pool.
    """
    settings = load(AccountLinkingSettings, variables)
    settings = attrs.evolve(settings, linking=attrs.evolve(settings.linking, budget=budget))
    pool = PoolApi(settings.cognito, within=pool_within)
    return Unhurried(trigger_on(settings, pool, audit=audit, http=http, given=None))
