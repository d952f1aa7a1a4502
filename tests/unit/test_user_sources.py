"""Sources over listings: what becomes of users of another pool, and of listings that never end."""

from collections.abc import Mapping
from typing import Final

import attrs
import pytest

from authcore.adapters.cognito.user_source import DEFAULT_ATTRIBUTES, CognitoUserSource
from authcore.adapters.legacy.user_source import LegacyUserSource
from authcore.domain.errors import (
    ConfigurationError,
    LegacyUnavailableError,
    ProviderUnavailableError,
)
from authcore.domain.model.accounts import AccountPage, LegacyAccount
from authcore.domain.model.directory import DirectoryPage, ExternalIdentity
from authcore.domain.model.endless_pages import PageTrail
from authcore.domain.model.moves import SourceUser
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.accounts.retrying import Retrier
from authcore.ports.legacy_links import LegacyListing
from authcore.ports.user_directory import DirectoryListing
from authcore.testing.fakes.legacy_accounts import (
    InMemoryLegacyLinks,
    InMemoryLegacyListing,
    LegacyRow,
)
from authcore.testing.fakes.system import FrozenClock, RecordedPause
from authcore.testing.fakes.user_directory import (
    InMemoryDirectoryListing,
    InMemoryProviderLinks,
    InMemoryUserDirectory,
)


VERIFIED: Final = {"email": "jane@example.org", "email_verified": "true"}


@pytest.fixture
def retrier() -> Retrier:
    clock = FrozenClock()
    pause = RecordedPause(clock)
    return Retrier(rate_limiter=RateLimiter(1000, clock=clock, pause=pause), pause=pause)


@pytest.fixture
def pool() -> InMemoryUserDirectory:
    return InMemoryUserDirectory(custom_attributes=("custom:tenant",))


def read(
    pool: InMemoryUserDirectory,
    retrier: Retrier,
    attributes: tuple[str, ...] = DEFAULT_ATTRIBUTES,
) -> tuple[list[SourceUser], list[tuple[str, str]]]:
    source = CognitoUserSource(
        listing=InMemoryDirectoryListing(pool), retrier=retrier, attributes=attributes
    )
    (page,) = source.pages()
    return list(page.users), [(row.place, row.reason) for row in page.unreadable]


def test_the_account_of_a_pool_user_has_its_sub_as_id(
    pool: InMemoryUserDirectory, retrier: Retrier
) -> None:
    user = pool.add("jane", {**VERIFIED, "name": "Jane"})

    ([found], unreadable) = read(pool, retrier)

    assert unreadable == []
    assert found.account == LegacyAccount(
        user.subject, "jane", "jane@example.org", email_verified=True, display_name="Jane"
    )
    assert found.password_hash is None


@pytest.mark.parametrize("told", ["false", "True", "", "1"])
def test_only_the_word_true_makes_an_address_verified(
    pool: InMemoryUserDirectory, retrier: Retrier, told: str
) -> None:
    pool.add("jane", {"email": "jane@example.org", "email_verified": told})

    ([found], _) = read(pool, retrier)

    assert not found.account.email_verified


def test_without_an_address_nothing_is_verified(
    pool: InMemoryUserDirectory, retrier: Retrier
) -> None:
    pool.add("jane", {"email_verified": "true"})

    ([found], _) = read(pool, retrier)

    assert (found.account.email, found.account.email_verified) == (None, False)


def test_a_disabled_user_is_a_locked_account(pool: InMemoryUserDirectory, retrier: Retrier) -> None:
    pool.add("jane", VERIFIED, enabled=False)

    ([found], _) = read(pool, retrier)

    assert found.account.locked


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("UNCONFIRMED", "user_never_confirmed"),
        ("EXTERNAL_PROVIDER", "user_external"),
        ("ARCHIVED", "user_status"),
        ("COMPROMISED", "user_status"),
        ("UNKNOWN", "user_status"),
        ("a status of next year", "user_status"),
    ],
)
def test_a_user_who_never_had_a_password_to_keep_is_not_moved(
    pool: InMemoryUserDirectory, retrier: Retrier, status: str, reason: str
) -> None:
    user = pool.add("jane", VERIFIED, status=status)

    assert read(pool, retrier) == ([], [(f"user {user.subject}", reason)])


