"""
The links that both systems store, and where they disagree.

Ids, and digests of verified e-mail addresses.  With the key of a run, addresses can be tried
against the digests: both together are personal data.
"""

import hmac
from collections.abc import Iterable
from typing import Final, Literal

import attrs

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.emails import canonical_email


MAX_ENTRIES: Final = 2_000_000
"""Maximum number of entries of one side.  Both sides are held in memory."""

DIGEST_BYTES: Final = 16
"""Two of four million addresses have the same digest with a probability of 2 to the power -85."""


@attrs.frozen
class UserLink:
    """
    A pool user's side of the link.

    Attributes:
        subject: ``sub``.
        legacy_uid: Id of the legacy account that the pool stores; None where it stores none.
        username: User name in the pool, the only name by which it finds external users.
        address: Digest of the address that the pool verified; None (the default) without one.
        is_proven: Whether the pool holds a valid proof of the link; True by default, and for a user
            who names no account.
    """

    subject: str
    legacy_uid: str | None
    username: str = attrs.field(repr=False)
    address: bytes | None = attrs.field(default=None, repr=False)
    is_proven: bool = True


@attrs.frozen
class AccountLink:
    """
    A legacy account's side of the link.

    Attributes:
        legacy_uid: Primary key in the legacy system.
        cognito_id: The ``sub`` that the legacy system stores; None where it stores none.
        address: Digest of the address that the legacy system verified; None (the default) without
            one.
    """

    legacy_uid: str
    cognito_id: str | None
    address: bytes | None = attrs.field(default=None, repr=False)


@attrs.frozen
class UserLinks:
    """
    One page of pool users.

    Attributes:
        links: At most 60.
        next: Cursor of the next page; None on the last.
    """

    links: tuple[UserLink, ...]
    next: str | None


@attrs.frozen
class AccountLinks:
    """
    One page of legacy accounts.

    Attributes:
        links: At most 100.
        next: Cursor of the next page; None on the last.
    """

    links: tuple[AccountLink, ...]
    next: str | None


LinkPage = UserLinks | AccountLinks


class LinkSnapshot:
    """
    All pages of both sides that were read so far.

    Attributes:
        users: The legacy id that each pool user names, by ``sub``.
        usernames: User names by ``sub``, only those that differ from it.
        accounts: The ``sub`` that each legacy account names, by legacy id.
        unproven: ``sub`` of each user who names an account without a valid proof.
        user_addresses: Digests of verified addresses, by ``sub``.
        account_addresses: The same, by legacy id.
        key: Of the digests.  A resumed run continues with the key that it began with.
        users_after: Cursor of the next page of users; None at the beginning and at the end.
        accounts_after: The same for accounts.
        users_complete: Whether the last page of users was added.
        accounts_complete: The same for accounts.
    """

    def __init__(
        self, pages: Iterable[LinkPage] = (), *, key: str, max_entries: int = MAX_ENTRIES
    ) -> None:
        """
        Begin with *pages* that were read earlier.

        Args:
            pages: With digests under *key*; none by default.

            key: Random text of this run.

            max_entries: Of each side, by default MAX_ENTRIES.
        """
        self.key = key
        self.users: dict[str, str | None] = {}
        self.unproven: set[str] = set()
        self.user_addresses: dict[str, bytes] = {}
        self.account_addresses: dict[str, bytes] = {}
        self.usernames: dict[str, str] = {}
        self.accounts: dict[str, str | None] = {}
        self.users_after: str | None = None
        self.accounts_after: str | None = None
        self.users_complete: bool = False
        self.accounts_complete: bool = False
        self._max_entries = max_entries
        self._entries = {UserLinks: 0, AccountLinks: 0}
        for page in pages:
            self.take(page)

    @property
    def complete(self) -> bool:
        """Whether both sides were read completely."""
        return self.users_complete and self.accounts_complete

    def user(self, subject: str) -> UserLink:
        """The user with this ``sub``, who must be on a page that was added; ids only."""
        return UserLink(subject, self.users[subject], self.usernames.get(subject, subject))

    def digest(self, email: str | None) -> bytes | None:
        """Digest a verified address; None without one, or with one that must not be compared."""
        compared = canonical_email(email) if email else None
        if compared is None:
            return None
        return hmac.digest(self.key.encode(), compared.encode(), "sha256")[:DIGEST_BYTES]

    def take(self, page: LinkPage) -> None:
        """
        Add *page*.  A later entry of the same user or account replaces an earlier one.

        Raises:
            ConfigurationError: More than *max_entries* on one side, or an endless listing.
        """
        self._count(page)
        if isinstance(page, UserLinks):
            for link in page.links:
                self._take_user(link)
            self.users_after, self.users_complete = page.next, page.next is None
        else:
            for account in page.links:
                self.accounts[account.legacy_uid] = account.cognito_id
                _keep(self.account_addresses, account.legacy_uid, account.address)
            self.accounts_after, self.accounts_complete = page.next, page.next is None

    def _take_user(self, link: UserLink) -> None:
        self.users[link.subject] = link.legacy_uid
        self.usernames.pop(link.subject, None)
        if link.username != link.subject:
            self.usernames[link.subject] = link.username
        _keep(self.user_addresses, link.subject, link.address)
        self.unproven.discard(link.subject)
        if not link.is_proven:
            self.unproven.add(link.subject)

    def _count(self, page: LinkPage) -> None:
        """Count an empty page as one entry, so that an endless listing is noticed."""
        self._entries[type(page)] += max(len(page.links), 1)
        if self._entries[type(page)] > self._max_entries:
            raise ConfigurationError(
                [f"one side lists more than {self._max_entries} entries, too many to compare"]
            )


