"""``/auth/connect``: a page with a button, and the action of the button."""

from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.correlation import name_attempt
from authcore.adapters.pages.catalogue import Notice
from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import (
    AuthcoreError,
    ConnectAddressError,
    ConnectSignInError,
    ConnectTicketError,
    LinkRejectedError,
    ParameterRejectedError,
    RedirectRejectedError,
    RejectedError,
    UnavailableError,
)
from authcore.domain.model.connecting import ConnectTicket, require_proofs
from authcore.domain.model.session import Session
from authcore.domain.model.session_decision import Admitted
from authcore.domain.services.accounts.identity_connection import IdentityConnection
from authcore.domain.services.sessions.browser_guard import BrowserGuard
from authcore.domain.services.sign_in.authorization import digest_of
from authcore.domain.services.sign_in.redirects import RedirectAllowlist
from authcore.ports.cookies import CookieJar
from authcore.ports.system import Clock
from authcore_web.request.body import (
    BodyMalformedError,
    BodyTooLargeError,
    BodyTooSlowError,
    MediaTypeRejectedError,
    form_of,
)
from authcore_web.request.csrf import CrossSiteError, TrustedOrigins
from authcore_web.request.headers import cookie_header, is_cross_site, is_navigation
from authcore_web.request.query import only
from authcore_web.response import messages
from authcore_web.response.errors import ErrorResponses
from authcore_web.response.pages import Pages
from authcore_web.response.plain import redirect_to, with_cookies
from authcore_web.response.provider_names import display_name
from authcore_web.signin_urls import NATIVE_PROVIDER, SignInUrls


SHOW: Final = "connect.show"
CONNECT: Final = "connect.press"
MAX_FORM_BYTES: Final = 1024

_PAIR: Final = "pair"
"""Field of the form: which two users the page asked about."""

_UNREAD: Final = (
    BodyMalformedError,
    BodyTooLargeError,
    BodyTooSlowError,
    MediaTypeRejectedError,
    ParameterRejectedError,
)
_NEEDS_SIGN_IN: Final = (ConnectSignInError, ConnectAddressError)


