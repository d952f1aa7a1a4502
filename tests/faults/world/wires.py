"""
The lines from functions, guard and commands to the legacy system and the pool, in this process.

Requests and answers are those that a socket would carry: the client's side is httpx's place in
HttpClient and botocore's ``before-send``, the server's side is the local stack's own operations.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any, Final, Literal, cast

from botocore.awsrequest import AWSResponse
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from starlette.requests import Request
from starlette.responses import JSONResponse

from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.http import HttpAnswer, HttpClient, HttpFailedError
from authcore.domain.model.urls import ServiceUrl
from authcore.ports.system import Clock
from authcore.testing.fakes.system import FrozenClock
from authcore_local.cognito.idp_api.idp_endpoint import Api
from authcore_local.legacy.operations import Operation
from authcore_local.legacy.requests import parse_members
from faults.world.weather import Fault, SpoiltError, Weather
from support.gate import AMPLE


JSON: Final = (("content-type", "application/json"),)
IDP_JSON: Final = {"content-type": "application/x-amz-json-1.1"}


class LegacyLine(HttpClient):
    """Posts to the operations of the legacy HTTP API."""

    def __init__(
        self,
        operations: Iterable[Operation],
        api_key: str,
        base_url: str,
        weather: Weather,
        *,
        folds_accents: bool,
    ) -> None:
        super().__init__(within=AMPLE, max_bytes=1 << 20)
        self._folds_accents = folds_accents
        self._operations = {f"{base_url}{each.path}": each for each in operations}
        self._api_key = api_key
        self._weather = weather

    def request(
        self,
        method: Literal["GET", "POST", "PUT"],
        url: ServiceUrl | str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        within: timedelta | None = None,
    ) -> HttpAnswer:
        """See HttpClient."""
        try:
            return self._weather.carry_out(
                "legacy", lambda: self._answer(str(url), dict(headers or {}), content)
            )
        except SpoiltError as spoilt:
            return _spoilt_answer(spoilt.fault)

    def _answer(self, url: str, headers: dict[str, str], content: bytes) -> HttpAnswer:
        operation = self._operations[url]
        if headers.get("x-api-key") != self._api_key:
            return HttpAnswer(401, JSON, b'{"error": "api_key"}')
        asked = parse_members(content, operation.members)
        if asked and self._folds_accents and "password" in asked:
            asked["username"] = _drop_accents(asked["username"])
        said = asked and operation.decide(asked, headers.get("idempotency-key"))
        if said is None:
            return HttpAnswer(400, JSON, b'{"error": "malformed"}')
        return HttpAnswer(200, JSON, bytes(JSONResponse(said).body))


def _drop_accents(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    return "".join(each for each in parts if not unicodedata.combining(each))


def _spoilt_answer(fault: Fault) -> HttpAnswer:
    if fault is Fault.UNSENT:
        raise HttpFailedError("connect", sent=False)
    if fault is Fault.LOST:
        raise HttpFailedError("timeout")
    if fault is Fault.FORBIDDEN:
        return HttpAnswer(401, JSON, b'{"error": "api_key"}')
    status = 429 if fault is Fault.THROTTLED else 503
    return HttpAnswer(status, (("content-type", "text/html"),), b"<title>Maintenance</title>")


class PoolLine:
    """
    Carries the AWS calls of this process to one pool at a time.

    Making a client takes longer than a whole walk, so all worlds share the clients.

    Attributes:
        clock: Of the world that made the last connection.
    """

    def __init__(self) -> None:
        self.clock: Clock = FrozenClock()
        self._api: Api | None = None
        self._weather = Weather()

    def connect(self, api: Api, weather: Weather) -> None:
        """From now on calls go to *api*."""
        self._api, self._weather = api, weather

    def client(self, *, region: str, endpoint_url: ServiceUrl | None = None, **_: Any) -> Any:
        """See ``cognito_client``."""
        return self._client(region, endpoint_url)

    @cache  # noqa: B019 - one line, for the life of the process
    def _client(self, region: str, endpoint_url: ServiceUrl | None) -> Any:
        client: Any = cognito_client(region=region, endpoint_url=endpoint_url, within=AMPLE)
        client.meta.events.register("before-send.cognito-idp", self._send)
        client.close = _do_nothing
        return client

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        try:
            return self._weather.carry_out("pool", lambda: self._answer(request))
        except SpoiltError as spoilt:
            return _spoilt_response(spoilt.fault)

    def _answer(self, request: Any) -> AWSResponse:
        if self._api is None:
            raise LookupError("no pool is connected")
        headers = [
            (name.lower().encode(), _octets(value)) for name, value in request.headers.items()
        ]
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/",
            "query_string": b"",
            "headers": headers,
        }
        answer = self._api.call(Request(scope), request.body)
        return _response(answer.status_code, dict(answer.headers), bytes(answer.body))


POOL_LINE: Final = PoolLine()


def _do_nothing() -> None:
    pass


def _octets(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def _response(status: int, headers: Mapping[str, str], body: bytes) -> AWSResponse:
    response: Any = AWSResponse("http://127.0.0.1/", status, cast("Any", headers), None)
    response._content = body  # what the connection would have been read for
    answered: AWSResponse = response
    return answered


def _spoilt_response(fault: Fault) -> AWSResponse:
    if fault is Fault.UNSENT:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1/")
    if fault is Fault.LOST:
        raise ReadTimeoutError(endpoint_url="http://127.0.0.1/")
    if fault is Fault.FORBIDDEN:
        return _response(400, IDP_JSON, b'{"__type": "AccessDeniedException", "message": ""}')
    if fault is Fault.THROTTLED:
        return _response(400, IDP_JSON, b'{"__type": "TooManyRequestsException", "message": ""}')
    return _response(500, IDP_JSON, b'{"__type": "InternalErrorException", "message": ""}')
