"""
Many who come back at once with sessions that have expired.

The provider takes 200 ms.  Beside our client stands one of aiohttp, with as many connections as it
wants, that does nothing but ask and read the JSON.  Both open their connections anew in each round,
because providers hang up on those that rest.
"""

import asyncio
import json
import statistics
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

import attrs

from authcore.adapters.system import SystemClock, monotonic
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.ports.cookies import SessionJar
from authcore_web.app import create_app
from authcore_web.container import WebContainer, web_container
from bench.guards import REFRESH_TOKEN_LENGTH
from bench.progress import tick
from bench.serving import peers
from bench.slow_provider import slow_provider
from bench.verification import MINT, Row, published
from bench.verify_route import auth_service_variables
from unit.asgi_calls import http_scope


USERS: Final = 200
ROUNDS: Final = 9
TOGETHER: Final = 50
"""Requests of one page."""

_AUTHORIZATION: Final = {"authorization": "Basic bWFkZTp1cA=="}
_HOUR: Final = 3600
_STARTED: Final = int(SystemClock().now().timestamp())


@attrs.frozen
class Visitor:
    """
    Somebody whose session has expired.

    Attributes:
        tokens: Of it.
        cookies: That carry them.
        answer: What the provider trades them for.
    """

    tokens: TokenSet
    cookies: str
    answer: bytes


Ask = Callable[[Visitor], Awaitable[object]]


def rows() -> list[Row]:
    """Name, figure, target; milliseconds until the last but one in a hundred has his answer."""
    jar = web_container(auth_service_variables("https://keys.example.com/")).sessions()
    one, *visitors = (_visitor(str(number), jar) for number in range(1 + USERS * ROUNDS))
    crowds = [visitors[start : start + USERS] for start in range(0, len(visitors), USERS)]
    answers = {str(each.tokens.refresh_token): each.answer for each in (one, *visitors)}
    with (
        published(MINT.jwks_bytes()) as jwks_url,
        slow_provider(answers) as provider,
        peers() as folder,
        _importable(folder),
    ):
        variables = {**auth_service_variables(jwks_url), "AUTHCORE_SIGN_IN_TOKEN_URL": provider}
        return asyncio.run(_measured(variables, provider, one, crowds))


async def _measured(
    variables: Mapping[str, str],
    provider: str,
    one: Visitor,
    crowds: Sequence[Sequence[Visitor]],
) -> list[Row]:
    container = web_container(variables)
    container.keys().warm_up()
    asked = await _together(container, one, provider)
    clients, doors, theirs = [], [], []
    for crowd in crowds:
        theirs.append(await _aiohttp(f"{provider}/oauth2/token", crowd))
        container.http().close()
        clients.append(await _p99(_client(container), crowd))
        container.http().close()
        doors.append(await _p99(_door(container), crowd))
        tick()
    return [
        (f"{TOGETHER} at once, one session", f"{asked} token call", "1"),
        (f"{USERS} users at once, aiohttp, p99", _milliseconds(theirs), ""),
        _row("the auth service's client, p99", clients, theirs, "≤ x 2"),
        _row("whole answers of /auth/session, p99", doors, theirs, ""),
    ]


def _row(name: str, ours: Sequence[float], theirs: Sequence[float], target: str) -> Row:
    ratio = statistics.median(our / their for our, their in zip(ours, theirs, strict=True))
    return name, f"{_milliseconds(ours)}, x {ratio:.2f}", target


def _milliseconds(rounds: Sequence[float]) -> str:
    return f"{statistics.median(rounds) * 1000:.0f} ms"


async def _together(container: WebContainer, visitor: Visitor, provider: str) -> int:
    """How often the provider is asked for one session that TOGETHER requests carry."""
    door = _door(container)
    await asyncio.gather(*(door(visitor) for _ in range(TOGETHER)))
    return int(await asyncio.to_thread(_read, provider))


def _read(url: str) -> bytes:
    with urlopen(url, timeout=10) as response:
        return bytes(response.read())


async def _p99(ask: Ask, crowd: Sequence[Visitor]) -> float:
    """Seconds from the common start."""
    began = monotonic()

    async def taken(visitor: Visitor) -> float:
        await ask(visitor)
        return monotonic() - began

    return statistics.quantiles(await asyncio.gather(*map(taken, crowd)), n=100)[98]


def _client(container: WebContainer) -> Ask:
    """What the auth service asks Cognito with, in its threads."""
    refresher, threads = container.cognito_refresher(), container.threads()

    async def ask(visitor: Visitor) -> None:
        await threads.run(lambda: refresher.refresh(visitor.tokens, username=None))

    return ask


def _door(container: WebContainer) -> Ask:
    """The application, as a server calls it."""
    app: Any = create_app(container)

    async def ask(visitor: Visitor) -> None:
        sent: list[Mapping[str, Any]] = []
        await app(http_scope("/auth/session", cookies=visitor.cookies), _receive, _into(sent))
        if sent[0]["status"] != 200:
            raise ValueError(f"unexpected answer: {sent[0]['status']}")

    return ask


def _into(sent: list[Mapping[str, Any]]) -> Callable[[Mapping[str, Any]], Awaitable[None]]:
    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    return send


async def _receive() -> Mapping[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _aiohttp(url: str, crowd: Sequence[Visitor]) -> float:
    import aiohttp  # type: ignore[import-not-found]

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def ask(visitor: Visitor) -> None:
            form = {"grant_type": "refresh_token", "refresh_token": visitor.tokens.refresh_token}
            async with session.post(url, data=form, headers=_AUTHORIZATION) as answer:
                await answer.json()

        return await _p99(ask, crowd)


def _visitor(name: str, jar: SessionJar) -> Visitor:
    refresh_token = RefreshToken(f"{name}-".ljust(REFRESH_TOKEN_LENGTH, "r"))
    access, identity = _tokens(name, issued=-_HOUR - 60)
    fresh_access, fresh_identity = _tokens(name, issued=0)
    answer = {
        "access_token": fresh_access,
        "id_token": fresh_identity,
        "token_type": "Bearer",
        "expires_in": _HOUR,
    }
    tokens = TokenSet(access, identity, refresh_token)
    cookies = "; ".join(value.partition(";")[0] for value in jar.write(tokens))
    return Visitor(tokens, cookies, json.dumps(answer).encode())


def _tokens(name: str, *, issued: int) -> tuple[str, str]:
    """Of a sign-in that was a while ago; *issued* so many seconds from now, for an hour."""
    claims = {
        "sub": f"user-{name}",
        "auth_time": _STARTED - _HOUR - 60,
        "iat": _STARTED + issued,
        "exp": _STARTED + issued + _HOUR,
    }
    access = MINT.access(**claims)
    return access, MINT.identity(at_hash=MINT.at_hash(access), **claims)


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    sys.path.append(str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def main() -> None:
    """Print the table."""
    for name, figure, target in rows():
        print(f"{name:52}{figure:>20}   {target}")


if __name__ == "__main__":
    main()
