"""Build the validators of tokens; name every wrong argument at once."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from typing import Final, TypeVar

from authcore.adapters.jwks.cached_keys import CachedKeys
from authcore.adapters.jwks.compact_jws import unverified_issuer
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
    accepted_issuers,
    is_user_pool_id,
    jwks_urls,
    pool_of,
)
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.domain.model.validator_settings import configuration_problems
from authcore.domain.services.pools_validation import PoolsValidator
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.signatures import SignatureVerifier
from authcore.ports.system import Clock


Built = TypeVar("Built")

SEVERAL_ISSUERS: Final = "issuer must end in user_pool_id where there are several"


def pool_validator(
    user_pool_id: str,
    client_id: str | Collection[str],
    issuer: str | Collection[str] | None,
    keys_url: str | Collection[str] | None,
    *,
    leeway: timedelta,
    jwks: Mapping[str, object] | bytes | None,
    required_groups: Collection[str],
    required_scopes: Collection[str],
    audience: str | Collection[str],
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
    client_ids = _as_collection(client_id)
    audience = _as_collection(audience)
    problems += configuration_problems(
        needed={"client_id": client_ids},
        optional={
            "required_groups": required_groups,
            "required_scopes": required_scopes,
            "audience": audience,
        },
        leeway=leeway,
    )
    problems += _client_problems(client_ids)
    issuers = _issuers(user_pool_id, issuer, problems)
    keys = _keys(user_pool_id, issuers, keys_url, jwks, clock, problems)
    if problems or keys is None:
        raise ConfigurationError(problems)
    return TokenValidator(
        signatures=_signatures(keys, clock, remember=remember),
        cached_signatures=_signatures(_in_memory_only(keys), clock, remember=remember),
        clock=clock,
        issuers=issuers,
        client_ids=client_ids,
        leeway=leeway,
        required_groups=required_groups,
        required_scopes=required_scopes,
        audience=audience,
    )


def pools_validator(validators: object) -> PoolsValidator:
    """
    Join validators of different pools; see ``authcore.pools_validator``.

    Raises:
        ConfigurationError: Something is no validator, or they do not fit together.
    """
    listed = list(validators) if isinstance(validators, Iterable) else []
    if not listed or not all(isinstance(each, TokenValidator) for each in listed):
        raise ConfigurationError(["validators must be results of token_validator"])
    return PoolsValidator(validators=listed, read_issuer=unverified_issuer)


def _as_collection(given: str | Collection[str]) -> Collection[str]:
    return (given,) if isinstance(given, str) else given


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


def _issuers(user_pool_id: object, given: object, problems: list[str]) -> tuple[ServiceUrl, ...]:
    is_pool = isinstance(user_pool_id, str) and is_user_pool_id(user_pool_id)
    if not is_pool:
        problems.append(f"user_pool_id {USER_POOL_ID_SENTENCE}")
    configured = () if given is None else _urls("issuer", given, problems)
    if not is_pool or configured is None:
        return ()
    if len(configured) > 1 and not all(pool_of(url) == user_pool_id for url in configured):
        problems.append(SEVERAL_ISSUERS)
    return accepted_issuers(str(user_pool_id), configured)


def _keys(
    user_pool_id: str,
    issuers: Collection[ServiceUrl],
    given: object,
    jwks: object,
    clock: Clock,
    problems: list[str],
) -> Keys | None:
    urls = () if given is None else _urls("jwks_url", given, problems)
    if jwks is not None:
        if not isinstance(jwks, Mapping | bytes):
            problems.append("jwks must be a key set: a mapping, or its JSON as bytes")
            return None
        return _build("jwks:", lambda: StaticKeys(jwks), problems)
    sources = urls or jwks_urls(user_pool_id, issuers)
    return KeyCache(JwksFetcher(sources), clock) if sources else None


def _urls(name: str, given: object, problems: list[str]) -> tuple[ServiceUrl, ...] | None:
    """Read one URL or several; None, and a problem, where anything is wrong."""
    listed = (given,) if isinstance(given, str) else given
    if not isinstance(listed, Collection) or not listed or isinstance(listed, bytes):
        problems.append(f"{name} must be a text, or a collection of texts")
        return None
    if not all(isinstance(each, str) for each in listed):
        problems.append(f"{name} must be a text, or a collection of texts")
        return None
    return _build(name, lambda: tuple(map(service_url, listed)), problems)


def _build(name: str, build: Callable[[], Built], problems: list[str]) -> Built | None:
    try:
        return build()
    except ValueError as error:
        problems.append(f"{name} {error}")
        return None
