"""
OpenTelemetry spans round calls to other systems.

A process that traces has imported OpenTelemetry's API before it calls anyone: the application, an
agent or a Lambda layer sets it up.  Every other process pays one look into ``sys.modules``, and
needs no package.  The spans name system, operation, host and outcome: no path, query, header or
body, which hold ids, tokens and addresses.

See: OpenTelemetry "Semantic conventions for HTTP spans", "… for AWS SDK spans".
"""

import sys
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from opentelemetry.trace import Span

_API: Final = "opentelemetry.trace"
_SCOPE: Final = "authcore"

_FIRST_FAILURE: Final = 400


def http_span(partner: str, method: str, host: str, port: int | None) -> "CallSpan | None":
    """
    Begin the span of an HTTP request; None where the process does not trace.

    Args:
        partner: The system that is called.

        method: Of the request.

        host: Name or address of the server.

        port: None for that of the scheme.
    """
    if _API not in sys.modules:
        return None
    attributes: dict[str, str | int] = {"http.request.method": method, "server.address": host}
    if port is not None:
        attributes["server.port"] = port
    return _begin(f"{method} {partner}", partner, attributes)


def api_span(partner: str, service: str, operation: str) -> "CallSpan | None":
    """
    Begin the span of a call to an API of AWS; None where the process does not trace.

    Args:
        partner: The system that is called.

        service: As botocore names it.

        operation: As botocore names it.
    """
    if _API not in sys.modules:
        return None
    attributes: dict[str, str | int] = {
        "rpc.system": "aws-api",
        "rpc.service": service,
        "rpc.method": operation,
    }
    return _begin(f"{service}/{operation}", partner, attributes)


def _begin(name: str, partner: str, attributes: dict[str, str | int]) -> "CallSpan":
    from opentelemetry.trace import SpanKind, get_tracer  # noqa: PLC0415 - of the extra otel

    span = get_tracer(_SCOPE).start_span(
        name, kind=SpanKind.CLIENT, attributes={**attributes, "peer.service": partner}
    )
    return CallSpan(span)


class CallSpan:
    """The span of one call."""

    __slots__ = ("_span",)

    def __init__(self, span: "Span") -> None:
        """End *span* with the call."""
        self._span = span

    def end(self, outcome: str, status: int | None) -> None:
        """
        End the span.

        Args:
            outcome: How the call ended, from a fixed list.

            status: Of the answer; None where there was none.
        """
        from opentelemetry.trace import StatusCode  # noqa: PLC0415 - of the extra otel

        if status is not None:
            self._span.set_attribute("http.response.status_code", status)
        if status is None or status >= _FIRST_FAILURE:
            self._span.set_attribute("error.type", outcome if status is None else str(status))
            self._span.set_status(StatusCode.ERROR)
        self._span.end()
