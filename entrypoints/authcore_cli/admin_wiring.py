"""Build what ``authcore sessions end`` and ``authcore links allow-create`` work with."""

from collections.abc import Mapping
from typing import ClassVar, Final

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.cognito.user_directory import CognitoUserDirectory
from authcore.adapters.cognito.user_sessions import CognitoUserSessions
from authcore.adapters.coordination.dynamodb.replay_cache import DynamoDbReplayCache
from authcore.adapters.coordination.dynamodb.revocations import DynamoDbRevocationList
from authcore.adapters.coordination.dynamodb.table import dynamodb_client
from authcore.adapters.system import SystemClock, SystemEntropy
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.pools import pool_key
from authcore.domain.services.sessions.sign_out_everywhere import SignOutEverywhere
from authcore.ports.audit import AuditLog
from authcore.ports.coordination import ReplayCache
from authcore.ports.revocation import RevocationList
from authcore.settings import load
from authcore.settings.cognito import CognitoSettings
from authcore.settings.linking import LinkingSettings
from authcore.settings.reader import Check
from authcore.settings.session import REVOKED_IN_A_TABLE, RevocationSettings
from authcore.settings.store import StoreSettings
from authcore_cli.aws_clients import CALL_LIMIT, pool_client


@attrs.frozen
class SessionTools:
    """
    Services of ``authcore sessions end``.

    Attributes:
        everywhere: Ends all sessions of one user.
        at_once: Whether tokens that are already issued are revoked too.
    """

    everywhere: SignOutEverywhere
    at_once: bool


@attrs.frozen(kw_only=True)
class SessionsSettings:
    """Settings groups of ``authcore sessions end``."""

    CHECKS: ClassVar[tuple[Check, ...]] = (REVOKED_IN_A_TABLE,)

    cognito: CognitoSettings
    store: StoreSettings
    revocations: RevocationSettings


def session_tools(environment: Mapping[str, str]) -> SessionTools:
    """
    Build the tools from the same ``AUTHCORE_*`` variables as the auth service and the guards.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load(SessionsSettings, environment)
    pool_id, client = settings.cognito.user_pool_id, pool_client(settings.cognito)
    revocations = _revocations(settings)
    everywhere = SignOutEverywhere(
        directory=CognitoUserDirectory(client=client, user_pool_id=pool_id),
        sessions=CognitoUserSessions(client=client, user_pool_id=pool_id),
        revocations=revocations,
        leeway=settings.cognito.leeway,
        clock=SystemClock(),
        audit=LoggingAuditLog(),
    )
    return SessionTools(everywhere=everywhere, at_once=revocations is not None)


def _revocations(settings: SessionsSettings) -> RevocationList | None:
    """The shared table; None where each process keeps its own list, out of this one's reach."""
    store = settings.store
    if settings.revocations.kept_in != "table" or store.table is None:
        return None
    client = dynamodb_client(
        region=store.region or settings.cognito.region,
        endpoint_url=store.endpoint_url,
        within=CALL_LIMIT,
    )
    return DynamoDbRevocationList(client=client, table=store.table, clock=SystemClock())


@attrs.frozen
class PendingCreates:
    """
    Create calls of the linking function whose outcome is unknown.

    Attributes:
        intents: Where the linking function records them.
        issuer: Of the pool.
        audit: Records what was allowed.
    """

    intents: ReplayCache
    issuer: str
    audit: AuditLog


@attrs.frozen(kw_only=True)
class AllowCreateSettings:
    """Settings groups of ``authcore links allow-create``."""

    cognito: CognitoSettings
    linking: LinkingSettings


_NOT_ONCE: Final = (
    "AUTHCORE_LINKING_CREATION is not once: the linking function blocks no create permanently"
)


def pending_creates(environment: Mapping[str, str]) -> PendingCreates:
    """
    Open the table in which the linking function records its creates.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load(AllowCreateSettings, environment)
    if settings.linking.creation != "once" or settings.linking.table is None:
        raise ConfigurationError([_NOT_ONCE])
    return PendingCreates(
        intents=DynamoDbReplayCache(
            client=dynamodb_client(region=settings.cognito.region, within=CALL_LIMIT),
            table=settings.linking.table,
            clock=SystemClock(),
            entropy=SystemEntropy(),
        ),
        issuer=pool_key(settings.cognito.user_pool_id),
        audit=LoggingAuditLog(),
    )
