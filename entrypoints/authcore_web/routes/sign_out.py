"""``/auth/signout``: a page with a button, and the action of the button."""

from collections.abc import Sequence
from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import (
    ParameterRejectedError,
    RejectedError,
    UnavailableError,
)
from authcore.domain.services.sessions.sign_out import SignedOut, SignOut
from authcore.domain.services.sign_in.authorization import with_query
from authcore.ports.cookies import SessionJar
from authcore_web.request.body import form_of
from authcore_web.request.csrf import CrossSiteError, TrustedOrigins
from authcore_web.request.headers import cookie_header
from authcore_web.request.query import only, parameters
from authcore_web.response import messages
from authcore_web.response.cookie_clearing import CookieClearing
from authcore_web.response.errors import ErrorResponses, wants_json
from authcore_web.response.pages import Pages
from authcore_web.response.plain import as_json, redirect_to, with_cookies
from authcore_web.routes.way_back import WayBack


ACTION: Final = "sign_out"
MAX_FORM_BYTES: Final = 8192


@attrs.frozen
class SignOutUrls:
    """
    URLs of a sign-out.

    Attributes:
        signout_url: This service's ``/auth/signout`` as browsers see it, from settings.
        logout_url: Cognito's ``/logout``.
        client_id: Of the app client.
        targets: Allowed targets, exactly as registered with Cognito; the first is the default.

    See: Amazon Cognito "Logout endpoint".
    """

    signout_url: str
    logout_url: str
    client_id: str
    targets: Sequence[str]

    def target(self, redirect: str | None) -> str:
        """
        Return *redirect*, or the default for None.

        Raises:
            ParameterRejectedError: It is not one of ``targets``, character by character.
        """
        if redirect is None:
            return self.targets[0]
        if redirect not in self.targets:
            raise ParameterRejectedError("redirect")
        return redirect

    def next(self, target: str) -> str:
        """Make the URL at which Cognito ends its own session and redirects to *target*."""
        return with_query(self.logout_url, {"client_id": self.client_id, "logout_uri": target})

    @property
    def redirects(self) -> Sequence[str]:
        """URLs that the answer to the form redirects to."""
        return (self.logout_url, *self.targets)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SignOutRoutes:
    """
    End the sessions of browsers, at the request of a trusted page.

    Attributes:
        sign_out: Ends sessions.
        sessions: Cookies of sessions.
        cookie_clearing: Deletes the browser's cookies.
        urls: Of the sign-out.
        trusted_origins: Rejects requests that other sites cause.
        error_responses: Answers refusals.
        pages: What users see.
        way_back: Where users continue who do not sign out.
        threads: Where *sign_out* waits.
    """

    _sign_out: SignOut
    _sessions: SessionJar
    _cookie_clearing: CookieClearing
    _urls: SignOutUrls
    _trusted_origins: TrustedOrigins
    _error_responses: ErrorResponses
    _pages: Pages
    _way_back: WayBack
    _threads: WorkerThreads

    async def sign_out(self, request: Request) -> Response:
        """GET shows the button and changes nothing; POST ends the session."""
        post = request.method == "POST"
        try:
            if post:
                self._trusted_origins.check(request)
            target = self._urls.target(await _read_redirect(request))
        except RejectedError as error:
            is_foreign = isinstance(error, CrossSiteError)
            return self._error_responses.of(
                error,
                request,
                action=ACTION,
                link=self._urls.signout_url,
                notice=messages.FOREIGN_REQUEST if is_foreign else messages.SIGN_OUT_LINK,
            )
        return await self._end(request, target) if post else self._show_button(request, target)

    def _show_button(self, request: Request, target: str) -> Response:
        return self._pages.question(
            request,
            messages.SIGN_OUT,
            url=self._urls.signout_url,
            fields={"redirect": target},
            leave_url=self._way_back.of(request),
            through=self._urls.redirects,
        )

    async def _end(self, request: Request, target: str) -> Response:
        """Delete the browser's cookies in every case, also during an outage."""
        sent = cookie_header(request)
        try:
            signed_out, cookies = await self._threads.run(lambda: self._end_and_clear(sent))
        except UnavailableError as outage:
            signed_out = self._sign_out.not_begun(outage)
            cookies = self._cookie_clearing.cookies_without_store(sent)
        onward = self._urls.next(target)
        answer = self._answer(request, onward, signed_out)
        return with_cookies(answer, cookies)

    def _end_and_clear(self, sent: str) -> tuple[SignedOut, Sequence[str]]:
        return self._end_session(sent), self._cookie_clearing.cookies(sent)

    def _end_session(self, sent: str) -> SignedOut:
        try:
            carried = self._sessions.read_all(sent)
        except UnavailableError as outage:
            return self._sign_out.end_unread(outage, sent)
        return self._sign_out.end_all(carried, sent)

    def _answer(self, request: Request, onward: str, outcome: SignedOut) -> Response:
        complete = outcome.is_complete
        if wants_json(request):
            members = {"signed_out": not outcome.may_continue, "complete": complete, "next": onward}
            return as_json(members)
        if complete:
            return redirect_to(onward, status=303)
        notice = messages.COOKIES_REMAIN if outcome.may_continue else messages.SIGNED_OUT_HERE
        return self._pages.message(request, notice, url=onward)


async def _read_redirect(request: Request) -> str | None:
    """
    Read the ``redirect`` of the query or of the form.

    Raises:
        RejectedError: It is repeated, or the query or the body is malformed.
    """
    given = list(parameters(request.scope["query_string"]))
    if request.method == "POST":
        given += await form_of(request, limit=MAX_FORM_BYTES)
    return only("redirect", given)
