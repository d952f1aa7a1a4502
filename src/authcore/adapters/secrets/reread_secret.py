"""
One secret, read again while the process runs; the last good value stays in use.

===================  ===================================================================
age of the last try  a caller gets
===================  ===================================================================
no value yet         the value, after a read that all callers wait for; or the error
below REREAD_AFTER   the value in memory
below TOO_OLD        the value in memory; a read begins in the background
more                 the value after a read; the one in memory if that fails
===================  ===================================================================
"""

import os
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar
from weakref import WeakSet

from authcore.domain.errors import SecretUnavailableError
from authcore.domain.model.audit import AuditEvent
from authcore.ports.audit import AuditLog
from authcore.ports.system import Clock


REREAD_AFTER: Final = timedelta(seconds=60)
"""How old a value may be before it is read again."""

TOO_OLD: Final = 2 * REREAD_AFTER
"""At this age, after a pause without callers, a caller waits for the read."""

DEMANDS_APART: Final = timedelta(seconds=1)
"""At most one read per second follows from refusals, and one from callers without a value."""

ACTION: Final = "secret.read"

Value = TypeVar("Value")
Start = Callable[[Callable[[], None]], None]


def start_thread(work: Callable[[], None]) -> None:
    """Run *work* in a daemon thread; RuntimeError if there can be none."""
    threading.Thread(target=work, name="secret-read", daemon=True).start()


_SECRETS: Final[WeakSet["RereadSecret[Any]"]] = WeakSet()


class RereadSecret(Generic[Value]):
    """
    Keeps one secret.  Threads share it; one of them at a time reads.

    A process that forks while a thread reads leaves its child the value, and a turn of its own: the
    thread that would end the turn of the parent does not exist in the child.

    A caller never sees a value in part: the whole value is replaced at once.
    """

    def __init__(
        self,
        read: Callable[[], Value],
        *,
        name: str,
        clock: Clock,
        audit: AuditLog,
        start: Start = start_thread,
    ) -> None:
        """
        Begin without a value.

        Args:
            read: Reads and parses the value, or raises SecretUnavailableError.

            name: Of the variable, for the audit log.

            clock: Tells the age of values.

            audit: Records each failed read, and each value that differs from the one before.

            start: Runs a read in the background; by default in a daemon thread.
        """
        self._read = read
        self._name = name
        self._clock = clock
        self._audit = audit
        self._start = start
        self._values: tuple[Value, ...] = ()
        self._error = SecretUnavailableError("the secret was not read yet")
        self._tried_at: datetime | None = None
        self._demanded_at: datetime | None = None
        self._turn = threading.Lock()
        _SECRETS.add(self)

    def get(self) -> Value:
        """
        Give the value.

        Raises:
            SecretUnavailableError: There is none yet.
        """
        values = self._values
        if not values:
            return self._first()
        if self._is_older(self._tried_at, TOO_OLD):
            return self._in_turn(lambda: self._is_older(self._tried_at, REREAD_AFTER))
        if self._is_older(self._tried_at, REREAD_AFTER):
            self._read_in_background()
        return values[0]

    def read_again(self, seen: Value) -> Value:
        """
        Read again because *seen*, which ``get`` gave, does not work.

        Without a read if another one has brought a value since, or was demanded less than
        DEMANDS_APART ago.

        Raises:
            SecretUnavailableError: There is no value.
        """
        with self._turn:
            if self._values[:1] == (seen,) and self._is_older(self._demanded_at, DEMANDS_APART):
                self._try()
                self._demanded_at = self._tried_at
            return self._value()

    def renew_turn(self) -> None:
        """Give a forked process a turn of its own."""
        self._turn = threading.Lock()

    def _first(self) -> Value:
        return self._in_turn(
            lambda: not self._values and self._is_older(self._tried_at, DEMANDS_APART)
        )

    def _in_turn(self, is_due: Callable[[], bool]) -> Value:
        with self._turn:
            if is_due():
                self._try()
            return self._value()

    def _value(self) -> Value:
        if not self._values:
            raise _copy(self._error, str(self._error), self._error.detail)
        return self._values[0]

    def _read_in_background(self) -> None:
        if not self._turn.acquire(blocking=False):
            return
        try:
            self._start(self._try_and_end_turn)
        except RuntimeError:
            self._turn.release()

    def _try_and_end_turn(self) -> None:
        try:
            self._try()
        finally:
            self._turn.release()

    def _try(self) -> None:
        """Read; the time of the try is that of its end, so that callers who waited do not read."""
        self._tried_at = self._clock.now()
        try:
            value = self._read()
        except SecretUnavailableError as error:
            detail = f"{self._name} {error.detail or ''}".rstrip()
            self._error = _copy(error, f"{self._name} cannot be used: {error}", detail)
            self._audit.record(AuditEvent.of(ACTION, self._error))
            return
        finally:
            self._tried_at = self._clock.now()
        if self._values[:1] != (value,):
            is_new = bool(self._values)
            self._values = (value,)
            if is_new:
                self._audit.record(AuditEvent.of(ACTION, None, detail=self._name))

    def _is_older(self, at: datetime | None, than: timedelta) -> bool:
        """Whether *at* is *than* or more away from now, also where the clock was set back."""
        return at is None or abs(self._clock.now() - at) >= than


def _copy(
    error: SecretUnavailableError, message: str, detail: str | None
) -> SecretUnavailableError:
    """Make an error of the same kind; one that is raised again and again keeps every traceback."""
    return type(error)(message, detail=detail)


def _renew_turns() -> None:
    for secret in list(_SECRETS):
        secret.renew_turn()


os.register_at_fork(after_in_child=_renew_turns)
