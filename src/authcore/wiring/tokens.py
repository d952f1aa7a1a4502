"""Build the validator of one pool's tokens; name every wrong argument at once."""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import TypeVar

from authcore.adapters.jwks.cached_keys import CachedKeys
from authcore.adapters.jwks.fetcher import JwksFetcher
from authcore.adapters.jwks.key_cache import KeyCache
from authcore.adapters.jwks.key_set import Keys, StaticKeys
from authcore.adapters.jwks.verified_token_cache import CachingSignatureVerifier
from authcore.adapters.jwks.verifier import JwksSignatureVerifier
from authcore.adapters.system import SystemClock
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.pools import (
    CLIENT_ID,
    CLIENT_ID_SENTENCE,
    USER_POOL_ID_SENTENCE,
    is_user_pool_id,
    issuer_url,
    jwks_url,
)
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.domain.services.token_validation import TokenValidator, configuration_problems
from authcore.ports.signatures import SignatureVerifier
from authcore.ports.system import Clock
from authcore.settings.cognito import CognitoSettings


Built = TypeVar("Built")


def pool_validator(
    user_pool_id: str,
    client_id: str | Collection[str],
    issuer: str | None,
    keys_url: str | None,
    *,
    leeway: timedelta,
    jwks: Mapping[str, object] | bytes | None,
    required_groups: Collection[str],
    required_scopes: Collection[str],
    clock: Clock | None,
    remember: bool,
) -> TokenValidator:
    """
    Build the validator of one pool; the arguments are those of ``authcore.token_validator``.

    Raises:
        ConfigurationError: Names every problem at once.
    """
    problems = missing_methods("clock", clock, "now")
    clock = clock or SystemClock()
    client_ids = (client_id,) if isinstance(client_id, str) else client_id
    problems += configuration_problems(
        needed={"client_id": client_ids},
        optional={"required_groups": required_groups, "required_scopes": required_scopes},
        leeway=leeway,
    )
    problems += _client_problems(client_ids)
    iss = _issuer(user_pool_id, issuer, problems)
    keys = _keys(iss, keys_url, jwks, clock, problems)
    if problems or iss is None or keys is None:
        raise ConfigurationError(problems)
    return TokenValidator(
        signatures=_signatures(keys, clock, remember=remember),
        cached_signatures=_signatures(_in_memory_only(keys), clock, remember=remember),
        clock=clock,
        issuers=[iss],
        client_ids=client_ids,
        leeway=leeway,
        required_groups=required_groups,
        required_scopes=required_scopes,
    )


def _signatures(keys: Keys, clock: Clock, *, remember: bool) -> SignatureVerifier:
    verifier = JwksSignatureVerifier(keys)
    return CachingSignatureVerifier(verifier, keys, clock) if remember else verifier


def _in_memory_only(keys: Keys) -> Keys:
    return CachedKeys(keys) if isinstance(keys, KeyCache) else keys


def missing_methods(name: str, given: object, *methods: str) -> list[str]:
    """Say which *methods* the argument *name* lacks; nothing where it was left out (None)."""
    missing = [method for method in methods if not callable(getattr(given, method, None))]
    return [f"{name} must have {', '.join(missing)}"] if given is not None and missing else []


def _client_problems(client_ids: object) -> list[str]:
    texts = client_ids if isinstance(client_ids, Collection) else ()
    odd = [text for text in texts if isinstance(text, str) and text and not _is_client(text)]
    return [f"client_id {CLIENT_ID_SENTENCE}"] if odd else []


def _is_client(text: str) -> bool:
    return CLIENT_ID.fullmatch(text) is not None


def _issuer(user_pool_id: object, issuer: object, problems: list[str]) -> ServiceUrl | None:
    is_pool = isinstance(user_pool_id, str) and is_user_pool_id(user_pool_id)
    if not is_pool:
        problems.append(f"user_pool_id {USER_POOL_ID_SENTENCE}")
    if issuer is not None:
        return _url("issuer", issuer, problems)
    return issuer_url(str(user_pool_id)) if is_pool else None


def _keys(
    issuer: ServiceUrl | None, url: object, jwks: object, clock: Clock, problems: list[str]
) -> Keys | None:
    source = _url("jwks_url", url, problems) if url is not None else None
    if jwks is not None:
        if not isinstance(jwks, Mapping | bytes):
            problems.append("jwks must be a key set: a mapping, or its JSON as bytes")
            return None
        return _build("jwks:", lambda: StaticKeys(jwks), problems)
    if source is None and url is None and issuer is not None:
        source = jwks_url(issuer)
    return KeyCache(JwksFetcher(source), clock) if source else None


def _url(name: str, given: object, problems: list[str]) -> ServiceUrl | None:
    if not isinstance(given, str):
        problems.append(f"{name} must be a text")
        return None
    return _build(name, lambda: service_url(given), problems)


def _build(name: str, build: Callable[[], Built], problems: list[str]) -> Built | None:
    try:
        return build()
    except ValueError as error:
        problems.append(f"{name} {error}")
        return None


def issuer_of(cognito: CognitoSettings) -> ServiceUrl:
    """Give the ``iss`` of the pool's tokens: the configured one, or the one of the pool id."""
    return cognito.issuer or issuer_url(cognito.user_pool_id)


def jwks_url_of(cognito: CognitoSettings) -> ServiceUrl:
    """Give the URL of the pool's keys: the configured one, or the one below the issuer."""
    return cognito.jwks_url or jwks_url(issuer_of(cognito))
