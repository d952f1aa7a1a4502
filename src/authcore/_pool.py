"""Validators of one pool's tokens, built and told what is wrong all at once."""

# ruff: noqa: PLC0415 - whoever builds one thing does not pay for the others

import re
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.urls import ServiceUrl, service_url


if TYPE_CHECKING:
    from authcore.adapters.jwks.key_set import Keys
    from authcore.domain.services.token_validation import TokenValidator
    from authcore.ports.ambient import Clock

_REGION: Final = re.compile(r"[a-z]{2,10}(-[a-z0-9]{1,20}){1,4}")
_USER_POOL_ID: Final = re.compile(r"[A-Za-z0-9-]{1,40}_[A-Za-z0-9]{1,55}")

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
    clock: "Clock | None",
    remember: bool,
) -> "tuple[TokenValidator, TokenValidator]":
    """
    One that may wait for the pool's keys, and one that never does.

    Raises:
        ConfigurationError: Names every problem at once.
    """
    from authcore.adapters.jwks.at_hand import KeysAtHand
    from authcore.adapters.jwks.key_cache import KeyCache
    from authcore.adapters.jwks.remembered import RememberedSignatureVerifier
    from authcore.adapters.jwks.verifier import JwksSignatureVerifier
    from authcore.adapters.system import SystemClock
    from authcore.domain.services.token_validation import TokenValidator, configuration_problems

    clock = clock or SystemClock()
    client_ids = (client_id,) if isinstance(client_id, str) else client_id
    problems = configuration_problems(
        needed={"client_id": client_ids},
        optional={"required_groups": required_groups, "required_scopes": required_scopes},
        leeway=leeway,
    )
    issuer_url = _issuer(region, user_pool_id, issuer, problems)
    keys = _keys(issuer_url, jwks_url, jwks, clock, problems)
    if problems or issuer_url is None or keys is None:
        raise ConfigurationError(problems)

    def over(source: "Keys") -> TokenValidator:
        verifier = JwksSignatureVerifier(source)
        return TokenValidator(
            signatures=RememberedSignatureVerifier(verifier, source, clock)
            if remember
            else verifier,
            clock=clock,
            issuers=[issuer_url],
            client_ids=client_ids,
            leeway=leeway,
            required_groups=required_groups,
            required_scopes=required_scopes,
        )

    return over(keys), over(KeysAtHand(keys) if isinstance(keys, KeyCache) else keys)


def _issuer(
    region: str, user_pool_id: str, issuer: str | None, problems: list[str]
) -> ServiceUrl | None:
    if not _REGION.fullmatch(region):
        problems.append("region must look like eu-west-1")
    if not _USER_POOL_ID.fullmatch(user_pool_id):
        problems.append("user_pool_id must look like eu-west-1_Ab12Cd34E")
    url = issuer or f"https://cognito-idp.{region}.amazonaws.com/{user_pool_id}"
    return _accepted("issuer", lambda: service_url(url), problems)


def _keys(
    issuer: str | None,
    jwks_url: str | None,
    jwks: Mapping[str, object] | bytes | None,
    clock: "Clock",
    problems: list[str],
) -> "Keys | None":
    from authcore.adapters.jwks.key_set import StaticKeys

    if jwks is not None:
        return _accepted("jwks:", lambda: StaticKeys(jwks), problems)
    url = jwks_url or f"{issuer or 'https://issuer.invalid'}/.well-known/jwks.json"
    source = _accepted("jwks_url", lambda: service_url(url), problems)
    return _fetched_keys(source, clock) if source else None


def _fetched_keys(url: ServiceUrl, clock: "Clock") -> "Keys":
    from authcore.adapters.jwks.fetcher import JwksFetcher
    from authcore.adapters.jwks.key_cache import KeyCache

    return KeyCache(JwksFetcher(url), clock)


def _accepted(name: str, build: Callable[[], Built], problems: list[str]) -> Built | None:
    try:
        return build()
    except ValueError as error:
        problems.append(f"{name} {error}")
        return None
