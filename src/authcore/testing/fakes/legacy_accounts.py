"""The accounts of a legacy system, in memory."""

import threading
from collections.abc import Iterable

import attrs

from authcore.domain.errors import (
    AccountLockedError,
    AccountMismatchError,
    AccountNotFoundError,
    AccountTakenError,
    AmbiguousAccountError,
    CredentialsRejectedError,
    LegacyUnavailableError,
)
from authcore.domain.model.accounts import AccountPage, Credentials, LegacyAccount
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.linking import AccountMatches, AccountQuery, Creation, NewLegacyAccount
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore.ports.legacy_links import LegacyLinks, LegacyListing, LegacyUnlinking


class InMemoryLegacyAccounts(LegacyAccounts):
    """Accounts in a list; can be unavailable, and mix accounts up."""

    def __init__(self) -> None:
        self._rows: list[tuple[LegacyAccount, str]] = []
        self._down = False
        self._mixed_up = False

    def add(self, account: LegacyAccount, password: str) -> None:
        """Add *account*.  A locked account is opened by no password."""
        self._rows.append((account, password))

    def go_down(self) -> None:
        """Raise LegacyUnavailableError from now on."""
        self._down = True

    def come_back(self) -> None:
        """Answer again."""
        self._down = False

    def mix_up(self) -> None:
        """Answer with another account from now on, wherever one is found."""
        self._mixed_up = True

    def authenticate(self, credentials: Credentials) -> LegacyAccount:
        """See the port."""
        rows = self._find_rows(credentials.username)
        if len(rows) != 1 or rows[0][1] != credentials.password or rows[0][0].locked:
            raise CredentialsRejectedError("no such account or password")
        self._require_right_account()
        return rows[0][0]

    def find(self, username: str) -> LegacyAccount | None:
        """See the port."""
        rows = self._find_rows(username)
        if len(rows) > 1:
            raise AmbiguousAccountError("several accounts match")
        if not rows:
            return None
        self._require_right_account()
        return rows[0][0]

    def _require_right_account(self) -> None:
        if self._mixed_up:
            raise AccountMismatchError("an answer about another account")

    def _find_rows(self, name: str) -> list[tuple[LegacyAccount, str]]:
        """The rows that match *name* in the first way that matches any."""
        if self._down:
            raise LegacyUnavailableError("the legacy system is down")
        folded = name.casefold()
        ways = (
            [row for row in self._rows if row[0].email == name],
            [row for row in self._rows if row[0].username == name],
            [row for row in self._rows if (row[0].email or "").casefold() == folded],
            [row for row in self._rows if row[0].username.casefold() == folded],
        )
        return next((way for way in ways if way), []) if name else []


@attrs.frozen
class LegacyRow:
    """
    One account of the fake legacy system.

    Attributes:
        account: Part that the port returns.
        identities: Provider names and user ids; by default none.
        unproven_access: Sessions, pending e-mail changes, and a password that was not set through
            a message to the address, all of which an attacker may still hold; by default none.
    """

    account: LegacyAccount
    identities: frozenset[tuple[str, str]] = frozenset()
    unproven_access: frozenset[str] = frozenset()


