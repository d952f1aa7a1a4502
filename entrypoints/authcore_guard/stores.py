"""Where sessions are: in cookies, or in the table."""

# ruff: noqa: PLC0415 - only who keeps something in the table pays for importing boto3

from collections.abc import Callable
from typing import TYPE_CHECKING

from authcore.adapters.cookies.plain_session import PlainSessionJar
from authcore.adapters.cookies.sealed_session import SealedSessionJar
from authcore.adapters.cookies.stored_session import StoredSessionJar
from authcore.adapters.sealing.envelope import KeyRing
from authcore.domain.errors import ConfigurationError
from authcore.ports.ambient import Clock, Entropy
from authcore.ports.cookies import SessionJar
from authcore.ports.memory import SealedTexts
from authcore.settings import CognitoSettings, CookieSettings, StoreSettings


if TYPE_CHECKING:
    from authcore.adapters.coordination.dynamodb.table import DynamoDbClient


def table_client(store: StoreSettings, cognito: CognitoSettings) -> "DynamoDbClient":
    """Speaks to the table's API; shared by everything that is kept in the table."""
    from authcore.adapters.coordination.dynamodb.table import dynamodb_client

    return dynamodb_client(
        region=store.region or cognito.region,
        endpoint_url=store.endpoint_url,
        within=store.timeout,
    )


def sealed_texts(client: "DynamoDbClient", store: StoreSettings, clock: Clock) -> SealedTexts:
    """
    Texts in the configured table.

    Raises:
        ConfigurationError: There is none.
    """
    from authcore.adapters.coordination.dynamodb.sealed_texts import DynamoDbSealedTexts

    if store.table is None:
        raise ConfigurationError(["AUTHCORE_STORE_TABLE is missing: sessions are kept there"])
    return DynamoDbSealedTexts(client=client, table=store.table, clock=clock)


def session_jar(
    cookie: CookieSettings, clock: Clock, entropy: Entropy, texts: Callable[[], SealedTexts]
) -> SessionJar:
    """The jar of the configured format; *texts* are asked for only where sessions are stored."""
    if cookie.format == "plain":
        return PlainSessionJar(domain=cookie.domain, lifetime=cookie.lifetime, clock=clock)
    if cookie.format == "stored":
        return StoredSessionJar(
            texts=texts(),
            ring=KeyRing(cookie.keys),
            domain=cookie.domain,
            lifetime=cookie.lifetime,
            clock=clock,
            entropy=entropy,
        )
    return SealedSessionJar(
        ring=KeyRing(cookie.keys),
        domain=cookie.domain,
        lifetime=cookie.lifetime,
        clock=clock,
        entropy=entropy,
    )


def is_stored(cookie: CookieSettings) -> bool:
    """Whether reading a session takes the table."""
    return cookie.format == "stored"
