"""Answers: where browsers are sent, and what a refusal looks like to people and programs."""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Final, Literal
from urllib.parse import quote

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
from authcore.domain.services.redirects import RedirectAllowlist
from authcore.ports.ambient import Entropy
from authcore.ports.audit import AuditEvent, AuditLog
from authcore_web import notices
from authcore_web.pages import Notice, page


Outcome = Literal["rejected", "unavailable"]

DEFAULT_RETRY_SECONDS: Final = 5
REFERENCE_LENGTH: Final = 12

JSON_PATHS: Final = frozenset({"/auth/session", "/healthz", "/readyz", "/openapi.json"})
"""Routes that programs call: refusals are JSON there, whatever the caller accepts."""


@attrs.frozen
class Verdict:
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


VERDICTS: Final[Mapping[type[AuthcoreError], Verdict]] = {
    AuthcoreError: Verdict(500, notices.UNEXPECTED),
    RejectedError: Verdict(400, notices.MISUNDERSTOOD),
    TokenRejectedError: Verdict(401, notices.NOT_SIGNED_IN),
    LoginRejectedError: Verdict(400, notices.NOT_COMPLETED),
    ProviderRefusedError: Verdict(400, notices.PROVIDER_REFUSED),
    ClientRejectedError: Verdict(502, notices.OUR_FAULT),
    RedirectRejectedError: Verdict(400, notices.FOREIGN_TARGET),
    CredentialsRejectedError: Verdict(401, notices.NOT_SIGNED_IN),
    AccountNotFoundError: Verdict(404, notices.NOT_SIGNED_IN),
    AttributesRejectedError: Verdict(409, notices.MISUNDERSTOOD),
    SessionTooLargeError: Verdict(431, notices.TOO_LARGE),
    UnavailableError: Verdict(503, notices.LATER, may_repeat=True),
    LoginLostError: Verdict(503, notices.LOST),
}


def verdict_of(error: AuthcoreError) -> Verdict:
    """The entry of the nearest class above *error*."""
    return next(VERDICTS[cls] for cls in type(error).__mro__ if cls in VERDICTS)


def sent_to(url: str, cookies: Iterable[str] = ()) -> Response:
    """302 to *url*, byte for byte, with *cookies* (``Set-Cookie`` values)."""
    return with_cookies(Response(status_code=302, headers={"location": url}), cookies)


def as_json(content: Mapping[str, object], status: int = 200) -> Response:
    """*content* as JSON."""
    body = json.dumps(content, ensure_ascii=False).encode()
    return Response(body, status, media_type="application/json")


def with_cookies(response: Response, cookies: Iterable[str]) -> Response:
    """*response* with *cookies* (``Set-Cookie`` values)."""
    for value in cookies:
        response.headers.append("set-cookie", value)
    return response


class Refusals:
    """Says no, or later, without saying more than that; and leaves a trace under a reference."""

    def __init__(
        self, *, audit: AuditLog, entropy: Entropy, allowlist: RedirectAllowlist, signin_url: str
    ) -> None:
        """
        Answer for one service.

        Args:
            audit: Takes note of each refusal.

            entropy: Makes references.

            allowlist: Decides which targets a "start again" link keeps.

            signin_url: This service's ``/auth/signin`` as browsers see it, from settings.
        """
        self._audit = audit
        self._entropy = entropy
        self._allowlist = allowlist
        self._signin_url = signin_url

    def of(
        self,
        error: AuthcoreError,
        request: HTTPConnection,
        *,
        action: str,
        redirect: str | None = None,
        cookies: Iterable[str] = (),
    ) -> Response:
        """
        The answer to a request that ended in *error*, recorded.

        Args:
            error: Any of ours.

            request: Only its path and Accept header count.

            action: What was asked, for the audit log.

            redirect: Where the browser wanted to go; forgotten unless the allow-list takes it.

            cookies: ``Set-Cookie`` values.
        """
        verdict = verdict_of(error)
        outcome: Outcome = "unavailable" if isinstance(error, UnavailableError) else "rejected"
        reference = self._recorded(action, outcome, error.code, str(error))
        response = self._answer(request, verdict, error.code, reference, redirect)
        if verdict.may_repeat and isinstance(error, UnavailableError):
            response.headers["retry-after"] = _retry_after(error)
        return with_cookies(response, cookies)

    def unexpected(self, request: HTTPConnection) -> tuple[Response, str]:
        """The answer to a request that met a bug, and its reference."""
        reference = self._recorded("unexpected", "unavailable", AuthcoreError.code)
        verdict = VERDICTS[AuthcoreError]
        return self._answer(request, verdict, AuthcoreError.code, reference), reference

    def unrouted(
        self, request: HTTPConnection, status: int, headers: Mapping[str, str]
    ) -> Response:
        """404 and 405, with the *headers* they need; not recorded, since scanners cause them."""
        notice = notices.NOT_ALLOWED if status == 405 else notices.NOT_FOUND
        code = "method_not_allowed" if status == 405 else "not_found"
        response = self._answer(request, Verdict(status, notice), code, None)
        response.headers.update(headers)
        return response

    def _recorded(
        self, action: str, outcome: Outcome, reason: str, detail: str | None = None
    ) -> str:
        reference = self._entropy.token()[-REFERENCE_LENGTH:]
        event = AuditEvent(action, outcome, reason, reference=reference, detail=detail)
        self._audit.record(event)
        return reference

    def _answer(
        self,
        request: HTTPConnection,
        verdict: Verdict,
        code: str,
        reference: str | None,
        redirect: str | None = None,
    ) -> Response:
        if _wants_json(request):
            named = {"reference": reference} if reference else {}
            return as_json({"reason": code, **named}, verdict.status)
        html = page(verdict.notice, reference=reference, url=self._again(redirect))
        return Response(html, verdict.status, media_type="text/html")

    def _again(self, redirect: str | None) -> str:
        try:
            target = self._allowlist.resolve(redirect or "")
        except RedirectRejectedError:
            return self._signin_url
        return f"{self._signin_url}?redirect={quote(target, safe='')}"


def _wants_json(request: HTTPConnection) -> bool:
    accept = ", ".join(request.headers.getlist("accept")).lower()
    asked = "application/json" in accept and "text/html" not in accept
    return asked or request.scope["path"] in JSON_PATHS


def _retry_after(error: UnavailableError) -> str:
    wait = error.retry_after.total_seconds() if error.retry_after else DEFAULT_RETRY_SECONDS
    return str(max(1, math.ceil(wait)))
