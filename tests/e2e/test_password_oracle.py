"""MG-03: neither an answer of the own sign-in page nor its time tells why a user is refused."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, permutations
from statistics import median
from typing import Any, Final

import attrs
import httpx
import pytest

from authcore.adapters.system import monotonic
from authcore_local.addresses import Ports
from authcore_local.stack import LocalStack
from faults.dice import Dice
from faults.figures import slower_share


RIGHT: Final = "Right-Password-1"
USERS: Final = 24
"""Of each kind: so many that none comes near a limit."""

KINDS: Final = ("unknown", "wrong", "locked", "disabled")
ORDERS: Final = tuple(permutations(KINDS))
SAMPLES: Final = 600
"""Of each kind: then chance alone leaves SHARES once in four hundred comparisons."""

CLIENTS: Final = 16
SHARES: Final = (0.45, 0.55)
LOCKING: Final = 12
"""Wrong passwords of a locked user: the last lock lasts a minute and more."""


@pytest.fixture(scope="module", name="stack")
def _stack() -> Iterator[LocalStack]:
    variables = {
        "AUTHCORE_PASSWORD_FLOW": "USER_SRP_AUTH",
        "AUTHCORE_PASSWORD_MIGRATING": "off",
        "AUTHCORE_PASSWORD_PER_USER": "1000",
        "AUTHCORE_PASSWORD_PER_ADDRESS": "60000",
    }
    with LocalStack(ports=Ports.free(), own_sign_in_page=True, variables=variables) as stack:
        for kind in ("wrong", "locked", "disabled"):
            for number in range(USERS):
                enrol(stack, f"{kind}-{number}", enabled=kind != "disabled")
        yield stack


def enrol(stack: LocalStack, name: str, *, enabled: bool) -> None:
    stack.cognito.users.create(name, RIGHT, status="CONFIRMED", attributes={"name": name})
    stack.cognito.users.change(name, lambda user: attrs.evolve(user, enabled=enabled))


def attempt(stack: LocalStack, http: httpx.Client, name: str, password: str) -> httpx.Response:
    origin = stack.auth_url
    return http.post(
        f"http://127.0.0.1:{stack.addresses.ports.auth}/auth/password",
        json={"username": name, "password": password},
        headers={"origin": origin, "accept": "application/json", "x-request-id": "one"},
    )


def of_kind(stack: LocalStack, kind: str, number: int) -> tuple[str, str]:
    """User name and password of one attempt."""
    name = f"{kind}-{number % USERS}"
    stack.cognito.lockout.forget(name)
    for _ in range(LOCKING if kind == "locked" else 0):
        stack.cognito.lockout.count_failure(name)
    return name, RIGHT if kind in ("locked", "disabled") else "Wrong-Password-1"


def shape(answer: httpx.Response) -> tuple[Any, ...]:
    """All that a client sees, but the reference and the time of day."""
    headers = [(name, value) for name, value in answer.headers.multi_items() if name != "date"]
    return answer.status_code, headers, {**answer.json(), "reference": ""}, len(answer.content)


def test_every_refused_user_gets_the_same_answer(stack: LocalStack) -> None:
    # MG-03
    with httpx.Client() as http, ThreadPoolExecutor(len(KINDS)) as clients:
        asked = [of_kind(stack, kind, 0) for kind in KINDS]
        answers = clients.map(lambda one: attempt(stack, http, *one), asked)
        seen = dict(zip(KINDS, map(shape, answers), strict=True))

    assert seen["unknown"][0] == 401
    assert [kind for kind in KINDS if seen[kind] != seen["unknown"]] == []


@pytest.mark.measures_time
def test_the_time_of_a_refusal_tells_no_kind_of_user_from_another(
    stack: LocalStack, record_property: Callable[[str, object], None]
) -> None:
    """MG-03: AUC of a classifier by time, interleaved samples, each pair of kinds."""
    dice = Dice("MG-03")
    order = [(kind, number) for number in range(SAMPLES) for kind in dice.pick(ORDERS)]
    taken: dict[str, list[float]] = {kind: [] for kind in KINDS}

    def sample(one: tuple[str, int]) -> tuple[str, float]:
        kind, number = one
        name, password = of_kind(stack, kind, number)
        with httpx.Client() as http:
            began = monotonic()
            answer = attempt(stack, http, name, password)
            took = monotonic() - began
        assert answer.status_code == 401
        return kind, took

    with ThreadPoolExecutor(CLIENTS) as clients:
        for kind, took in clients.map(sample, order):
            taken[kind].append(took)

    shares = {
        f"{one}/{other}": slower_share(taken[one], taken[other])
        for one, other in combinations(KINDS, 2)
    }
    for kind, times in taken.items():
        record_property(f"median {kind}", median(times))
    for pair, share in shares.items():
        record_property(pair, share)
    outside = {pair: s for pair, s in shares.items() if not SHARES[0] <= s <= SHARES[1]}
    assert outside == {}
