"""The builders of the public API.  Each imports what it builds when it is called."""

# ruff: noqa: PLC0415 - a caller of one builder does not pay for the imports of the others

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from authcore.domain.errors import ConfigurationError


if TYPE_CHECKING:
    from authcore.domain.model.challenges import PasswordFlow
    from authcore.domain.services.client_credentials import ClientCredentials
    from authcore.domain.services.pools_validation import AnyValidator, PoolsValidator
    from authcore.domain.services.sessions.session_guard import SessionGuard
    from authcore.domain.services.sessions.session_refresher import SessionRefresher
    from authcore.domain.services.sign_in.password_sign_in import PasswordSignIn
    from authcore.domain.services.sign_in.redirects import RedirectAllowlist
    from authcore.domain.services.token_validation import TokenValidator
    from authcore.ports.audit import DecisionCounter
    from authcore.ports.client_secrets import ClientSecrets
    from authcore.ports.legacy_sessions import LegacySessions
    from authcore.ports.revocation import RevocationList
    from authcore.ports.system import Clock
    from authcore.ports.token_endpoint import TokenRefresher, TokenRevoker


def token_validator(
    *,
    user_pool_id: str,
    client_id: str | Collection[str],
    issuer: str | Collection[str] | None = None,
    jwks_url: str | Collection[str] | None = None,
    leeway: timedelta = timedelta(0),
    jwks: Mapping[str, object] | bytes | None = None,
    required_groups: Collection[str] = (),
    required_scopes: Collection[str] = (),
    audience: str | Collection[str] = (),
    clock: "Clock | None" = None,
    remember: bool = True,
) -> "TokenValidator":
    """
    Build a validator of one pool's tokens.  Build one and keep it; threads may share it.

    Nothing is fetched before the first token is checked.

    Args:
        user_pool_id: E.g. ``eu-west-1_Ab12Cd34E``; the part before the ``_`` is the primary region.

        client_id: The app client whose tokens are acceptable, or several.

        issuer: ``iss``, or several; by default both forms of Amazon's,
            ``https://cognito-idp.<region>.amazonaws.com/<user_pool_id>`` and
            ``https://issuer-cognito-idp.<region>.amazonaws.com/<user_pool_id>``, with the domain of
            the region's partition.  Either of these stands for both.

        jwks_url: URL of the key set, or several in the order to try; by default
            ``<issuer>/.well-known/jwks.json`` for each issuer.

        leeway: How far this clock and Cognito's may differ; 0 (the default) to 60 seconds.

        jwks: The key set itself, for functions without a network; it then never changes.

        required_groups: The user must be in every one of them; none by default.

        required_scopes: Access tokens must carry every one of them; none by default.

        audience: The APIs that this application is.  An access token that is bound to an API
            (``aud``) is refused unless that is one of these; none by default, so that every bound
            token is refused.

        clock: Tells the time; the system's by default.

        remember: Keep verified tokens until they expire, so that the next check takes
            microseconds.  On by default.

    Raises:
        ConfigurationError: Something is missing or wrong; names every problem at once.
    """
    from authcore.wiring.tokens import pool_validator

    return pool_validator(
        *(user_pool_id, client_id, issuer, jwks_url),
        leeway=leeway,
        jwks=jwks,
        required_groups=required_groups,
        required_scopes=required_scopes,
        audience=audience,
        clock=clock,
        remember=remember,
    )


def pools_validator(validators: "Iterable[TokenValidator]") -> "PoolsValidator":
    """
    Join validators of different pools to one that accepts the tokens of each; threads share it.

    A user's ``subject`` is unique only together with the pool: see ``pool_id`` of the claims.

    Args:
        validators: Results of ``token_validator``; ``session_guard`` refreshes sessions of the
            first one only.

    Raises:
        ConfigurationError: Something is no validator, or two accept the same issuer.
    """
    from authcore.wiring.tokens import pools_validator as build

    return build(validators)


def redirect_allowlist(origins: Iterable[str], *, base: str | None = None) -> "RedirectAllowlist":
    """
    Build the allow-list of redirect targets after sign-in.  Threads may share it.

    Args:
        origins: Each ``https://host[:port]``, or ``https://*.apps.example.com`` for every host
            with exactly one label in place of the star.  Plain http is for loopback hosts only.

        base: The origin that candidates such as ``/articles/7`` belong to; by default they are
            refused.

    Raises:
        ConfigurationError: Names every entry that is not such an origin.
    """
    from authcore.domain.services.sign_in.redirects import RedirectAllowlist

    return RedirectAllowlist(origins, base=base)


