"""The same table of situations gives the same decisions behind every kind of API Gateway event."""

from collections.abc import Iterator

import pytest

from authcore_lambda.web import WebFunction
from doors.auth_service import auth_service
from doors.frameworks import OUTCOMES, cookie_effect
from doors.situations import SITUATIONS, Observed, Situation
from doors.world import DoorWorld
from support.gateway_events import EVENTS, answered
from unit.asgi_calls import PROGRAM, Answer


@pytest.fixture
def world() -> DoorWorld:
    return DoorWorld()


class Gateway:
    """``/auth/check`` of an auth service that is a function."""

    def __init__(self, function: WebFunction, kind: str) -> None:
        self._function = function
        self._event_of = EVENTS[kind]

    def check(self, cookies: str) -> Answer:
        event = self._event_of("/auth/check", headers=[PROGRAM], cookies=cookies)
        return answered(self._function(event, None))


@pytest.fixture(params=EVENTS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def functions() -> Iterator[list[WebFunction]]:
    opened: list[WebFunction] = []
    yield opened
    for each in opened:
        each.close()


def observed(answer: Answer) -> Observed:
    """What a proxy makes of *answer*."""
    outcome = OUTCOMES[answer.status]
    if outcome == "in":
        said = f"{answer.header('x-auth-legacy-uid')} {answer.header('x-auth-login')}"
    else:
        said = answer.json["reason"]
    return Observed(outcome, said, cookie_effect(answer))


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_every_kind_of_event_decides_alike(
    world: DoorWorld, functions: list[WebFunction], kind: str, situation: Situation
) -> None:
    # RF-01, RF-02, RF-08, CK-05, CK-07, DL-02
    cookies = situation.prepare(world)
    functions.append(WebFunction(auth_service(world)))

    assert observed(Gateway(functions[0], kind).check(cookies)) == situation.expected


def test_a_renewed_session_comes_as_cookies_that_a_browser_keeps(
    world: DoorWorld, functions: list[WebFunction], kind: str
) -> None:
    # RF-01
    world.provider.rotates = True
    cookies = world.cookies(world.sign_in())
    world.clock.advance(world.mint._lifetime)
    functions.append(WebFunction(auth_service(world)))
    gateway = Gateway(functions[0], kind)

    renewed = gateway.check(cookies).all("set-cookie")
    world.clock.advance(world.mint._lifetime)
    carried = "; ".join(value.partition(";")[0] for value in renewed if "Max-Age=0" not in value)

    assert observed(gateway.check(carried)).outcome == "in"
