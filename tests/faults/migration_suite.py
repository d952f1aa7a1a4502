"""F2: the user migration trigger against every answer, person, source and repetition."""

import logging
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.login_contract import MAX_ANSWER_BYTES
from authcore.adapters.system import monotonic
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore_lambda.events.types import Event
from authcore_lambda.user_migration import MigrationUnavailableError, build_handler
from faults.figures import Failure, Progress, Section, milliseconds
from faults.migration_table import ANSWERS, API_KEY, CELLS, LIMIT, PEOPLE, SOURCES, Cell, Left
from faults.tcp_proxy import TcpProxy, healthy, reset, silence
from support.scripted_server import ScriptedServer
from support.unhurried import Unhurried


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

    def __init__(
        self, said: str, server: ScriptedServer, proxy: TcpProxy, http: HttpClient, limit: float
    ) -> None:
        url = proxy.url.replace("http:", "https:") if said == "tls error" else proxy.url
        proxy.toxic = {"hang": silence, "reset": reset}.get(said, healthy)
        self.shown: list[str] = []
        self.seconds: list[float] = []
        self._server = server
        self._audit = InMemoryAuditLog()
        variables = {"AUTHCORE_LEGACY_URL": url, "AUTHCORE_LEGACY_API_KEY": API_KEY}
        trigger = build_handler(variables, audit=self._audit, http=http)
        self._trigger = Unhurried(trigger) if limit > LIMIT else trigger

    def wrongs(self, cell: Cell, left: Left | None) -> list[str]:
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

    def _said(self, asked: Event, left: Left | None) -> Event | None:
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


def run_column(
    said: str, cells: list[Cell], left: Left | None, limit: float = LIMIT
) -> tuple[list[Failure], list[float]]:
    """Run *cells*, which all have the answer *said*; what went wrong, and how long it took."""
    failures: list[Failure] = []
    http = HttpClient(within=timedelta(seconds=limit), max_bytes=MAX_ANSWER_BYTES)
    with closing(http), ScriptedServer(ANSWERS[said]) as server, TcpProxy(server.port) as proxy:
        column = Answered(said, server, proxy, http, limit)
        with overheard() as lines, ThreadPoolExecutor(10) as threads:
            found = list(threads.map(lambda cell: column.wrongs(cell, left), cells))
        leaks = column.leaks(lines)
    failures += [
        Failure(str(cell), [], wrong) for cell, wrong in zip(cells, found, strict=True) if wrong
    ]
    failures += [Failure(f"F2 {said}", [], leaks)] * bool(leaks)
    late = max(column.seconds) > limit
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
    """The cells whose text begins with *line*, all of one answer, again."""
    cells = [each for each in CELLS if str(each).startswith(line)]
    failures, _ = run_column(cells[0].said, cells, Left(5000))
    return Failure(line, [], [wrong for failure in failures for wrong in failure.violations])
