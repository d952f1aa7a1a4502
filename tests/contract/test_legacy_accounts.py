"""Legacy accounts, in memory and behind the legacy HTTP API."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy import login_contract
from authcore.adapters.legacy.http_accounts import HttpLegacyAccounts
from authcore.domain.errors import CredentialsRejectedError, LegacyUnavailableError
from authcore.domain.model.accounts import Credentials
from authcore.domain.model.urls import service_url
from authcore.testing.contracts.legacy_accounts import EMMA, PEOPLE, LegacyAccountsContract, Person
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyAccounts
from authcore_local.legacy import LegacySystem, SeedUser
from authcore_local.servers import LoopbackServer
from support.gate import AMPLE


API_KEY = "key-of-the-contract-tests"
WITHIN = AMPLE


def seeded(person: Person) -> SeedUser:
    account = person.account
    return SeedUser(
        username=account.username,
        password=person.password,
        email=account.email,
        email_verified=account.email_verified,
        display_name=account.display_name,
        userid=account.legacy_uid,
        locked=account.locked,
    )


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[tuple[LegacySystem, str]]:
    legacy = LegacySystem((seeded(person) for person in PEOPLE), API_KEY)
    with LoopbackServer(legacy.app) as server:
        yield legacy, server.url


@pytest.fixture(name="legacy")
def _legacy(server: tuple[LegacySystem, str]) -> Iterator[LegacySystem]:
    yield server[0]
    server[0].behave("honest")


@pytest.fixture(scope="module", name="http")
def _http() -> Iterator[HttpClient]:
    with closing(HttpClient(within=WITHIN, max_bytes=login_contract.MAX_ANSWER_BYTES)) as http:
        yield http


@pytest.fixture(name="over_http")
def _over_http(server: tuple[LegacySystem, str], http: HttpClient) -> HttpLegacyAccounts:
    return HttpLegacyAccounts(http=http, base_url=service_url(server[1]), api_key=API_KEY)


class TestInMemoryLegacyAccounts(LegacyAccountsContract):
    @pytest.fixture
    def accounts(self) -> InMemoryLegacyAccounts:
        accounts = InMemoryLegacyAccounts()
        for person in PEOPLE:
            accounts.add(person.account, person.password)
        return accounts

    @pytest.fixture
    def go_down(self, accounts: InMemoryLegacyAccounts) -> Callable[[], None]:
        return accounts.go_down

    @pytest.fixture
    def mix_up(self, accounts: InMemoryLegacyAccounts) -> Callable[[], None]:
        return accounts.mix_up


class TestHttpLegacyAccounts(LegacyAccountsContract):
    @pytest.fixture
    def accounts(self, over_http: HttpLegacyAccounts) -> HttpLegacyAccounts:
        return over_http

    @pytest.fixture
    def go_down(self, legacy: LegacySystem) -> Callable[[], None]:
        return lambda: legacy.behave("down")

    @pytest.fixture
    def mix_up(self, legacy: LegacySystem) -> Callable[[], None]:
        return lambda: legacy.behave("mixed_up")


def test_unknown_wrong_and_locked_cost_the_legacy_system_one_hash_each(
    legacy: LegacySystem, over_http: HttpLegacyAccounts
) -> None:
    # MG-03
    for username, password in [("nobody", "x"), ("emma", "x"), ("faust", "Verweile-doch")]:
        before = legacy.passwords.comparisons
        with pytest.raises(CredentialsRejectedError):
            over_http.authenticate(Credentials(username, password))
        assert legacy.passwords.comparisons == before + 1


def test_a_wrong_api_key_is_an_outage(server: tuple[LegacySystem, str], http: HttpClient) -> None:
    stranger = HttpLegacyAccounts(http=http, base_url=service_url(server[1]), api_key="another")

    with pytest.raises(LegacyUnavailableError):
        stranger.authenticate(Credentials("emma", EMMA.password))


def test_a_slow_legacy_system_is_an_outage(
    legacy: LegacySystem, over_http: HttpLegacyAccounts
) -> None:
    legacy.behave("slow")

    with pytest.raises(LegacyUnavailableError):
        over_http.with_deadline(timedelta(milliseconds=100)).find("emma")


@pytest.mark.parametrize("nothing_left", [timedelta(0), timedelta(seconds=-1)])
def test_with_no_time_left_nothing_is_sent(
    legacy: LegacySystem, over_http: HttpLegacyAccounts, nothing_left: timedelta
) -> None:
    before = legacy.calls

    with pytest.raises(LegacyUnavailableError):
        over_http.with_deadline(nothing_left).find("emma")
    assert legacy.calls == before
