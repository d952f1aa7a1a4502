"""The listing of all legacy accounts, in memory and behind the legacy HTTP API."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, Final

import pytest

from authcore.adapters.http import HttpAnswer, HttpClient
from authcore.adapters.legacy.http_listing import HttpLegacyListing
from authcore.adapters.legacy.listing_contract import MAX_PAGE_BYTES, list_answer
from authcore.domain.errors import LegacyUnavailableError
from authcore.domain.model.urls import service_url
from authcore.testing.contracts.legacy_listing import LISTED, MAX_PAGE, LegacyListingContract
from authcore.testing.fakes.legacy_accounts import (
    InMemoryLegacyLinks,
    InMemoryLegacyListing,
    LegacyRow,
)
from authcore_local.legacy import LegacySystem, SeedUser
from authcore_local.servers import LoopbackServer
from support.gate import AMPLE


API_KEY: Final = "key-of-the-listing-tests"


class TestInMemoryLegacyListing(LegacyListingContract):
    @pytest.fixture
    def links(self) -> InMemoryLegacyLinks:
        return InMemoryLegacyLinks(LegacyRow(account) for account in LISTED)

    @pytest.fixture
    def listing(self, links: InMemoryLegacyLinks) -> InMemoryLegacyListing:
        return InMemoryLegacyListing(links)

    @pytest.fixture
    def go_down(self, links: InMemoryLegacyLinks) -> Callable[[], None]:
        def fall_silent() -> None:
            links.available = False

        return fall_silent


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[tuple[LegacySystem, str]]:
    people = (
        SeedUser(
            username=account.username,
            password="",
            email=account.email,
            email_verified=account.email_verified,
            display_name=account.display_name,
            userid=account.legacy_uid,
        )
        for account in LISTED
    )
    legacy = LegacySystem(people, API_KEY)
    with LoopbackServer(legacy.app) as server:
        yield legacy, server.url


class TestHttpLegacyListing(LegacyListingContract):
    @pytest.fixture
    def listing(self, server: tuple[LegacySystem, str]) -> Iterator[HttpLegacyListing]:
        legacy, url = server
        legacy.behave("honest")
        within = AMPLE
        with closing(HttpClient(within=within, max_bytes=MAX_PAGE_BYTES)) as http:
            yield HttpLegacyListing(http=http, base_url=service_url(url), api_key=API_KEY)

    @pytest.fixture
    def go_down(self, server: tuple[LegacySystem, str]) -> Callable[[], None]:
        return lambda: server[0].behave("down")


USER: Final = {
    "userid": "x" * 64,
    "username": "\U0001f40e" * 128,
    "display_name": "\U0001f40e" * 100,
    "email": "\U0001f40e" * 252 + "@b",
    "email_verified": True,
    "cognito_id": "\U0001f40e" * 64,
    "locked": False,
}


def listed(users: Any, following: Any = None, **more: object) -> HttpAnswer:
    said = {"status": "listed", "users": users, "next": following, **more}
    body = json.dumps(said, ensure_ascii=False).encode()
    return HttpAnswer(200, (("content-type", "application/json"),), body)


def test_the_largest_page_is_read() -> None:
    assert len(list_answer(listed([USER] * MAX_PAGE), None).accounts) == MAX_PAGE


@pytest.mark.parametrize(
    "answer",
    [
        listed([USER] * (MAX_PAGE + 1)),
        listed([USER], "the same page"),
        listed([], "a page after nothing"),
        listed([USER], 2),
        listed([USER], ""),
        listed([USER], "x" * 257),
        listed([USER], "a\r\nb"),
        listed({"0": USER}),
        listed(None),
        listed([None]),
        listed([{**USER, "role": "admin"}]),
        listed([USER], total=1),
        listed([USER], status="found"),
        listed(["x" * 300_000]),
    ],
    ids=[
        "too many",
        "leads to itself",
        "empty, with a next one",
        "numeric cursor",
        "empty cursor",
        "long cursor",
        "control characters",
        "object",
        "null",
        "null user",
        "more in a user",
        "more at the top",
        "another status",
        "too large",
    ],
)
def test_a_page_that_is_not_exactly_the_contracts_is_an_outage(answer: HttpAnswer) -> None:
    # MG-06
    with pytest.raises(LegacyUnavailableError):
        list_answer(answer, "the same page")