@attrs.frozen
class ConnectUrls:
    """
    URLs of a connection.

    Attributes:
        connect_url: This service's ``/auth/connect`` as browsers see it, from settings.
        allowlist: Admits targets.
        default_redirect: Where users continue whose target is not known; on the allow-list.
        sign_in_urls: Where users sign in to their account.
    """

    connect_url: str
    allowlist: RedirectAllowlist
    default_redirect: str
    sign_in_urls: SignInUrls

    def target(self, ticket: ConnectTicket) -> str:
        """Where the user continues."""
        try:
            return self.allowlist.resolve(ticket.target or self.default_redirect)
        except RedirectRejectedError:
            return self.default_redirect


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConnectRoutes:
    """
    Connect a provider's identity with the native user who is signed in.

    Attributes:
        connection: Connects; None where users may not: then there is nothing to connect.
        client: Digest of the app client and pool.
        tickets: Cookie of the sign-in with the provider.
        browser_guard: Decides about the session.
        urls: Of the connection.
        own_pages: Rejects requests that pages of other origins cause.
        clock: Tells whether both sign-ins are fresh.
        error_responses: Answers refusals and outages.
        pages: What users see.
        threads: Where *connection* and *browser_guard* wait.
    """

    _connection: IdentityConnection | None
    _client: str
    _tickets: CookieJar[ConnectTicket]
    _browser_guard: BrowserGuard
    _urls: ConnectUrls
    _own_pages: TrustedOrigins
    _clock: Clock
    _error_responses: ErrorResponses
    _pages: Pages
    _threads: WorkerThreads

    async def connect(self, request: Request) -> Response:
        """GET shows the button and connects nothing; POST connects, and continues to the target."""
        post, sent = request.method == "POST", cookie_header(request)
        carried = self._tickets.read(sent) if self._connection else None
        renewed: tuple[str, ...] = ()
        name_attempt(carried.attempt if carried else None)
        try:
            pair = await self._read_pair(request) if post else None
            can_renew = is_navigation(request) or not is_cross_site(request)
            session, renewed = await self._threads.run(
                lambda: self._read_session(carried, sent, can_renew=can_renew)
            )
            now = self._clock.now()
            ticket, session = require_proofs(carried, session, client=self._client, now=now)
            if not post:
                return with_cookies(self._show_button(request, ticket, session), renewed)
            if pair != _pair(ticket, session):
                return redirect_to(self._urls.connect_url, renewed, status=303)
            await self._threads.run(lambda: self._connect(ticket, session))
        except (RejectedError, UnavailableError) as error:
            action = CONNECT if post else SHOW
            return self._refuse(request, error, carried, action=action, cookies=renewed)
        cookies = (*renewed, *self._tickets.clear(sent))
        return redirect_to(self._urls.target(ticket), cookies, status=303)

    async def _read_pair(self, request: Request) -> str | None:
        self._own_pages.check(request)
        return only(_PAIR, await form_of(request, limit=MAX_FORM_BYTES))

    def _read_session(
        self, ticket: ConnectTicket | None, sent: str, *, can_renew: bool
    ) -> tuple[Session | None, tuple[str, ...]]:
        """Read the session of the pool, only beside a ticket; and what the browser must store."""
        if ticket is None:
            return None, ()
        decided = self._browser_guard.decide(sent, can_renew=can_renew)
        admitted = decided.decision
        return admitted.session if isinstance(admitted, Admitted) else None, decided.cookies

    def _show_button(self, request: Request, ticket: ConnectTicket, session: Session) -> Response:
        target, user = self._urls.target(ticket), session.user
        name = user.name or user.email or user.username or session.identity.subject
        return self._pages.question(
            request,
            messages.connect_question(display_name(ticket.identity.provider_name), name),
            url=self._urls.connect_url,
            fields={_PAIR: _pair(ticket, session)},
            leave_url=target,
            through=(target,),
        )

    def _connect(self, ticket: ConnectTicket, session: Session) -> None:
        if self._connection is not None:
            self._connection.connect(ticket, session)

    def _refuse(
        self,
        request: Request,
        error: AuthcoreError,
        ticket: ConnectTicket | None,
        *,
        action: str,
        cookies: tuple[str, ...],
    ) -> Response:
        """Answer *error*; delete the ticket where pressing the button once more cannot help."""
        if isinstance(error, LinkRejectedError) and not isinstance(error, _NEEDS_SIGN_IN):
            cookies = (*cookies, *self._tickets.clear(cookie_header(request)))
        link, notice = self._next_step(error, ticket)
        return self._error_responses.of(
            error, request, action=action, link=link, notice=notice, cookies=cookies
        )

    def _next_step(
        self, error: AuthcoreError, ticket: ConnectTicket | None
    ) -> tuple[str | None, Notice | None]:
        """Where the user can continue, and what the page says; None for what is usual."""
        if isinstance(error, CrossSiteError):
            return self._urls.connect_url, messages.CONNECT_FOREIGN
        if isinstance(error, UnavailableError):
            return self._urls.connect_url, messages.CONNECT_LATER
        if isinstance(error, _UNREAD):
            return self._urls.connect_url, messages.CONNECT_UNREAD
        if ticket is None or isinstance(error, ConnectTicketError):
            return None, None
        if isinstance(error, _NEEDS_SIGN_IN):
            return self._urls.sign_in_urls.again(ticket.target, provider=NATIVE_PROVIDER), None
        return self._urls.target(ticket), None


def _pair(ticket: ConnectTicket, session: Session) -> str:
    begun = ticket.signed_in_at.timestamp()
    return digest_of(f"{ticket.subject}\n{begun}\n{session.identity.subject}")
