"""Reasons of outages, and of what needs an operator."""

from typing import Final

from authcore.domain.model.reasons.connect_reasons import PRESSED
from authcore.domain.model.reasons.reason import (
    LATER,
    MISCONFIGURED,
    UNAVAILABLE,
    Reason,
)


_CALLS_COGNITO: Final = (
    "service.ready",
    "account_linking.postponed",
    "account_linking.unmarked",
    "native.link",
    "token.claims",
    "session.refresh",
    "session.successor",
    "sign_in.complete",
    "sign_out.provider",
    "sign_out.everywhere",
    "sign_out.allow",
    "links.repair",
    "machine.token",
    "password.verify",
    "password.change",
    "password.session",
    "password.sessions",
    "connect.revoke",
    "federation.kept",
    "profile_sync",
    "profile.webhook",
    *PRESSED,
)
_OLD_LOGIN: Final = ("password.verify", "password.change")
_CALLS_LEGACY: Final = (
    "user_migration.authenticate",
    "user_migration.forgot_password",
    "sign_up",
    "account_linking.postponed",
    "guard",
    "verify",
    "sign_out.legacy",
    "links.repair",
    "profile.update",
    "profile_sync",
    "profile.webhook",
)
_CALLS_TABLE: Final = (
    "service.ready",
    "account_linking.postponed",
    "account_linking.unkept",
    "guard",
    "guard.user",
    "verify",
    "session.read",
    "session.check",
    "session.coordination",
    "session.drop",
    "sign_out.provider",
    "sign_out.revocations",
    "sign_out.everywhere",
    "sign_out.allow",
    "links.allow_create",
    "profile_sync",
    "profile.webhook",
)
_READS_KEYS: Final = (
    "guard",
    "verify",
    "authorizer",
    "service.ready",
    "sign_in.complete",
    "sign_out.revocations",
    "session.refresh",
    "password.verify",
)
_AS_IN_AN_OUTAGE: Final = (
    "The same as in an outage: nothing tells users that the settings are wrong."
)

