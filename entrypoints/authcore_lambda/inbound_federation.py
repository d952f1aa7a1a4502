"""
The inbound federation trigger: ``authcore_lambda.inbound_federation.handler``.

Cognito runs it at every sign-in with a provider, before it writes what the provider says to the
user.  Of a user who is linked to a legacy account it keeps the fields that the legacy system owns
(``AUTHCORE_SYNC_FIELDS``): the answer holds the pool's own values in the place of the provider's.

Everything else passes unchanged: first sign-ins, because linking needs the provider's address;
users without a legacy account; and every event that the pool gives no answer about.  The provider's
value is then written as without this function, and the next profile sync puts it right.  No sign-in
fails because of this function.

See: docs/webhooks.md; Amazon Cognito "Inbound federation Lambda trigger".
"""

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any, Final

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.domain.errors import UnavailableError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.profiles import ProfileField
from authcore.domain.model.provider_attributes import keep_owned
from authcore.domain.model.usernames import LEGACY_UID
from authcore.ports.audit import AuditLog
from authcore.ports.user_directory import UserDirectory
from authcore.settings import load
from authcore.settings.audit import AuditSettings
from authcore.settings.federation import FederationSettings
from authcore.settings.log import LogSettings
from authcore.settings.metrics import MetricsSettings
from authcore.settings.sync import FieldSettings
from authcore_lambda.deadlines.deadline import Deadline
from authcore_lambda.events.federation_event import SOURCE, FederationEvent
from authcore_lambda.events.types import Event, LambdaContext
from authcore_lambda.events.user_attributes import EventUnreadableError, UserAttributes
from authcore_lambda.lazy_function import LazyFunction, log_fault
from authcore_lambda.pool_api import PoolApi, PoolApiSettings


ACTION: Final = "federation.kept"

BUDGET: Final = timedelta(seconds=2)
"""For the calls to the pool, two at most; the user waits for the sign-in."""

UNCHANGED: Final[Mapping[str, Any]] = {}
"""
"If you return an empty object, all original attributes from the identity provider are retained".
"""

_log: Final = logging.getLogger("authcore.inbound_federation")


@attrs.frozen(kw_only=True)
class InboundFederationSettings:
    """What this trigger reads from ``AUTHCORE_*``."""

    cognito: PoolApiSettings
    sync: FieldSettings
    federation: FederationSettings
    log: LogSettings
    audit: AuditSettings
    metrics: MetricsSettings


class InboundFederationTrigger:
    """Answers events from any number of threads; keeps nothing between events."""

    def __init__(
        self,
        *,
        directory: Callable[[str, Deadline], UserDirectory],
        owned: Collection[ProfileField],
        claims: Mapping[str, str],
        audit: AuditLog,
    ) -> None:
        """
        Ask *directory*.

        Args:
            directory: Opens the users of a pool id, for the time that remains.

            owned: Fields of the legacy system.

            claims: The provider's claim of each attribute.

            audit: Records what was kept, and calls that got no answer.
        """
        self._directory = directory
        self._owned = owned
        self._claims = claims
        self._audit = audit

    def __call__(
        self, event: Event, context: LambdaContext | None, started: float | None = None
    ) -> Event:
        """Return *event* with what the pool is to store of the provider's answer.  Never raises."""
        read = FederationEvent.read(event)
        if read.source != SOURCE:
            return event
        try:
            kept = self._keep(read, Deadline(BUDGET, context, started))
        except Exception as error:  # noqa: BLE001 - a fault of ours must not keep a user out
            log_fault(_log, error)
            kept = UNCHANGED
        return _answer(event, read, kept)

    def _keep(self, event: FederationEvent, time: Deadline) -> Mapping[str, Any]:
        try:
            user = self._find(event, time)
        except UnavailableError as error:
            self._audit.record(AuditEvent.of(ACTION, error))
            return UNCHANGED
        if user is None:
            return UNCHANGED
        kept = keep_owned(event.given, user.attributes, owned=self._owned, claims=self._claims)
        if kept == event.given:
            return UNCHANGED
        legacy_uid = user.attributes[LEGACY_UID]
        self._audit.record(AuditEvent.of(ACTION, None, subject=user.subject, legacy_uid=legacy_uid))
        return kept

    def _find(self, event: FederationEvent, time: Deadline) -> DirectoryUser | None:
        """Find the user who signs in, if the pool has one with a legacy account."""
        if not self._owned or event.pool_id is None:
            return None
        directory = self._directory(event.pool_id, time)
        found = map(directory.find, event.pool_usernames)
        user = next((each for each in found if each and _signs_in(event, each)), None)
        return user if user and user.attributes.get(LEGACY_UID) else None


def _signs_in(event: FederationEvent, user: DirectoryUser) -> bool:
    """Whether *user*, who has a name in *event*, has the identity that it is about."""
    identities = UserAttributes.read(user.attributes).identities
    if isinstance(identities, EventUnreadableError):
        return False
    return any(event.is_about(each.provider_name, each.user_id) for each in identities)


def _answer(event: Event, read: FederationEvent, kept: Mapping[str, Any]) -> Event:
    return {**event, "response": {**read.response, "userAttributesToMap": dict(kept)}}


def build_handler(
    variables: Mapping[str, str], *, audit: AuditLog | None = None
) -> InboundFederationTrigger:
    """
    Build the trigger that *variables* configure.

    Args:
        variables: ``AUTHCORE_*`` by name.

        audit: By default the function's log.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load(InboundFederationSettings, variables)
    pool = PoolApi(settings.cognito, within=BUDGET)
    return InboundFederationTrigger(
        directory=pool.directory,
        owned=settings.sync.fields,
        claims=settings.federation.claims,
        audit=audit or LoggingAuditLog(),
    )


def _change_nothing(event: Event, _: object) -> Event:
    read = FederationEvent.read(event)
    return _answer(event, read, UNCHANGED) if read.source == SOURCE else event


handler: Final = LazyFunction("inbound-federation", build_handler, without_settings=_change_nothing)
"""AWS Lambda's entry point.  While the settings cannot work, nothing is kept."""
