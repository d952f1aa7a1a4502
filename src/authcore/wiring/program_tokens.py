"""Build what checks tokens that programs bring: of further app clients, and of further pools."""

from collections.abc import Callable, Collection

import attrs

from authcore.adapters.jwks.cached_keys import CachedKeys
from authcore.adapters.jwks.compact_jws import unverified_issuer
from authcore.adapters.jwks.key_cache import KeyCache
from authcore.adapters.jwks.verified_token_cache import CachingSignatureVerifier
from authcore.adapters.jwks.verifier import JwksSignatureVerifier
from authcore.domain.model.pools import accepted_issuers, issuer_urls, jwks_urls, pool_of, region_of
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.pools_validation import AnyValidator, PoolsValidator
from authcore.domain.services.sessions.session_guard import SessionGuard
from authcore.domain.services.token_validation import TokenValidator
from authcore.settings.cognito import CognitoSettings


OpenKeySource = Callable[[Collection[ServiceUrl]], Callable[[], bytes]]


def issuers_of(cognito: CognitoSettings) -> tuple[ServiceUrl, ...]:
    """Give the acceptable ``iss`` of the pool's tokens; see ``accepted_issuers``."""
    return accepted_issuers(cognito.user_pool_id, cognito.issuer)


def issuer_of(cognito: CognitoSettings) -> ServiceUrl:
    """
    Give the issuer that names the pool in sealed values: the first one.

    It stays the same when the pool is switched, so that a sign-in under way is completed.
    """
    return issuers_of(cognito)[0]


def jwks_urls_of(cognito: CognitoSettings) -> tuple[ServiceUrl, ...]:
    """Give the URLs of the pool's keys: the configured ones, or those of issuers and regions."""
    issuers = issuers_of(cognito)
    is_amazons = issuers[0] == issuer_urls(cognito.user_pool_id)[0]
    regions = [cognito.region, *filter(None, [cognito.fallback_region])] if is_amazons else []
    primary = region_of(cognito.user_pool_id)
    others = [region for region in regions if region != primary]
    return cognito.jwks_url or jwks_urls(cognito.user_pool_id, issuers, others)


def program_validator(
    validator: TokenValidator, cognito: CognitoSettings, open_key_source: OpenKeySource
) -> AnyValidator:
    """
    Build the validator of tokens that programs bring; *validator* itself where nothing is added.

    Args:
        validator: Of the pool and the app client at which browsers sign in.

        cognito: Names the further app clients and pools.

        open_key_source: Makes a fetch of the keys at one of several URLs.
    """
    client_ids = {*validator.client_ids, *cognito.further_client_ids}
    own = (
        validator
        if client_ids == {*validator.client_ids}
        else attrs.evolve(validator, client_ids=client_ids)
    )
    if not cognito.further_pools:
        return own
    validators = [own]
    for pool, clients in cognito.further_pools.items():
        fetch = open_key_source(jwks_urls(pool, issuer_urls(pool)))
        validators.append(_validator_of(own, pool, clients, fetch))
    return PoolsValidator(validators=validators, read_issuer=unverified_issuer)


def _validator_of(
    own: TokenValidator, user_pool_id: str, client_ids: Collection[str], fetch: Callable[[], bytes]
) -> TokenValidator:
    """Build the validator of a further pool, with keys and caches of its own."""
    keys, clock = KeyCache(fetch, own.clock), own.clock
    cached = CachedKeys(keys)
    return attrs.evolve(
        own,
        signatures=CachingSignatureVerifier(JwksSignatureVerifier(keys), keys, clock),
        cached_signatures=CachingSignatureVerifier(JwksSignatureVerifier(cached), cached, clock),
        issuers=issuer_urls(user_pool_id),
        client_ids=client_ids,
    )


def program_guard(guard: SessionGuard, validator: AnyValidator) -> SessionGuard:
    """
    Build the guard of sessions that programs bring; *guard* itself where nothing is added.

    It refreshes the sessions of *guard*'s own app client only: the refresh token of another one
    would be sent with the wrong client id and secret, and its refusal would end a good session.
    Only users of *guard*'s own pool have legacy accounts and roles.
    """
    if validator is guard.validator:
        return guard
    refresher = guard.refresher
    return attrs.evolve(
        guard,
        validator=validator,
        refreshable=refresher.serves if refresher else None,
        users=attrs.evolve(guard.users, pool=_pool_of(guard.validator)),
    )


def _pool_of(validator: AnyValidator) -> str:
    """The pool of browsers' sessions."""
    own = validator.validators[0] if isinstance(validator, PoolsValidator) else validator
    return pool_of(next(iter(own.issuers)))