OUTAGES: Final[tuple[Reason, ...]] = (
    Reason(
        "provider_misconfigured",
        MISCONFIGURED,
        _CALLS_COGNITO,
        _AS_IN_AN_OUTAGE,
        "Read `detail`. `AccessDeniedException`: give the role the permission on this pool. "
        "`ResourceNotFoundException`: correct pool id, client id or region. "
        "`InvalidParameterException`: add the attributes `legacy_uid` and `legacy_linked` to the "
        "pool. `InvalidSignatureException`, `RequestExpired`: correct credentials or clock. "
        "`NoCredentialsError`, `ExpiredTokenException`: give the process valid credentials. "
        "`connect certificate`: the server's certificate is not valid. `caller_rejected`: correct "
        "the caller key. `no revoker` (`session.successor`): the token of an ended session stays "
        "good at Cognito; set `AUTHCORE_SIGN_IN_DOMAIN_URL`, if the pool has a domain.",
    ),
    Reason(
        "legacy_misconfigured",
        MISCONFIGURED,
        _CALLS_LEGACY,
        _AS_IN_AN_OUTAGE,
        "Read `detail`. `HTTP 401`, `HTTP 403`: `AUTHCORE_LEGACY_API_KEY` is not the key that the "
        "legacy system expects, or a filter in front of it refuses the caller. "
        "`connect certificate`: its certificate is not valid.",
    ),
    Reason(
        "coordination_misconfigured",
        MISCONFIGURED,
        _CALLS_TABLE,
        _AS_IN_AN_OUTAGE,
        "Read `detail`. `ResourceNotFoundException`: create the table, or correct its name or "
        "region. `ValidationException`: its key must be the string `pk`. `AccessDeniedException`: "
        "give the role the permissions on the table. Others: credentials or clock.",
    ),
    Reason(
        "secret_misconfigured",
        MISCONFIGURED,
        ("secret.read",),
        "Nothing: the last good value stays in use.",
        "`detail` names the variable without `AUTHCORE_`, and the cause. `AccessDeniedException`: "
        "give the role `secretsmanager:GetSecretValue` on the secret. "
        "`ResourceNotFoundException`, `FileNotFoundError`: correct ARN or path. `content …`: the "
        "text there is not what the variable may hold, or is that of another pool or app client.",
    ),
    Reason(
        "secret_unavailable",
        UNAVAILABLE,
        ("secret.read",),
        "Nothing: the last good value stays in use.",
        "Secrets Manager, or the disk, does not answer; the next attempt follows within two "
        "minutes.",
    ),
    Reason(
        "configuration",
        MISCONFIGURED,
        ("function.settings",),
        "Triggers: what the failure policy says. APIs and the auth service as a function: 500.",
        "The settings cannot work; the line before it names every problem. "
        "`authcore config check` checks them.",
    ),
    Reason(
        "provider_unavailable",
        UNAVAILABLE,
        _CALLS_COGNITO,
        LATER,
        "Read `detail`. `TooManyRequestsException`: raise the quota or slow down. `connect …`, "
        "`read …`, `HTTP 5…`: the network or Cognito. `OperationNotEnabledException`: a write at "
        "a replica of the pool. Nothing is lost; the next attempt repeats the call.",
    ),
    Reason(
        "legacy_unavailable",
        UNAVAILABLE,
        _CALLS_LEGACY,
        LATER,
        "Read `detail`. `connect dns`, `connect refused`, `connect timeout`, `connect tls`: the "
        "legacy system cannot be reached at `AUTHCORE_LEGACY_URL`. `read timeout`: it is slow. "
        "`HTTP …`: it answers no decision. `contract …`: its answer breaks docs/legacy-api.yaml "
        "at that member or rule. `attach …`: with the insecure dialect, an account was created "
        "and perhaps not attached.",
    ),
    Reason(
        "coordination_unavailable",
        UNAVAILABLE,
        _CALLS_TABLE,
        LATER,
        "Read `detail`: throttling, network, or the state of the table. `process full`: use "
        "a table.",
    ),
    Reason(
        "too_many_attempts",
        UNAVAILABLE,
        ("password.begin", "password.challenge", *_OLD_LOGIN),
        "429 and the page that the user has tried too often; `Retry-After` says when to try again.",
        "Nothing, if it is rare. Many of them: passwords are being guessed, or many users share "
        "an address (`AUTHCORE_PASSWORD_PER_ADDRESS`), or a proxy hides theirs "
        "(docs/password-sign-in.md).",
    ),
    Reason(
        "keys_unavailable",
        UNAVAILABLE,
        _READS_KEYS,
        LATER,
        "Read `detail`. `connect …`, `read …`, `HTTP 5…`: the issuer cannot be reached. Cached "
        "keys stay valid for a day.",
    ),
    Reason(
        "keys_misconfigured",
        MISCONFIGURED,
        _READS_KEYS,
        _AS_IN_AN_OUTAGE,
        "Read `detail`. `HTTP 400`, `HTTP 403`, `HTTP 404`: pool id, region or "
        "`AUTHCORE_COGNITO_JWKS_URL` is wrong, or the pool was deleted. `connect certificate`: the "
        "certificate of that URL is not valid. Cached keys stay valid for a day.",
    ),
    Reason(
        "login_lost",
        (*UNAVAILABLE, *MISCONFIGURED),
        ("sign_in.complete",),
        "The page that the sign-in has to be started from the beginning.",
        "Cognito, or the table of used codes, did not answer after the code was sent. Where the "
        "outcome is `misconfigured`, repair what `detail` names: no sign-in can succeed.",
    ),
    Reason(
        "lease_held",
        UNAVAILABLE,
        (
            "account_linking.postponed",
            "session.refresh",
            "guard",
            "profile_sync",
            "profile.webhook",
        ),
        "Linking: the sign-in goes through without a link. Refresh: the session stays as it is. "
        "Profile sync: nothing yet; the message comes again. A webhook: 503, to be sent again.",
        "Nothing, if it is rare: two attempts for one user ran at once. Many of them: attempts "
        "are killed before they end.",
    ),
    Reason(
        "refresh_not_due",
        UNAVAILABLE,
        ("session.refresh",),
        "Nothing: the session is valid.",
        "Nothing, if it is rare: the clocks of a guard and the auth service differ a little.",
    ),
    Reason(
        "refresh_postponed",
        ("accepted",),
        ("guard", "verify"),
        "Nothing: the session is valid, and the next request tries again.",
        "See `session.refresh` in the audit log for the cause.",
    ),
    Reason(
        "unavailable",
        UNAVAILABLE,
        ("guard", "verify", "sign_in.complete", "sign_out.provider", "profile.webhook", "nginx"),
        LATER,
        "Too many requests wait for another system (`authcore_worker_threads_waiting`), or nginx "
        "gets no answer of the auth service: add processes, or find the slow system.",
    ),
    Reason(
        "event_unreadable",
        UNAVAILABLE,
        ("account_linking.postponed", "native.link", "sign_up", "token.claims"),
        "Linking: the sign-in goes through without a link. Sign-up: refused for the time being.",
        "Cognito's event leaves open which user it means; `detail` says in what. Report it with "
        "the shape of the event, without its values.",
    ),
    Reason(
        "fault",
        UNAVAILABLE,
        ("account_linking.postponed", "function.settings"),
        "The sign-in goes through without a link, unless the failure policy blocks it.",
        "A fault of authcore: `detail` is the class of the error, the log line `fault:` has the "
        "places. Report both.",
    ),
    Reason(
        "authcore_error",
        UNAVAILABLE,
        ("unexpected",),
        "500 and the page that something unexpected happened, with a reference.",
        "A fault of authcore: the log has its traceback under the same reference. Report it.",
    ),
    Reason(
        "other",
        ("accepted", "rejected", "unavailable", "misconfigured"),
        ("/metrics",),
        "Nothing.",
        "The process counts 1,000 combinations of action, outcome and reason already; the audit "
        "log has the reason. Report it.",
    ),
)
