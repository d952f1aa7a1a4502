"""The few builders an embedding team calls.  Each imports what it builds when it is called."""

# ruff: noqa: PLC0415 - whoever builds one thing does not pay for the others

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.urls import ServiceUrl, service_url


if TYPE_CHECKING:
    from authcore.adapters.jwks.key_set import Keys
    from authcore.domain.services.redirects import RedirectAllowlist
    from authcore.domain.services.session_guard import SessionGuard
    from authcore.domain.services.token_validation import TokenValidator
    from authcore.ports.ambient import Clock


_REGION: Final = re.compile(r"[a-z]{2,10}(-[a-z0-9]{1,20}){1,4}")
_USER_POOL_ID: Final = re.compile(r"[A-Za-z0-9-]{1,40}_[A-Za-z0-9]{1,55}")

Built = TypeVar("Built")


def token_validator(
    region: str,
    user_pool_id: str,
    client_id: str | Collection[str],
    issuer: str | None = None,
    jwks_url: str | None = None,
    *,
    leeway: timedelta = timedelta(0),
    jwks: Mapping[str, object] | bytes | None = None,
    required_groups: Collection[str] = (),
    required_scopes: Collection[str] = (),
    clock: "Clock | None" = None,
    remember: bool = True,
) -> "TokenValidator":
    """
    A validator of one pool's tokens.  Build one and keep it; it is safe to share between threads.

    Nothing is fetched before the first token comes.

    Args:
        region: AWS region of the pool, e.g. ``eu-west-1``.

        user_pool_id: E.g. ``eu-west-1_Ab12Cd34E``.

        client_id: The app client whose tokens are acceptable, or several.

        issuer: ``iss``, where it is not ``https://cognito-idp.<region>.amazonaws.com/<pool id>``.

        jwks_url: Where the keys are, if not at ``<issuer>/.well-known/jwks.json``.

        leeway: How far our clock and Cognito's may differ; 0 to 60 seconds.

        jwks: The keys themselves, for functions without a network; they then never change.

        required_groups: The user must be in every one of them.

        required_scopes: Access tokens must carry every one of them.

        clock: The system's by default.

        remember: Keep tokens that verified until they expire, so that they verify in microseconds.

    Raises:
        ConfigurationError: Something is missing or wrong; names every problem at once.
    """
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
    verifier = JwksSignatureVerifier(keys)
    return TokenValidator(
        signatures=RememberedSignatureVerifier(verifier, keys, clock) if remember else verifier,
        clock=clock,
        issuers=[issuer_url],
        client_ids=client_ids,
        leeway=leeway,
        required_groups=required_groups,
        required_scopes=required_scopes,
    )


def redirect_allowlist(origins: Iterable[str], *, base: str | None = None) -> "RedirectAllowlist":
    """
    The origins that browsers may be sent to after sign-in.  Safe to share between threads.

    Args:
        origins: Each ``https://host[:port]``, or ``https://*.apps.example.com`` for every host
            with exactly one label in place of the star.

        base: The origin that candidates such as ``/articles/7`` belong to; without it they are
            refused.

    Raises:
        ConfigurationError: Names every entry that is not an origin.
    """
    from authcore.domain.services.redirects import RedirectAllowlist

    return RedirectAllowlist(origins, base=base)


def session_guard(
    *,
    region: str,
    user_pool_id: str,
    client_id: str | Collection[str],
    issuer: str | None = None,
    jwks_url: str | None = None,
    leeway: timedelta = timedelta(0),
    jwks: Mapping[str, object] | bytes | None = None,
    required_groups: Collection[str] = (),
    required_scopes: Collection[str] = (),
    clock: "Clock | None" = None,
    remember: bool = True,
) -> "SessionGuard":
    """
    Says of the tokens a browser carries whether they are a session.  Holds no secret.

    Build one and keep it; it is safe to share between threads.  Arguments and errors are those of
    ``token_validator``.
    """
    from authcore.domain.services.session_guard import SessionGuard

    return SessionGuard(
        token_validator(
            region,
            user_pool_id,
            client_id,
            issuer,
            jwks_url,
            leeway=leeway,
            jwks=jwks,
            required_groups=required_groups,
            required_scopes=required_scopes,
            clock=clock,
            remember=remember,
        )
    )


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