def _keep(addresses: dict[str, bytes], identifier: str, address: bytes | None) -> None:
    addresses.pop(identifier, None)
    if address is not None:
        addresses[identifier] = address


Reason = Literal[
    "legacy_lacks_cognito_id",
    "cognito_lacks_legacy_uid",
    "unproven",
    "duplicate",
    "sub_changed",
    "crossed",
    "sub_gone",
    "dangling",
    "same_person",
    "missing",
]
"""
What is wrong with users and accounts that name each other, or with those that do not.

``legacy_lacks_cognito_id``, ``cognito_lacks_legacy_uid``: one user and one account, of which one
names the other and is not named back; no third entry is involved.  ``unproven``: one user and one
account name each other, and the pool holds no valid proof of it.  ``duplicate``: one user or one
account is named twice.  ``sub_changed``: one user names one account, and that names a user who does
not exist, as in a copied pool.  ``crossed``: a named entry names a third one.  ``sub_gone``: one
account names a user who does not exist, as after a restore of the pool or a deletion.
``dangling``: any other entry that is named does not exist.  If several of these apply, the first
counts.  ``same_person``: users who have one
verified address, or whose accounts have it, and are linked to different accounts, or one of them to
none; or an account that no user has beside a user who has another one.  ``missing``: any other user
who names no account and is named by none; the next sign-in links the user.
"""

REPAIRABLE: Final[frozenset[Reason]] = frozenset(
    {"legacy_lacks_cognito_id", "cognito_lacks_legacy_uid", "unproven"}
)


@attrs.frozen
class Finding:
    """
    Users and accounts that name each other, directly or through others, and do not agree; or that
    look like one person and do not name each other.

    Attributes:
        reason: What is wrong.
        users: All users involved, by ``sub``.
        accounts: All accounts involved, by id.
    """

    reason: Reason
    users: tuple[UserLink, ...]
    accounts: tuple[AccountLink, ...]

    @property
    def is_repairable(self) -> bool:
        """Whether exactly one repair is possible, without a guess."""
        return self.reason in REPAIRABLE


RepairStatus = Literal["mended", "would_mend", "already_whole", "refused"]


@attrs.frozen
class RepairResult:
    """
    The outcome of one repair.

    Attributes:
        subject: ``sub`` of the user.
        legacy_uid: Id of the account.
        status: ``already_whole``: repaired in the meantime.  ``refused``: a refusal.
        reason: ``ok``, ``changed_meanwhile``, ``not_found_by_cognito_id`` (the account was listed
            as the user's, but is not found by the ``sub``), ``link_unproven`` (only the pool names
            the other side, and no proof holds), the reason for which linking refused this link
            before, or the code of the error.
    """

    subject: str
    legacy_uid: str
    status: RepairStatus
    reason: str
