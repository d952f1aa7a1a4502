"""Links between legacy accounts and pool users, as the legacy system stores them."""

from abc import abstractmethod
from typing import Protocol

from authcore.domain.model.accounts import AccountPage, LegacyAccount
from authcore.domain.model.linking import AccountMatches, AccountQuery, NewLegacyAccount


class LegacyLinks(Protocol):
    """Finds, creates and attaches the legacy accounts of pool users."""

    __slots__ = ()

    @abstractmethod
    def match(self, query: AccountQuery) -> AccountMatches:
        """
        The accounts that *query* matches, locked or not.  One call, which changes nothing.

        Raises:
            AmbiguousAccountError: Several accounts have the e-mail address.

            AccountMismatchError: The legacy system answers with an account of another Cognito id or
                address, or by a key that *query* lacks.

            LegacyUnavailableError: No answer, or one outside the contract.
        """

    @abstractmethod
    def create(self, account: NewLegacyAccount, *, idempotency_key: str) -> LegacyAccount:
        """
        Create *account*, attached to its Cognito id, and return it as stored.

        Where the legacy system supports it, repeated and concurrent calls with the same Cognito id
        or the same key create one account.

        Args:
            account: With the Cognito id that it is attached to.

            idempotency_key: The same for every attempt to create this account.

        Raises:
            AccountTakenError: The e-mail address or identity belongs to another account.  As with
                every refusal, nothing was created.

            LegacyNotReachedError: Nothing was sent, so nothing was created.

            LegacyUnavailableError: No usable answer, or one about another account.  The account may
                exist now.
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
                to the address.  The account may have been created by an attacker who expects the
                real owner of the address (account pre-hijacking), and who may have returned after
                the owner verified it.  In one step with the attaching, or not at all.

        Raises:
            AccountNotFoundError: No such account.

            AccountTakenError: The account has another Cognito id, or the id another account.

            AccountLockedError: The account is locked; nothing was written, and an id that is there
                already is not reported.

            LegacyUnavailableError: No usable answer, or one about another account.  The id may be
                attached now.

        See: Sudhodanan and Paverd, "Pre-hijacked accounts", USENIX Security 2022.
        """


class LegacyUnlinking(Protocol):
    """Takes links back.  Not every legacy system can."""

    __slots__ = ()

    @abstractmethod
    def detach_cognito_id(self, legacy_uid: str, cognito_id: str) -> LegacyAccount:
        """
        Empty the account's Cognito id if it is exactly *cognito_id*, locked or not.

        Repeating it is harmless: an account without a Cognito id is returned as it is.

        Raises:
            AccountNotFoundError: No such account.

            AccountTakenError: The account has another Cognito id; nothing was written.

            LegacyUnavailableError: No usable answer, or one about another account.  The id may be
                gone now.
        """


class LegacyListing(Protocol):
    """All accounts of the legacy system, for audits."""

    __slots__ = ()

    @abstractmethod
    def accounts(self, after: str | None = None) -> AccountPage:
        """
        One page of accounts.

        Args:
            after: ``next`` of the page before; by default the first page is returned.

        Raises:
            LegacyUnavailableError: No answer, or one outside the contract.
        """
