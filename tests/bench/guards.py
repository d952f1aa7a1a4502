"""What a guard adds to a request of somebody who is signed in, beside the bare application."""

import asyncio
import base64
import statistics
from collections.abc import Mapping
from typing import Any, Final

from authcore.adapters.system import monotonic
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.testing.mint import DEFAULT_CLIENT_ID, DEFAULT_ISSUER
from authcore_guard.asgi import Guard
from authcore_guard.container import GuardContainer, guard_container
from bench.verification import MINT, Row, published
from unit.asgi_calls import PAGE, http_scope


ROUNDS: Final = 51
CALLS: Final = 200
REFRESH_TOKEN_LENGTH: Final = 1800
"""Characters; about what Cognito's have."""


def rows() -> list[Row]:
    """Name, figure, target; medians of interleaved rounds, in microseconds."""
    with published(MINT.jwks_bytes()) as jwks_url:
        container = guard_container(_environment(jwks_url))
        return asyncio.run(_measured(container))


async def _measured(container: GuardContainer) -> list[Row]:
    cookies = _cookies(container)
    guard = Guard(_application, container.doorkeeper())
    scope = http_scope("/articles", headers=[PAGE], cookies=cookies)
    contenders = {"bare": _application, "guarded": guard}
    for _ in range(3):
        assert await _status(guard, scope) == 200
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, app in contenders.items():
            times[name].append(await _microseconds(app, scope))
    bare, guarded = (statistics.median(times[name]) for name in contenders)
    return [
        ("the bare application", f"{bare:.1f} µs", ""),
        (f"guarded, {len(cookies):,} B of cookies", f"+ {guarded - bare:.1f} µs", "+ 60 µs"),
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
    await send({"type": "http.response.body", "body": b"an article"})


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
