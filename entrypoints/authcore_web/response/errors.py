"""Error responses: one table from error class to status and message."""

from collections.abc import Iterable, Mapping
from typing import Final

import attrs
from starlette.requests import HTTPConnection
from starlette.responses import Response

from authcore.adapters.http_headers import retry_after
from authcore.adapters.pages.catalogue import Notice
from authcore.domain.errors import (
    AccountNotFoundError,
    AnswerRejectedError,
    AttributesRejectedError,
    AuthcoreError,
    ChallengeMismatchError,
    ClientRejectedError,
    ConnectAddressError,
    ConnectSignInError,
    ConnectTicketError,
    CredentialsRejectedError,
    LinkRejectedError,
    LoginClientMisconfiguredError,
    LoginLostError,
    LoginRejectedError,
    ParameterRejectedError,
    PasswordPolicyError,
    ProviderRefusedError,
    RedirectRejectedError,
    RejectedError,
    SessionTooLargeError,
    TokenRejectedError,
    TooManyAttemptsError,
    UnavailableError,
    WebhookRejectedError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.ports.audit import AuditLog
from authcore.ports.system import Entropy
from authcore_web.redirect_loops import SignInLoopError
from authcore_web.request.api_keys import REASON
from authcore_web.request.body import BodyTooLargeError, BodyTooSlowError, MediaTypeRejectedError
from authcore_web.request.csrf import CrossSiteError
from authcore_web.request.headers import is_script
from authcore_web.response import messages
from authcore_web.response.pages import Pages
from authcore_web.response.plain import as_json, with_cookies
from authcore_web.signin_urls import SignInUrls


def unknown_caller() -> Response:
    """Answer a request without a valid API key.  See: RFC 6750 §3."""
    response = as_json({"reason": REASON}, 401)
    response.headers["www-authenticate"] = "Bearer"
    return response


REFERENCE_LENGTH: Final = 12
"""Characters."""

JSON_PATHS: Final = frozenset(
    {
        "/auth/check",
        "/auth/password/changed",
        "/auth/password/verify",
        "/auth/profile-changed",
        "/auth/session",
        "/auth/verify",
        "/auth/verify/batch",
        "/healthz",
        "/metrics",
        "/openapi.json",
        "/readyz",
    }
)
"""Paths that programs call: errors are JSON there, for every ``Accept`` header."""


@attrs.frozen
class ErrorResponse:
    """
    The answer to one class of errors.

    Attributes:
        status: HTTP status.
        notice: For the user, where a browser asked.
        may_repeat: Whether the same request may work later; the answer then says when.
        needs_sign_out: Whether a sign-out, which deletes cookies, is the way on; else a sign-in.
    """

    status: int
    notice: Notice
    may_repeat: bool = False
    needs_sign_out: bool = False


ERROR_RESPONSES: Final[Mapping[type[AuthcoreError], ErrorResponse]] = {
    AuthcoreError: ErrorResponse(500, messages.UNEXPECTED),
    RejectedError: ErrorResponse(400, messages.MISUNDERSTOOD),
    TokenRejectedError: ErrorResponse(401, messages.NOT_SIGNED_IN),
    LoginRejectedError: ErrorResponse(400, messages.NOT_COMPLETED),
    ParameterRejectedError: ErrorResponse(400, messages.MISUNDERSTOOD),
    ProviderRefusedError: ErrorResponse(400, messages.PROVIDER_REFUSED),
    ClientRejectedError: ErrorResponse(502, messages.OUR_FAULT),
    RedirectRejectedError: ErrorResponse(400, messages.FOREIGN_TARGET),
    CredentialsRejectedError: ErrorResponse(401, messages.NOT_SIGNED_IN),
    AnswerRejectedError: ErrorResponse(401, messages.NOT_SIGNED_IN),
    ChallengeMismatchError: ErrorResponse(400, messages.MISUNDERSTOOD),
    PasswordPolicyError: ErrorResponse(400, messages.MISUNDERSTOOD),
    AccountNotFoundError: ErrorResponse(404, messages.NOT_SIGNED_IN),
    AttributesRejectedError: ErrorResponse(409, messages.MISUNDERSTOOD),
    WebhookRejectedError: ErrorResponse(401, messages.MISUNDERSTOOD),
    SessionTooLargeError: ErrorResponse(431, messages.TOO_LARGE, needs_sign_out=True),
    LinkRejectedError: ErrorResponse(403, messages.CONNECT_REFUSED),
    ConnectTicketError: ErrorResponse(400, messages.CONNECT_TICKET),
    ConnectSignInError: ErrorResponse(401, messages.CONNECT_SIGN_IN),
    ConnectAddressError: ErrorResponse(403, messages.CONNECT_ADDRESS),
    SignInLoopError: ErrorResponse(400, messages.LOOP),
    CrossSiteError: ErrorResponse(403, messages.FOREIGN_REQUEST),
    BodyTooLargeError: ErrorResponse(413, messages.MISUNDERSTOOD),
    BodyTooSlowError: ErrorResponse(408, messages.MISUNDERSTOOD),
    MediaTypeRejectedError: ErrorResponse(415, messages.MISUNDERSTOOD),
    UnavailableError: ErrorResponse(503, messages.LATER, may_repeat=True),
    TooManyAttemptsError: ErrorResponse(429, messages.TOO_MANY_ATTEMPTS, may_repeat=True),
    LoginLostError: ErrorResponse(503, messages.LOST),
    LoginClientMisconfiguredError: ErrorResponse(502, messages.OUR_FAULT),
}


def error_response_for(error: AuthcoreError) -> ErrorResponse:
    """Find the entry of the nearest base class of *error*."""
    return next(ERROR_RESPONSES[cls] for cls in type(error).__mro__ if cls in ERROR_RESPONSES)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ErrorResponses:
    """
    Answers refusals and outages with no more than is needed, and records each under a reference.

    Attributes:
        audit: Records each error.
        entropy: For references.
        sign_in_urls: Where the user can start again.
        pages: What users see.
    """

    _audit: AuditLog
    _entropy: Entropy
    _sign_in_urls: SignInUrls
    _pages: Pages

    def of(
        self,
        error: AuthcoreError,
        request: HTTPConnection,
        *,
        action: str,
        redirect: str | None = None,
        link: str | None = None,
        notice: Notice | None = None,
        caller: str | None = None,
        cookies: Iterable[str] = (),
    ) -> Response:
        """
        Answer a request that ended in *error*, and record it.

        Args:
            error: Every class is in ERROR_RESPONSES or below one that is.

            request: Its path, its language, and who asks count.

            action: For the audit log.

            redirect: The target that the browser asked for; dropped unless the allow-list admits
                it.

            link: Where the user can continue.  Default: the sign-in.  No effect on an error that
                needs a sign-out.

            notice: For the user.  Default: that of ERROR_RESPONSES.

            caller: Name of the calling program, for the audit log.

            cookies: ``Set-Cookie`` values.
        """
        found = error_response_for(error)
        found = attrs.evolve(found, notice=notice or found.notice)
        reference = self.record(action, error, caller=caller, detail=error.detail or str(error))
        if found.needs_sign_out:
            link = self._sign_in_urls.signout_url
        link = link or self._sign_in_urls.to(redirect)
        response = self._answer(request, found, error.code, reference, link)
        if found.may_repeat and isinstance(error, UnavailableError):
            response.headers.update(dict([retry_after(error)]))
        return with_cookies(response, cookies)

    def of_recorded(
        self, error: AuthcoreError, request: HTTPConnection, reference: str | None
    ) -> Response:
        """Answer a request that ended in *error*, which was recorded under *reference*."""
        response = self._answer(request, error_response_for(error), error.code, reference)
        if isinstance(error, UnavailableError):
            response.headers.update(dict([retry_after(error)]))
        return response

    def of_exception(self, request: HTTPConnection) -> tuple[Response, str]:
        """Answer a request that ended in a bug; the response and its reference."""
        error = AuthcoreError()
        reference = self.record("unexpected", error)
        return self._answer(request, error_response_for(error), error.code, reference), reference

    def of_status(
        self, request: HTTPConnection, status: int, headers: Mapping[str, str]
    ) -> Response:
        """Answer 404 and 405, with their *headers*; not recorded, since scanners cause them."""
        notice = messages.NOT_ALLOWED if status == 405 else messages.NOT_FOUND
        code = "method_not_allowed" if status == 405 else "not_found"
        response = self._answer(request, ErrorResponse(status, notice), code, None)
        response.headers.update(headers)
        return response

    def record(
        self,
        action: str,
        error: AuthcoreError,
        *,
        caller: str | None = None,
        detail: str | None = None,
    ) -> str:
        """Record *error* for a page that another part writes; returns the reference."""
        reference = self._entropy.token()[-REFERENCE_LENGTH:]
        self._audit.record(
            AuditEvent.of(action, error, reference=reference, caller=caller, detail=detail)
        )
        return reference

    def _answer(
        self,
        request: HTTPConnection,
        found: ErrorResponse,
        code: str,
        reference: str | None,
        link: str | None = None,
    ) -> Response:
        if wants_json(request):
            mention = {"reference": reference} if reference else {}
            return as_json({"reason": code, **mention}, found.status)
        return self._pages.message(
            request,
            found.notice,
            url=link or self._sign_in_urls.to(None),
            status=found.status,
            reference=reference,
        )


def wants_json(request: HTTPConnection) -> bool:
    """
    Whether a program asks, which shows no page to a user.

    It asks for a path in JSON_PATHS, accepts JSON and no HTML, or is a script of a browser.
    """
    accept = ", ".join(request.headers.getlist("accept")).lower()
    accepts_json = "application/json" in accept and "text/html" not in accept
    path: str = request.scope["path"]
    is_called = path in JSON_PATHS or path.startswith("/auth/check/")
    return is_called or accepts_json or is_script(request)
