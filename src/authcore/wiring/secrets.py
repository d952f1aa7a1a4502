"""Build secrets: fixed ones, and those that are read again while the process runs."""

# ruff: noqa: PLC0415 - only a secret that is read again pays for its imports

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from authcore.domain.errors import (
    ConfigurationError,
    SecretMisconfiguredError,
    SecretUnavailableError,
)
from authcore.ports.audit import AuditLog
from authcore.ports.client_secrets import ClientSecrets
from authcore.ports.secrets import SecretSource
from authcore.ports.system import Clock
from authcore.settings.reader import PREFIX
from authcore.settings.secret_references import SecretReference


if TYPE_CHECKING:
    from authcore.adapters.secrets.reread_secret import RereadSecret
    from authcore.settings.sign_in import ClientSecretSetting

Value = TypeVar("Value")


def current_secret(
    given: Value | SecretReference[Value], *, clock: Clock, audit: AuditLog
) -> Callable[[], Value]:
    """
    Build what gives the value of now.

    Raises:
        ConfigurationError: It cannot be read, or is wrong.
    """
    return (
        reread_value(given, clock, audit) if isinstance(given, SecretReference) else lambda: given
    )


def reread_value(
    given: SecretReference[Value], clock: Clock, audit: AuditLog
) -> Callable[[], Value]:
    """
    Build what gives the value of now, and read it once.

    Raises:
        ConfigurationError: It cannot be read, or is wrong.
    """
    source = _source(given)
    secret = _reread(given, lambda: _parse(given, source.read()[0]), clock, audit)
    _require(given, secret, SecretUnavailableError)
    return secret.get


def client_secrets_of(
    given: "ClientSecretSetting | None",
    *,
    user_pool_id: str,
    client_id: str,
    clock: Clock,
    audit: AuditLog,
) -> ClientSecrets:
    """
    Build the secrets of the app client.

    While Secrets Manager does not answer, the process starts without a secret: it is read when it
    is first needed.

    Args:
        given: As the settings give them.

        user_pool_id: That a secret in Secrets Manager must name.

        client_id: That it must name, too.

        clock: Tells how old a value is.

        audit: Records reads.

    Raises:
        ConfigurationError: There is none, or it is that of another app client, or not readable.
    """
    from authcore.adapters.client_secrets import FixedClientSecrets, RereadClientSecrets
    from authcore.adapters.secrets.managed_secret import parse_managed_secrets

    if given is None:
        raise ConfigurationError([f"{PREFIX}_SIGN_IN_CLIENT_SECRET is missing"])
    if not isinstance(given, SecretReference):
        return FixedClientSecrets(given)
    source = _source(given, with_previous=True)

    def read() -> tuple[str, ...]:
        texts = source.read()
        if given.arn is None:
            return _parse(given, texts[0])
        return parse_managed_secrets(texts, user_pool_id=user_pool_id, client_id=client_id)

    secret = _reread(given, read, clock, audit)
    _require(given, secret, SecretMisconfiguredError)
    return RereadClientSecrets(secret)


def _source(given: SecretReference[Value], *, with_previous: bool = False) -> SecretSource:
    if given.arn is None:
        from authcore.adapters.secrets.file_source import FileSecretSource

        return FileSecretSource(given.file or "")
    from authcore.adapters.secrets.secrets_manager import (
        SecretsManagerSource,
        secrets_manager_client,
    )

    client = secrets_manager_client(given.arn, given.endpoint_url)
    return SecretsManagerSource(client, arn=given.arn, with_previous=with_previous)


def _reread(
    given: SecretReference[Value], read: Callable[[], Value], clock: Clock, audit: AuditLog
) -> "RereadSecret[Value]":
    from authcore.adapters.secrets.reread_secret import RereadSecret

    name = given.variable.removeprefix(f"{PREFIX}_")
    return RereadSecret(read, name=name, clock=clock, audit=audit)


def _parse(given: SecretReference[Value], text: str) -> Value:
    try:
        return given.parse(text)
    except ValueError as error:
        raise SecretMisconfiguredError(f"its content is wrong: {error}", detail="content") from None


def _require(
    given: SecretReference[Value],
    secret: "RereadSecret[Value]",
    needed: type[SecretUnavailableError],
) -> None:
    """
    Read *secret* for the first time.

    Raises:
        ConfigurationError: That ended in a *needed* error.
    """
    try:
        secret.get()
    except SecretUnavailableError as error:
        if isinstance(error, needed):
            raise ConfigurationError([f"{given.variable}: {error} ({error.detail})"]) from None
