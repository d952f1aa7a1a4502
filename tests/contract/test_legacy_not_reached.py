"""When it is certain that the legacy system did nothing, and when it is not."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Final

import pytest

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.http_links import HttpLegacyLinks
from authcore.adapters.legacy.seed_dialect import SeedDialectLegacyLinks
from authcore.domain.errors import LegacyNotReachedError, LegacyUnavailableError
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.linking import NewLegacyAccount
from authcore.domain.model.urls import ServiceUrl
from authcore.ports.legacy_links import LegacyLinks
from authcore.testing.fakes.system import ScriptedEntropy
from support.gate import AMPLE
from support.scripted_server import HANG_UP, SILENCE, Script, ScriptedServer, answer


SUB: Final = "5f3c1a52-9c1b-4d0e-8f1a-000000000001"
MINA: Final = NewLegacyAccount(SUB, ExternalIdentity("Google", "1"), "mina", None, False, None)
CREATED: Final = answer(200, b'{"status": "created", "userid": "1897"}')

Make = Callable[[ServiceUrl, timedelta | None], LegacyLinks]


@pytest.fixture(name="http")
def _http(time_stands_still: None) -> Iterator[HttpClient]:
    """Soon tired of waiting for a byte, and never out of time before."""
    client = HttpClient(within=timedelta(seconds=0.2), max_bytes=8192)
    with closing(client):
        yield client


@pytest.fixture(name="make", params=["contract", "seed dialect"])
def _make(request: pytest.FixtureRequest, http: HttpClient) -> Make:
    def make(url: ServiceUrl, within: timedelta | None) -> LegacyLinks:
        if request.param == "contract":
            return HttpLegacyLinks(http=http, base_url=url, api_key="canary", within=within)
        return seed_dialect(http, url, within)

    return make


def seed_dialect(
    http: HttpClient, url: ServiceUrl, within: timedelta | None = None
) -> SeedDialectLegacyLinks:
    with warnings.catch_warnings(action="ignore"):
        return SeedDialectLegacyLinks(
            http=http, base_url=url, api_key="canary", entropy=ScriptedEntropy(), within=within
        )


def create(links: LegacyLinks) -> LegacyUnavailableError:
    with pytest.raises(LegacyUnavailableError) as raised:
        links.create(MINA, idempotency_key="key")
    return raised.value


def test_where_nobody_listens_nothing_was_sent(make: Make) -> None:
    # AL-07
    with ScriptedServer(lambda _: SILENCE) as server:
        url = server.url

    assert isinstance(create(make(url, None)), LegacyNotReachedError)


def test_without_time_nothing_is_sent(make: Make) -> None:
    # AL-07, LT-01
    with ScriptedServer(lambda _: SILENCE) as server:
        error = create(make(server.url, timedelta(0)))

    assert isinstance(error, LegacyNotReachedError)
    assert server.requests == []


@pytest.mark.parametrize(
    "script",
    [
        lambda _: SILENCE,
        lambda _: [HANG_UP],
        lambda _: [answer(200, b"<html>")],
        lambda _: [answer(503)],
        lambda _: [answer(429)],
        lambda _: [answer(200, b"{}")],
    ],
    ids=["silence", "hang up", "garbage", "503", "429", "another answer"],
)
def test_what_was_sent_may_have_been_done(make: Make, script: Script) -> None:
    # AL-07
    with ScriptedServer(script) as server:
        error = create(make(server.url, None))

        assert len(server.heard(1)) == 1

    assert not isinstance(error, LegacyNotReachedError)


@pytest.mark.parametrize("then", ["refused", "silence", "nobody listens"])
def test_an_account_that_was_created_and_not_attached_came_to_something(
    time_stands_still: None, then: str
) -> None:
    """The seed's forms need two calls; a no to the second one does not undo the first."""
    # AL-07
    with ScriptedServer(lambda _: ()) as server:

        def script(asked: bytes) -> list[bytes]:
            if b"create_legacy_account" in asked:
                if then == "nobody listens":
                    server.close_port()
                    return [CREATED, HANG_UP]
                return [CREATED]
            return [answer(200, b'{"success": 0}')] if then == "refused" else []

        server.script = script
        within = timedelta(seconds=1) if then == "silence" else AMPLE
        with closing(HttpClient(within=within, max_bytes=8192)) as http:
            error = create(seed_dialect(http, server.url))

    assert not isinstance(error, LegacyNotReachedError)
    assert "perhaps not attached" in str(error)


def test_to_whoever_watches_it_is_the_same_outage() -> None:
    assert LegacyNotReachedError.code == LegacyUnavailableError.code
