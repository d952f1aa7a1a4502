"""Finds the account that the attributes of a pool user name, if the user proves to be its owner."""

from contextlib import suppress
from typing import Literal

import attrs

from authcore.domain.errors import (
    LinkRejectedError,
    RejectedError,
    StaleProofError,
    UnprovenLinkError,
)
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.emails import canonical_email
from authcore.domain.model.link_proofs import LinkProofs, Voucher
from authcore.domain.model.linking import AccountQuery, FoundAccount, PoolAccount
from authcore.domain.services.accounts.account_match import require_usable
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore.ports.legacy_links import LegacyLinks


@attrs.frozen(kw_only=True, repr=False, eq=False)
class ClaimedAccount:
    """
    Checks a claim against the legacy system as it is now.

    ``custom:legacy_uid`` alone claims an account and proves nothing: a client may be able to write
    it.  What proves it is the legacy system, if it names the user; a voucher of migration, while
    the account is as it was then; or an address that both sides verified.  An account that the user
    was refused is checked again in the same way, because the cause may be gone.

    Args:
        accounts: The legacy user table.

        links: Tells which account names a user.

        proofs: Of the pool.
    """

    accounts: LegacyAccounts
    links: LegacyLinks
    proofs: LinkProofs

    def find(self, user: PoolAccount) -> FoundAccount | None:
        """
        Return the account that *user* claims; None for a user who claims or proves none.

        Raises:
            StaleProofError: Migration vouched for an account whose address was changed or verified
                since, or which does not exist any more: its owner may be another person.

            LinkRejectedError: The account is locked or another user's, or the legacy system does
                not say which account it is.

            LegacyUnavailableError: No usable answer.
        """
        voucher = self.proofs.voucher(user.statement)
        if voucher is not None:
            return self._follow_voucher(user, voucher)
        if user.legacy_uid is not None:
            return self._proven(user, user.legacy_uid, "legacy_uid")
        refusal = self.proofs.refusal(user.statement, user.subject)
        if refusal is not None and refusal.legacy_uid is not None:
            return self._proven(user, refusal.legacy_uid, "email")
        return None

    def _proven(
        self, user: PoolAccount, legacy_uid: str, way: Literal["legacy_uid", "email"]
    ) -> FoundAccount | None:
        try:
            account = self._look_up(user, legacy_uid)
        except RejectedError:
            return None
        return _accept(account, user, way) if account and is_theirs(account, user) else None

    def _follow_voucher(self, user: PoolAccount, voucher: Voucher) -> FoundAccount:
        account = self._look_up(user, voucher.legacy_uid)
        if account is not None:
            require_usable(account, user)
            if account.cognito_id is not None or self.proofs.is_unchanged(voucher, account):
                return _accept(account, user, "legacy_uid")
        known = self._find_by_id(user)
        if known is None:
            raise self._refusal_of(voucher, user, account)
        return _accept(known, user, "legacy_uid")

    def _find_by_id(self, user: PoolAccount) -> LegacyAccount | None:
        """
        Return the account that names *user*; None also where the legacy system cannot say.

        The proof could not be written, or the pool was restored to an earlier point.
        """
        with suppress(LinkRejectedError):
            return self.links.match(AccountQuery(user.subject, None, None)).by_cognito_id
        return None

    def _refusal_of(
        self, voucher: Voucher, user: PoolAccount, account: LegacyAccount | None
    ) -> LinkRejectedError:
        """A user who changed the pool's address is no proof that the account has changed."""
        if account is None and not self.proofs.saw_address(voucher, user.email):
            return UnprovenLinkError(
                "the user's address does not lead to the account", legacy_uid=voucher.legacy_uid
            )
        return StaleProofError(
            "the account has changed since migration", legacy_uid=voucher.legacy_uid
        )

    def _look_up(self, user: PoolAccount, legacy_uid: str) -> LegacyAccount | None:
        """
        Return the account *legacy_uid*, by the user's address or name; None if neither leads there.

        Raises:
            RejectedError: None does, and one of them leads to several accounts.
        """
        refusal: RejectedError | None = None
        for name in filter(None, (user.email, user.username)):
            try:
                account = self.accounts.find(name)
            except RejectedError as error:
                refusal = error
                continue
            if account is not None and account.legacy_uid == legacy_uid:
                return account
        if refusal is not None:
            raise refusal
        return None


def _accept(
    account: LegacyAccount, user: PoolAccount, way: Literal["legacy_uid", "email"]
) -> FoundAccount:
    require_usable(account, user)
    return FoundAccount(account, way if account.cognito_id is None else "cognito_id")


def is_theirs(account: LegacyAccount, user: PoolAccount) -> bool:
    """Whether the legacy system names *user*, or both sides verified one address of theirs."""
    if account.cognito_id is not None:
        return account.cognito_id == user.subject
    is_verified = user.identity is None and user.email_verified and account.email_verified
    return is_verified and user.email is not None and _has_address(account, user.email)


def _has_address(account: LegacyAccount, email: str) -> bool:
    return account.email is not None and _comparable(account.email) == _comparable(email)


def _comparable(email: str) -> str:
    return canonical_email(email) or email