@pytest.mark.parametrize(
    ("status", "has_claims"),
    [("UNCONFIRMED", False), ("EXTERNAL_PROVIDER", False), ("COMPROMISED", True)],
)
def test_a_user_who_was_confirmed_keeps_the_name_from_others(
    pool: InMemoryUserDirectory, retrier: Retrier, status: str, *, has_claims: bool
) -> None:
    """A stranger may sign up under any name, and never confirm it."""
    pool.add("jane", {**VERIFIED, "preferred_username": "jj"}, status=status)

    listed = CognitoUserSource(
        listing=InMemoryDirectoryListing(pool), retrier=retrier, attributes=["preferred_username"]
    )
    ((row,),) = [page.unreadable for page in listed.pages()]

    assert (row.account is not None) is has_claims
    assert row.attributes == ({"preferred_username": "jj"} if has_claims else {})


@pytest.mark.parametrize("status", ["CONFIRMED", "RESET_REQUIRED", "FORCE_CHANGE_PASSWORD"])
def test_a_user_of_a_usable_status_is_moved(
    pool: InMemoryUserDirectory, retrier: Retrier, status: str
) -> None:
    pool.add("jane", VERIFIED, status=status)

    (users, _) = read(pool, retrier)

    assert len(users) == 1


def test_an_external_user_with_a_password_stays_external(
    pool: InMemoryUserDirectory, retrier: Retrier
) -> None:
    """An administrator set the password, which makes the status CONFIRMED."""
    user = pool.federate(ExternalIdentity("Google", "1"), VERIFIED)
    pool.replace(attrs.evolve(user, status="CONFIRMED"))

    assert read(pool, retrier) == ([], [(f"user {user.subject}", "user_external")])


@pytest.mark.parametrize(
    ("held", "moved"), [(VERIFIED, True), ({"email": "jane@example.org"}, False), ({}, False)]
)
def test_a_user_with_a_provider_moves_only_with_an_address_that_links_it_again(
    pool: InMemoryUserDirectory, retrier: Retrier, held: Mapping[str, str], moved: bool
) -> None:
    user = pool.add("jane", held)
    InMemoryProviderLinks(pool).link_provider("jane", ExternalIdentity("Google", "1"))

    users, unreadable = read(pool, retrier)

    refused = [(f"user {user.subject}", "user_linked_unverified")]
    assert (len(users), unreadable) == ((1, []) if moved else (0, refused))


def test_unreadable_identities_stop_one_user_and_no_other(
    pool: InMemoryUserDirectory, retrier: Retrier
) -> None:
    pool.add("jane", VERIFIED)
    broken = pool.add("huck", {"identities": "{"})

    users, unreadable = read(pool, retrier)

    assert [user.account.username for user in users] == ["jane"]
    assert unreadable == [(f"user {broken.subject}", "row_unreadable")]


def test_attributes_are_carried_as_asked(pool: InMemoryUserDirectory, retrier: Retrier) -> None:
    pool.add("jane", {"given_name": "Jane", "locale": "de", "custom:tenant": "7", "gender": ""})

    ([found], _) = read(pool, retrier, attributes=("locale", "custom:tenant", "gender"))

    assert found.attributes == {"locale": "de", "custom:tenant": "7"}


@pytest.mark.parametrize(
    ("told", "carried"),
    [
        ("true", {"phone_number": "+441632960000", "phone_number_verified": "true"}),
        ("false", {"phone_number": "+441632960000"}),
        ("yes", {"phone_number": "+441632960000"}),
    ],
)
def test_a_number_is_carried_as_verified_only_where_it_is(
    pool: InMemoryUserDirectory, retrier: Retrier, told: str, carried: Mapping[str, str]
) -> None:
    pool.add("jane", {"phone_number": "+441632960000", "phone_number_verified": told})

    ([found], _) = read(pool, retrier)

    assert found.attributes == carried


