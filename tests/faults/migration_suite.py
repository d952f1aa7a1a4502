"""F2: the user migration trigger against every answer, person, source and repetition."""

import gzip
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import product
from typing import Final

import attrs

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.contract import MAX_ANSWER_BYTES
from authcore.adapters.system import monotonic
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore_lambda.events import Event
from authcore_lambda.user_migration import (
    MigrationUnavailableError,
    UserMigrationTrigger,
    build_handler,
)
from faults.figures import Failure, Progress, Section, milliseconds
from faults.tcp_proxy import TcpProxy, healthy, reset, silence
from scripted_server import Script, ScriptedServer, answer


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
        found: Whether a look-up finds somebody who may sign in.
        verified: Whether the legacy system verified the address.
    """

    username: str
    password: str
    opens: bool
    found: bool
    verified: bool = True

    def may_be_created(self, source: str) -> bool:
        """Given an exact positive answer."""
        return self.opens if source == SOURCES[0] else self.found and self.verified


PEOPLE: Final = {
    "right": Person("jane", CANARY, opens=True, found=True),
    "wrong": Person("jane", "canary-wrong", opens=False, found=True),
    "unknown": Person("nobody", CANARY, opens=False, found=False),
    "locked": Person("ahab", CANARY, opens=False, found=False),
    "unverified": Person("huck", CANARY, opens=True, found=True, verified=False),
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
    user = {
        "userid": "1847",
        "username": person.username,
        "display_name": None,
        "email": f"{person.username}@thornfield.example",
        "email_verified": person.verified,
        "cognito_id": None,
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


class _Overheard(logging.Handler):
    """Everything that anything logs, formatted, at any level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter().format(record))


@contextmanager
def overheard() -> Iterator[list[str]]:
    """What is logged meanwhile."""
    root, handler = logging.getLogger(), _Overheard()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield handler.lines
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


class Answered:
    """
    The trigger before a legacy system that always says the same.

    Attributes:
        shown: All that a person or an operator could read: results, tracebacks, audit, URLs.
        seconds: How long each attempt took.
    """

    def __init__(self, said: str, server: ScriptedServer, proxy: TcpProxy, http: HttpClient):
        url = proxy.url.replace("http:", "https:") if said == "tls error" else proxy.url
        proxy.toxic = {"hang": silence, "reset": reset}.get(said, healthy)
        self.shown: list[str] = []
        self.seconds: list[float] = []
        self._server = server
        self._audit = InMemoryAuditLog()
        variables = {"AUTHCORE_LEGACY_URL": url, "AUTHCORE_LEGACY_API_KEY": API_KEY}
        self._trigger: UserMigrationTrigger = build_handler(variables, audit=self._audit, http=http)

    def wrongs(self, cell: Cell, left: Left) -> list[str]:
        """Which invariants *cell* violates."""
        asked = _event(cell)
        times = {"once": 1, "3 attempts": 3, "2 at once": 1}[cell.repeat]
        if cell.repeat == "2 at once":
            with ThreadPoolExecutor(2) as threads:
                said = list(threads.map(lambda _: self._said(asked, left), range(2)))
        else:
            said = [self._said(asked, left) for _ in range(times)]
        return sorted({wrong for each in said for wrong in _wrongs(cell, asked, each)})

    def leaks(self, logged: list[str]) -> list[str]:
        """What of *logged*, of what was shown, or of a request's head holds a secret."""
        heads = [repr(each.partition(b"\r\n\r\n")[0]) for each in self._server.requests]
        public = [*logged, *self.shown, repr(self._audit.events)]
        found = ["leak: the password"] * any("canary" in each for each in (*public, *heads))
        return found + ["leak: the API key"] * any(API_KEY in each for each in public)

    def _said(self, asked: Event, left: Left) -> Event | None:
        began = monotonic()
        try:
            answered: Event | None = self._trigger(asked, left)
        except MigrationUnavailableError as outage:
            answered = None
            self.shown += ["".join(traceback.format_exception(outage)), repr(outage)]
        self.seconds.append(monotonic() - began)
        if answered is not None and answered != asked:
            self.shown.append(repr(answered["response"]))
        return answered


def _event(cell: Cell) -> Event:
    person = PEOPLE[cell.case]
    request = {"password": person.password} if cell.source == SOURCES[0] else {}
    return {
        "version": "1",
        "triggerSource": cell.source,
        "userName": person.username,
        "request": request,
        "response": {},
    }


def _wrongs(cell: Cell, asked: Event, answered: Event | None) -> Iterator[str]:
    created = answered is not None and "userAttributes" in answered["response"]
    decided = cell.said in {"200 yes", "200 no"}
    expected = cell.said == "200 yes" and PEOPLE[cell.case].may_be_created(cell.source)
    if created and not expected:
        yield "false accept"
    if expected and not created:
        yield "a right person was not created"
    if decided and answered is None:
        yield "a decision was taken for an outage"
    if not decided and answered is not None:
        yield "no answer was taken for a decision"
    if answered is not None and not created and answered != asked:
        yield "a no changes the event"


def run_column(said: str, cells: list[Cell], left: Left) -> tuple[list[Failure], list[float]]:
    """Run *cells*, which all have the answer *said*; what went wrong, and how long it took."""
    failures: list[Failure] = []
    http = HttpClient(within=timedelta(seconds=LIMIT), max_bytes=MAX_ANSWER_BYTES)
    with closing(http), ScriptedServer(ANSWERS[said]) as server, TcpProxy(server.port) as proxy:
        column = Answered(said, server, proxy, http)
        with overheard() as lines, ThreadPoolExecutor(10) as threads:
            found = list(threads.map(lambda cell: column.wrongs(cell, left), cells))
        leaks = column.leaks(lines)
    failures += [
        Failure(str(cell), [], wrong) for cell, wrong in zip(cells, found, strict=True) if wrong
    ]
    failures += [Failure(f"F2 {said}", [], leaks)] * bool(leaks)
    late = max(column.seconds) > LIMIT
    failures += [Failure(f"F2 {said}", [], ["an attempt took more than 4.0 s"])] * late
    return failures, column.seconds


def section(progress: Progress, left: Left, cells: tuple[Cell, ...] = CELLS) -> Section:
    """The figures of *cells*."""
    failures: list[Failure] = []
    seconds: list[float] = []
    for said in ANSWERS:
        progress(f"F2 {said}")
        found, taken = run_column(said, [cell for cell in cells if cell.said == said], left)
        failures += found
        seconds += taken
    wrong = [each for failure in failures for each in failure.violations]
    rows = [
        ("cells", str(len(cells))),
        ("false accepts", str(wrong.count("false accept"))),
        ("leaks", str(sum(each.startswith("leak") for each in wrong))),
        ("attempt p50/p99/max", milliseconds(seconds)),
    ]
    return Section("F2 user migration", rows, failures)


def replay(line: str) -> Failure:
    """The cell that *line* names, again."""
    cell = next(each for each in CELLS if str(each) == line)
    failures, _ = run_column(cell.said, [cell], Left(5000))
    return Failure(line, [], [wrong for failure in failures for wrong in failure.violations])
