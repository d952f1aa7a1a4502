"""Neither the old login's answer nor its time tells why a user who moved is refused."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Final

import attrs
import httpx
import pytest

from authcore.adapters.system import monotonic
from authcore_local.addresses import Ports
from authcore_local.stack import LocalStack
from faults.dice import Dice
from faults.figures import slower_share


RIGHT: Final = "Right-Password-1"
USERS: Final = 12
KINDS: Final = ("wrong", "locked", "disabled", "gone", "crossed")
SAMPLES: Final = 600
"""Of each kind: then chance alone leaves SHARES once in four hundred comparisons."""

CLIENTS: Final = 16
SHARES: Final = (0.45, 0.55)
LOCKING: Final = 12
"""Wrong passwords of a locked user: the last lock lasts a minute and more."""


class Callers:
    """The legacy system, which asks about users of each kind."""

    def __init__(self, stack: LocalStack) -> None:
        self._stack = stack
        self._url = f"{stack.addresses.auth_server_url}/auth/password/verify"
        key = stack.environment["AUTHCORE_OLD_LOGIN_CALLER_KEYS"].partition("=")[2]
        self._headers = {"authorization": f"Bearer {key}", "x-request-id": "one"}
        self._subjects = {
            (kind, number): self._enrol(kind, number) for kind in KINDS for number in range(USERS)
        }

    def _enrol(self, kind: str, number: int) -> str:
        name = f"{kind}-{number}"
        users = self._stack.cognito.users
        made = users.create(name, RIGHT, status="CONFIRMED", attributes={"custom:legacy_uid": name})
        users.change(name, lambda user: attrs.evolve(user, enabled=kind != "disabled"))
        if kind == "gone":
            users.delete(name)
        return made.subject

    def ask(self, kind: str, number: int) -> tuple[float, tuple[object, ...]]:
        """How long a refusal took, and all that the caller sees of it."""
        number %= USERS
        name, lockout = f"{kind}-{number}", self._stack.cognito.lockout
        lockout.forget(name)
        for _ in range(LOCKING if kind == "locked" else 0):
            lockout.count_failure(name)
        members = {
            "legacy_uid": "another" if kind == "crossed" else name,
            "cognito_id": self._subjects[kind, number],
            "password": "Wrong-Password-1" if kind == "wrong" else RIGHT,
        }
        with httpx.Client(headers=self._headers) as http:
            began = monotonic()
            answer = http.post(self._url, json=members)
            took = monotonic() - began
        headers = [pair for pair in answer.headers.multi_items() if pair[0] != "date"]
        return took, (answer.status_code, headers, answer.content)


@pytest.fixture(scope="module")
def callers() -> Iterator[Callers]:
    variables = {
        "AUTHCORE_OLD_LOGIN_PER_USER": "1000",
        "AUTHCORE_OLD_LOGIN_PER_CALLER": "60000",
    }
    with LocalStack(ports=Ports.free(), variables=variables) as stack:
        yield Callers(stack)


def test_every_refused_user_gets_the_same_answer(callers: Callers) -> None:
    # MG-03
    with ThreadPoolExecutor(len(KINDS)) as clients:
        seen = [shape for _, shape in clients.map(lambda kind: callers.ask(kind, 0), KINDS)]
    assert seen[0][0] == 200
    assert b'"credentials_rejected"' in bytes(str(seen[0][2]), "ascii")
    assert seen == seen[:1] * len(KINDS)


@pytest.mark.measures_time
def test_the_time_of_a_refusal_tells_no_kind_of_user_from_another(
    callers: Callers, record_property: Callable[[str, object], None]
) -> None:
    """MG-03: AUC of a classifier by time, interleaved samples, each kind and a wrong password."""
    dice = Dice("MG-03 old login")
    orders = tuple(KINDS[turn:] + KINDS[:turn] for turn in range(len(KINDS)))
    order = [(kind, number) for number in range(SAMPLES) for kind in dice.pick(orders)]
    with ThreadPoolExecutor(CLIENTS) as clients:
        took = list(clients.map(lambda one: callers.ask(*one)[0], order))
    taken = {
        kind: [time for (asked, _), time in zip(order, took, strict=True) if asked == kind]
        for kind in KINDS
    }
    shares = {kind: slower_share(taken[kind], taken["wrong"]) for kind in KINDS[1:]}
    for kind, times in taken.items():
        record_property(f"median {kind}", median(times))
    for kind, share in shares.items():
        record_property(f"share {kind}", share)
    outside = {kind: each for kind, each in shares.items() if not SHARES[0] <= each <= SHARES[1]}
    assert outside == {}