def test_no_number_no_word_about_it(pool: InMemoryUserDirectory, retrier: Retrier) -> None:
    pool.add("jane", {"phone_number": "+441632960000", "phone_number_verified": "true"})

    ([found], _) = read(pool, retrier, attributes=("name",))

    assert found.attributes == {}


@attrs.define
class StubbornListing(DirectoryListing, LegacyListing):
    """Answers each cursor with the one that follows it, or with an error."""

    following: Mapping[str | None, str | None]
    error: ProviderUnavailableError | None = None
    asked: int = 0

    def users(self, after: str | None = None) -> DirectoryPage:
        self._ask()
        return DirectoryPage((), self.following[after])

    def accounts(self, after: str | None = None) -> AccountPage:
        self._ask()
        return AccountPage((), self.following[after])

    def _ask(self) -> None:
        self.asked += 1
        assert self.asked < 100
        if self.error:
            raise self.error


CIRCLE: Final = {None: "1", "1": "2", "2": "3", "3": "4", "4": "2"}


def test_pages_of_a_pool_that_lead_in_a_circle_are_an_outage(retrier: Retrier) -> None:
    source = CognitoUserSource(listing=StubbornListing(CIRCLE), retrier=retrier)

    with pytest.raises(ProviderUnavailableError):
        list(source.pages())


def test_pages_of_the_legacy_system_that_lead_in_a_circle_are_an_outage(retrier: Retrier) -> None:
    source = LegacyUserSource(listing=StubbornListing(CIRCLE), retrier=retrier)

    with pytest.raises(LegacyUnavailableError):
        list(source.pages())


@pytest.mark.parametrize("length", [1, 2, 3, 17, 1000])
def test_a_circle_of_any_length_is_noticed_within_three_rounds(length: int) -> None:
    trail = PageTrail()
    asked = (trail.leads_on(str(number % length)) for number in range(3 * length + 3))

    assert not all(asked)


def test_a_listing_that_ends_is_no_circle() -> None:
    trail = PageTrail()

    assert all(trail.leads_on(str(number)) for number in range(20_000))


@pytest.mark.parametrize(
    ("length", "leads_on"), [(0, False), (1, True), (4096, True), (4097, False)]
)
def test_a_cursor_has_1_to_4096_characters(length: int, leads_on: bool) -> None:
    assert PageTrail().leads_on("x" * length) is leads_on


def test_a_place_that_the_pool_forgot_needs_a_new_run_and_no_waiting(retrier: Retrier) -> None:
    error = ProviderUnavailableError("no usable answer", detail="InvalidParameterException")
    listing = StubbornListing({}, error)
    source = CognitoUserSource(listing=listing, retrier=retrier)

    with pytest.raises(ConfigurationError, match="begin a new run"):
        list(source.pages("of yesterday"))
    assert listing.asked == 1


def test_another_failure_at_a_place_is_an_outage(retrier: Retrier) -> None:
    listing = StubbornListing({}, ProviderUnavailableError("down", detail="HTTP 503"))
    source = CognitoUserSource(listing=listing, retrier=retrier)

    with pytest.raises(ProviderUnavailableError):
        list(source.pages("of yesterday"))
    assert listing.asked == 7


def test_every_account_of_the_legacy_system_is_read_with_what_the_api_tells(
    retrier: Retrier,
) -> None:
    account = LegacyAccount(
        "1813", "darcy", "f@example.org", email_verified=True, display_name=None, cognito_id="a-b"
    )
    listing = InMemoryLegacyListing(InMemoryLegacyLinks([LegacyRow(account)]))

    (page,) = LegacyUserSource(listing=listing, retrier=retrier).pages()

    assert page.users == (SourceUser(account),)
    assert page.unreadable == ()
