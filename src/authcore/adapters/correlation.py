"""
The ids that lead from one log line to the others of a request, and of a sign-in.

Neither opens anything: both are written to logs, and the request id is sent to other services.
"""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Final, Self

import attrs

from authcore.adapters.system import random_id
from authcore.domain.model.audit import AuditEvent


REQUEST_ID: Final = "X-Request-Id"
"""Name of the header, in requests and in responses."""

MAX_REQUEST_ID: Final = 64
"""Characters; Amazon's ids have 36 at most, nginx's 32."""

_REQUEST_ID: Final = re.compile(rf"[A-Za-z0-9._~:=+/-]{{1,{MAX_REQUEST_ID}}}")


class Correlation:
    """
    The ids of the request that a thread or task works on inside of its ``with`` block.

    A class, and no generator, because every request of a guard enters one.

    Attributes:
        attempt: Id of the sign-in that the request belongs to; None until it is known.
    """

    __slots__ = ("_before", "_presented", "_request_id", "attempt")

    def __init__(self, presented: str | None, attempt: str | None) -> None:
        """Take the id that came with the request, unchecked."""
        self._presented = presented
        self._request_id: str | None = None
        self.attempt = attempt

    @property
    def request_id(self) -> str:
        """The id that came with the request; where no well-formed one came, one of our own."""
        if self._request_id is None:
            is_good = is_request_id(self._presented)
            own = None if is_good else random_id()
            self._request_id = own or str(self._presented)
        return self._request_id

    def __enter__(self) -> Self:
        """Name the request; enter once."""
        self._before = _current.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        """Name the request again that was named before."""
        _current.reset(self._before)


_current: Final[ContextVar[Correlation | None]] = ContextVar("authcore_correlation", default=None)


def current() -> Correlation | None:
    """Return the ids of the request that this thread or task works on; None outside of any."""
    return _current.get()


def correlate(presented: str | None, *, attempt: str | None = None) -> Correlation:
    """
    Name the request that is worked on inside the block, in this task and the threads it uses.

    Args:
        presented: The request id that came with it, unchecked.  One that is longer than
            MAX_REQUEST_ID, or holds other characters than ``A-Z a-z 0-9 . _ ~ : = + / -``, is
            replaced.

        attempt: Id of the sign-in, where it is known already.
    """
    return Correlation(presented, attempt)


def is_request_id(presented: str | None) -> bool:
    """Whether *presented* is accepted as the id of a request."""
    return presented is not None and _REQUEST_ID.fullmatch(presented) is not None


def name_attempt(attempt: str | None) -> None:
    """Say that the request belongs to the sign-in *attempt*; no effect for None."""
    correlation = _current.get()
    if correlation is not None and attempt is not None:
        correlation.attempt = attempt


def correlation_headers() -> Mapping[str, str]:
    """Return the header that passes the request id on to another service; empty outside."""
    correlation = _current.get()
    return {} if correlation is None else {REQUEST_ID.lower(): correlation.request_id}


def complete(event: AuditEvent) -> AuditEvent:
    """Return *event* with the attempt of the request, unless it names one itself."""
    correlation = _current.get()
    if correlation is None or correlation.attempt is None or event.attempt is not None:
        return event
    return attrs.evolve(event, attempt=correlation.attempt)
