"""``/healthz``, ``/readyz``, ``/metrics``, ``/openapi.json``: for those who run the service."""

from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import UnavailableError
from authcore_web.metrics import MEDIA_TYPE, Metrics
from authcore_web.response.errors import ErrorResponses
from authcore_web.response.plain import as_json


class ServiceRoutes:
    """Tell operators and their machines how this process is."""

    def __init__(
        self,
        *,
        warm_up: Callable[[], None],
        metrics: Metrics,
        error_responses: ErrorResponses,
        threads: WorkerThreads,
    ) -> None:
        """
        Report on this process.

        Args:
            warm_up: Returns once the issuer's keys are in memory, raises UnavailableError if they
                cannot be had.

            metrics: What is counted.

            error_responses: Says that keys cannot be had.

            threads: Where *warm_up* waits.
        """
        self._warm_up = warm_up
        self._metrics = metrics
        self._error_responses = error_responses
        self._threads = threads
        self._document = Path(__file__).parents[1].joinpath("openapi.json").read_bytes()

    async def alive(self, request: Request) -> Response:  # noqa: ARG002 - a route's shape
        """200 as long as the process answers at all."""
        return as_json({"status": "ok"})

    async def ready(self, request: Request) -> Response:
        """200 once sessions can be checked, 503 until then."""
        try:
            await self._threads.run(self._warm_up)
        except UnavailableError as error:
            return self._error_responses.of(error, request, action="service.ready")
        return as_json({"status": "ready"})

    async def metrics(self, request: Request) -> Response:  # noqa: ARG002 - a route's shape
        """What this process has counted, for Prometheus."""
        return Response(self._metrics.text(), headers={"content-type": MEDIA_TYPE})

    async def document(self, request: Request) -> Response:  # noqa: ARG002 - a route's shape
        """The OpenAPI description of this service."""
        return Response(self._document, media_type="application/json")
