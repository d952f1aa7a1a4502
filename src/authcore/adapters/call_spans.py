"""
OpenTelemetry spans round calls to other systems.

Imported only where the process traces.  The spans name system, operation, host and outcome: no
path, query, header or body, which hold ids, tokens and addresses.

See: OpenTelemetry "Semantic conventions for HTTP spans", "… for AWS SDK spans".
"""

from typing import Final

from opentelemetry.trace import Span, SpanKind, StatusCode, get_tracer


_SCOPE: Final = "authcore"

_FIRST_FAILURE: Final = 400


class CallSpan:
    """The span of one call."""

    __slots__ = ("_span",)

    def __init__(self, span: Span) -> None:
        """End *span* with the call."""
        self._span = span

    def end(self, outcome: str, status: int | None) -> None:
        """
        End the span.

        Args:
            outcome: How the call ended, from a fixed list.

            status: Of the answer; None where there was none.
        """
        if status is not None:
            self._span.set_attribute("http.response.status_code", status)
        if status is None or status >= _FIRST_FAILURE:
            self._span.set_attribute("error.type", outcome if status is None else str(status))
            self._span.set_status(StatusCode.ERROR)
        self._span.end()


def http_span(partner: str, method: str, host: str, port: int | None) -> CallSpan:
    """Begin the span of an HTTP request; see ``outside_calls.begin_request``."""
    attributes: dict[str, str | int] = {"http.request.method": method, "server.address": host}
    if port is not None:
        attributes["server.port"] = port
    return _begin(f"{method} {partner}", partner, attributes)


def api_span(partner: str, service: str, operation: str) -> CallSpan:
    """Begin the span of a call to an API of AWS; see ``outside_calls.begin_api_call``."""
    attributes: dict[str, str | int] = {
        "rpc.system": "aws-api",
        "rpc.service": service,
        "rpc.method": operation,
    }
    return _begin(f"{service}/{operation}", partner, attributes)


def _begin(name: str, partner: str, attributes: dict[str, str | int]) -> CallSpan:
    span = get_tracer(_SCOPE).start_span(
        name, kind=SpanKind.CLIENT, attributes={**attributes, "peer.service": partner}
    )
    return CallSpan(span)
