"""The few builders an embedding team calls.  Each imports what it builds when it is called."""

# ruff: noqa: PLC0415 - whoever builds one thing does not pay for the others

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from authcore.domain.services.sessions.session_guard import SessionGuard
    from authcore.domain.services.sessions.session_refresher import SessionRefresher
    from authcore.domain.services.sign_in.redirects import RedirectAllowlist
    from authcore.domain.services.token_validation import TokenValidator
    from authcore.ports.audit import DecisionCounter
    from authcore.ports.legacy_sessions import LegacySessions
    from authcore.ports.revocation import RevocationList
    from authcore.ports.system import Clock
    from authcore.ports.token_endpoint import TokenRefresher


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
    from authcore.wiring.tokens import pool_validators

    validator, _ = pool_validators(
        *(region, user_pool_id, client_id, issuer, jwks_url),
        leeway=leeway,
        jwks=jwks,
        required_groups=required_groups,
        required_scopes=required_scopes,
        clock=clock,
        remember=remember,
        problems=[],
    )
    return validator


def redirect_allowlist(origins: Iterable[str], *, base: str | None = None) -> "RedirectAllowlist":
    """
    The origins that browsers may be sent to after sign-in.  Safe to share between threads.

    Args:
        origins: Each ``https://host[:port]``, or ``https://*.apps.example.com`` for every host
            with exactly one label in place of the star.  Plain http is for loopback hosts only.

        base: The origin that candidates such as ``/articles/7`` belong to; without it they are
            refused.

    Raises:
        ConfigurationError: Names every entry that is not such an origin.
    """
    from authcore.domain.services.sign_in.redirects import RedirectAllowlist

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
    lifetime: timedelta = timedelta(days=30),
    refresher: "TokenRefresher | None" = None,
    legacy: "LegacySessions | None" = None,
    revocations: "RevocationList | None" = None,
    counter: "DecisionCounter | None" = None,
) -> "SessionGuard":
    """
    Says of the tokens a browser carries whether they are a session.

    Build one and keep it; it is safe to share between threads.  Without a *refresher* it holds no
    secret, and an expired session needs a sign-in.

    The arguments up to *remember* are those of ``token_validator``.  *lifetime* is the time from
    sign-in to the end, however often a session is refreshed.  *refresher* trades refresh tokens;
    what it gets is remembered in this process only.  *legacy* is the old login, while it is
    honoured.  *revocations* are sessions that end before their tokens do, asked for every request.
    *counter* counts decisions.

    Raises:
        ConfigurationError: Something is missing or wrong; names every problem at once.
    """
    from authcore.adapters.audit.counters import ProcessDecisionCounter
    from authcore.adapters.system import SystemClock
    from authcore.domain.services.sessions.refresh_policy import RefreshPolicy
    from authcore.domain.services.sessions.session_guard import SessionGuard
    from authcore.wiring.tokens import lacking, pool_validators

    problems = [
        *_lifetime_problems(lifetime),
        *lacking("refresher", refresher, "refresh"),
        *lacking("legacy", legacy, "are_carried", "resolve"),
        *lacking("revocations", revocations, "is_revoked"),
        *lacking("counter", counter, "count"),
    ]
    validator, at_hand = pool_validators(
        *(region, user_pool_id, client_id, issuer, jwks_url),
        leeway=leeway,
        jwks=jwks,
        required_groups=required_groups,
        required_scopes=required_scopes,
        clock=clock,
        remember=remember,
        problems=problems,
    )
    clock = clock or SystemClock()
    return SessionGuard(
        validator=validator,
        policy=RefreshPolicy(lifetime),
        clock=clock,
        counter=counter or ProcessDecisionCounter(),
        refresher=(None if refresher is None else _session_refresher(refresher, validator, clock)),
        legacy=legacy,
        revocations=revocations,
        cached_only=at_hand if revocations is None else None,
    )


def _lifetime_problems(lifetime: object) -> list[str]:
    if isinstance(lifetime, timedelta) and lifetime > timedelta(0):
        return []
    return ["lifetime must be a timedelta of more than 0"]


def _session_refresher(
    refresher: "TokenRefresher", validator: "TokenValidator", clock: "Clock"
) -> "SessionRefresher":
    import logging

    from authcore.adapters.audit.log import LoggingAuditLog
    from authcore.adapters.coordination.process.refresh_results import ProcessRefreshResultCache
    from authcore.adapters.system import SystemPause
    from authcore.domain.services.sessions.session_refresher import SessionRefresher

    return SessionRefresher(
        refresher=refresher,
        validator=validator,
        recent=ProcessRefreshResultCache(clock),
        lease=None,
        pause=SystemPause(),
        clock=clock,
        audit=LoggingAuditLog(logging.getLogger("authcore.audit")),
    )
