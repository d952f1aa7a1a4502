"""What every LegacyListing does."""

from abc import abstractmethod
from collections.abc import Callable
from itertools import pairwise
from typing import Final

import pytest

from authcore.domain.errors import LegacyUnavailableError
from authcore.domain.model.accounts import AccountPage, LegacyAccount
from authcore.ports.legacy_links import LegacyListing
from authcore.testing.contracts.suite import ContractSuite


MAX_PAGE: Final = 100

LISTED: Final = tuple(
    LegacyAccount(
        legacy_uid=f"listed-{number}",
        username=f"person-{number}",
        email=None if number % 3 else f"person-{number}@example.org",
        email_verified=number % 6 == 0,
        display_name=None if number % 5 else f"Person {number}",
    )
    for number in range(2 * MAX_PAGE + 1)
)


def read(listing: LegacyListing) -> list[AccountPage]:
    """All pages of *listing*; fails if they do not end."""
    pages = [listing.accounts()]
    while pages[-1].next is not None:
        assert len(pages) <= len(LISTED)
        pages.append(listing.accounts(pages[-1].next))
    return pages


class LegacyListingContract(ContractSuite):
    @pytest.fixture
    @abstractmethod
    def listing(self) -> LegacyListing:
        """Returns the listing under test, of exactly LISTED."""

    @pytest.fixture
    @abstractmethod
    def go_down(self) -> Callable[[], None]:
        """Returns a function that makes the legacy system behind *listing* unavailable."""

    def test_every_account_is_on_exactly_one_page(self, listing: LegacyListing) -> None:
        accounts = [account for page in read(listing) for account in page.accounts]

        assert sorted(accounts, key=lambda account: account.legacy_uid) == sorted(
            LISTED, key=lambda account: account.legacy_uid
        )

    def test_pages_are_bounded_and_none_is_empty(self, listing: LegacyListing) -> None:
        pages = read(listing)

        assert len(pages) >= 3
        assert all(0 < len(page.accounts) <= MAX_PAGE for page in pages)

    def test_a_page_can_be_asked_for_again(self, listing: LegacyListing) -> None:
        for page, following in pairwise(read(listing)):
            assert listing.accounts(page.next) == following

    def test_an_outage_is_no_empty_page(
        self, listing: LegacyListing, go_down: Callable[[], None]
    ) -> None:
        cursor = listing.accounts().next
        go_down()

        with pytest.raises(LegacyUnavailableError):
            listing.accounts()
        with pytest.raises(LegacyUnavailableError):
            listing.accounts(cursor)
