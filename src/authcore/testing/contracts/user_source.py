"""What every UserSource does."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Final

import pytest

from authcore.domain.errors import (
    ConfigurationError,
    LegacyUnavailableError,
    ProviderUnavailableError,
)
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.moves import MAX_CURSOR_LENGTH, MAX_SOURCE_PAGE, SourcePage
from authcore.ports.user_source import UserSource
from authcore.testing.contracts.suite import ContractSuite


OUTAGES: Final = (LegacyUnavailableError, ProviderUnavailableError, ConfigurationError)

SOURCE_ACCOUNTS: Final = tuple(
    LegacyAccount(
        legacy_uid=uid,
        username=f"user-{uid}",
        email=None if number % 3 else f"user-{uid}@example.org",
        email_verified=number % 6 == 0,
        display_name=None if number % 5 else f"Üser {uid}",
        locked=number % 7 == 0,
    )
    for number, uid in enumerate([*(str(each) for each in range(1, 150)), "a", "B", "b"])
)
"""For adapters whose test writes what the source holds."""


class UserSourceContract(ContractSuite):
    @pytest.fixture
    @abstractmethod
    def expected(self) -> Sequence[LegacyAccount]:
        """Returns the accounts of *source*, in any order; more than one page of them."""

    @pytest.fixture
    @abstractmethod
    def source(self, expected: Sequence[LegacyAccount]) -> UserSource:
        """Returns the source under test, of exactly *expected*."""

    @pytest.fixture
    @abstractmethod
    def go_down(self, source: UserSource) -> Callable[[], None]:
        """Returns a function that makes the system behind *source* unavailable."""

    def test_every_user_is_on_exactly_one_page(
        self, source: UserSource, expected: Sequence[LegacyAccount]
    ) -> None:
        read = [user.account for page in source.pages() for user in page.users]

        assert sorted(read, key=_uid) == sorted(expected, key=_uid)

    def test_pages_are_bounded(self, source: UserSource) -> None:
        pages = list(source.pages())

        assert len(pages) > 1
        assert all(len(page.users) + len(page.unreadable) <= MAX_SOURCE_PAGE for page in pages)

    def test_no_readable_user_is_called_unreadable(self, source: UserSource) -> None:
        assert [row for page in source.pages() for row in page.unreadable] == []

    def test_only_the_last_page_has_no_cursor(self, source: UserSource) -> None:
        *cursors, last = [page.next for page in source.pages()]

        assert last is None
        assert all(each is not None and 1 <= len(each) <= MAX_CURSOR_LENGTH for each in cursors)

    def test_pages_after_a_cursor_are_those_that_follow(self, source: UserSource) -> None:
        pages = list(source.pages())

        for number, page in enumerate(pages[:-1], 1):
            assert list(source.pages(page.next)) == pages[number:]

    def test_the_order_is_always_the_same(self, source: UserSource) -> None:
        assert list(source.pages()) == list(source.pages())

    def test_an_iterator_that_is_left_early_harms_no_other(self, source: UserSource) -> None:
        left: SourcePage = next(source.pages())

        assert next(source.pages()) == left

    def test_a_cursor_of_no_page_is_no_empty_source(self, source: UserSource) -> None:
        with pytest.raises(OUTAGES):
            list(source.pages("no such cursor"))

    def test_the_count_is_that_of_the_users_where_there_is_one(
        self, source: UserSource, expected: Sequence[LegacyAccount]
    ) -> None:
        assert source.count() in (None, len(expected))

    def test_an_outage_is_no_empty_source(
        self, source: UserSource, go_down: Callable[[], None]
    ) -> None:
        go_down()

        with pytest.raises(OUTAGES):
            list(source.pages())

    def test_an_outage_between_two_pages_is_no_end(
        self, source: UserSource, go_down: Callable[[], None]
    ) -> None:
        cursor = next(source.pages()).next
        go_down()

        with pytest.raises(OUTAGES):
            list(source.pages(cursor))

    def test_a_page_shows_no_personal_data(
        self, source: UserSource, expected: Sequence[LegacyAccount]
    ) -> None:
        shown = "".join(map(repr, source.pages()))

        assert not [each for each in expected if each.email and each.email in shown]
        assert not [each for each in expected if each.display_name and each.display_name in shown]


def _uid(account: LegacyAccount) -> str:
    return account.legacy_uid