def session_guard(
    *,
    validator: "AnyValidator",
    lifetime: timedelta = timedelta(days=30),
    refresher: "TokenRefresher | None" = None,
    revoker: "TokenRevoker | None" = None,
    legacy: "LegacySessions | None" = None,
    revocations: "RevocationList | None" = None,
    counter: "DecisionCounter | None" = None,
) -> "SessionGuard":
    """
    Build a guard that decides whether the tokens of a request are a session.

    Build one and keep it; threads may share it.

    Args:
        validator: Of the pool and app client that issue the tokens; its clock is the guard's.

        lifetime: Time from sign-in to the end of a session, however often it is refreshed; 30 days
            by default.

        refresher: Exchanges refresh tokens; the results are cached in this process only.  By
            default the guard holds no secret, and an expired session needs a sign-in.

        revoker: Revokes the token that *refresher* got for a session that *revocations* ended
            meanwhile.  By default it stays good at the provider, and the audit log says so.

        legacy: Resolves sessions of the old login; none by default.

        revocations: Sessions that end before their tokens do, looked up for every request; none by
            default.

        counter: Counts decisions; in this process by default.

    Raises:
        ConfigurationError: Something is wrong; names every problem at once.
    """
    from authcore.adapters.audit.counters import ProcessDecisionCounter
    from authcore.domain.services.sessions.refresh_policy import RefreshPolicy
    from authcore.domain.services.sessions.session_guard import SessionGuard
    from authcore.wiring.tokens import missing_methods

    problems = [
        *_validator_problems(validator),
        *_lifetime_problems(lifetime),
        *missing_methods("refresher", refresher, "refresh"),
        *missing_methods("revoker", revoker, "revoke"),
        *missing_methods("legacy", legacy, "are_carried", "resolve"),
        *missing_methods("revocations", revocations, "is_revoked"),
        *missing_methods("counter", counter, "count"),
    ]
    if problems:
        raise ConfigurationError(problems)
    renewing = None if refresher is None else _session_refresher(refresher, revoker, validator)
    return SessionGuard(
        validator=validator,
        policy=RefreshPolicy(lifetime),
        clock=validator.clock,
        counter=counter or ProcessDecisionCounter(),
        refresher=renewing,
        refreshable=renewing.serves if renewing and renewing.validator is not validator else None,
        legacy=legacy,
        revocations=revocations,
    )


def client_secrets(
    *,
    user_pool_id: str,
    client_id: str,
    secrets: Collection[str] = (),
    file: str | None = None,
    arn: str | None = None,
    clock: "Clock | None" = None,
) -> "ClientSecrets":
    """
    Build the secrets of an app client, for a TokenRefresher, CodeExchanger or TokenRevoker.

    Build them once and share them; threads may.  One of *secrets*, *file* and *arn* is given.

    Args:
        user_pool_id: That a secret in Secrets Manager must name.

        client_id: That it must name, too.

        secrets: One that stays, or two while one replaces the other, the newest first.

        file: Absolute path of a file with one, or with two and a comma between; read again.

        arn: ``ClientSecretArn`` of the app client; read again, and at once where Cognito refuses
            what was read.  Needs botocore and ``secretsmanager:GetSecretValue``.

        clock: Tells how old a value is; the system's by default.

    Raises:
        ConfigurationError: Something is missing or wrong, or cannot be read.
    """
    from authcore.adapters.audit.log import LoggingAuditLog
    from authcore.adapters.system import SystemClock
    from authcore.settings.parsers import client_secrets as parse
    from authcore.settings.secret_references import SecretReference, file_path, secret_arn
    from authcore.wiring.secrets import client_secrets_of

    if [bool(secrets), bool(file), bool(arn)].count(True) != 1:
        raise ConfigurationError(["one of secrets, file and arn must be given"])
    try:
        reference = SecretReference(
            "client_secrets",
            parse,
            file=file_path(file) if file else None,
            arn=secret_arn(arn) if arn else None,
        )
        given = parse(",".join(secrets)) if secrets else reference
    except ValueError as error:
        raise ConfigurationError([f"client_secrets {error}"]) from None
    return client_secrets_of(
        given,
        user_pool_id=user_pool_id,
        client_id=client_id,
        clock=clock or SystemClock(),
        audit=LoggingAuditLog(),
    )


