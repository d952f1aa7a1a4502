"""``/healthz``, ``/readyz``, ``/metrics``, ``/openapi.json``: for operators."""

from pathlib import Path
from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import UnavailableError
from authcore_web.metrics import MEDIA_TYPE, Metrics
from authcore_web.readiness import ACTION, Readiness
from authcore_web.response.errors import ErrorResponses
from authcore_web.response.plain import as_json


_DOCUMENT: Final = Path(__file__).parents[1] / "openapi.json"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ServiceRoutes:
    """
    Report the state of this process to operators and their machines.

    Attributes:
        readiness: Tells whether this process can serve.
        metrics: Of this process.
        error_responses: Answers while it cannot.
        threads: Where *readiness* waits.
    """

    _readiness: Readiness
    _metrics: Metrics
    _error_responses: ErrorResponses
    _threads: WorkerThreads
    _document: bytes = attrs.field(init=False, factory=_DOCUMENT.read_bytes)

    async def alive(self, request: Request) -> Response:  # noqa: ARG002 - a route's shape
        """200 as long as the process answers."""
        return as_json({"status": "ok"})

    async def ready(self, request: Request) -> Response:
        """200 while keys, table and client secret are there; otherwise 503 and the reason."""
        try:
            state = await self._threads.run(self._readiness.state)
        except UnavailableError as error:  # no thread is free
            return self._error_responses.of(error, request, action=ACTION)
        if state.error is not None:
            return self._error_responses.of_recorded(state.error, request, state.reference)
        return as_json({"status": "ready"})

    async def metrics(self, request: Request) -> Response:  # noqa: ARG002 - a route's shape
        """The metrics of this process, for Prometheus."""
        return Response(self._metrics.text(), headers={"content-type": MEDIA_TYPE})

    async def document(self, request: Request) -> Response:  # noqa: ARG002 - a route's shape
        """The OpenAPI description of this service."""
        return Response(self._document, media_type="application/json")
