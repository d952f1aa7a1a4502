"""Error responses: one table from error class to status and message."""

import math
from collections.abc import Iterable, Mapping
from typing import Final, Literal

import attrs
from starlette.requests import HTTPConnection
from starlette.responses import Response

from authcore.domain.errors import (
    AccountNotFoundError,
    AttributesRejectedError,
    AuthcoreError,
    ClientRejectedError,
    CredentialsRejectedError,
    LoginLostError,
    LoginRejectedError,
    ProviderRefusedError,
    RedirectRejectedError,
    RejectedError,
    SessionTooLargeError,
    TokenRejectedError,
    UnavailableError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.ports.audit import AuditLog
from authcore.ports.system import Entropy
from authcore_web.redirect_loops import SignInLoopError
from authcore_web.request.api_keys import REASON
from authcore_web.request.body import BodyTooLargeError, BodyTooSlowError, MediaTypeRejectedError
from authcore_web.request.csrf import CrossSiteError
from authcore_web.response import messages
from authcore_web.response.html import Notice, page
from authcore_web.response.plain import as_json, with_cookies
from authcore_web.signin_urls import SignInUrls


def unknown_caller() -> Response:
    """The one answer for everybody who shows no good key.  See: RFC 6750 §3."""
    response = as_json({"reason": REASON}, 401)
    response.headers["www-authenticate"] = "Bearer"
    return response


Outcome = Literal["rejected", "unavailable"]


DEFAULT_RETRY_SECONDS: Final = 5


REFERENCE_LENGTH: Final = 12


JSON_PATHS: Final = frozenset(
    {
        "/auth/check",
        "/auth/session",
        "/auth/verify",
        "/auth/verify/batch",
        "/healthz",
        "/metrics",
        "/openapi.json",
        "/readyz",
    }
)
"""Routes that programs call: error_responses are JSON there, whatever the caller accepts."""


@attrs.frozen
class ErrorResponse:
    """
    How one class of errors is answered.

    Attributes:
        status: HTTP status.
        notice: For the person in front of the browser.
        may_repeat: Whether the very same request may work later, so that the answer says when.
    """

    status: int
    notice: Notice
    may_repeat: bool = False


ERROR_RESPONSES: Final[Mapping[type[AuthcoreError], ErrorResponse]] = {
    AuthcoreError: ErrorResponse(500, messages.UNEXPECTED),
    RejectedError: ErrorResponse(400, messages.MISUNDERSTOOD),
    TokenRejectedError: ErrorResponse(401, messages.NOT_SIGNED_IN),
    LoginRejectedError: ErrorResponse(400, messages.NOT_COMPLETED),
    ProviderRefusedError: ErrorResponse(400, messages.PROVIDER_REFUSED),
    ClientRejectedError: ErrorResponse(502, messages.OUR_FAULT),
    RedirectRejectedError: ErrorResponse(400, messages.FOREIGN_TARGET),
    CredentialsRejectedError: ErrorResponse(401, messages.NOT_SIGNED_IN),
    AccountNotFoundError: ErrorResponse(404, messages.NOT_SIGNED_IN),
    AttributesRejectedError: ErrorResponse(409, messages.MISUNDERSTOOD),
    SessionTooLargeError: ErrorResponse(431, messages.TOO_LARGE),
    SignInLoopError: ErrorResponse(400, messages.LOOP),
    CrossSiteError: ErrorResponse(403, messages.FOREIGN_REQUEST),
    BodyTooLargeError: ErrorResponse(413, messages.MISUNDERSTOOD),
    BodyTooSlowError: ErrorResponse(408, messages.MISUNDERSTOOD),
    MediaTypeRejectedError: ErrorResponse(415, messages.MISUNDERSTOOD),
    UnavailableError: ErrorResponse(503, messages.LATER, may_repeat=True),
    LoginLostError: ErrorResponse(503, messages.LOST),
}


def error_response_for(error: AuthcoreError) -> ErrorResponse:
    """The entry of the nearest class above *error*."""
    return next(ERROR_RESPONSES[cls] for cls in type(error).__mro__ if cls in ERROR_RESPONSES)


class ErrorResponses:
    """Says no, or later, without saying more than that; and leaves a trace under a reference."""

    def __init__(self, *, audit: AuditLog, entropy: Entropy, links: SignInUrls) -> None:
        """
        Answer for one service.

        Args:
            audit: Takes note of each refusal.

            entropy: Makes references.

            links: Where to start again.
        """
        self._audit = audit
        self._entropy = entropy
        self._links = links

    def of(
        self,
        error: AuthcoreError,
        request: HTTPConnection,
        *,
        action: str,
        redirect: str | None = None,
        link: str | None = None,
        caller: str | None = None,
        cookies: Iterable[str] = (),
    ) -> Response:
        """
        The answer to a request that ended in *error*, recorded.

        Args:
            error: Any of ours.

            request: Only its path and Accept header count.

            action: What was asked, for the audit log.

            redirect: Where the browser wanted to go; forgotten unless the allow-list takes it.

            link: Where a person may go on; by default to the sign-in.

            caller: Who asked, for the audit log.

            cookies: ``Set-Cookie`` values.
        """
        verdict = error_response_for(error)
        outcome: Outcome = "unavailable" if isinstance(error, UnavailableError) else "rejected"
        reference = self._recorded(action, outcome, error.code, str(error), caller)
        link = link or self._links.to(redirect)
        response = self._answer(request, verdict, error.code, reference, link)
        if verdict.may_repeat and isinstance(error, UnavailableError):
            response.headers["retry-after"] = _retry_after(error)
        return with_cookies(response, cookies)

    def unexpected(self, request: HTTPConnection) -> tuple[Response, str]:
        """The answer to a request that met a bug, and its reference."""
        reference = self._recorded("unexpected", "unavailable", AuthcoreError.code)
        verdict = ERROR_RESPONSES[AuthcoreError]
        return self._answer(request, verdict, AuthcoreError.code, reference), reference

    def unrouted(
        self, request: HTTPConnection, status: int, headers: Mapping[str, str]
    ) -> Response:
        """404 and 405, with the *headers* they need; not recorded, since scanners cause them."""
        notice = messages.NOT_ALLOWED if status == 405 else messages.NOT_FOUND
        code = "method_not_allowed" if status == 405 else "not_found"
        response = self._answer(request, ErrorResponse(status, notice), code, None)
        response.headers.update(headers)
        return response

    def _recorded(
        self,
        action: str,
        outcome: Outcome,
        reason: str,
        detail: str | None = None,
        caller: str | None = None,
    ) -> str:
        reference = self._entropy.token()[-REFERENCE_LENGTH:]
        event = AuditEvent(
            action, outcome, reason, reference=reference, caller=caller, detail=detail
        )
        self._audit.record(event)
        return reference

    def _answer(
        self,
        request: HTTPConnection,
        verdict: ErrorResponse,
        code: str,
        reference: str | None,
        link: str | None = None,
    ) -> Response:
        if wants_json(request):
            named = {"reference": reference} if reference else {}
            return as_json({"reason": code, **named}, verdict.status)
        html = page(verdict.notice, reference=reference, url=link or self._links.to(None))
        return Response(html, verdict.status, media_type="text/html")


def wants_json(request: HTTPConnection) -> bool:
    """Whether a program asks: by the path, or because it takes JSON and no page."""
    accept = ", ".join(request.headers.getlist("accept")).lower()
    asked = "application/json" in accept and "text/html" not in accept
    path: str = request.scope["path"]
    return asked or path in JSON_PATHS or path.startswith("/auth/check/")


def _retry_after(error: UnavailableError) -> str:
    wait = error.retry_after.total_seconds() if error.retry_after else DEFAULT_RETRY_SECONDS
    return str(max(1, math.ceil(wait)))
