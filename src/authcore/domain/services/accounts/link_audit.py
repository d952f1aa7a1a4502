"""Compares the links in the pool with those in the legacy system, and repairs unambiguous ones."""

from collections.abc import Iterator
from typing import Final

import attrs

from authcore.domain.errors import (
    AccountLockedError,
    RejectedError,
    UnavailableError,
    UnprovenLinkError,
)
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.link_audit import (
    AccountLink,
    AccountLinks,
    Finding,
    LinkPage,
    LinkSnapshot,
    RepairResult,
    RepairStatus,
    UserLink,
    UserLinks,
)
from authcore.domain.model.link_proofs import LinkProofs, Refusal
from authcore.domain.model.linking import AccountQuery
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.domain.services.accounts.link_discrepancies import findings_in
from authcore.domain.services.accounts.retrying import Retrier
from authcore.ports.audit import AuditLog
from authcore.ports.legacy_links import LegacyLinks, LegacyListing
from authcore.ports.user_directory import DirectoryListing, UserDirectory


_REFUSED: Final = "refused."


@attrs.frozen(kw_only=True, repr=False, eq=False)
class LinkAudit:
    """
    Reads both sides and compares them.  Changes nothing.

    The two sides are read one after the other: a link that is made meanwhile can look broken.
    """

    directory: DirectoryListing
    legacy: LegacyListing
    proofs: LinkProofs
    retrier: Retrier

    def read(self, both: LinkSnapshot) -> LinkPage:
        """
        Read the next page into *both* and return it.  Call until ``both.complete``.

        Raises:
            UnavailableError: Seven attempts got no answer worth trusting.

            ConfigurationError: There is more to compare than fits.
        """
        page = self._accounts(both) if both.users_complete else self._users(both)
        both.take(page)
        return page

    def findings(self, both: LinkSnapshot) -> Iterator[Finding]:
        """Return what is wrong in *both*, always in the same order."""
        return findings_in(both)

    def _users(self, both: LinkSnapshot) -> UserLinks:
        page = self.retrier.call(lambda: self.directory.users(both.users_after))
        return UserLinks(tuple(self._user(each, both) for each in page.users), page.next)

    def _user(self, user: DirectoryUser, both: LinkSnapshot) -> UserLink:
        legacy_uid = _legacy_uid(user)
        return UserLink(
            user.subject,
            legacy_uid,
            user.username,
            both.digest(_verified_email(user)),
            legacy_uid is None or _is_proven(self.proofs, user),
        )

    def _accounts(self, both: LinkSnapshot) -> AccountLinks:
        page = self.retrier.call(lambda: self.legacy.accounts(both.accounts_after))
        links = (
            AccountLink(
                each.legacy_uid,
                each.cognito_id,
                both.digest(each.email if each.email_verified else None),
            )
            for each in page.accounts
        )
        return AccountLinks(tuple(links), page.next)


