"""Where sessions lie in a store every door makes of everybody what it makes with cookies."""

from typing import Any, Final

import pytest

from authcore.adapters.cookies.stored_session import StoredSessionJar
from authcore.domain.services.sessions.browser_guard import BrowserGuard
from authcore.testing.fakes.session_stores import InMemorySealedStore
from authcore.testing.fakes.system import ScriptedEntropy
from authcore_guard.request_guard import RequestGuard
from doors.frameworks import DOORS, observed
from doors.situations import COGNITO, SITUATIONS, Observed, Situation, signed_in
from doors.world import APP_URL, RING, SIGNIN_URL, DoorWorld
from unit.session_world import DUE, LIFETIME


OF_CHUNKS: Final = "a torn session"
"""The one situation that takes several cookies."""

THEREFORE: Final = [each for each in SITUATIONS if each.name != OF_CHUNKS]
LATER: Final = Observed("later", "coordination_unavailable")


class StoredDoorWorld(DoorWorld):
    """Everything behind a door, and sessions in a store."""

    def __init__(self) -> None:
        super().__init__()
        self.store = InMemorySealedStore(self.clock)
        self.jar = StoredSessionJar(
            texts=self.store,
            ring=RING,
            domain="example.com",
            lifetime=LIFETIME,
            clock=self.clock,
            entropy=ScriptedEntropy(),
        )
        self.request_guard = self._request_guard()

    def _request_guard(self) -> RequestGuard:
        guard = self.session_guard()
        return RequestGuard(
            BrowserGuard(guard=guard, jar=self.jar, counter=self.counter, jar_waits=True),
            signin_url=SIGNIN_URL,
            app_url=APP_URL,
            public_paths=["/about"],
        )


@pytest.fixture
def world() -> StoredDoorWorld:
    return StoredDoorWorld()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("situation", THEREFORE, ids=str)
def test_every_door_decides_as_with_cookies(
    world: StoredDoorWorld, door: str, situation: Situation
) -> None:
    # RF-01, RF-02, RF-08, CK-07, DL-02
    header = situation.prepare(world)
    answer = DOORS[door](world)(header)

    assert observed(answer) == situation.expected


@pytest.mark.parametrize("door", DOORS)
def test_an_outage_of_the_store_is_later_and_then_goes_on(
    world: StoredDoorWorld, door: str
) -> None:
    # RF-02
    header = world.cookies(signed_in(world))
    visit = DOORS[door](world)

    world.store.unavailable = True
    assert observed(visit(header)) == LATER
    world.store.unavailable = False
    assert observed(visit(header)) == COGNITO


@pytest.mark.parametrize("door", DOORS)
def test_a_refreshed_session_that_the_store_does_not_take_is_in_all_the_same(
    world: StoredDoorWorld, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # RF-01, RF-02
    header = world.cookies(signed_in(world, age=DUE))
    read = world.jar.read

    def read_and_lose(cookie_header: str) -> Any:
        found = read(cookie_header)
        world.store.unavailable = True
        return found

    monkeypatch.setattr(StoredSessionJar, "read", lambda _, header: read_and_lose(header))
    assert observed(DOORS[door](world)(header)) == COGNITO


@pytest.mark.parametrize("door", DOORS)
def test_the_same_cookie_carries_on_with_the_new_tokens(world: StoredDoorWorld, door: str) -> None:
    # RF-01
    world.provider.rotates = True
    header = world.cookies(signed_in(world, age=DUE))
    visit = DOORS[door](world)
    renewed = visit(header).all("set-cookie")
    assert [value.partition(";")[0] for value in renewed] == [header]

    world.clock.advance(DUE)
    assert observed(visit(header)).outcome == "in"
    assert len(world.provider.sent) == 2
