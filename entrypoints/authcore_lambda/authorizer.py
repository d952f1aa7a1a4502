"""
A Lambda authorizer for API Gateway: ``authcore_lambda.authorizer.handler``.

For HTTP APIs (format 2.0, simple answers or policies) and REST APIs (TOKEN and REQUEST).  Callers
send ``Authorization: Bearer <access token>``, browsers their session cookies.  An authorizer cannot
set cookies, so it refreshes nothing: a browser with an expired session gets a new one at the auth
service.

API Gateway may cache an answer by the configured identity source.  The authorizer then reads that
source only, or one caller would get another's answer: events of HTTP APIs hold its values; for a
REST API that caches by cookies, set ``AUTHCORE_AUTHORIZER_READS=cookie``.

A refusal is an answer.  In an outage the function fails, which API Gateway answers with 500 and
does not cache.

See: Amazon API Gateway "Use API Gateway Lambda authorizers", for HTTP and for REST APIs.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import attrs

from authcore.domain.errors import SessionTooLargeError, TokenRejectedError, UnavailableError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.session import User
from authcore.domain.model.session_decision import SignInRequired
from authcore.domain.model.tokens import AccessClaims
from authcore.domain.services.pools_validation import AnyValidator
from authcore.domain.services.sessions.browser_guard import BrowserGuard
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.audit import AuditLog
from authcore.ports.revocation import RevocationList
from authcore.settings import load, setting
from authcore.settings.parsers import one_of
from authcore.settings.reader import Check
from authcore.wiring.session_settings import KEPT_ELSEWHERE, SessionSettings
from authcore.wiring.sessions import SessionContainer
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


@attrs.frozen
class _Allowed:
    """A signed-in caller; the application behind the gateway gets *context*."""

    principal: str
    context: Mapping[str, str]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Authorizer:
    """
    Answers authorizer events of every kind, as the guards decide.  Keeps nothing between events.

    Attributes:
        guard: For browsers.
        validator: For callers with an access token, of further app clients and pools too.
        revocations: For the same callers; None where sessions are not revoked.
        answers: ``simple`` or ``policy``, for HTTP APIs.
        reads: ``authorization``, ``cookie`` or ``either``, the default.
        audit: Records every event that could not be answered; None (the default) for none.
    """

    _guard: BrowserGuard
    _validator: AnyValidator
    _revocations: RevocationList | None
    _answers: str
    _reads: str = "either"
    _audit: AuditLog | None = None

    def __call__(self, event: Event, *_: object) -> Answer:
        """
        Allow or deny.

        Raises:
            UnauthorizedError: The caller is refused, and the event is of a REST API, or names no
                ARN that a policy could be about.

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
        if isinstance(decision, _Allowed):
            return _policy(decision, _arn_in(event))
        if is_http_api:
            return _policy(_Allowed("nobody", {"reason": decision}), _arn_in(event), effect="Deny")
        raise UnauthorizedError

    def _decide(self, event: Event) -> "_Allowed | str":
        """Return the caller, or the reason of the refusal."""
        headers = dict(headers_in(event))
        cached_by = _identity_source(event)
        credential = text(event, "authorizationToken") or headers.get("authorization", "")
        if credential and self._reads != "cookie" and _counts(credential, cached_by):
            return self._check_token(credential)
        cookies = headers.get("cookie", "")
        if self._reads == "authorization" or not _counts(cookies, cached_by):
            return _NOBODY
        try:
            decision = self._guard.decide(cookies, can_renew=False).decision
        except SessionTooLargeError as error:
            return error.code
        if isinstance(decision, SignInRequired):
            return decision.reason
        return _of_user(decision.user)

    def _check_token(self, credential: str) -> "_Allowed | str":
        is_bearer = credential.lower().startswith(_BEARER)
        token = credential[len(_BEARER) :] if is_bearer else credential
        try:
            access = self._validator.verify_access_token(token)
        except TokenRejectedError as rejected:
            return rejected.code
        if self._revocations is not None and self._revocations.is_revoked(access):
            return "session_revoked"
        return _of_token(access, _origin(access, self._guard.guard.validator))


def _identity_source(event: Event) -> tuple[str, ...]:
    """Return the values by which an HTTP API caches the answer; none where it caches nothing."""
    values = event.get("identitySource")
    if values is None:
        return ()
    listed = [values] if isinstance(values, str) else values
    return tuple(map(str, listed)) if isinstance(listed, list) else _UNREADABLE


def _counts(credential: str, cached_by: tuple[str, ...]) -> bool:
    return not cached_by or credential in cached_by


def _of_user(user: User) -> _Allowed:
    return _allow(
        user.subject or f"legacy:{user.legacy_uid}",
        subject=user.subject,
        username=user.username,
        legacy_uid=user.legacy_uid,
        groups=" ".join(user.groups),
        login=user.login,
        actor=user.actor,
    )


def _origin(access: AccessClaims, browsers: AnyValidator) -> Mapping[str, str]:
    """Name pool and app client, where they are not those of *browsers*' sessions."""
    if isinstance(browsers, TokenValidator) and browsers.is_for(access):
        return {}
    return {"user_pool_id": access.pool_id, "client_id": access.client_id}


def _of_token(access: AccessClaims, origin: Mapping[str, str]) -> _Allowed:
    if access.is_machine:
        return _of_machine(access, origin)
    return _allow(
        access.subject,
        subject=access.subject,
        username=access.username,
        groups=" ".join(access.groups),
        scope=" ".join(sorted(access.scopes)),
        login="cognito",
        actor=access.actor.name if access.actor else None,
        **origin,
    )


def _of_machine(access: AccessClaims, origin: Mapping[str, str]) -> _Allowed:
    """Describe an app client that acts for itself: a context without ``subject`` is no user's."""
    return _allow(
        access.client_id,
        scope=" ".join(sorted(access.scopes)),
        login="machine",
        **{**origin, "client_id": access.client_id},
    )


def _allow(principal: str, **known: str | None) -> _Allowed:
    return _Allowed(principal, {name: value for name, value in known.items() if value})


def _simple(decision: _Allowed | str) -> Answer:
    if isinstance(decision, _Allowed):
        return {"isAuthorized": True, "context": dict(decision.context)}
    return {"isAuthorized": False, "context": {"reason": decision}}


def _policy(about: _Allowed, arn: str, *, effect: str = "Allow") -> Answer:
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
        audit=container.audit(),
    )


def _fail_without_settings(*_: object) -> Answer:
    raise NotConfiguredError


handler: Final = LazyFunction(build_handler, without_settings=_fail_without_settings)
"""AWS Lambda's entry point.  Raises NotConfiguredError while the settings cannot work."""
