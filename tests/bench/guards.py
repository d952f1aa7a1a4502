"""What a guard adds to a request of somebody who is signed in, beside the bare application."""

import asyncio
import base64
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from authcore.adapters.system import monotonic
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.testing.mint import DEFAULT_CLIENT_ID, DEFAULT_ISSUER
from authcore_guard import asgi, wsgi
from authcore_guard.container import GuardContainer, guard_container
from bench.verification import MINT, Row, published
from unit.asgi_calls import PAGE, http_scope


ROUNDS: Final = 501
CALLS: Final = 20
REFRESH_TOKEN_LENGTH: Final = 1800
"""Characters; about what Cognito's have."""

PAGE_BODY: Final = b"an article"


def rows() -> list[Row]:
    """Name, figure, target; medians of interleaved rounds, in microseconds."""
    with published(MINT.jwks_bytes()) as jwks_url:
        container = guard_container(_environment(jwks_url))
        container.keys().warm_up()
        cookies = _cookies(container)
        return [*asyncio.run(_of_asgi(container, cookies)), *_of_wsgi(container, cookies)]


async def _of_asgi(container: GuardContainer, cookies: str) -> list[Row]:
    guard = asgi.Guard(_application, container.request_guard())
    scope = http_scope("/articles", headers=[PAGE], cookies=cookies)
    for _ in range(3):
        assert await _status(guard, scope) == 200
    pairs = [
        (await _microseconds(_application, scope), await _microseconds(guard, scope))
        for _ in range(ROUNDS)
    ]
    return _rows("ASGI", cookies, pairs)


def _of_wsgi(container: GuardContainer, cookies: str) -> list[Row]:
    guard = wsgi.Guard(_wsgi_application, container.request_guard())
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/articles",
        "HTTP_ACCEPT": PAGE[1],
        "HTTP_COOKIE": cookies,
    }
    for _ in range(3):
        assert b"".join(guard(environ, _started)) == PAGE_BODY
    pairs = [
        (_wsgi_microseconds(_wsgi_application, environ), _wsgi_microseconds(guard, environ))
        for _ in range(ROUNDS)
    ]
    return _rows("WSGI", cookies, pairs)


def _rows(name: str, cookies: str, pairs: Sequence[tuple[float, float]]) -> list[Row]:
    bare, guarded = (statistics.median(times) for times in zip(*pairs, strict=True))
    return [
        (f"{name}: the bare application", f"{bare:.1f} µs", ""),
        (
            f"{name}: guarded, {len(cookies):,} B of cookies",
            f"+ {guarded - bare:.1f} µs",
            "≤ + 60 µs",
        ),
    ]


def _cookies(container: GuardContainer) -> str:
    """What the browser of somebody sends who signed in."""
    access = MINT.access(without=["cognito:groups"])
    identity = MINT.identity(at_hash=MINT.at_hash(access))
    refresh_token = RefreshToken("r" * REFRESH_TOKEN_LENGTH)
    values = container.sessions().write(TokenSet(access, identity, refresh_token))
    return "; ".join(value.partition(";")[0] for value in values)


async def _application(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": PAGE_BODY})


def _wsgi_application(_: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [PAGE_BODY]


def _started(_: str, __: object, ___: object = None, /) -> Callable[[bytes], object]:
    return lambda octets: octets


async def _receive() -> Mapping[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _status(app: Any, scope: Mapping[str, Any]) -> int:
    sent: list[Mapping[str, Any]] = []

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    await app(scope, _receive, send)
    return int(sent[0]["status"])


async def _microseconds(app: Any, scope: Mapping[str, Any]) -> float:
    async def send(_: Mapping[str, Any]) -> None:
        pass

    began = monotonic()
    for _ in range(CALLS):
        await app(scope, _receive, send)
    return (monotonic() - began) / CALLS * 1e6


def _wsgi_microseconds(app: WSGIApplication, environ: WSGIEnvironment) -> float:
    cookies = environ["HTTP_COOKIE"].encode()
    requests = [{**environ, "HTTP_COOKIE": cookies.decode()} for _ in range(CALLS)]
    began = monotonic()
    for each in requests:
        app(each, _started)
    return (monotonic() - began) / CALLS * 1e6


def _environment(jwks_url: str) -> Mapping[str, str]:
    return {
        "AUTHCORE_COGNITO_REGION": "eu-west-1",
        "AUTHCORE_COGNITO_USER_POOL_ID": "eu-west-1_Ab12Cd34E",
        "AUTHCORE_COGNITO_CLIENT_ID": DEFAULT_CLIENT_ID,
        "AUTHCORE_COGNITO_ISSUER": DEFAULT_ISSUER,
        "AUTHCORE_COGNITO_JWKS_URL": jwks_url,
        "AUTHCORE_COOKIE_DOMAIN": "example.com",
        "AUTHCORE_COOKIE_KEYS": base64.b64encode(bytes(range(32))).decode(),
        "AUTHCORE_GUARD_SIGNIN_URL": "https://auth.example.com/auth/signin",
        "AUTHCORE_GUARD_APP_URL": "https://cms.example.com",
    }


def main() -> None:
    """Print the table."""
    for name, figure, target in rows():
        print(f"{name:48}  {figure:20}  {target}")


if __name__ == "__main__":
    main()
