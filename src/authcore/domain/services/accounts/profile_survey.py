"""
Compares all pool users with their accounts, page by page, and writes nothing.

A page takes two calls: ListUsers, which makes no user active in Cognito's bill, and one for the
accounts that the users name.  Only users who differ are then read and written one by one.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from authcore.domain.errors import (
    AccountMismatchError,
    AccountNotFoundError,
    AccountTakenError,
    LegacyUnavailableError,
    OneSidedLinkError,
)
from authcore.domain.model.accounts import DeletedAccount, LegacyAccount
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.profiles import ProfileChange, ProfilePolicy, change_for
from authcore.domain.model.usernames import LEGACY_UID
from authcore.domain.services.accounts.retrying import Retrier
from authcore.ports.legacy_profiles import LegacyProfiles
from authcore.ports.user_directory import DirectoryListing


OFF_CONTRACT: Final = "contract "
"""Begin of the detail of an answer that breaks the contract, and will again."""

Answer = LegacyAccount | DeletedAccount | str | None
"""What is known of an account; the code of the error that it causes."""


@attrs.frozen
class ProfileDifference:
    """
    A pool user who is not in step.

    Attributes:
        subject: ``sub``.
        legacy_uid: The account that the user names.
        change: What would be written; None where nothing may be.
        reason: Why nothing may be written; ``ok`` otherwise.
    """

    subject: str
    legacy_uid: str
    change: ProfileChange | None
    reason: str = "ok"


@attrs.frozen
class SurveyPage:
    """
    What one page of users shows.

    Attributes:
        users: How many there are on it, those without an account included.
        differences: Of those who are not in step.
        next: Cursor of the next page; None on the last.
    """

    users: int
    differences: tuple[ProfileDifference, ...]
    next: str | None


@attrs.frozen(kw_only=True, repr=False, eq=False)
class ProfileSurvey:
    """
    Reads both sides.

    Attributes:
        users: Of the pool.
        accounts: Of the legacy system.
        policy: What the legacy system owns.
        retrier: Of the calls.
    """

    users: DirectoryListing
    accounts: LegacyProfiles
    policy: ProfilePolicy
    retrier: Retrier

    def page(self, after: str | None = None) -> SurveyPage:
        """
        Compare one page of users.

        Args:
            after: ``next`` of the page before; by default the first page is compared.

        Raises:
            AccountMismatchError: Every answer is about accounts that were not asked for.

            UnavailableError: Seven attempts got no answer worth trusting.
        """
        page = self.retrier.call(lambda: self.users.users(after))
        named = [(user, uid) for user in page.users if (uid := user.attributes.get(LEGACY_UID))]
        uids = sorted({uid for _, uid in named})
        accounts = self.retrier.call(lambda: self._read(uids)) if uids else {}
        found = (self._difference(user, uid, accounts.get(uid)) for user, uid in named)
        return SurveyPage(len(page.users), tuple(each for each in found if each), page.next)

    def _read(self, uids: Sequence[str]) -> Mapping[str, Answer]:
        """Read all at once; one by one if one of them spoils the answer about all."""
        try:
            return self.accounts.read(uids)
        except (LegacyUnavailableError, AccountMismatchError) as error:
            if not _is_about_accounts(error):
                raise
            found = {uid: self._read_one(uid) for uid in uids}
            if len(uids) > 1 and all(isinstance(each, str) for each in found.values()):
                raise  # no account is to blame
            return found

    def _read_one(self, uid: str) -> Answer:
        try:
            return self.accounts.read([uid]).get(uid)
        except (LegacyUnavailableError, AccountMismatchError) as error:
            if not _is_about_accounts(error):
                raise
            return error.code

    def _difference(
        self, user: DirectoryUser, uid: str, account: Answer
    ) -> ProfileDifference | None:
        if isinstance(account, str):
            return ProfileDifference(user.subject, uid, None, account)
        if account is None:
            return ProfileDifference(user.subject, uid, None, AccountNotFoundError.code)
        if account.cognito_id is None:
            return ProfileDifference(user.subject, uid, None, OneSidedLinkError.code)
        if account.cognito_id != user.subject:
            return ProfileDifference(user.subject, uid, None, AccountTakenError.code)
        change = change_for(account, user, self.policy)
        if change.status == "unchanged":
            return None
        return ProfileDifference(user.subject, uid, change)


def _is_about_accounts(error: LegacyUnavailableError | AccountMismatchError) -> bool:
    """Whether the same request gets the same answer again, because of an account in it."""
    return isinstance(error, AccountMismatchError) or (error.detail or "").startswith(OFF_CONTRACT)
