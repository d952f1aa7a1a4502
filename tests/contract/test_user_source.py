"""Sources of users: in memory, the legacy HTTP API, and another pool."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Final

import pytest

from authcore.adapters.cognito.directory_listing import CognitoDirectoryListing
from authcore.adapters.cognito.user_source import CognitoUserSource, estimate_users
from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.http_listing import HttpLegacyListing
from authcore.adapters.legacy.listing_contract import MAX_PAGE_BYTES
from authcore.adapters.legacy.user_source import LegacyUserSource
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.moves import SourceUser
from authcore.domain.model.urls import service_url
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.accounts.retrying import Retrier
from authcore.testing.contracts.user_directory import Enrol
from authcore.testing.contracts.user_source import SOURCE_ACCOUNTS, UserSourceContract
from authcore.testing.fakes.system import FrozenClock, RecordedPause
from authcore.testing.fakes.user_source import InMemoryUserSource
from authcore_local.legacy import LegacySystem, SeedUser
from authcore_local.servers import LoopbackServer
from support.cognito_pools import OnLocalCognito, Pool
from support.gate import AMPLE


API_KEY: Final = "key-of-the-source-tests"


def once() -> Retrier:
    clock = FrozenClock()
    pause = RecordedPause(clock)
    limiter = RateLimiter(1000, clock=clock, pause=pause)
    return Retrier(rate_limiter=limiter, pause=pause, back_off=())


class TestInMemoryUserSource(UserSourceContract):
    @pytest.fixture
    def expected(self) -> Sequence[LegacyAccount]:
        return SOURCE_ACCOUNTS

    @pytest.fixture
    def source(self, expected: Sequence[LegacyAccount]) -> InMemoryUserSource:
        return InMemoryUserSource(map(SourceUser, expected), page_size=40)

    @pytest.fixture
    def go_down(self, source: InMemoryUserSource) -> Callable[[], None]:
        def fall_silent() -> None:
            source.available = False

        return fall_silent


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[tuple[LegacySystem, str]]:
    seeds = (
        SeedUser(
            username=account.username,
            password="",
            email=account.email,
            email_verified=account.email_verified,
            display_name=account.display_name,
            userid=account.legacy_uid,
            locked=account.locked,
        )
        for account in SOURCE_ACCOUNTS
    )
    legacy = LegacySystem(seeds, API_KEY)
    with LoopbackServer(legacy.app) as server:
        yield legacy, server.url


class TestLegacyUserSource(UserSourceContract):
    @pytest.fixture
    def expected(self) -> Sequence[LegacyAccount]:
        return SOURCE_ACCOUNTS

    @pytest.fixture
    def source(self, server: tuple[LegacySystem, str]) -> Iterator[LegacyUserSource]:
        legacy, url = server
        legacy.behave("honest")
        with closing(HttpClient(within=AMPLE, max_bytes=MAX_PAGE_BYTES)) as http:
            listing = HttpLegacyListing(http=http, base_url=service_url(url), api_key=API_KEY)
            yield LegacyUserSource(listing=listing, retrier=once())

    @pytest.fixture
    def go_down(self, server: tuple[LegacySystem, str]) -> Callable[[], None]:
        return lambda: server[0].behave("down")


class TestCognitoUserSource(OnLocalCognito, UserSourceContract):
    @pytest.fixture
    def expected(self, enrol: Enrol, disable: Callable[[str], None]) -> Sequence[LegacyAccount]:
        accounts = [self._enrol(account, enrol) for account in SOURCE_ACCOUNTS[:65]]
        for account in accounts:
            if account.locked:
                disable(account.username)
        return accounts

    @staticmethod
    def _enrol(account: LegacyAccount, enrol: Enrol) -> LegacyAccount:
        held = {
            "email": account.email,
            "email_verified": str(account.email_verified).lower(),
            "name": account.display_name,
        }
        subject = enrol(account.username, {name: value for name, value in held.items() if value})
        return LegacyAccount(
            subject,
            account.username,
            account.email,
            account.email_verified and account.email is not None,
            account.display_name,
            locked=account.locked,
        )

    @pytest.fixture
    def source(self, pool: Pool, expected: Sequence[LegacyAccount]) -> CognitoUserSource:
        listing = CognitoDirectoryListing(client=pool.client, user_pool_id=pool.id)
        return CognitoUserSource(
            listing=listing, retrier=once(), estimate=lambda: estimate_users(pool.client, pool.id)
        )

    @pytest.fixture
    def go_down(self, outage: Callable[[], None]) -> Callable[[], None]:
        return outage

    def test_cognitos_estimate_is_the_count(
        self, source: CognitoUserSource, expected: Sequence[LegacyAccount]
    ) -> None:
        assert source.count() == len(expected)

    def test_an_outage_is_no_count(
        self, source: CognitoUserSource, go_down: Callable[[], None]
    ) -> None:
        go_down()

        assert source.count() is None
