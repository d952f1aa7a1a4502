"""
Connects an external identity with the native pool user to whom its person has proven to belong.

::

    both proofs fresh ─▶ native user may have it ─▶ external user is empty ─▶ delete it ─▶ link

Each step may be the last one of an attempt; the next attempt with the same ticket continues.  Once
the external user is deleted, the ticket alone tells the address that was compared.  Cognito deletes
unconditionally: between the last look at the external user and its deletion nothing can be held.
"""

from typing import Final

import attrs

from authcore.domain.errors import (
    AccountNotFoundError,
    AccountTakenError,
    ConnectAddressError,
    LinkRejectedError,
    RejectedError,
    UnavailableError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.connecting import ConnectTicket, address_digest, require_proofs
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.identities import identity_that_made, is_native
from authcore.domain.model.session import Session
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.ports.audit import AuditLog
from authcore.ports.system import Clock
from authcore.ports.user_directory import ProviderLinks, UserDirectory


DELETE: Final = "connect.delete"
LINK: Final = "connect.link"

_REFUSED: Final = "refused."
"""How ``custom:legacy_linked`` begins after a refused link; see ``model.link_proofs``."""


@attrs.frozen(kw_only=True, repr=False, eq=False)
class IdentityConnection:
    """
    Connects one identity at a time; safe to run twice, also at the same time.

    Attributes:
        directory: The pool.
        links: External identities of the pool's users.
        client: Digest of the app client and pool.
        clock: Tells whether both proofs are fresh.
        audit: Records every deleted user, every link and every refusal.
    """

    directory: UserDirectory
    links: ProviderLinks
    client: str
    clock: Clock
    audit: AuditLog

    def connect(self, ticket: ConnectTicket | None, session: Session | None) -> None:
        """
        Delete the empty external user of *ticket*; link its identity to the user of *session*.

        Args:
            ticket: As this browser kept it.

            session: Admitted for this request, and not revoked; None where there is none.

        Raises:
            ConnectTicketError: There is no ticket, or it is too old or for another app client.

            ConnectSignInError: There is no fresh session of a native user.

            ConnectAddressError: The pool did not verify the same address for both users.

            AccountTakenError: The external user has a legacy account or is another one by now, or
                the identity belongs to another user.

            LinkRejectedError: One of the two users must not sign in, or the native user is gone or
                has as many identities as the pool allows.

            ProviderUnavailableError: No usable answer; the same call may be repeated.
        """
        try:
            self._connect(ticket, session)
        except (RejectedError, UnavailableError) as error:
            self._record(LINK, ticket, session, error)
            raise
        self._record(LINK, ticket, session)

    def _connect(self, ticket: ConnectTicket | None, session: Session | None) -> None:
        ticket, session = require_proofs(ticket, session, client=self.client, now=self.clock.now())
        native = self._find_native(ticket, session)
        self._delete_external(ticket, session, is_later=False)
        try:
            self._link(native, ticket)
        except AccountTakenError:
            # The identity signed in again meanwhile, and has a user of its own once more.
            if not self._delete_external(ticket, session, is_later=True):
                raise
            self._link(native, ticket)

    def _link(self, native: DirectoryUser, ticket: ConnectTicket) -> None:
        try:
            self.links.link_provider(native.username, ticket.identity)
        except AccountNotFoundError:
            raise LinkRejectedError("the pool has no such native user any more") from None

    def _find_native(self, ticket: ConnectTicket, session: Session) -> DirectoryUser:
        user = self.directory.find(session.identity.subject)
        if user is None or user.subject != session.identity.subject or not is_native(user):
            raise LinkRejectedError("the pool has no such native user")
        if not user.enabled or user.status != "CONFIRMED":
            raise LinkRejectedError("the native user is disabled or not confirmed")
        _require_address(user, ticket)
        return user

    def _delete_external(self, ticket: ConnectTicket, session: Session, *, is_later: bool) -> bool:
        """Delete the external user, or a later one of the same identity; False if there is none."""
        user = self.directory.find(ticket.username)
        if user is None:
            return False
        if identity_that_made(user) != ticket.identity:
            raise AccountTakenError("the name belongs to another user")
        if user.subject != ticket.subject and not is_later:
            raise AccountTakenError("the identity has another user by now")
        if not _is_empty(user):
            raise AccountTakenError("the external user has a legacy account")
        if not user.enabled:
            raise LinkRejectedError("the external user is disabled")
        _require_address(user, ticket)
        self.directory.delete_user(user.username)
        self._record(DELETE, attrs.evolve(ticket, subject=user.subject), session)
        return True

    def _record(
        self,
        action: str,
        ticket: ConnectTicket | None,
        session: Session | None,
        error: RejectedError | UnavailableError | None = None,
    ) -> None:
        self.audit.record(
            AuditEvent.of(
                action,
                error,
                subject=session.identity.subject if session else None,
                other_subject=ticket.subject if ticket else None,
                detail=(error.detail or str(error)) if error else None,
            )
        )


def _is_empty(user: DirectoryUser) -> bool:
    """Whether *user* has no legacy account, and nothing says that it might have one."""
    linked = user.attributes.get(LEGACY_LINKED, "")
    return not user.attributes.get(LEGACY_UID) and (not linked or linked.startswith(_REFUSED))


def _require_address(user: DirectoryUser, ticket: ConnectTicket) -> None:
    is_verified = user.attributes.get("email_verified") == "true"
    if address_digest(user.attributes.get("email"), is_verified=is_verified) != ticket.address:
        raise ConnectAddressError("the pool did not verify the same address for both users")