class InMemoryLegacyLinks(LegacyLinks):
    """
    A legacy user table with the guarantees of *mode*, by default ``unique``; can be unavailable.

    ``unique`` and ``idempotent`` create an account once, ``lease`` can only look accounts up, and
    ``once`` cannot even do that.  With *unique_emails*, by default False, no account is created
    with the address of another one.

    Attributes:
        rows: By legacy id, in the order of creation.
        calls: The name of each method that was called, in order.
        available: Set to False for an outage.
        unanswered: The name of a method that raises LegacyUnavailableError without any effect;
            None by default.
        mixed_up: Set to True for answers about other accounts.
    """

    def __init__(
        self,
        rows: Iterable[LegacyRow] = (),
        *,
        mode: Creation = "unique",
        unique_emails: bool = False,
    ) -> None:
        self.rows: dict[str, LegacyRow] = {row.account.legacy_uid: row for row in rows}
        self.calls: list[str] = []
        self.available = True
        self.unanswered: str | None = None
        self.mixed_up = False
        self._mode = mode
        self._unique_emails = unique_emails
        self._keeps_identities_apart = mode in {"unique", "idempotent"}
        self._keyed: dict[str, str] = {}
        self._lock = threading.RLock()

    def match(self, query: AccountQuery) -> AccountMatches:
        """See the port."""
        with self._lock:
            self._begin_call("match")
            known = self._with_cognito_id(query.cognito_id)
            social = self._with_identity(query.identity)
            addressed = self._with_email(query.email)
            if len(addressed) > 1 and known is None and social is None:
                raise AmbiguousAccountError("several accounts have the e-mail address")
            by_email = addressed[0] if len(addressed) == 1 else None
            if self.mixed_up and (known or social or by_email):
                raise AccountMismatchError("an answer about another account")
            return AccountMatches(by_cognito_id=known, by_identity=social, by_email=by_email)

    def create(self, account: NewLegacyAccount, *, idempotency_key: str) -> LegacyAccount:
        """See the port."""
        with self._lock:
            self._begin_call("create")
            earlier = self._created_before(account, idempotency_key)
            if earlier is not None:
                return self._answer(earlier)
            if self._keeps_identities_apart and self._with_identity(account.identity):
                raise AccountTakenError("the identity belongs to another account")
            if self._unique_emails and self._with_email(account.email):
                raise AccountTakenError("the e-mail address belongs to another account")
            uid = str(5000 + len(self.rows))
            made = LegacyAccount(
                legacy_uid=uid,
                username=f"{account.username}-{uid}",
                email=account.email,
                email_verified=account.email_verified,
                display_name=account.display_name,
                cognito_id=account.cognito_id,
            )
            self.rows[uid] = LegacyRow(made, _identity_keys(account.identity))
            self._keyed[idempotency_key] = uid
            return self._answer(made)

    def attach_cognito_id(
        self, legacy_uid: str, cognito_id: str, *, reset_access: bool
    ) -> LegacyAccount:
        """See the port."""
        with self._lock:
            self._begin_call("attach_cognito_id")
            row = self.rows.get(legacy_uid)
            if row is None:
                raise AccountNotFoundError("no such legacy account")
            if row.account.locked:
                raise AccountLockedError("the legacy account is locked")
            holder = next(
                (r for r in self.rows.values() if r.account.cognito_id == cognito_id), row
            )
            if holder is not row or row.account.cognito_id not in (None, cognito_id):
                raise AccountTakenError("one of the two is linked to another account already")
            account = attrs.evolve(row.account, cognito_id=cognito_id)
            kept = LegacyRow(account) if reset_access else attrs.evolve(row, account=account)
            self.rows[legacy_uid] = kept
            return self._answer(account)

    def _answer(self, account: LegacyAccount) -> LegacyAccount:
        """Return *account* after it was written."""
        if self.mixed_up:
            raise LegacyUnavailableError("an answer about another account")
        return account

    def _begin_call(self, name: str) -> None:
        self.calls.append(name)
        if not self.available or name == self.unanswered:
            raise LegacyUnavailableError("the legacy system is down")

    def _with_cognito_id(self, cognito_id: str) -> LegacyAccount | None:
        if self._mode == "once":
            return None
        rows = self.rows.values()
        return next((r.account for r in rows if r.account.cognito_id == cognito_id), None)

    def _with_identity(self, identity: ExternalIdentity | None) -> LegacyAccount | None:
        if identity is None or self._mode == "once":
            return None
        wanted = (identity.provider_name, identity.user_id)
        return next((r.account for r in self.rows.values() if wanted in r.identities), None)

    def _with_email(self, email: str | None) -> list[LegacyAccount]:
        accounts = [row.account for row in self.rows.values()]
        return [each for each in accounts if email is not None and each.email == email]

    def _created_before(self, account: NewLegacyAccount, key: str) -> LegacyAccount | None:
        if self._mode == "unique":
            return self._with_cognito_id(account.cognito_id)
        if self._mode == "idempotent" and key in self._keyed:
            return self.rows[self._keyed[key]].account
        return None


def _identity_keys(identity: ExternalIdentity | None) -> frozenset[tuple[str, str]]:
    return frozenset({(identity.provider_name, identity.user_id)} if identity else ())


class InMemoryLegacyUnlinking(LegacyUnlinking):
    """
    Takes links of *links* back; while they are not available, neither is this.

    Attributes:
        is_there: Set to False for a legacy system that cannot.
    """

    def __init__(self, links: InMemoryLegacyLinks) -> None:
        self._links = links
        self.is_there = True

    def detach_cognito_id(self, legacy_uid: str, cognito_id: str) -> LegacyAccount:
        """See the port."""
        if not self._links.available or not self.is_there:
            raise LegacyUnavailableError("the legacy system is down")
        row = self._links.rows.get(legacy_uid)
        if row is None:
            raise AccountNotFoundError("no such legacy account")
        if row.account.cognito_id not in (None, cognito_id):
            raise AccountTakenError("the account is linked to another user")
        account = attrs.evolve(row.account, cognito_id=None)
        self._links.rows[legacy_uid] = attrs.evolve(row, account=account)
        if self._links.mixed_up:
            raise LegacyUnavailableError("an answer about another account")
        return account


class InMemoryLegacyListing(LegacyListing):
    """Pages of the rows of *links*, *page_size* each."""

    def __init__(self, links: InMemoryLegacyLinks, *, page_size: int = 100) -> None:
        self._links = links
        self._page_size = page_size

    def accounts(self, after: str | None = None) -> AccountPage:
        """See the port."""
        if not self._links.available:
            raise LegacyUnavailableError("the legacy system is down")
        start = int(after or 0)
        accounts = [row.account for row in self._links.rows.values()]
        end = start + self._page_size
        following = str(end) if end < len(accounts) else None
        return AccountPage(tuple(accounts[start:end]), following)
