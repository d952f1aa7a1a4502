"""What the pool holds about the link of a user: the proof of a link, or what a refusal leaves."""

from collections.abc import Mapping

import attrs

from authcore.domain.errors import (
    AccountTakenError,
    AttributesMissingError,
    AttributesRejectedError,
    AuthcoreError,
    IssuerRejectedError,
    LinkRejectedError,
    RejectedError,
    StaleProofError,
    UnavailableError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.link_proofs import LinkProofs, Refusal
from authcore.domain.model.linking import LinkOutcome, PoolAccount
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.ports.audit import AuditLog
from authcore.ports.user_directory import UserDirectory


@attrs.frozen(kw_only=True, repr=False, eq=False)
class PoolSide:
    """
    Writes both attributes of the link, always together.

    Args:
        directory: The pool.

        proofs: Of the pool.

        audit: Records what could not be written.
    """

    directory: UserDirectory
    proofs: LinkProofs
    audit: AuditLog

    def is_linked(self, user: PoolAccount) -> bool:
        """Whether the pool proves that both systems store both ids of *user*."""
        return self.proofs.is_linked(user.statement, user.subject, user.legacy_uid)

    def prove(self, user: PoolAccount, outcome: LinkOutcome) -> None:
        """
        Write the proof of *outcome*, last of all.

        The legacy system names the user by now.  Where the pool's schema lacks an attribute that
        has to do at every sign-in.

        Raises:
            RejectedError: The user is gone.

            ProviderUnavailableError: No usable answer; the next attempt writes it.
        """
        if outcome.status == "already_linked" or outcome.legacy_uid is None:
            return
        proof = self.proofs.prove_link(user.subject, outcome.legacy_uid)
        written = {LEGACY_UID: outcome.legacy_uid, LEGACY_LINKED: proof}
        try:
            self.directory.set_attributes(user.username, written)
        except (AttributesMissingError, AttributesRejectedError) as error:
            self._record_unmarked(user, outcome.legacy_uid, error)

    def withdraw(self, user: PoolAccount, refusal: RejectedError) -> None:
        """
        Leave nothing in the pool by which another service would believe in the link.

        Another attempt may have made the link meanwhile: that one stands, unless the identity is
        of a foreign issuer.
        """
        is_stale = isinstance(refusal, StaleProofError)
        if not is_stale and self._attributes_after(user, refusal) is None:
            return
        try:
            current = self._current(user)
            is_foreign = isinstance(refusal, IssuerRejectedError)
            if current is None or (self.is_linked(current) and not is_foreign):
                return
            if is_stale:
                self.directory.delete_user(user.subject)
            elif (left := self._attributes_after(current, refusal)) is not None:
                self.directory.set_attributes(user.username, left)
        except (RejectedError, UnavailableError) as error:
            self._record_unmarked(user, user.legacy_uid, error)

    def _current(self, user: PoolAccount) -> PoolAccount | None:
        """Return *user* with the attributes that the pool holds now; None if they are gone."""
        found = self.directory.find(user.username)
        if found is None or found.subject != user.subject:
            return None
        return attrs.evolve(
            user,
            legacy_uid=found.attributes.get(LEGACY_UID) or None,
            statement=found.attributes.get(LEGACY_LINKED) or None,
        )

    def _attributes_after(
        self, user: PoolAccount, refusal: RejectedError
    ) -> Mapping[str, str] | None:
        """
        Return what *refusal* leaves of the attributes; None where nothing has to be written.

        Only a refusal that names an account, or takes its id away, has to be remembered: the user
        must get no other.  A voucher of migration stays good while only the account has to change:
        it is locked, or not the only one of its name.
        """
        named = refusal.legacy_uid if isinstance(refusal, LinkRejectedError) else None
        legacy_uid = named or user.legacy_uid
        statement = self.proofs.refuse(user.subject, Refusal(refusal.code, legacy_uid))
        is_vouched_for = self.proofs.voucher(user.statement) is not None
        if is_vouched_for and not isinstance(refusal, AccountTakenError):
            statement = user.statement or ""
        if user.legacy_uid is None and (legacy_uid is None or user.statement == statement):
            return None
        return {LEGACY_UID: "", LEGACY_LINKED: statement}

    def _record_unmarked(
        self, user: PoolAccount, legacy_uid: str | None, error: AuthcoreError
    ) -> None:
        self.audit.record(
            AuditEvent.of(
                "account_linking.unmarked", error, subject=user.subject, legacy_uid=legacy_uid
            )
        )