def client_credentials(
    *,
    domain: str,
    client_id: str,
    client_secret: "str | ClientSecrets",
    scopes: str | Collection[str] = (),
    timeout: timedelta = timedelta(seconds=5),
    clock: "Clock | None" = None,
) -> "ClientCredentials":
    """
    Build the credentials with which a program calls APIs.  Build one and keep it; threads share it.

    Nothing is requested before the first call of ``access_token()``.  Its result is cached in this
    process until a minute before it expires.

    Args:
        domain: Of the pool, e.g. ``https://example.auth.eu-west-1.amazoncognito.com``.

        client_id: Of an app client with the grant ``client_credentials``.

        client_secret: Its secret, or the result of ``client_secrets`` where it is rotated.

        scopes: That the token must have, e.g. ``orders/read``, one or several; by default all that
            the app client has.

        timeout: For one token, with all secrets that are tried; 5 seconds by default, at most 30.

        clock: Tells when a token expires; the system's by default.

    Raises:
        ConfigurationError: Something is missing or wrong; names every problem at once.
    """
    from authcore.wiring.client_credentials import client_credentials_of

    return client_credentials_of(
        domain=domain,
        client_id=client_id,
        client_secret=client_secret,
        scopes=scopes,
        timeout=timeout,
        clock=clock,
    )


def password_sign_in(
    *,
    validator: "TokenValidator",
    user_pool_id: str,
    client_id: str,
    client_secret: "str | ClientSecrets | None" = None,
    flow: "PasswordFlow" = "USER_SRP_AUTH",
    migrating: "PasswordFlow | None" = None,
    endpoint_url: str | None = None,
    timeout: timedelta = timedelta(seconds=5),
) -> "PasswordSignIn":
    """
    Build the sign-in of a page of one's own: user name and password, and the challenges after them.

    Build one and keep it; threads may share it.  Nothing is requested before the first sign-in.

    Args:
        validator: Of the same pool, and of *client_id* at least; other clients' tokens are refused
            here all the same.

        user_pool_id: E.g. ``eu-west-1_Ab12Cd34E``; the part before the ``_`` is the region.

        client_id: Of the app client, which must allow *flow* and *migrating*.

        client_secret: Its secret, or the result of ``client_secrets`` where it is rotated; None
            (the default) for a public client.

        flow: ``USER_SRP_AUTH`` (the default) and ``USER_AUTH`` prove the password without sending
            it, for about 12 milliseconds of CPU.  ``USER_PASSWORD_AUTH`` sends it to Cognito, and
            so does ``ADMIN_USER_PASSWORD_AUTH``, which needs IAM credentials.

        migrating: A flow that sends the password, in which a refused sign-in is tried once more,
            because Cognito migrates no user whose password it does not receive.  By default there
            is no second try.  With one, Cognito counts each wrong password twice.

        endpoint_url: URL of the pool's API; by default Amazon's.

        timeout: Of one call; 5 seconds by default, at most 30.

    Raises:
        ConfigurationError: Something is missing or wrong; names every problem at once.
    """
    from authcore.wiring.password_sign_in import embedded_password_sign_in

    return embedded_password_sign_in(
        validator=validator,
        user_pool_id=user_pool_id,
        client_id=client_id,
        client_secret=client_secret,
        flow=flow,
        migrating=migrating,
        endpoint_url=endpoint_url,
        timeout=timeout,
    )


def _validator_problems(validator: object) -> list[str]:
    from authcore.domain.services.pools_validation import AnyValidator

    is_one = isinstance(validator, AnyValidator)
    return [] if is_one else ["validator must be a result of token_validator or pools_validator"]


def _lifetime_problems(lifetime: object) -> list[str]:
    if isinstance(lifetime, timedelta) and lifetime > timedelta(0):
        return []
    return ["lifetime must be a timedelta of more than 0"]


def _session_refresher(
    refresher: "TokenRefresher", revoker: "TokenRevoker | None", validator: "AnyValidator"
) -> "SessionRefresher":
    from authcore.adapters.audit.log import LoggingAuditLog
    from authcore.adapters.coordination.process.refresh_results import ProcessRefreshResultCache
    from authcore.adapters.system import SystemPause
    from authcore.domain.services.pools_validation import PoolsValidator
    from authcore.domain.services.sessions.ended_meanwhile import SuccessorRevocation
    from authcore.domain.services.sessions.refresh_coordinator import RefreshCoordinator
    from authcore.domain.services.sessions.session_refresher import SessionRefresher

    own = validator.validators[0] if isinstance(validator, PoolsValidator) else validator
    audit = LoggingAuditLog()
    return SessionRefresher(
        refresher=refresher,
        validator=own,
        coordinator=RefreshCoordinator(
            recent=ProcessRefreshResultCache(validator.clock),
            lease=None,
            pause=SystemPause(),
            clock=validator.clock,
            successors=SuccessorRevocation(revoker=revoker, audit=audit),
        ),
        clock=validator.clock,
        audit=audit,
    )
