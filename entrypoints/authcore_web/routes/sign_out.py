"""``/auth/signout``: a page with a button, and what the button does."""

from collections.abc import Sequence
from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.cookie_header import cookie_pairs
from authcore.adapters.cookies.session_cookies import carry_session
from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import (
    MalformedTokenError,
    ParameterRejectedError,
    RejectedError,
    UnavailableError,
)
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.sessions.sign_out import SignedOut, SignOut
from authcore.domain.services.sign_in.authorization import with_query
from authcore.ports.cookies import CookieJar
from authcore_web.middleware.security_headers import content_policy
from authcore_web.request.body import (
    FORM,
    MediaTypeRejectedError,
    body_of,
    form_fields,
    media_type_of,
)
from authcore_web.request.csrf import TrustedOrigins, origin_of
from authcore_web.request.headers import cookie_header
from authcore_web.request.query import only, parameters
from authcore_web.response import messages
from authcore_web.response.cookie_clearing import CookieClearing
from authcore_web.response.errors import ErrorResponses, wants_json
from authcore_web.response.html import form_page, page
from authcore_web.response.plain import as_json, sent_to, with_cookies


ACTION: Final = "sign_out"
MAX_FORM_BYTES: Final = 8192

_UNREADABLE: Final = "the cookies of the session cannot be read"


@attrs.frozen
class SignOutLinks:
    """
    Where a sign-out leads.

    Attributes:
        signout_url: This service's ``/auth/signout`` as browsers see it, from settings.
        logout_url: Cognito's ``/logout``.
        client_id: Of the app client.
        targets: Where it may end, exactly as registered with Cognito; the first is the default.

    See: Amazon Cognito "Logout endpoint".
    """

    signout_url: str
    logout_url: str
    client_id: str
    targets: Sequence[str]

    def target(self, asked: str | None) -> str:
        """
        *asked*, or the default.

        Raises:
            ParameterRejectedError: It is not one of ``targets``, character by character.
        """
        if asked is None:
            return self.targets[0]
        if asked not in self.targets:
            raise ParameterRejectedError("redirect")
        return asked

    def next(self, target: str) -> str:
        """Where the browser goes to be signed out there, too, and to end at *target*."""
        return with_query(self.logout_url, {"client_id": self.client_id, "logout_uri": target})

    @property
    def form_action(self) -> str:
        """Every origin that the form leads through.  See: CSP Level 3 §6.4.2."""
        urls = (self.signout_url, self.logout_url, *self.targets)
        return " ".join(("'self'", *dict.fromkeys(map(origin_of, urls))))


class SignOutRoutes:
    """End sessions of browsers, when a page of ours asks for it."""

    def __init__(
        self,
        *,
        sign_out: SignOut,
        sessions: CookieJar[TokenSet],
        forgetting: CookieClearing,
        links: SignOutLinks,
        pages: TrustedOrigins,
        error_responses: ErrorResponses,
        threads: WorkerThreads,
    ) -> None:
        """Serve *sign_out* over HTTP."""
        self._sign_out = sign_out
        self._sessions = sessions
        self._forgetting = forgetting
        self._links = links
        self._pages = pages
        self._error_responses = error_responses
        self._threads = threads
        self._page_headers = {
            "content-security-policy": content_policy(links.form_action),
            "referrer-policy": "same-origin",  # no-referrer would turn the form's Origin into null
        }

    async def answer(self, request: Request) -> Response:
        """GET shows the button, and changes nothing; POST is the button."""
        post = request.method == "POST"
        try:
            if post:
                self._pages.check(request)
            target = self._links.target(await _asked(request))
        except RejectedError as error:
            link = self._links.signout_url
            return self._error_responses.of(error, request, action=ACTION, link=link)
        return await self._ended(request, target) if post else self._button(target)

    def _button(self, target: str) -> Response:
        html = form_page(
            messages.SIGN_OUT, url=self._links.signout_url, fields={"redirect": target}
        )
        return Response(html, media_type="text/html", headers=self._page_headers)

    async def _ended(self, request: Request, target: str) -> Response:
        """What the browser has to forget is deleted, whatever else works."""
        sent = cookie_header(request)
        try:
            signed_out, cookies = await self._threads.run(lambda: self._end_and_forget(sent))
        except UnavailableError as outage:
            signed_out = self._sign_out.not_begun(outage)
            cookies = self._forgetting.cookies_alone(sent)
        onward = self._links.next(target)
        answer = self._answer(request, onward, is_complete=signed_out.is_complete)
        return with_cookies(answer, cookies)

    def _end_and_forget(self, sent: str) -> tuple[SignedOut, Sequence[str]]:
        return self._end(sent), self._forgetting.cookies(sent)

    def _end(self, sent: str) -> SignedOut:
        try:
            tokens = self._sessions.read(sent)
        except UnavailableError as outage:
            return self._sign_out.end_unread(outage, sent)
        if tokens is None and _may_carry_session(sent):
            return self._sign_out.end_unread(MalformedTokenError(_UNREADABLE), sent)
        return self._sign_out.end(tokens, sent)

    def _answer(self, request: Request, onward: str, *, is_complete: bool) -> Response:
        if wants_json(request):
            return as_json({"signed_out": True, "complete": is_complete, "next": onward})
        if is_complete:
            return sent_to(onward, status=303)
        html = page(messages.SIGNED_OUT_HERE, reference=None, url=onward)
        return Response(html, media_type="text/html")


def _may_carry_session(sent: str) -> bool:
    """Torn, mixed, planted beside another one, or among more cookies than are looked at."""
    return carry_session(sent) or bool(sent and not cookie_pairs(sent))


async def _asked(request: Request) -> str | None:
    """
    The ``redirect`` of the query or of the form.

    Raises:
        RejectedError: Given twice, or the query or the body is not what is read here.
    """
    given = list(parameters(request.scope["query_string"]))
    if request.method == "POST":
        given += await _form(request)
    return only("redirect", given)


async def _form(request: Request) -> Sequence[tuple[str, str]]:
    body = await body_of(request, limit=MAX_FORM_BYTES)
    if not body:
        return []
    if media_type_of(request) != FORM:
        raise MediaTypeRejectedError("not a form")
    return form_fields(body, limit=MAX_FORM_BYTES)
