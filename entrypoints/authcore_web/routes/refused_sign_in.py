"""Sign-ins that establish no session, because another user of the pool has the account."""

from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.correlation import current
from authcore.adapters.pages.catalogue import Notice
from authcore.domain.errors import (
    AccountTakenError,
    ConnectTicketError,
    RejectedError,
    SessionTooLargeError,
    UnavailableError,
)
from authcore.domain.model.connecting import ConnectTicket, claimed_address
from authcore.domain.model.session import RedirectTarget
from authcore.domain.model.session_decision import Admitted
from authcore.domain.model.tokens import IdentityClaims
from authcore.domain.services.accounts.connection_offers import ConnectionOffers
from authcore.domain.services.sessions.browser_guard import BrowserGuard
from authcore.domain.services.sign_in.sign_in import SignInCompletion
from authcore.ports.cookies import CookieJar
from authcore_web.response import messages
from authcore_web.response.errors import ErrorResponses
from authcore_web.response.plain import redirect_to
from authcore_web.response.provider_names import display_name
from authcore_web.signin_urls import NATIVE_PROVIDER, SignInUrls


LINK_TAKEN: Final = AccountTakenError.code
"""The claim's value in the ID token of a user who was refused the account of another one."""


@attrs.frozen
class RefusedSignIn:
    """
    A completed sign-in that establishes no session.

    Attributes:
        target: Of the sign-in.
        notice: How to sign in instead.
        cookies: ``Set-Cookie`` values that keep the ticket; none where it cannot be connected.
        is_signed_in: Whether the browser carries the session of a native user.
    """

    target: RedirectTarget
    notice: Notice
    cookies: tuple[str, ...] = attrs.field(default=(), repr=False)
    is_signed_in: bool = False


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RefusedSignIns:
    """
    Says how to sign in instead, and offers to connect the two users.

    Attributes:
        offers: Makes tickets.
        tickets: Cookie of a ticket.
        browser_guard: Tells whether the browser is signed in already.
        error_responses: Answers, and records the refusal.
        sign_in_urls: Where the user can sign in instead.
        connect_url: This service's ``/auth/connect`` as browsers see it.
    """

    _offers: ConnectionOffers
    _tickets: CookieJar[ConnectTicket]
    _browser_guard: BrowserGuard
    _error_responses: ErrorResponses
    _sign_in_urls: SignInUrls
    _connect_url: str

    def refuse(
        self, completion: SignInCompletion, sent: str, *, can_restart: bool
    ) -> RefusedSignIn | None:
        """
        Refuse *completion* where its ID token says ``link_taken``; None for any other.

        May wait for the provider, for keys, and for stores.

        Args:
            completion: Of the sign-in.

            sent: The ``Cookie`` header.

            can_restart: Whether the sign-in may begin again.

        Raises:
            ConnectTicketError: The user authenticated too long ago to connect, must do so again,
                and can.
        """
        identity = completion.session.identity
        if identity.link_refusal != LINK_TAKEN:
            return None
        ticket = None
        try:
            ticket = self._offers.make(completion.session, completion.target)
        except ConnectTicketError:
            if can_restart:
                raise
        cookies = self._write(ticket, sent) if ticket else ()
        is_signed_in = bool(cookies) and self._is_signed_in(sent)
        notice = _notice(identity, is_offer=bool(cookies))
        return RefusedSignIn(completion.target, notice, cookies, is_signed_in)

    def _write(self, ticket: ConnectTicket, sent: str) -> tuple[str, ...]:
        correlation = current()
        if correlation is not None:
            ticket = attrs.evolve(ticket, attempt=correlation.attempt)
        try:
            return self._tickets.write(ticket, sent)
        except SessionTooLargeError:
            return ()

    def _is_signed_in(self, sent: str) -> bool:
        try:
            decision = self._browser_guard.decide(sent, can_renew=False).decision
        except (RejectedError, UnavailableError):
            return False
        return isinstance(decision, Admitted) and decision.session.identity.is_native

    def respond(
        self, request: Request, refused: RefusedSignIn, action: str, cookies: tuple[str, ...]
    ) -> Response:
        """
        Redirect a browser that is signed in as a native user to ``/auth/connect``, others get a
        page.

        Args:
            request: Of the callback.

            refused: From ``refuse``.

            action: For the audit log.

            cookies: ``Set-Cookie`` values beside those of *refused*.
        """
        changes = (*refused.cookies, *cookies)
        if refused.is_signed_in:
            return redirect_to(self._connect_url, changes)
        provider = NATIVE_PROVIDER if refused.cookies else None
        return self._error_responses.of(
            AccountTakenError("another user of the pool has the account"),
            request,
            action=action,
            link=self._sign_in_urls.again(refused.target, provider=provider),
            notice=refused.notice,
            cookies=changes,
        )

    def resume(
        self, completion: SignInCompletion, provider: str | None, sent: str
    ) -> tuple[str, tuple[str, ...]]:
        """
        Choose where a sign-in leads that has established a session, and what the browser keeps.

        A native user whose browser carries a ticket is asked whether to connect, where the user
        chose so, or the verified addresses are the same.

        Args:
            completion: Of the sign-in.

            provider: That the sign-in was begun with; None where the user chose.

            sent: The ``Cookie`` header of the browser's next request.

        Returns:
            A URL and ``Set-Cookie`` values.
        """
        identity, target = completion.session.identity, completion.target
        ticket = self._tickets.read(sent)
        if ticket is None or not (self._offers.is_on and identity.is_native):
            return target, ()
        if provider != NATIVE_PROVIDER and claimed_address(identity) != ticket.address:
            return target, ()
        try:
            return self._connect_url, self._tickets.write(ticket.ending_at(target), sent)
        except SessionTooLargeError:
            return target, self._tickets.clear(sent)


def _notice(identity: IdentityClaims, *, is_offer: bool) -> Notice:
    if identity.is_native:
        return messages.LINK_TAKEN_NATIVE
    external = identity.external_identity
    provider = display_name(external.provider_name if external else None)
    return messages.connect_offer(provider) if is_offer else messages.link_taken(provider)
