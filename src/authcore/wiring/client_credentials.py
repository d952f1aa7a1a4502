"""Build the credentials of a program; name every wrong argument at once."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.cognito.token_endpoint import MAX_ANSWER_BYTES, CognitoMachineTokenIssuer
from authcore.adapters.http import HttpClient
from authcore.adapters.system import SystemClock
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.machine_tokens import MAX_SCOPES, can_be_scopes
from authcore.domain.model.pools import CLIENT_ID, CLIENT_ID_SENTENCE
from authcore.domain.model.urls import service_url
from authcore.domain.services.client_credentials import ClientCredentials
from authcore.ports.client_secrets import ClientSecrets
from authcore.ports.system import Clock
from authcore.wiring.tokens import missing_methods


LONGEST_TIMEOUT: Final = timedelta(seconds=30)


def client_credentials_of(
    *,
    domain: str,
    client_id: str,
    client_secret: str | ClientSecrets,
    scopes: str | Collection[str],
    timeout: timedelta,
    clock: Clock | None,
) -> ClientCredentials:
    """
    Build the service; the arguments are those of ``authcore.client_credentials``.

    Raises:
        ConfigurationError: Names every problem at once.
    """
    asked = (scopes,) if isinstance(scopes, str) else scopes
    problems = [
        *_domain_problems(domain),
        *_client_problems(client_id, client_secret),
        *_scope_problems(asked),
        *_timeout_problems(timeout),
        *missing_methods("clock", clock, "now"),
    ]
    if problems:
        raise ConfigurationError(problems)
    return ClientCredentials(
        issuer=CognitoMachineTokenIssuer(
            http=HttpClient(within=timeout, max_bytes=MAX_ANSWER_BYTES, partner="token_endpoint"),
            token_url=service_url(f"{domain.rstrip('/')}/oauth2/token"),
            client_id=client_id,
            client_secret=client_secret,
            within=timeout,
        ),
        clock=clock or SystemClock(),
        audit=LoggingAuditLog(),
        scopes=frozenset(asked),
    )


def _domain_problems(domain: object) -> list[str]:
    try:
        service_url(domain if isinstance(domain, str) else "")
    except ValueError as error:
        return [f"domain {error}"]
    return []


def _client_problems(client_id: object, client_secret: object) -> list[str]:
    is_id = isinstance(client_id, str) and CLIENT_ID.fullmatch(client_id)
    problems = [] if is_id else [f"client_id {CLIENT_ID_SENTENCE}"]
    if isinstance(client_secret, str):
        return problems if client_secret else [*problems, "client_secret must not be empty"]
    wanted = missing_methods("client_secret", client_secret, "active", "report", "read_again")
    return [*problems, *(wanted if client_secret is not None else ["client_secret is missing"])]


def _scope_problems(scopes: object) -> list[str]:
    are_texts = isinstance(scopes, Collection) and all(isinstance(each, str) for each in scopes)
    if isinstance(scopes, Collection) and are_texts and can_be_scopes(scopes):
        return []
    return [f"scopes must be at most {MAX_SCOPES} texts such as orders/read"]


def _timeout_problems(timeout: object) -> list[str]:
    if isinstance(timeout, timedelta) and timedelta(0) < timeout <= LONGEST_TIMEOUT:
        return []
    limit = LONGEST_TIMEOUT.total_seconds()
    return [f"timeout must be a timedelta of more than 0 and at most {limit:.0f} seconds"]
