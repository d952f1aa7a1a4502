"""Listings of a pool's users: in memory, and ListUsers on moto and on the local Cognito."""

from collections.abc import Callable

import pytest

from authcore.adapters.cognito.directory_listing import CognitoDirectoryListing
from authcore.ports.user_directory import DirectoryListing
from authcore.testing.contracts.directory_listing import DirectoryListingContract
from authcore.testing.contracts.user_directory import Enrol
from authcore.testing.fakes.user_directory import InMemoryDirectoryListing, InMemoryUserDirectory
from support.cognito_pools import OnLocalCognito, OnMoto, Pool


class TestInMemoryDirectoryListing(DirectoryListingContract):
    @pytest.fixture
    def directory(self) -> InMemoryUserDirectory:
        return InMemoryUserDirectory()

    @pytest.fixture
    def listing(self, directory: InMemoryUserDirectory) -> DirectoryListing:
        return InMemoryDirectoryListing(directory)

    @pytest.fixture
    def enrol(self, directory: InMemoryUserDirectory) -> Enrol:
        return lambda username, attributes: directory.add(username, attributes).subject

    @pytest.fixture
    def outage(self, directory: InMemoryUserDirectory) -> Callable[[], None]:
        def begin() -> None:
            directory.unavailable = True

        return begin

    def test_pages_are_as_large_as_a_test_wants_them(
        self, directory: InMemoryUserDirectory
    ) -> None:
        for name in ("anna", "ben", "carl"):
            directory.add(name)
        listing = InMemoryDirectoryListing(directory, page_size=2)

        first = listing.users()
        second = listing.users(first.next)

        assert [user.username for user in first.users] == ["anna", "ben"]
        assert [user.username for user in second.users] == ["carl"]
        assert second.next is None


class TestCognitoDirectoryListingOnMoto(OnMoto, DirectoryListingContract):
    @pytest.fixture
    def listing(self, pool: Pool) -> DirectoryListing:
        return CognitoDirectoryListing(client=pool.client, user_pool_id=pool.id)


class TestCognitoDirectoryListingOnLocalCognito(OnLocalCognito, DirectoryListingContract):
    @pytest.fixture
    def listing(self, pool: Pool) -> DirectoryListing:
        return CognitoDirectoryListing(client=pool.client, user_pool_id=pool.id)
