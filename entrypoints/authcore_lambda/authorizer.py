"""
A Lambda authorizer for API Gateway: ``authcore_lambda.authorizer.handler``.

For HTTP APIs (format 2.0, simple answers or policies) and REST APIs (TOKEN and REQUEST).  Callers
send ``Authorization: Bearer <access token>``, browsers their session cookies.  An authorizer cannot
set cookies, so it refreshes nothing: a browser with an expired session gets a new one at the auth
service.

API Gateway may cache an answer by the configured identity source.  The authorizer then reads that
source only, or one caller would get another's answer: events of HTTP APIs hold its values; for a
REST API that caches by cookies, set ``AUTHCORE_AUTHORIZER_READS=cookie``.

Users without the groups and roles of ``AUTHCORE_GUARD_*`` get 403, callers without a session 401.

A refusal is an answer.  In an outage the function fails, which API Gateway answers with 500 and
does not cache.

See: Amazon API Gateway "Use API Gateway Lambda authorizers", for HTTP and for REST APIs.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import attrs

from authcore.domain.errors import (
    RejectedError,
    SessionTooLargeError,
    TokenRejectedError,
    UnavailableError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.groups import Requirement
from authcore.domain.model.session import User
from authcore.domain.model.session_decision import SignInRequired
from authcore.domain.model.tokens import AccessClaims
from authcore.domain.model.user_mapping import PLAIN, UserMapping
from authcore.domain.services.pools_validation import AnyValidator
from authcore.domain.services.sessions.browser_guard import BrowserGuard
from authcore.domain.services.sessions.user_check import UserCheck
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.audit import AuditLog
from authcore.ports.revocation import RevocationList
from authcore.settings import load, setting
from authcore.settings.audit import AuditSettings
from authcore.settings.log import LogSettings
from authcore.settings.metrics import MetricsSettings
from authcore.settings.parsers import one_of
from authcore.settings.reader import Check
from authcore.wiring.session_settings import KEPT_ELSEWHERE, SessionSettings
from authcore.wiring.sessions import SessionContainer
from authcore_lambda.callers import MACHINE, Allowed, Denied, context_of, user_of
from authcore_lambda.events.http_event import headers_in
from authcore_lambda.events.json_members import text
from authcore_lambda.events.types import Event
from authcore_lambda.lazy_function import LazyFunction


Answer = dict[str, Any]

UNAUTHORIZED: Final = "Unauthorized"
"""The exact text by which a REST API answers 401 and not 500."""

_UNREADABLE: Final = ("",)
"""An identity source that is neither text nor list: no credential is one of its values."""

_BEARER: Final = "bearer "
_NOBODY: Final = "no_session"


class UnauthorizedError(Exception):
    """The caller is not signed in.  Always UNAUTHORIZED."""

    def __init__(self) -> None:
        super().__init__(UNAUTHORIZED)


class NotConfiguredError(Exception):
    """The settings cannot work; the log says why."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Authorizer:
    """
    Answers authorizer events of every kind, as the guards decide.  Keeps nothing between events.

    Attributes:
        guard: For browsers.
        validator: For callers with an access token, of further app clients and pools too.
        revocations: For the same callers; None where sessions are not revoked.
        answers: ``simple`` or ``policy``, for HTTP APIs.
        user_check: Refuses users who lack *requirements*.
        reads: ``authorization``, ``cookie`` or ``either``, the default.
        requirements: Groups and roles that every user needs; none by default.
        users: Which claims and roles the users of access tokens have; none by default.
        audit: Records every event that could not be answered; None (the default) for none.
    """

    _guard: BrowserGuard
    _validator: AnyValidator
    _revocations: RevocationList | None
    _answers: str
    _user_check: UserCheck
    _reads: str = "either"
    _requirements: tuple[Requirement, ...] = ()
    _users: UserMapping = PLAIN
    _audit: AuditLog | None = None

    def __call__(self, event: Event, *_: object) -> Answer:
        """
        Allow or deny.

        Raises:
            UnauthorizedError: The caller is not signed in, and the event is of a REST API; or the
                event names no ARN that a policy could be about.

            UnavailableError: No answer worth trusting.
        """
        try:
            decision = self._decide(event)
        except UnavailableError as outage:
            if self._audit is not None:
                self._audit.record(AuditEvent.of("authorizer", outage))
            raise
        is_http_api = text(event, "version") == "2.0"
        if is_http_api and self._answers == "simple":
            return _simple(decision)
        if isinstance(decision, Allowed):
            return _policy(decision, _arn_in(event))
        if is_http_api or decision.is_signed_in:
            refused = Allowed("nobody", {"reason": decision.reason})
            return _policy(refused, _arn_in(event), effect="Deny")
        raise UnauthorizedError

    def _decide(self, event: Event) -> Allowed | Denied:
        headers = dict(headers_in(event))
        cached_by = _identity_source(event)
        credential = text(event, "authorizationToken") or headers.get("authorization", "")
        if credential and self._reads != "cookie" and _counts(credential, cached_by):
            return self._check_token(credential)
        cookies = headers.get("cookie", "")
        if self._reads == "authorization" or not _counts(cookies, cached_by):
            return Denied(_NOBODY)
        try:
            decision = self._guard.decide(cookies, can_renew=False).decision
        except SessionTooLargeError as error:
            return Denied(error.code)
        if isinstance(decision, SignInRequired):
            return Denied(decision.reason)
        user = decision.user
        return self._admit(user, user.subject or f"legacy:{user.legacy_uid}")

    def _check_token(self, credential: str) -> Allowed | Denied:
        is_bearer = credential.lower().startswith(_BEARER)
        token = credential[len(_BEARER) :] if is_bearer else credential
        try:
            access = self._validator.verify_access_token(token)
        except TokenRejectedError as rejected:
            return Denied(rejected.code)
        if self._revocations is not None and self._revocations.is_revoked(access):
            return Denied("session_revoked")
        origin = _origin(access, self._guard.guard.validator)
        scope = " ".join(sorted(access.scopes))
        if access.is_machine:
            named = {**origin, "client_id": access.client_id}
            return self._admit(MACHINE, access.client_id, login="machine", scope=scope, **named)
        user = user_of(access, self._users)
        return self._admit(user, access.subject, scope=scope, **origin)

    def _admit(self, user: User, principal: str, **more: str) -> Allowed | Denied:
        if refusal := self._refusal(user):
            return Denied(refusal.code, is_signed_in=True)
        known = {**context_of(user), **more}
        return Allowed(principal, {name: value for name, value in known.items() if value})

    def _refusal(self, user: User) -> RejectedError | None:
        """Refuse *user* who lacks a requirement; groups of another pool count as none."""
        is_foreign = user.pool is not None and self._users.is_foreign(user.pool)
        own = attrs.evolve(user, groups=()) if is_foreign else user
        return self._user_check.refusal(own, self._requirements)


