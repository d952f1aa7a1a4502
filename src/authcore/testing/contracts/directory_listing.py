"""What every DirectoryListing does."""

from abc import abstractmethod
from collections.abc import Callable

import pytest

from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.directory import DirectoryUser
from authcore.ports.user_directory import DirectoryListing
from authcore.testing.contracts.suite import ContractSuite
from authcore.testing.contracts.user_directory import Enrol


class DirectoryListingContract(ContractSuite):
    """Subclass it, and say which pool."""

    @pytest.fixture
    @abstractmethod
    def listing(self) -> DirectoryListing:
        """Returns the listing under test, of a pool without users."""

    @pytest.fixture
    @abstractmethod
    def enrol(self) -> Enrol:
        """Returns a function that adds users to the pool."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the pool unavailable."""

    def test_an_empty_pool_has_one_empty_page(self, listing: DirectoryListing) -> None:
        page = listing.users()

        assert (page.users, page.next) == ((), None)

    def test_users_are_listed_with_their_attributes(
        self, listing: DirectoryListing, enrol: Enrol
    ) -> None:
        subject = enrol("anna", {"email": "anna@example.com", "custom:legacy_uid": "42"})

        (user,) = listing.users().users

        assert (user.username, user.subject, user.enabled) == ("anna", subject, True)
        assert user.attributes["sub"] == subject
        assert user.attributes["email"] == "anna@example.com"
        assert user.attributes["custom:legacy_uid"] == "42"

    @pytest.mark.parametrize("number", [60, 61, 121])
    def test_the_pages_show_everybody_once(
        self, listing: DirectoryListing, enrol: Enrol, number: int
    ) -> None:
        subjects = [enrol(f"user{each:03d}", {}) for each in range(number)]

        pages = [listing.users()]
        while (after := pages[-1].next) is not None and len(pages) < 10:
            pages.append(listing.users(after))
        seen: list[DirectoryUser] = [user for page in pages for user in page.users]

        assert max(len(page.users) for page in pages) <= 60
        assert sorted(user.subject for user in seen) == sorted(subjects)

    def test_a_page_that_no_other_asks_for_is_no_empty_page(
        self, listing: DirectoryListing, enrol: Enrol
    ) -> None:
        enrol("anna", {})

        with pytest.raises(ProviderUnavailableError):
            listing.users("no-such-page")

    def test_an_outage_is_not_an_empty_pool(
        self, listing: DirectoryListing, outage: Callable[[], None]
    ) -> None:
        outage()

        with pytest.raises(ProviderUnavailableError):
            listing.users()
