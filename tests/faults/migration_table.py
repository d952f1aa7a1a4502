"""The table of F2: what the legacy system says, to whom, why, and how often it is asked."""

import gzip
import json
from collections.abc import Callable
from itertools import product
from typing import Final

import attrs

from support.scripted_server import Script, answer


CANARY: Final = "canary-Thornfield-1847"
API_KEY: Final = "sparrow-key"
"""Belongs in a request's head and nowhere else."""
LIMIT: Final = 4.0
"""Seconds for one attempt, with everything hung."""

SOURCES: Final = ("UserMigration_Authentication", "UserMigration_ForgotPassword")
REPEATS: Final = ("once", "3 attempts", "2 at once")


@attrs.frozen
class Person:
    """
    Somebody as the simulated legacy system knows them.

    Attributes:
        username: In the event.
        password: In the event, where there is one.
        opens: Whether that password opens an account.
        found: Whether a look-up finds somebody.
        verified: Whether the legacy system verified the address.
        locked: Whether nobody may sign in with the account.
        cognito_id: Of the pool user whom the account has already.
        login_name: Of the account, where the event holds something else.
    """

    username: str
    password: str
    opens: bool
    found: bool
    verified: bool = True
    locked: bool = False
    cognito_id: str | None = None
    login_name: str | None = None

    def may_be_created(self, source: str) -> bool:
        """Given an exact positive answer."""
        if self.locked or self.cognito_id or self.login_name:
            return False
        return self.opens if source == SOURCES[0] else self.found and self.verified


PEOPLE: Final = {
    "right": Person("jane", CANARY, opens=True, found=True),
    "wrong": Person("jane", "canary-wrong", opens=False, found=True),
    "unknown": Person("nobody", CANARY, opens=False, found=False),
    "locked": Person("ahab", CANARY, opens=False, found=True, locked=True),
    "unverified": Person("huck", CANARY, opens=True, found=True, verified=False),
    "linked": Person("mina", CANARY, opens=True, found=True, cognito_id="a-sub"),
    "by address": Person(
        "lucy@thornfield.example", CANARY, opens=True, found=True, login_name="lucy"
    ),
}


def honestly(request: bytes) -> bytes:
    """What the contract says to *request*: the one place that knows who is who."""
    head, _, body = request.partition(b"\r\n\r\n")
    asked = json.loads(body)
    login = head.startswith(b"POST /api/login ")
    known = [each for each in PEOPLE.values() if each.username == asked["username"] and each.found]
    if login:
        known = [each for each in known if each.opens and each.password == asked["password"]]
    if not known:
        return json.dumps({"status": "rejected" if login else "not_found"}).encode()
    return _positive("authenticated" if login else "found", known[0])


def _positive(status: str, person: Person) -> bytes:
    login_name = person.login_name or person.username
    user = {
        "userid": "1847",
        "username": login_name,
        "display_name": None,
        "email": f"{login_name}@thornfield.example",
        "email_verified": person.verified,
        "cognito_id": person.cognito_id,
        "locked": person.locked,
    }
    return json.dumps({"status": status, "user": user}).encode()


def tempting(request: bytes) -> bytes:
    """A yes to whatever was asked: what a broken system might put under a wrong status."""
    asked = json.loads(request.partition(b"\r\n\r\n")[2])
    person = Person(asked["username"], "", opens=True, found=True)
    return _positive("authenticated" if "password" in asked else "found", person)


def _saying(status: int, body: Callable[[bytes], bytes], *headers: str) -> Script:
    return lambda request: (answer(status, body(request), headers=headers),)


def _no(request: bytes) -> bytes:
    status = "rejected" if request.startswith(b"POST /api/login ") else "not_found"
    return json.dumps({"status": status}).encode()


STATUSES: Final = (201, 301, 401, 403, 404, 409, 429, 500, 503)
ANSWERS: Final[dict[str, Script]] = {
    "200 yes": _saying(200, honestly),
    "200 no": _saying(200, _no),
    "200 garbage": _saying(200, lambda _: b"<!doctype html><title>Signed in</title>"),
    "204": _saying(204, lambda _: b""),
    **{str(status): _saying(status, tempting) for status in STATUSES},
    "hang": _saying(200, tempting),
    "reset": _saying(200, tempting),
    "tls error": _saying(200, tempting),
    "bomb": _saying(
        200, lambda r: gzip.compress(b" " * 5_000_000 + tempting(r)), "Content-Encoding: gzip"
    ),
}


@attrs.frozen
class Cell:
    """One place in the table."""

    said: str
    case: str
    source: str
    repeat: str

    def __str__(self) -> str:
        return f"F2 {self.said}; {self.case}; {self.source}; {self.repeat}"


CELLS: Final = tuple(Cell(*each) for each in product(ANSWERS, PEOPLE, SOURCES, REPEATS))


class Left:
    """Lambda's context with so many milliseconds left."""

    def __init__(self, milliseconds: int) -> None:
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds
