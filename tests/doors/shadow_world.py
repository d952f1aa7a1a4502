"""Applications that know nothing of a guard: alone, behind an observing or an enforcing one."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs
import flask
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from fastapi import Depends, FastAPI

from authcore.adapters.audit.shadow_log import ShadowLog
from authcore.adapters.background import Background, Call
from authcore.domain.model.shadow import Prediction
from authcore.domain.services.sessions.prediction import predict_browsers
from authcore_guard import asgi, wsgi
from authcore_guard import flask as guarded_flask
from authcore_guard.fastapi import SignedIn
from authcore_guard.request_guard import RequestGuard
from authcore_guard.shadow import Shadow
from doors.frameworks import (
    DJANGO_GUARD,
    GuardedRequest,
    django_site,
    through_asgi,
    through_wsgi,
)
from doors.world import DoorWorld


class AtOnce(Background):
    """Runs calls where they are submitted."""

    def submit(self, call: Call) -> bool:
        call()
        return True


class Later(Background):
    """Keeps calls until ``run``."""

    def submit(self, call: Call) -> bool:
        self._queue.put(call)
        return True

    def run(self) -> None:
        while not self._queue.empty():
            self._queue.get()()


@attrs.define(kw_only=True, eq=False, repr=False)
class KeptPredictions(ShadowLog):
    """Keeps each prediction beside the counts."""

    predictions: list[Prediction] = attrs.field(factory=list)
    routes: list[Prediction] = attrs.field(factory=list)

    def add(self, prediction: Prediction) -> None:
        self.predictions.append(prediction)
        super().add(prediction)

    def add_route(self, prediction: Prediction) -> None:
        self.routes.append(prediction)
        super().add_route(prediction)


def kept_predictions(world: DoorWorld) -> KeptPredictions:
    return KeptPredictions(clock=world.clock, counter=world.counter, audit=world.audit)


def observing(world: DoorWorld, log: ShadowLog, guard: RequestGuard | None = None) -> RequestGuard:
    """The guard of *world*, or *guard*, as one that only observes."""
    return attrs.evolve(
        guard or world.request_guard,
        browser_guard=predict_browsers(world.browser_guard),
        shadow=Shadow(log, AtOnce()),
    )


App = Callable[[RequestGuard | None], GuardedRequest]
"""Makes the same application behind a guard, or without one (None)."""


def asgi_app(guard: RequestGuard | None) -> GuardedRequest:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        known = sorted(scope).__repr__().encode()
        headers = [(b"content-length", str(len(known)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": known})

    return through_asgi(app if guard is None else asgi.Guard(app, guard))


def wsgi_app(guard: RequestGuard | None) -> GuardedRequest:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [repr(sorted(environ)).encode()]

    return through_wsgi(app if guard is None else wsgi.Guard(app, guard))


def flask_app(guard: RequestGuard | None) -> GuardedRequest:
    app = flask.Flask(__name__)
    if guard is not None:
        guarded_flask.Guard(guard).init_app(app)

    @app.route("/articles", methods=["GET", "POST", "HEAD", "OPTIONS"])
    def articles() -> Any:
        return {"articles": [1]}, 200, {"cache-control": "public"}

    return through_wsgi(app)


def fastapi_app(guard: RequestGuard | None) -> GuardedRequest:
    app = FastAPI()
    needs = []
    if guard is not None:
        needs = [Depends(SignedIn(guard).install(app))]

    @app.api_route("/articles", methods=["GET", "POST", "HEAD", "OPTIONS"], dependencies=needs)
    async def articles() -> Any:
        await asyncio.sleep(0)
        return {"articles": [1]}

    return through_asgi(app)


def django_app(handler: Callable[[], Any], through: Callable[[Any], GuardedRequest]) -> App:
    def make(guard: RequestGuard | None) -> GuardedRequest:
        django_site(_Site(guard), [DJANGO_GUARD] if guard else [])  # type: ignore[arg-type]
        return through(handler())

    return make


@attrs.frozen
class _Site:
    request_guard: RequestGuard | None


APPS: Final[Mapping[str, App]] = {
    "asgi": asgi_app,
    "wsgi": wsgi_app,
    "flask": flask_app,
    "fastapi": fastapi_app,
    "django wsgi": django_app(WSGIHandler, through_wsgi),
    "django asgi": django_app(ASGIHandler, through_asgi),
}
