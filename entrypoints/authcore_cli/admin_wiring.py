"""What ``authcore links allow-create`` is put together from."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar, Final

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.cognito.user_directory import CognitoUserDirectory
from authcore.adapters.cognito.user_sessions import CognitoUserSessions
from authcore.adapters.coordination.dynamodb.replay_cache import DynamoDbReplayCache
from authcore.adapters.coordination.dynamodb.revocations import DynamoDbRevocationList
from authcore.adapters.coordination.dynamodb.table import dynamodb_client
from authcore.adapters.system import SystemClock, SystemEntropy
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.pools import issuer_url
from authcore.domain.services.sessions.sign_out import SignOutEverywhere
from authcore.ports.audit import AuditLog
from authcore.ports.coordination import ReplayCache
from authcore.ports.revocation import RevocationList
from authcore.settings import (
    CognitoSettings,
    LinkingSettings,
    RevocationSettings,
    StoreSettings,
    load,
)
from authcore.settings.reader import Check
from authcore.settings.session import REVOKED_IN_A_TABLE


@attrs.frozen
class BegunCreates:
    """
    What the linking function remembers of creates whose outcome it does not know.

    Attributes:
        intents: The memory.
        issuer: Of the pool.
        audit: Learns of what was allowed.
    """

    intents: ReplayCache
    issuer: str
    audit: AuditLog


@attrs.frozen
class SessionTools:
    """
    What ends sessions.

    Attributes:
        everywhere: Ends all of a user's.
        at_once: Whether tokens that are out end too.
    """

    everywhere: SignOutEverywhere
    at_once: bool


@attrs.frozen(kw_only=True)
class SessionsSettings:
    """Every group the command reads."""

    CHECKS: ClassVar[tuple[Check, ...]] = (REVOKED_IN_A_TABLE,)

    cognito: CognitoSettings
    store: StoreSettings
    revocations: RevocationSettings


def session_tools(environment: Mapping[str, str]) -> SessionTools:
    """
    For the pool and the table of the ``AUTHCORE_*`` variables, the very ones of the doors.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load(SessionsSettings, environment)
    cognito = settings.cognito
    client = cognito_client(region=cognito.region, endpoint_url=cognito.endpoint_url, within=WITHIN)
    clock, revocations = SystemClock(), _revocations(settings)
    everywhere = SignOutEverywhere(
        directory=CognitoUserDirectory(client=client, user_pool_id=cognito.user_pool_id),
        sessions=CognitoUserSessions(client=client, user_pool_id=cognito.user_pool_id),
        revocations=revocations,
        leeway=cognito.leeway,
        clock=clock,
        audit=LoggingAuditLog(),
    )
    return SessionTools(everywhere=everywhere, at_once=revocations is not None)


def _revocations(settings: SessionsSettings) -> RevocationList | None:
    """The one of the doors; what one process keeps for itself cannot be written from here."""
    store = settings.store
    if settings.revocations.kept_in != "table" or store.table is None:
        return None
    client = dynamodb_client(
        region=store.region or settings.cognito.region,
        endpoint_url=store.endpoint_url,
        within=WITHIN,
    )
    return DynamoDbRevocationList(client=client, table=store.table, clock=SystemClock())


WITHIN: Final = timedelta(seconds=10)
"""Of the one call; nobody's sign-in waits for it."""


_NOT_ONCE: Final = (
    "AUTHCORE_LINKING_CREATION is not once: no create is kept from being made again for long"
)


@attrs.frozen(kw_only=True)
class AllowCreateSettings:
    """Every group the command reads."""

    cognito: CognitoSettings
    linking: LinkingSettings


def begun_creates(environment: Mapping[str, str]) -> BegunCreates:
    """
    Those that the linking function remembers with the same variables.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load(AllowCreateSettings, environment)
    if settings.linking.creation != "once" or settings.linking.table is None:
        raise ConfigurationError([_NOT_ONCE])
    client = dynamodb_client(region=settings.cognito.region, within=WITHIN)
    return BegunCreates(
        intents=DynamoDbReplayCache(
            client=client,
            table=settings.linking.table,
            clock=SystemClock(),
            entropy=SystemEntropy(),
        ),
        issuer=issuer_url(settings.cognito.user_pool_id),
        audit=LoggingAuditLog(),
    )
