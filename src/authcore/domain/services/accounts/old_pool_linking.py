"""
Links users of the new pool with the users of the old pool whom they were.

The user of the old pool is marked first, with ``custom:cognito_id``, so that it moves once; the
proof in the new pool is written last.  From then on no call to the old pool is made, which may be
gone.  A user who was none in the old pool needs no account there, and gets none.

See: docs/pool-to-pool.md; docs/adr/0019-link-proofs.md.
"""

import attrs

from authcore.domain.errors import (
    StaleProofError,
    UnprovenLinkError,
)
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.linking import LinkOutcome, LinkPolicy, PoolAccount
from authcore.domain.model.old_pool_users import account_of
from authcore.domain.model.usernames import MOVED_TO
from authcore.domain.services.accounts.account_match import require_usable
from authcore.domain.services.accounts.claimed_account import is_theirs
from authcore.domain.services.accounts.link_attempt import LinkAttempt
from authcore.domain.services.accounts.pool_side import PoolSide
from authcore.ports.audit import AuditLog
from authcore.ports.user_directory import UserDirectory


@attrs.frozen(kw_only=True, repr=False, eq=False)
class OldPoolLinking:
    """
    Links one user at a time; safe to run twice.

    Args:
        old: The old pool.

        directory: The pool that users move to.

        audit: Records every outcome, but that a user was none in the old pool.

        policy: What the team allows.

        proofs: Of the pool that users move to.
    """

    old: UserDirectory
    directory: UserDirectory
    audit: AuditLog
    policy: LinkPolicy
    proofs: LinkProofs

    def link(self, user: PoolAccount) -> LinkOutcome:
        """
        Link *user* with the user of the old pool whom the attributes name and prove.

        Never raises one of our errors: a refusal is ``refused``, an outage ``postponed``.
        """
        attempt = LinkAttempt(pool_side=self._pool_side, policy=self.policy, audit=self.audit)
        return attempt.run(user, self._link)

    def _link(self, user: PoolAccount) -> LinkOutcome:
        claimed = self._claimed_id(user)
        if claimed is None:
            return LinkOutcome("unlinked", "ok")
        account = self._proven(user, claimed)
        if account.cognito_id is None:
            self._mark(claimed, user)
        return LinkOutcome("linked", "legacy_uid", claimed)

    def _mark(self, claimed: str, user: PoolAccount) -> None:
        """
        Write into the old pool that *claimed* has moved, and read it back.

        Cognito writes without a condition, so that of two users who claim the account at the same
        moment the later one overwrites the mark of the other, who is refused here.

        Raises:
            LinkRejectedError: The account has become another user's meanwhile, is locked, or gone.
        """
        self.old.set_attributes(claimed, {MOVED_TO: user.subject})
        marked = self._look_up(claimed)
        if marked is None:
            raise UnprovenLinkError("the old pool has no such user", legacy_uid=claimed)
        require_usable(marked, user)

    def _claimed_id(self, user: PoolAccount) -> str | None:
        """
        Return the ``sub`` in the old pool that *user* claims; None for a user who claims none.

        Raises:
            UnprovenLinkError: The user has a statement that is not understood, as after a loss of
                the keys.
        """
        voucher = self.proofs.voucher(user.statement)
        if voucher is not None:
            return voucher.legacy_uid
        refusal = self.proofs.refusal(user.statement, user.subject)
        claimed = user.legacy_uid or (refusal.legacy_uid if refusal else None)
        if claimed is None and refusal is None and self.proofs.is_statement(user.statement):
            raise UnprovenLinkError("the statement about the link is not understood")
        return claimed

    def _proven(self, user: PoolAccount, claimed: str) -> LegacyAccount:
        """
        Return the account *claimed*, which is the user's.

        Raises:
            StaleProofError: Migration vouched for it, and its address has changed since.

            LinkRejectedError: It is locked or another user's, or nothing proves it.
        """
        account = self._look_up(claimed)
        if account is None:
            raise UnprovenLinkError("the old pool has no such user", legacy_uid=claimed)
        require_usable(account, user)
        voucher = self.proofs.voucher(user.statement)
        if voucher is None and not is_theirs(account, user):
            raise UnprovenLinkError("nothing proves that the user is this one", legacy_uid=claimed)
        is_marked = account.cognito_id is not None
        if voucher and not is_marked and not self.proofs.is_unchanged(voucher, account):
            raise StaleProofError("the old user has changed since migration", legacy_uid=claimed)
        return account

    def _look_up(self, claimed: str) -> LegacyAccount | None:
        """Return the account *claimed*; a user who has it as a name is another one."""
        found = self.old.find(claimed)
        return account_of(found) if found is not None and found.subject == claimed else None

    @property
    def _pool_side(self) -> PoolSide:
        return PoolSide(directory=self.directory, proofs=self.proofs, audit=self.audit)
