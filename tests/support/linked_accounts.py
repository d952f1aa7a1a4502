"""The user table behind the fake legacy links, so that both tell of the same accounts."""

from authcore.domain.errors import LegacyUnavailableError
from authcore.domain.model.accounts import Credentials, LegacyAccount
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyAccounts, InMemoryLegacyLinks


class AccountsOf(LegacyAccounts):
    """
    The accounts of *links*; each look-up stands in its ``calls`` as ``find``.

    No password opens them.
    """

    def __init__(self, links: InMemoryLegacyLinks) -> None:
        self._links = links

    def authenticate(self, credentials: Credentials) -> LegacyAccount:
        return self._table().authenticate(credentials)

    def find(self, username: str) -> LegacyAccount | None:
        self._links.calls.append("find")
        return self._table().find(username)

    def _table(self) -> InMemoryLegacyAccounts:
        if not self._links.available or self._links.unanswered == "find":
            raise LegacyUnavailableError("the legacy system is down")
        table = InMemoryLegacyAccounts()
        for row in self._links.rows.values():
            table.add(row.account, "")
        return table
