"""What ``authcore links allow-create`` is put together from."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.coordination.dynamodb.seen_before import DynamoDbSeenBefore
from authcore.adapters.coordination.dynamodb.table import dynamodb_client
from authcore.adapters.system import SystemClock, SystemEntropy
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.linking import pool_issuer
from authcore.settings import CognitoSettings, LinkingSettings, load
from authcore_cli.tools import BegunCreates


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
        intents=DynamoDbSeenBefore(
            client=client,
            table=settings.linking.table,
            clock=SystemClock(),
            entropy=SystemEntropy(),
        ),
        issuer=pool_issuer(settings.cognito.region, settings.cognito.user_pool_id),
        audit=LoggingAuditLog(logging.getLogger("authcore.audit")),
    )
