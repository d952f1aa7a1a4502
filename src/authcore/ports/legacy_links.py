"""Whose account is whose in the legacy system."""

from abc import abstractmethod
from typing import Protocol

from authcore.domain.model.accounts import AccountPage, LegacyAccount
from authcore.domain.model.linking import AccountMatches, AccountQuery, NewLegacyAccount


class LegacyLinks(Protocol):
    """Which account of the legacy system belongs to which pool user."""

    __slots__ = ()

    @abstractmethod
    def match(self, query: AccountQuery) -> AccountMatches:
        """
        The accounts that *query* leads to, locked or not.  One call, nothing is changed.

        Raises:
            AmbiguousAccountError: Several accounts have the e-mail address.

            LegacyUnavailableError: No answer, or one that is not exactly the contract's.
        """

    @abstractmethod
    def create(self, account: NewLegacyAccount, *, idempotency_key: str) -> LegacyAccount:
        """
        Create *account*, attached to its Cognito id, and return it as stored.

        Where the legacy system can promise it, the same Cognito id or the same key creates one
        account however often and however simultaneously it is asked for.

        Raises:
            AccountTakenError: Its e-mail address or identity belongs to another account.  Like
                every refusal it means that nothing was created.

            LegacyNotReachedError: Nothing was sent, so nothing was created.

            LegacyUnavailableError: No answer worth trusting.  The account may exist now.
        """

    @abstractmethod
    def attach_cognito_id(
        self, legacy_uid: str, cognito_id: str, *, reset_access: bool
    ) -> LegacyAccount:
        """
        Write *cognito_id* to the account.  Writing the same twice is harmless.

        Args:
            legacy_uid: Of an existing account.

            cognito_id: ``sub``.

            reset_access: Also end the account's sessions, drop its pending e-mail change, remove
                every identity at a provider, and the password unless it was set through a message
                to the address: whoever opened the account may not be who owns the address, and may
                have come back after its owner verified it.  In one step with the attaching, or not
                at all.

        Raises:
            AccountNotFoundError: No such account.

            AccountTakenError: The account has another Cognito id, or the id another account.

            AccountLockedError: Nothing is written to a locked account, nor said to be there.

            LegacyUnavailableError: No answer worth trusting.  It may be attached now.

        See: Sudhodanan and Paverd, "Pre-hijacked accounts", USENIX Security 2022.
        """


class LegacyListing(Protocol):
    """All accounts of the legacy system, for audits."""

    __slots__ = ()

    @abstractmethod
    def accounts(self, after: str | None = None) -> AccountPage:
        """
        The first page, or the one that *after* of an earlier page asks for.

        Raises:
            LegacyUnavailableError: No answer, or one that is not exactly the contract's.
        """
