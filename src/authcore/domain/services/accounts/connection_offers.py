"""Offers the user of a refused external sign-in to connect it with an account."""

from typing import Final

import attrs

from authcore.domain.errors import (
    ConnectAddressError,
    ConnectTicketError,
    LinkRejectedError,
    RejectedError,
    UnavailableError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.connecting import (
    PROOF_LIFETIME,
    ConnectTicket,
    claimed_address,
    rememberable,
)
from authcore.domain.model.session import RedirectTarget, Session
from authcore.ports.audit import AuditLog
from authcore.ports.system import Clock
from authcore.ports.token_endpoint import TokenRevoker


REVOKE: Final = "connect.revoke"
OFFER: Final = "connect.offer"


@attrs.frozen(kw_only=True, repr=False, eq=False)
class ConnectionOffers:
    """
    Turns a sign-in that pre token generation marked ``link_taken`` into a ConnectTicket.

    Attributes:
        is_on: Whether users may connect at all.
        client: Digest of the app client and pool.
        revoker: Ends what the sign-in began at Cognito.
        clock: Tells whether the sign-in is a fresh one.
        audit: Records every offer, and every offer that is not made.
    """

    is_on: bool
    client: str
    revoker: TokenRevoker
    clock: Clock
    audit: AuditLog

    def make(self, session: Session, target: RedirectTarget) -> ConnectTicket | None:
        """
        Revoke the tokens of *session*, and return the proof that the browser may keep.

        A failed revocation is recorded, not raised: no browser holds the tokens.

        Args:
            session: Of a sign-in that establishes no session.

            target: Of the sign-in.

        Returns:
            None where connecting is off, the user is native, or the pool vouches for no address.

        Raises:
            ConnectTicketError: Cognito remembered the browser: the user authenticated too long ago
                and must do so again.
        """
        self._revoke(session)
        if not self.is_on:
            return None
        try:
            ticket = self._ticket(session, target)
        except LinkRejectedError as error:
            self._record(OFFER, session, error)
            if isinstance(error, ConnectTicketError):
                raise
            return None
        self._record(OFFER, session)
        return ticket

    def _revoke(self, session: Session) -> None:
        if session.tokens.refresh_token is None:
            return
        try:
            self.revoker.revoke(session.tokens.refresh_token)
        except (RejectedError, UnavailableError) as error:
            self._record(REVOKE, session, error)

    def _ticket(self, session: Session, target: RedirectTarget) -> ConnectTicket:
        user, identity = session.identity, session.identity.external_identity
        address, now = claimed_address(user), self.clock.now()
        if identity is None or user.username is None:
            raise LinkRejectedError("the token does not name one external identity")
        if address is None:
            raise ConnectAddressError("the pool vouches for no address")
        signed_in_at = min(session.signed_in_at, now)
        if now >= signed_in_at + PROOF_LIFETIME:
            raise ConnectTicketError("the user authenticated too long ago")
        return ConnectTicket(
            username=user.username,
            subject=user.subject,
            identity=identity,
            address=address,
            client=self.client,
            signed_in_at=signed_in_at,
            target=rememberable(target),
        )

    def _record(
        self, action: str, session: Session, error: RejectedError | UnavailableError | None = None
    ) -> None:
        detail = (error.detail or str(error)) if error else None
        subject = session.identity.subject
        self.audit.record(AuditEvent.of(action, error, subject=subject, detail=detail))