def _identity_source(event: Event) -> tuple[str, ...]:
    """Return the values by which an HTTP API caches the answer; none where it caches nothing."""
    values = event.get("identitySource")
    if values is None:
        return ()
    listed = [values] if isinstance(values, str) else values
    return tuple(map(str, listed)) if isinstance(listed, list) else _UNREADABLE


def _counts(credential: str, cached_by: tuple[str, ...]) -> bool:
    return not cached_by or credential in cached_by


def _origin(access: AccessClaims, browsers: AnyValidator) -> Mapping[str, str]:
    """Name pool and app client, where they are not those of *browsers*' sessions."""
    if isinstance(browsers, TokenValidator) and browsers.is_for(access):
        return {}
    return {"user_pool_id": access.pool_id, "client_id": access.client_id}


def _simple(decision: Allowed | Denied) -> Answer:
    if isinstance(decision, Allowed):
        return {"isAuthorized": True, "context": dict(decision.context)}
    return {"isAuthorized": False, "context": {"reason": decision.reason}}


def _policy(about: Allowed, arn: str, *, effect: str = "Allow") -> Answer:
    """Cover all methods of the stage: the gateway may reuse the answer for any of them."""
    if not arn:
        raise UnauthorizedError
    stage = "/".join(arn.split("/")[:2])
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": f"{stage}/*"}
    return {
        "principalId": about.principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": dict(about.context),
    }


def _arn_in(event: Event) -> str:
    return text(event, "routeArn") or text(event, "methodArn") or ""


@attrs.frozen(kw_only=True, eq=False)
class AnswerSettings:
    """How the authorizer answers."""

    answers: str = setting(
        one_of("simple", "policy"),
        "simple or policy",
        "what an HTTP API expects of its authorizer; REST APIs always get policies",
        default="simple",
    )
    reads: str = setting(
        one_of("authorization", "cookie", "either"),
        "authorization, cookie or either",
        "which credentials are read; cookie where a REST API caches answers by that header",
        default="either",
    )


@attrs.frozen
class AuthorizerSettings(SessionSettings):
    """The groups of an authorizer."""

    CHECKS: ClassVar[tuple[Check, ...]] = (*SessionSettings.CHECKS, KEPT_ELSEWHERE)

    authorizer: AnswerSettings
    log: LogSettings
    audit: AuditSettings
    metrics: MetricsSettings


def build_handler(variables: Mapping[str, str]) -> Authorizer:
    """
    Build the function that the ``AUTHCORE_*`` variables configure.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load(AuthorizerSettings, variables)
    return authorizer_of(SessionContainer(settings=settings), settings)


def authorizer_of(container: SessionContainer, settings: AuthorizerSettings) -> Authorizer:
    """Build the function from *container*, which is built from *settings*."""
    return Authorizer(
        guard=container.browser_guard(),
        validator=container.program_validator(),
        revocations=container.revocations(),
        answers=settings.authorizer.answers,
        reads=settings.authorizer.reads,
        user_check=container.user_check(),
        requirements=container.requirements(),
        users=container.program_guard().users,
        audit=container.audit(),
    )


def _fail_without_settings(*_: object) -> Answer:
    raise NotConfiguredError


handler: Final = LazyFunction("authorizer", build_handler, without_settings=_fail_without_settings)
"""AWS Lambda's entry point.  Raises NotConfiguredError while the settings cannot work."""
