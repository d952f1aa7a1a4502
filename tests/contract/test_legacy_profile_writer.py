"""What users changed in the pool, written in memory and over the legacy HTTP API."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, Final

import pytest

from authcore.adapters.http import HttpAnswer, HttpClient
from authcore.adapters.legacy.http_profiles import HttpLegacyProfileWriter
from authcore.adapters.legacy.update_contract import (
    MAX_UPDATE_ANSWER_BYTES,
    update_answer,
    update_request,
)
from authcore.domain.errors import AccountTakenError, LegacyUnavailableError
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.profile_updates import ProfileUpdate
from authcore.domain.model.urls import service_url
from authcore.testing.contracts.legacy_profile_writer import (
    BIANCA,
    EMILIA,
    NEW_EMAIL,
    NEW_NAME,
    WRITABLE,
    LegacyProfileWriterContract,
)
from authcore.testing.fakes.legacy_profiles import (
    InMemoryLegacyProfiles,
    InMemoryLegacyProfileWriter,
)
from authcore_local.legacy import LegacySystem, SeedUser
from authcore_local.servers import LoopbackServer
from support.gate import AMPLE


API_KEY: Final = "key-of-the-writer-tests"


class TestInMemoryLegacyProfileWriter(LegacyProfileWriterContract):
    @pytest.fixture
    def profiles(self) -> InMemoryLegacyProfiles:
        profiles = InMemoryLegacyProfiles()
        for account in WRITABLE:
            profiles.put(account)
        return profiles

    @pytest.fixture
    def writer(self, profiles: InMemoryLegacyProfiles) -> InMemoryLegacyProfileWriter:
        return InMemoryLegacyProfileWriter(profiles)

    @pytest.fixture
    def account_of(self, profiles: InMemoryLegacyProfiles) -> Callable[[str], LegacyAccount]:
        def find(legacy_uid: str) -> LegacyAccount:
            found = profiles.accounts[legacy_uid]
            assert isinstance(found, LegacyAccount)
            return found

        return find

    @pytest.fixture
    def go_down(self, profiles: InMemoryLegacyProfiles) -> Callable[[], None]:
        return lambda: setattr(profiles, "available", False)


def legacy_system(**options: Any) -> LegacySystem:
    legacy = LegacySystem([_seed(account) for account in WRITABLE], API_KEY, **options)
    for account in WRITABLE:
        if account.cognito_id:
            legacy.link(account.legacy_uid, account.cognito_id)
    return legacy


def _seed(account: LegacyAccount) -> SeedUser:
    return SeedUser(
        username=account.username,
        password="",
        email=account.email,
        email_verified=account.email_verified,
        display_name=account.display_name,
        userid=account.legacy_uid,
        locked=account.locked,
    )


def stored(legacy: LegacySystem, legacy_uid: str) -> LegacyAccount:
    found = legacy.account(legacy_uid)
    assert found is not None
    return LegacyAccount(
        legacy_uid=found.userid,
        username=found.username,
        email=found.email,
        email_verified=found.email_verified,
        display_name=found.display_name,
        cognito_id=found.cognito_id,
        locked=found.locked,
    )


class _Served:
    """A legacy system that is replaced for each test behind one server."""

    def __init__(self) -> None:
        self.legacy = legacy_system()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.legacy.app(scope, receive, send)


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[tuple[_Served, str]]:
    served = _Served()
    with LoopbackServer(served) as server:
        yield served, server.url


@pytest.fixture(name="http_writer")
def _http_writer(server: tuple[_Served, str]) -> Iterator[HttpLegacyProfileWriter]:
    with closing(HttpClient(within=AMPLE, max_bytes=MAX_UPDATE_ANSWER_BYTES)) as http:
        yield HttpLegacyProfileWriter(http=http, base_url=service_url(server[1]), api_key=API_KEY)


class TestHttpLegacyProfileWriter(LegacyProfileWriterContract):
    @pytest.fixture
    def writer(
        self, server: tuple[_Served, str], http_writer: HttpLegacyProfileWriter
    ) -> HttpLegacyProfileWriter:
        server[0].legacy = legacy_system()
        return http_writer

    @pytest.fixture
    def account_of(self, server: tuple[_Served, str]) -> Callable[[str], LegacyAccount]:
        return lambda legacy_uid: stored(server[0].legacy, legacy_uid)

    @pytest.fixture
    def go_down(self, server: tuple[_Served, str]) -> Callable[[], None]:
        return lambda: server[0].legacy.behave("down")


def test_an_address_of_another_account_is_refused_where_two_may_not_have_it(
    server: tuple[_Served, str], http_writer: HttpLegacyProfileWriter
) -> None:
    server[0].legacy = legacy_system(unique_emails=True)

    with pytest.raises(AccountTakenError):
        http_writer.write(EMILIA.legacy_uid, "s-emilia", update_of(BIANCA.email))
    assert stored(server[0].legacy, EMILIA.legacy_uid) == EMILIA


def test_an_answer_about_another_account_is_no_answer(
    server: tuple[_Served, str], http_writer: HttpLegacyProfileWriter
) -> None:
    server[0].legacy = legacy_system()
    server[0].legacy.behave("mixed_up")

    with pytest.raises(LegacyUnavailableError):
        http_writer.write(EMILIA.legacy_uid, "s-emilia", update_of(NEW_EMAIL))


def update_of(email: str | None, name: str | None = None) -> ProfileUpdate:
    return ProfileUpdate(email=email, name=name)


@pytest.mark.parametrize(
    "update",
    [
        update_of(None),
        update_of("no address"),
        update_of("x" * 300 + "@b.example"),
        update_of(None, "x" * 101),
        update_of("", ""),
        update_of("a@\ud800", "\0"),
    ],
)
def test_what_the_contract_cannot_carry_is_not_sent(update: ProfileUpdate) -> None:
    assert update_request("4721", "s-emilia", update) is None


def test_what_it_cannot_carry_is_left_out_and_the_rest_is_sent() -> None:
    sent = update_request("4721", "s-emilia", update_of(NEW_EMAIL, "x" * 101))

    assert json.loads(sent or b"") == {
        "userid": "4721",
        "cognito_id": "s-emilia",
        "email": NEW_EMAIL,
        "display_name": None,
    }


USER: Final = {
    "userid": "4721",
    "username": "emilia",
    "display_name": NEW_NAME,
    "email": NEW_EMAIL,
    "email_verified": True,
    "cognito_id": "s-emilia",
    "locked": False,
}


@pytest.mark.parametrize(
    "said",
    [
        {"status": "updated"},
        {"status": "updated", "user": None},
        {"status": "updated", "user": {**USER, "userid": "4722"}},
        {"status": "updated", "user": {**USER, "cognito_id": None}},
        {"status": "updated", "user": {**USER, "role": "admin"}},
        {"status": "updated", "user": USER, "next": None},
        {"status": "attached", "user": USER},
        {"status": ["updated"], "user": USER},
        {"status": "not_linked", "user": USER},
        {"status": "not_found"},
        {},
    ],
)
def test_an_answer_that_is_not_exactly_the_contracts_is_an_outage(said: object) -> None:
    answer = HttpAnswer(200, (("content-type", "application/json"),), json.dumps(said).encode())

    with pytest.raises(LegacyUnavailableError):
        update_answer(answer, "4721", "s-emilia")
