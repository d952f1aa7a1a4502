"""What both systems say of each other, and where they disagree.  Ids only."""

from collections.abc import Iterable
from typing import Final, Literal

import attrs

from authcore.domain.errors import ConfigurationError


MAX_ENTRIES: Final = 2_000_000
"""Read of one side.  Both sides are held in memory."""


@attrs.frozen
class UserLink:
    """
    A pool user's side of the link.

    Attributes:
        subject: ``sub``.
        legacy_uid: The legacy account that the pool names; None where it names none.
        username: What the pool is asked by: it knows external users by no other name.
    """

    subject: str
    legacy_uid: str | None
    username: str = attrs.field(repr=False)


@attrs.frozen
class AccountLink:
    """
    A legacy account's side of the link.

    Attributes:
        legacy_uid: Its primary key there.
        cognito_id: The ``sub`` that the legacy system names; None where it names none.
    """

    legacy_uid: str
    cognito_id: str | None


@attrs.frozen
class UserLinks:
    """
    A page of pool users.

    Attributes:
        links: At most 60.
        next: Asks for the following page; None on the last.
    """

    links: tuple[UserLink, ...]
    next: str | None


@attrs.frozen
class AccountLinks:
    """
    A page of legacy accounts.

    Attributes:
        links: At most 100.
        next: Asks for the following page; None on the last.
    """

    links: tuple[AccountLink, ...]
    next: str | None


LinkPage = UserLinks | AccountLinks


class LinkSnapshot:
    """
    All that was read so far.

    Attributes:
        users: Which legacy account each pool user names, by ``sub``.
        usernames: What the pool calls them, by ``sub``; only those that are not called by it.
        accounts: Which pool user each legacy account names, by its id.
        users_after: Asks for the next page of users; None at the beginning and at the end.
        accounts_after: The same for accounts.
        users_complete: Whether the last page of users was taken.
        accounts_complete: The same for accounts.
    """

    def __init__(self, pages: Iterable[LinkPage] = (), *, max_entries: int = MAX_ENTRIES) -> None:
        """Begin with *pages* that were read earlier; of each side take at most *max_entries*."""
        self.users: dict[str, str | None] = {}
        self.usernames: dict[str, str] = {}
        self.accounts: dict[str, str | None] = {}
        self.users_after: str | None = None
        self.accounts_after: str | None = None
        self.users_complete = False
        self.accounts_complete = False
        self._max_entries = max_entries
        self._entries = {UserLinks: 0, AccountLinks: 0}
        for page in pages:
            self.take(page)

    @property
    def complete(self) -> bool:
        """Whether both sides were read to their ends."""
        return self.users_complete and self.accounts_complete

    def user(self, subject: str) -> UserLink:
        """The user with this ``sub``, of whom a page was taken."""
        return UserLink(subject, self.users[subject], self.usernames.get(subject, subject))

    def take(self, page: LinkPage) -> None:
        """
        Add *page*.  The last that was read of a user or an account is what counts.

        Raises:
            ConfigurationError: More than *max_entries* on one side, or a listing without end.
        """
        self._count(page)
        if isinstance(page, UserLinks):
            for link in page.links:
                self._take_user(link)
            self.users_after, self.users_complete = page.next, page.next is None
        else:
            self.accounts.update((link.legacy_uid, link.cognito_id) for link in page.links)
            self.accounts_after, self.accounts_complete = page.next, page.next is None

    def _take_user(self, link: UserLink) -> None:
        self.users[link.subject] = link.legacy_uid
        self.usernames.pop(link.subject, None)
        if link.username != link.subject:
            self.usernames[link.subject] = link.username

    def _count(self, page: LinkPage) -> None:
        """An empty page counts as one entry, so that every listing comes to an end."""
        self._entries[type(page)] += max(len(page.links), 1)
        if self._entries[type(page)] > self._max_entries:
            raise ConfigurationError(
                [f"one side lists more than {self._max_entries} entries, too many to compare"]
            )


Reason = Literal[
    "legacy_lacks_cognito_id",
    "cognito_lacks_legacy_uid",
    "duplicate",
    "crossed",
    "dangling",
    "missing",
]
"""
What is wrong with some users and accounts that name each other.

``legacy_lacks_cognito_id``, ``cognito_lacks_legacy_uid``: one user and one account, of which one
names the other and is not named back; nobody else is involved.  ``duplicate``: one user or one
account is named twice.  ``crossed``: what is named names somebody else.  ``dangling``: what is
named does not exist.  Where several of these hold, the first.  ``missing``: a user who names no
account and is named by none; the next sign-in links them.
"""

MENDABLE: Final[frozenset[Reason]] = frozenset(
    {"legacy_lacks_cognito_id", "cognito_lacks_legacy_uid"}
)


@attrs.frozen
class Finding:
    """
    Users and accounts that name each other, directly or through others, and do not agree.

    Attributes:
        reason: What is wrong.
        users: All users involved, by ``sub``.
        accounts: All accounts involved, by id.
    """

    reason: Reason
    users: tuple[UserLink, ...]
    accounts: tuple[AccountLink, ...]

    @property
    def mendable(self) -> bool:
        """Whether there is one way to mend it, and no guess in it."""
        return self.reason in MENDABLE


RepairStatus = Literal["mended", "would_mend", "already_whole", "refused"]


@attrs.frozen
class RepairResult:
    """
    What became of one finding.

    Attributes:
        subject: ``sub`` of its user.
        legacy_uid: Id of its account.
        status: ``already_whole``: somebody else mended it.  ``refused``: the answer is no.
        reason: ``ok``, ``changed_meanwhile``, ``not_found_by_cognito_id`` (the account was listed
            as the user's, and is not found by the ``sub``), or the error's code.
    """

    subject: str
    legacy_uid: str
    status: RepairStatus
    reason: str
