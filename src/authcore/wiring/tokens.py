"""Validators of one pool's tokens, built and told what is wrong all at once."""

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
    REGION,
    REGION_SENTENCE,
    USER_POOL_ID,
    USER_POOL_ID_SENTENCE,
    is_pool_of,
)
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.domain.services.token_validation import TokenValidator, configuration_problems
from authcore.ports.system import Clock
from authcore.settings import CognitoSettings, RevocationSettings


Built = TypeVar("Built")


def pool_validators(
    region: str,
    user_pool_id: str,
    client_id: str | Collection[str],
    issuer: str | None,
    jwks_url: str | None,
    *,
    leeway: timedelta,
    jwks: Mapping[str, object] | bytes | None,
    required_groups: Collection[str],
    required_scopes: Collection[str],
    clock: Clock | None,
    remember: bool,
    problems: list[str],
) -> tuple[TokenValidator, TokenValidator]:
    """
    One that may wait for the pool's keys, and one that never does.

    *problems* are what is wrong already, to be named with all that is wrong here; the others are
    those of ``authcore.token_validator``.

    Raises:
        ConfigurationError: Names every problem at once.
    """
    problems += lacking("clock", clock, "now")
    clock = clock or SystemClock()
    client_ids = (client_id,) if isinstance(client_id, str) else client_id
    problems += configuration_problems(
        needed={"client_id": client_ids},
        optional={"required_groups": required_groups, "required_scopes": required_scopes},
        leeway=leeway,
    )
    problems += _client_problems(client_ids)
    issuer_url = _issuer(region, user_pool_id, issuer, problems)
    keys = _keys(issuer_url, jwks_url, jwks, clock, problems)
    if problems or issuer_url is None or keys is None:
        raise ConfigurationError(problems)

    def over(source: Keys) -> TokenValidator:
        verifier = JwksSignatureVerifier(source)
        return TokenValidator(
            signatures=CachingSignatureVerifier(verifier, source, clock) if remember else verifier,
            clock=clock,
            issuers=[issuer_url],
            client_ids=client_ids,
            leeway=leeway,
            required_groups=required_groups,
            required_scopes=required_scopes,
        )

    return over(keys), over(CachedKeys(keys) if isinstance(keys, KeyCache) else keys)


def lacking(name: str, given: object, *methods: str) -> list[str]:
    """What *given*, if anything, lacks to be what its *name* says."""
    missing = [method for method in methods if not callable(getattr(given, method, None))]
    return [f"{name} must have {', '.join(missing)}"] if given is not None and missing else []


def _client_problems(client_ids: object) -> list[str]:
    texts = client_ids if isinstance(client_ids, Collection) else ()
    odd = [text for text in texts if isinstance(text, str) and text and not _is_client(text)]
    return [f"client_id {CLIENT_ID_SENTENCE}"] if odd else []


def _is_client(text: str) -> bool:
    return CLIENT_ID.fullmatch(text) is not None


def _issuer(
    region: object, user_pool_id: object, issuer: object, problems: list[str]
) -> ServiceUrl | None:
    is_region = isinstance(region, str) and REGION.fullmatch(region)
    is_pool = isinstance(user_pool_id, str) and USER_POOL_ID.fullmatch(user_pool_id)
    if not is_region:
        problems.append(f"region {REGION_SENTENCE}")
    if not is_pool:
        problems.append(f"user_pool_id {USER_POOL_ID_SENTENCE}")
    if is_region and is_pool and not is_pool_of(str(region), str(user_pool_id)):
        problems.append("user_pool_id is of another region than region")
    if issuer is not None:
        return _url("issuer", issuer, problems)
    usual = f"https://cognito-idp.{region}.amazonaws.com/{user_pool_id}"
    return ServiceUrl(usual) if is_region and is_pool else None


def _keys(
    issuer: ServiceUrl | None, jwks_url: object, jwks: object, clock: Clock, problems: list[str]
) -> Keys | None:
    source = _url("jwks_url", jwks_url, problems) if jwks_url is not None else None
    if jwks is not None:
        if not isinstance(jwks, Mapping | bytes):
            problems.append("jwks must be a key set: a mapping, or its JSON as bytes")
            return None
        return _accepted("jwks:", lambda: StaticKeys(jwks), problems)
    if source is None and jwks_url is None and issuer is not None:
        source = ServiceUrl(f"{issuer}/.well-known/jwks.json")
    return _fetched_keys(source, clock) if source else None


def _url(name: str, given: object, problems: list[str]) -> ServiceUrl | None:
    if not isinstance(given, str):
        problems.append(f"{name} must be a text")
        return None
    return _accepted(name, lambda: service_url(given), problems)


def _fetched_keys(url: ServiceUrl, clock: Clock) -> Keys:

    return KeyCache(JwksFetcher(url), clock)


def _accepted(name: str, build: Callable[[], Built], problems: list[str]) -> Built | None:
    try:
        return build()
    except ValueError as error:
        problems.append(f"{name} {error}")
        return None


def issuer_of(cognito: CognitoSettings) -> str:
    """The ``iss`` of the pool's tokens."""
    usual = f"https://cognito-idp.{cognito.region}.amazonaws.com/{cognito.user_pool_id}"
    return cognito.issuer or usual


def jwks_url_of(cognito: CognitoSettings) -> ServiceUrl:
    """Where the pool publishes its keys."""
    return cognito.jwks_url or ServiceUrl(f"{issuer_of(cognito)}/.well-known/jwks.json")


def cached_only_of(
    validator: TokenValidator, revocations: RevocationSettings
) -> TokenValidator | None:
    """None where a decision must wait for the table."""
    return None if revocations.kept_in == "table" else validator
