"""The spans of this process, in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


@cache
def _exporter() -> InMemorySpanExporter:
    """The exporter of the process: OpenTelemetry's API takes one provider, once."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


class RecordedSpans:
    """The spans that ended since it was made."""

    def __init__(self, exporter: InMemorySpanExporter) -> None:
        self._exporter = exporter

    def all(self) -> tuple[ReadableSpan, ...]:
        return self._exporter.get_finished_spans()

    def one(self) -> ReadableSpan:
        (span,) = self.all()
        return span

    def text(self) -> str:
        """Everything that an exporter would send of them."""
        return "".join(span.to_json() for span in self.all())


@contextmanager
def recorded_spans() -> Iterator[RecordedSpans]:
    """Record spans from now on."""
    exporter = _exporter()
    exporter.clear()
    yield RecordedSpans(exporter)
    exporter.clear()
