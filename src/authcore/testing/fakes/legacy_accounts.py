"""A legacy system in a dictionary."""

from authcore.domain.errors import CredentialsRejectedError, LegacyUnavailableError
from authcore.domain.model.accounts import Credentials, LegacyAccount
from authcore.ports.legacy_accounts import LegacyAccounts


class InMemoryLegacyAccounts(LegacyAccounts):
    """Knows whom it was given; can be down."""

    def __init__(self) -> None:
        self._rows: list[tuple[LegacyAccount, str]] = []
        self._down = False

    def add(self, account: LegacyAccount, password: str, *, locked: bool = False) -> None:
        """Know *account*.  A locked one is neither opened nor found."""
        if not locked:
            self._rows.append((account, password))

    def go_down(self) -> None:
        """Give no answers from now on."""
        self._down = True

    def come_back(self) -> None:
        """Answer again."""
        self._down = False

    def authenticate(self, credentials: Credentials) -> LegacyAccount:
        """See the port."""
        row = self._row(credentials.username)
        if row is None or row[1] != credentials.password:
            raise CredentialsRejectedError("no such account or password")
        return row[0]

    def find(self, username: str) -> LegacyAccount | None:
        """See the port."""
        row = self._row(username)
        return row[0] if row else None

    def _row(self, name: str) -> tuple[LegacyAccount, str] | None:
        if self._down:
            raise LegacyUnavailableError("the legacy system is down")
        return next(
            (row for row in self._rows if name in {row[0].username, row[0].email}),
            None,
        )
