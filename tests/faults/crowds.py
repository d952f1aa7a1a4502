"""People who sign in over and over while the legacy system misbehaves."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Final, Self

import attrs

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.login_contract import MAX_ANSWER_BYTES
from authcore.adapters.system import monotonic
from authcore.domain.model.urls import ServiceUrl
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore_lambda.user_migration import MigrationUnavailableError, build_handler
from faults.migration_table import API_KEY, CANARY, LIMIT, SOURCES, Left


IN: Final = "in"
OUTAGE: Final = "outage"
NO: Final = "no"

SignsIn = Callable[[], str]
"""Signs one person in once: IN, OUTAGE or NO."""


@attrs.frozen
class SignIn:
    """
    One attempt.

    Attributes:
        began: By monotonic.
        ended: The same.
        result: IN, OUTAGE, NO, or which error escaped.
    """

    began: float
    ended: float
    result: str

    @property
    def took(self) -> float:
        """Seconds."""
        return self.ended - self.began


class Crowd:
    """
    People of one kind.

    Attributes:
        sign_ins: Those that have ended.
    """

    def __init__(self, people: int, every: float, person: Callable[[], SignsIn]) -> None:
        """
        Gather them.

        Args:
            people: How many, all at once.

            every: Seconds from the end of a sign-in to the same person's next one.

            person: Makes one.
        """
        self.sign_ins: list[SignIn] = []
        self._every = every
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._go_on, args=(person(),)) for _ in range(people)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=30)

    def _go_on(self, sign_in: SignsIn) -> None:
        while not self._stop.wait(self._every):
            began = monotonic()
            result = _result(sign_in)
            self.sign_ins.append(SignIn(began, monotonic(), result))


def _result(sign_in: SignsIn) -> str:
    try:
        return sign_in()
    except Exception as error:  # noqa: BLE001 - whatever escapes is what is looked for
        return f"{type(error).__name__} escaped"


@contextmanager
def migrations(url: ServiceUrl, left: Left) -> Iterator[SignsIn]:
    """Password sign-ins of somebody whom only the legacy system at *url* knows."""
    event = {
        "triggerSource": SOURCES[0],
        "userName": "jane",
        "request": {"password": CANARY},
        "response": {},
    }
    variables = {"AUTHCORE_LEGACY_URL": url, "AUTHCORE_LEGACY_API_KEY": API_KEY}
    with closing(HttpClient(within=timedelta(seconds=LIMIT), max_bytes=MAX_ANSWER_BYTES)) as http:
        trigger = build_handler(variables, audit=InMemoryAuditLog(), http=http)

        def sign_in() -> str:
            try:
                return NO if trigger(event, left) is event else IN
            except MigrationUnavailableError:
                return OUTAGE

        yield sign_in
