"""What ``authcore sessions`` is put together from."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar, Final

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.cognito.user_directory import CognitoUserDirectory
from authcore.adapters.cognito.user_sessions import CognitoUserSessions
from authcore.adapters.coordination.dynamodb.revocations import DynamoDbRevocationList
from authcore.adapters.coordination.dynamodb.table import dynamodb_client
from authcore.adapters.system import SystemClock
from authcore.domain.services.sign_out import SignOutEverywhere
from authcore.ports.revocation import RevocationList
from authcore.settings import CognitoSettings, RevocationSettings, StoreSettings, load
from authcore.settings.reader import Check
from authcore.settings.session_groups import REVOKED_IN_A_TABLE
from authcore_cli.tools import SessionTools


WITHIN: Final = timedelta(seconds=10)
"""Of one call; nobody's page waits for it."""


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
        audit=LoggingAuditLog(logging.getLogger("authcore.audit")),
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