@attrs.frozen(kw_only=True, repr=False, eq=False)
class LinkRepair:
    """
    Writes the missing half of a link, and its proof.

    Never puts one id in the place of another: both sides are read again right before the write,
    the pool by user name and the legacy system by ``sub``, and only what is still empty is filled.

    A proof is written only if the legacy system names the user at that moment.  What only the pool
    names is written to the legacy system only if a proof holds: a client may be able to write
    ``custom:legacy_uid``.
    """

    directory: UserDirectory
    links: LegacyLinks
    proofs: LinkProofs
    audit: AuditLog
    retrier: Retrier

    def repair(self, finding: Finding, *, dry_run: bool = False) -> RepairResult:
        """
        Repair *finding*.  Repairing twice is harmless.

        Args:
            finding: A repairable one, of any age.

            dry_run: Read both sides again, and write nothing; False by default.

        Raises:
            ValueError: *finding* is not mendable.

            UnavailableError: Seven attempts got no answer worth trusting; the repair may have been
                made.
        """
        if not finding.is_repairable:
            raise ValueError("this finding needs an operator's decision")
        try:
            result = self.retrier.call(lambda: self._repair(finding, dry_run=dry_run))
        except UnavailableError as error:
            self._record_outage(finding, error)
            raise
        if result.status in {"mended", "refused"}:
            self._record(result)
        return result

    def _repair(self, finding: Finding, *, dry_run: bool) -> RepairResult:
        subject, legacy_uid = finding.users[0].subject, finding.accounts[0].legacy_uid
        try:
            status, reason = self._fill(finding.users[0], finding.accounts[0], dry_run=dry_run)
        except RejectedError as error:
            status, reason = "refused", error.code
        return RepairResult(subject, legacy_uid, status, reason)

    def _fill(
        self, user: UserLink, account: AccountLink, *, dry_run: bool
    ) -> tuple[RepairStatus, str]:
        found = self.directory.find(user.username)
        attached = self.links.match(AccountQuery(user.subject, None, None)).by_cognito_id
        if found is None or found.subject != user.subject:
            return "refused", "account_not_found"
        named = (_legacy_uid(found), attached.legacy_uid if attached else None)
        if {*named} not in ({account.legacy_uid}, {account.legacy_uid, None}):
            return "refused", _disagreement(user, account, named)
        if attached is None:
            return self._attach(found, account.legacy_uid, dry_run=dry_run)
        return self._write_proof(found, attached, dry_run=dry_run)

    def _attach(
        self, user: DirectoryUser, legacy_uid: str, *, dry_run: bool
    ) -> tuple[RepairStatus, str]:
        """
        Write the legacy side of a link that the pool proves.

        Where the account is locked, the pool's side is taken away: no other service would know.

        Raises:
            UnprovenLinkError: The pool does not prove it.

            AccountLockedError: The legacy system locked the account.
        """
        if not _is_proven(self.proofs, user):
            raise UnprovenLinkError("the pool holds no valid proof of the link")
        if dry_run:
            return "would_mend", "ok"
        try:
            self.links.attach_cognito_id(legacy_uid, user.subject, reset_access=False)
        except AccountLockedError as locked:
            refusal = self.proofs.refuse(user.subject, Refusal(locked.code, legacy_uid))
            self.directory.set_attributes(user.username, {LEGACY_UID: "", LEGACY_LINKED: refusal})
            raise
        return "mended", "ok"

    def _write_proof(
        self, user: DirectoryUser, account: LegacyAccount, *, dry_run: bool
    ) -> tuple[RepairStatus, str]:
        """
        Write the pool's side of a link that the legacy system holds.

        Raises:
            AccountLockedError: The legacy system locked the account.
        """
        if _legacy_uid(user) is not None and _is_proven(self.proofs, user):
            return "already_whole", "ok"
        if account.locked:
            raise AccountLockedError("the legacy system locked the account")
        if refused := self._refusal(user):
            return "refused", refused
        if dry_run:
            return "would_mend", "ok"
        legacy_uid = account.legacy_uid
        proof = self.proofs.prove_link(user.subject, legacy_uid)
        self.directory.set_attributes(user.username, {LEGACY_UID: legacy_uid, LEGACY_LINKED: proof})
        return "mended", "ok"

    def _refusal(self, user: DirectoryUser) -> str | None:
        """
        Return why linking refused this user's link; None if it did not.

        The next sign-in decides again.  A refusal under a key that is not known any more counts.
        """
        statement = user.attributes.get(LEGACY_LINKED, "")
        if not statement.startswith(_REFUSED):
            return None
        refusal = self.proofs.refusal(statement, user.subject)
        return refusal.reason if refusal else UnprovenLinkError.code

    def _record_outage(self, finding: Finding, error: UnavailableError) -> None:
        user, account = finding.users[0], finding.accounts[0]
        self.audit.record(
            AuditEvent.of(
                "links.repair", error, subject=user.subject, legacy_uid=account.legacy_uid
            )
        )

    def _record(self, result: RepairResult) -> None:
        self.audit.record(
            AuditEvent(
                "links.repair",
                "accepted" if result.status == "mended" else "rejected",
                result.reason,
                subject=result.subject,
                legacy_uid=result.legacy_uid,
            )
        )


def _disagreement(
    user: UserLink, account: AccountLink, named: tuple[str | None, str | None]
) -> str:
    """
    Say why the two sides differ from what *user* and *account* said before.

    An account that was listed with its Cognito id but is not found by it may be unchanged: a legacy
    system that promises no look-up by Cognito id finds nothing.
    """
    if named == (user.legacy_uid, None) and account.cognito_id == user.subject:
        return "not_found_by_cognito_id"
    return "changed_meanwhile"


def _is_proven(proofs: LinkProofs, user: DirectoryUser) -> bool:
    statement = user.attributes.get(LEGACY_LINKED)
    return proofs.is_linked(statement, user.subject, _legacy_uid(user))


def _legacy_uid(user: DirectoryUser) -> str | None:
    """Return the legacy id in the pool; an empty attribute counts as none."""
    return user.attributes.get(LEGACY_UID) or None


def _verified_email(user: DirectoryUser) -> str | None:
    is_verified = user.attributes.get("email_verified") == "true"
    return user.attributes.get("email") if is_verified else None
