"""Accounts by id, in memory and behind the legacy HTTP API."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, Final

import pytest

from authcore.adapters.http import HttpAnswer, HttpClient
from authcore.adapters.legacy.http_profiles import HttpLegacyProfiles
from authcore.adapters.legacy.listing_contract import MAX_PAGE_BYTES
from authcore.adapters.legacy.profile_contract import profiles_answer
from authcore.domain.errors import LegacyUnavailableError
from authcore.domain.model.accounts import MAX_PROFILES, DeletedAccount, LegacyAccount
from authcore.domain.model.urls import service_url
from authcore.testing.contracts.legacy_profiles import GONERIL, KNOWN, LegacyProfilesContract
from authcore.testing.fakes.legacy_profiles import InMemoryLegacyProfiles
from authcore_local.legacy import LegacySystem, SeedUser
from authcore_local.servers import LoopbackServer
from support.gate import AMPLE


API_KEY: Final = "key-of-the-profile-tests"
BEFORE: Final = LegacyAccount(
    GONERIL.legacy_uid, "goneril", None, email_verified=False, display_name=None
)
"""GONERIL's account before it was deleted."""


class TestInMemoryLegacyProfiles(LegacyProfilesContract):
    @pytest.fixture
    def profiles(self) -> InMemoryLegacyProfiles:
        profiles = InMemoryLegacyProfiles()
        for known in KNOWN:
            profiles.put(known)
        return profiles

    @pytest.fixture
    def go_down(self, profiles: InMemoryLegacyProfiles) -> Callable[[], None]:
        def fall_silent() -> None:
            profiles.available = False

        return fall_silent

    @pytest.fixture
    def mix_up(self, profiles: InMemoryLegacyProfiles) -> Callable[[], None]:
        def mix_accounts_up() -> None:
            profiles.mixed_up = True

        return mix_accounts_up


def legacy_system() -> LegacySystem:
    legacy = LegacySystem([_seed(known) for known in KNOWN], API_KEY)
    for known in KNOWN:
        if known.cognito_id:
            legacy.link(known.legacy_uid, known.cognito_id)
    legacy.delete_account(GONERIL.legacy_uid)
    return legacy


def _seed(known: LegacyAccount | DeletedAccount) -> SeedUser:
    account = known if isinstance(known, LegacyAccount) else BEFORE
    return SeedUser(
        username=account.username,
        password="",
        email=account.email,
        email_verified=account.email_verified,
        display_name=account.display_name,
        userid=known.legacy_uid,
        locked=account.locked,
    )


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[tuple[LegacySystem, str]]:
    legacy = legacy_system()
    with LoopbackServer(legacy.app) as server:
        yield legacy, server.url


class TestHttpLegacyProfiles(LegacyProfilesContract):
    @pytest.fixture
    def profiles(self, server: tuple[LegacySystem, str]) -> Iterator[HttpLegacyProfiles]:
        legacy, url = server
        legacy.behave("honest")
        with closing(HttpClient(within=AMPLE, max_bytes=MAX_PAGE_BYTES)) as http:
            yield HttpLegacyProfiles(http=http, base_url=service_url(url), api_key=API_KEY)

    @pytest.fixture
    def go_down(self, server: tuple[LegacySystem, str]) -> Callable[[], None]:
        return lambda: server[0].behave("down")

    @pytest.fixture
    def mix_up(self, server: tuple[LegacySystem, str]) -> Callable[[], None]:
        return lambda: server[0].behave("mixed_up")


USER: Final = {
    "userid": "4711",
    "username": "\U0001f40e" * 128,
    "display_name": "\U0001f40e" * 100,
    "email": "\U0001f40e" * 252 + "@b",
    "email_verified": True,
    "cognito_id": "\U0001f40e" * 64,
    "locked": False,
}
GONE: Final = {"userid": "4713", "cognito_id": None}


def told(users: Any, deleted: Any, **more: object) -> HttpAnswer:
    said = {"status": "profiles", "users": users, "deleted": deleted, **more}
    body = json.dumps(said, ensure_ascii=False).encode()
    return HttpAnswer(200, (("content-type", "application/json"),), body)


def test_the_longest_answer_is_read() -> None:
    ids = [f"{number:064d}" for number in range(MAX_PROFILES)]
    users = [{**USER, "userid": uid} for uid in ids]

    assert len(profiles_answer(told(users, []), ids)) == MAX_PROFILES


@pytest.mark.parametrize(
    "answer",
    [
        told([USER, USER], []),
        told([{**USER, "userid": "4713"}], [GONE]),
        told([], [GONE, GONE]),
        told(None, []),
        told([], {}),
        told([None], []),
        told([], [None]),
        told([], [{**GONE, "locked": True}]),
        told([], [{"userid": "4713"}]),
        told([], [{**GONE, "userid": 4713}]),
        told([{**USER, "role": "admin"}], []),
        told([], [], next=None),
        told([], [], status="listed"),
        told([USER] * (MAX_PROFILES + 1), []),
        told(["x" * 300_000], []),
    ],
)
def test_an_answer_that_is_not_exactly_the_contracts_is_an_outage(answer: HttpAnswer) -> None:
    # MG-06
    with pytest.raises(LegacyUnavailableError):
        profiles_answer(answer, ["4711", "4713"])
