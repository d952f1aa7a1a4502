"""Answers of ``/auth/check`` to requests that a proxy must not forward."""

from typing import Final, Literal, TypeAlias

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.pages.catalogue import Notice
from authcore.adapters.pages.denial_pages import (
    FORBIDDEN,
    TOO_MANY_COOKIES,
    UNCHECKED,
    UNSAVED,
    UNSAVED_COOKIES,
    UNSAVED_LATER,
    DenialPages,
    Link,
)
from authcore.domain.errors import (
    AuthcoreError,
    RedirectRejectedError,
    RejectedError,
    SessionTooLargeError,
)
from authcore.domain.services.sign_in.return_targets import shorten, spell
from authcore_web.request.headers import is_speculative
from authcore_web.request.original_request import (
    described_url,
    is_original_form,
    is_original_navigation,
    is_redirected_by_proxy,
    original_url,
)
from authcore_web.response.plain import as_json, redirect_to
from authcore_web.signin_urls import SignInUrls


REASON: Final = "x-auth-reason"
"""For proxies that cannot read the body of our response (nginx)."""

Asker: TypeAlias = Literal["program", "navigation", "form"]
"""What gets the answer: JSON, a redirect or a page, or a page that says that nothing was saved."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class CheckAnswers:
    """
    Writes what a proxy passes on in place of the application's response.

    A proxy with answers of its own (nginx: it sends ``X-Auth-Original-Url``) gets statuses and
    JSON, as programs do.

    Attributes:
        sign_in_urls: Where the user can sign in.
        signed_in_url: The page at which a sign-in beside a form ends.
        default_redirect: Where a link leads whose target the allow-list refuses.
        pages: What users see.
        are_passed_on: Whether proxies pass answers on to browsers; off by default.
    """

    _sign_in_urls: SignInUrls
    _signed_in_url: str
    _default_redirect: str
    _pages: DenialPages
    _are_passed_on: bool = False

    def sign_in(self, request: Request, reason: str) -> Response:
        """Ask for a sign-in: a redirect would lose a form, so its sender gets a page."""
        is_passed_on, asker = self._is_passed_on(request), self._asker(request)
        candidate = described_url(request) if is_passed_on else original_url(request)
        signin_url = self._sign_in_urls.to(candidate)
        if asker == "form":
            answer = self._page(request, 401, UNSAVED, self._sign_in_beside)
        elif asker == "navigation":
            answer = redirect_to(signin_url)
        else:
            answer = as_json({"reason": reason}, 401)
        answer.headers["x-auth-signin"] = signin_url
        return _with_reason(answer, reason)

    def forbidden(self, request: Request, error: RejectedError) -> Response:
        """Refuse a signed-in user; a sign-in would not help."""
        if self._asker(request) == "program":
            return _with_reason(as_json({"reason": error.code}, 403), error.code)
        home = "/".join(self._target(request).split("/", 3)[:3])
        return _with_reason(self._page(request, 403, FORBIDDEN, Link(f"{home}/")), error.code)

    def without_decision(
        self, request: Request, error: AuthcoreError, for_programs: Response
    ) -> Response:
        """Show *error* to a user; *for_programs* is the answer to everything else."""
        asker = self._asker(request)
        if asker == "program":
            return _with_reason(for_programs, error.code)
        notice, link = self._notice_of(request, error, asker)
        answer = self._page(request, for_programs.status_code, notice, link)
        if "retry-after" in for_programs.headers:
            answer.headers["retry-after"] = for_programs.headers["retry-after"]
        return _with_reason(answer, error.code)

    def _notice_of(
        self, request: Request, error: AuthcoreError, asker: Asker
    ) -> tuple[Notice, Link | None]:
        if isinstance(error, SessionTooLargeError):
            if asker == "form":
                return UNSAVED_COOKIES, self._sign_in_beside
            return TOO_MANY_COOKIES, Link(self._sign_in_urls.to(None))
        return (
            (UNSAVED_LATER, None) if asker == "form" else (UNCHECKED, Link(self._target(request)))
        )

    def _asker(self, request: Request) -> Asker:
        if not self._is_passed_on(request):
            return "program"
        if is_original_form(request):
            return "form"
        is_shown = is_original_navigation(request) and not is_speculative(request)
        return "navigation" if is_shown else "program"

    def _is_passed_on(self, request: Request) -> bool:
        return self._are_passed_on and not is_redirected_by_proxy(request)

    def _target(self, request: Request) -> str:
        url = described_url(request)
        try:
            return self._sign_in_urls.allowlist.resolve(url and shorten(spell(url)))
        except RedirectRejectedError:
            return self._default_redirect

    @property
    def _sign_in_beside(self) -> Link:
        """A sign-in in another tab, which ends on a page that sends the user back to the form."""
        return Link(self._sign_in_urls.to(self._signed_in_url), in_new_tab=True)

    def _page(self, request: Request, status: int, notice: Notice, link: Link | None) -> Response:
        accepted = ", ".join(request.headers.getlist("accept-language"))
        headers, body = self._pages.page(notice, accepted, link)
        return Response(body, status, headers=dict(headers))


def _with_reason(answer: Response, reason: str) -> Response:
    answer.headers[REASON] = reason
    return answer
