"""
How long calls to other systems take, and how they end.

The clients of ``adapters.http`` and ``adapters.aws`` report each call.  Durations are those of the
process, as its memory and its threads are: clients are built in many places, and an operator asks
how the other system is doing.
"""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from authcore.adapters.durations import Durations
from authcore.adapters.system import monotonic


if TYPE_CHECKING:
    from authcore.adapters.call_spans import CallSpan

Partner = Literal[
    "auth_service",
    "aws",
    "cognito_idp",
    "dynamodb",
    "jwks",
    "legacy",
    "other",
    "secrets_manager",
    "token_endpoint",
]
"""
The other system.

``token_endpoint``: the pool's domain.  ``cognito_idp``: the pool's API.  ``jwks``: where the issuer
publishes its keys.  ``aws``: any further API of AWS.
"""

CallOutcome = Literal[
    "2xx", "3xx", "4xx", "5xx", "connect", "timeout", "protocol", "too_large", "encoded"
]
"""
The class of the answer's status, or why there was no answer.

``connect``: nothing was sent.  ``timeout``: no complete answer in time.  ``protocol``: no HTTP.
``too_large``, ``encoded``: an answer that was not read.
"""

Series: TypeAlias = tuple[Partner, CallOutcome]

DURATIONS: Final[Durations[Series]] = Durations()
"""Of all calls of this process that have ended."""

_TRACING: Final = "opentelemetry.trace"
"""Imported before the first call where the process traces."""

_STATUS_CLASSES: Final[Mapping[int, CallOutcome]] = {2: "2xx", 3: "3xx", 4: "4xx", 5: "5xx"}


class OutsideCall:
    """One call, from its creation to its end."""

    __slots__ = ("_begun", "_partner", "_span")

    def __init__(self, partner: Partner, span: "CallSpan | None") -> None:
        """Begin a call to *partner*; *span* is its span, where the process traces."""
        self._partner = partner
        self._span = span
        self._begun = monotonic()

    def end_answered(self, status: int) -> None:
        """End the call with an answer of HTTP *status*."""
        self._end(_STATUS_CLASSES.get(status // 100, "protocol"), status)

    def end_failed(self, outcome: CallOutcome) -> None:
        """End the call without an answer."""
        self._end(outcome, None)

    def _end(self, outcome: CallOutcome, status: int | None) -> None:
        DURATIONS.observe((self._partner, outcome), monotonic() - self._begun)
        if self._span is not None:
            self._span.end(outcome, status)


def begin_request(partner: Partner, method: str, host: str, port: int | None) -> OutsideCall:
    """
    Begin an HTTP request, and its span where the process traces.

    Args:
        partner: The system that is called.

        method: Of the request.

        host: Name or address of the server.

        port: None for that of the scheme.
    """
    if _TRACING not in sys.modules:
        return OutsideCall(partner, None)
    from authcore.adapters.call_spans import http_span  # noqa: PLC0415 - where the process traces

    return OutsideCall(partner, http_span(partner, method, host, port))


def begin_api_call(partner: Partner, service: str, operation: str) -> OutsideCall:
    """
    Begin a call to an API of AWS, and its span where the process traces.

    Args:
        partner: The system that is called.

        service: As botocore names it.

        operation: As botocore names it.
    """
    if _TRACING not in sys.modules:
        return OutsideCall(partner, None)
    from authcore.adapters.call_spans import api_span  # noqa: PLC0415 - where the process traces

    return OutsideCall(partner, api_span(partner, service, operation))
