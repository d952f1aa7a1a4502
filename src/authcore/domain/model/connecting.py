"""
The proofs by which a user connects an external identity with a native pool user.

A provider's identity that became a user of its own, because the pre sign-up trigger could not tell
it, is refused the legacy account of a native user with the same verified address.  The person
connects the two by signing in twice in one browser within PROOF_LIFETIME: with the provider, which
a ConnectTicket keeps, and as the native user, which the session shows.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final

import attrs

from authcore.domain.errors import ConnectAddressError, ConnectSignInError, ConnectTicketError
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.emails import canonical_email
from authcore.domain.model.session import MAX_REMEMBERED_TARGET, RedirectTarget, Session
from authcore.domain.model.tokens import IdentityClaims


PROOF_LIFETIME: Final = timedelta(minutes=10)
"""How long a sign-in counts as a proof, from ``auth_time`` on."""


@attrs.frozen(kw_only=True)
class ConnectTicket:
    """
    A sign-in with an external identity, as the browser keeps it (sealed).

    Attributes:
        username: Name of the external user in the pool.
        subject: Its ``sub``.
        identity: The provider's identity that made the user.
        address: ``address_digest`` of the user's verified e-mail address.
        client: Digest of the app client and pool that issued the token.
        signed_in_at: When the user authenticated.  Aware, UTC.
        target: Where the sign-in was to end; None where it is longer than MAX_REMEMBERED_TARGET.
        attempt: Id of the sign-in in log lines; None in cookies of earlier releases.
    """

    username: str = attrs.field(repr=False)
    subject: str
    identity: ExternalIdentity
    address: str = attrs.field(repr=False)
    client: str
    signed_in_at: datetime
    target: str | None = attrs.field(default=None, repr=False)
    attempt: str | None = None

    @property
    def expires_at(self) -> datetime:
        """When the sign-in no longer counts.  Aware, UTC."""
        return self.signed_in_at + PROOF_LIFETIME

    def ending_at(self, target: RedirectTarget) -> "ConnectTicket":
        """The same proof for a browser that is on its way to *target*."""
        return attrs.evolve(self, target=rememberable(target))


def rememberable(target: RedirectTarget) -> str | None:
    """*target*; None where it is too long for a cookie."""
    return target if len(target) <= MAX_REMEMBERED_TARGET else None


def address_digest(email: str | None, *, is_verified: bool) -> str | None:
    """SHA-256 of the canonical form of *email*; None where the address proves nothing."""
    canonical = canonical_email(email) if email and is_verified else None
    return hashlib.sha256(canonical.encode()).hexdigest() if canonical else None


def claimed_address(identity: IdentityClaims) -> str | None:
    """``address_digest`` of the address in *identity*."""
    return address_digest(identity.email, is_verified=identity.email_verified)


def require_proofs(
    ticket: ConnectTicket | None, session: Session | None, *, client: str, now: datetime
) -> tuple[ConnectTicket, Session]:
    """
    Return both proofs, if they may connect the two users as far as the tokens tell.

    Args:
        ticket: Of the browser; None where it carries none.

        session: Admitted now; None where there is none of the pool.

        client: Digest of this app client and pool.

        now: Aware, UTC.

    Raises:
        ConnectTicketError: No ticket, too old, or for another client.

        ConnectSignInError: No session of a native user, or its sign-in is too long ago.

        ConnectAddressError: The session's verified address is not the ticket's.
    """
    if ticket is None or ticket.client != client or not _is_fresh(ticket.signed_in_at, now):
        raise ConnectTicketError("no fresh sign-in with an external identity")
    if session is None or not session.identity.is_native:
        raise ConnectSignInError("no session of a native user")
    if not _is_fresh(session.signed_in_at, now):
        raise ConnectSignInError("the sign-in as the native user is too long ago")
    if claimed_address(session.identity) != ticket.address:
        raise ConnectAddressError("the two users have not the same verified address")
    return ticket, session


def _is_fresh(signed_in_at: datetime, now: datetime) -> bool:
    return now < signed_in_at + PROOF_LIFETIME
