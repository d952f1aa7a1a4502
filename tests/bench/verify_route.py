"""
What ``POST /auth/verify`` answers per second, beside the same route written the usual way.

Both run under uvicorn, one worker each, side by side; the client sends prepared bytes from this
process.  Once as the ``web`` extra installs uvicorn, and once with httptools and uvloop.
"""

import base64
import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

import attrs

from authcore.testing.mint import DEFAULT_CLIENT_ID, DEFAULT_ISSUER
from bench.guards import REFRESH_TOKEN_LENGTH
from bench.load import CONNECTIONS, post, requests_per_second
from bench.progress import tick
from bench.serving import environment, peers, served
from bench.verification import MINT, Row, published


ROUNDS: Final = 9
REQUESTS: Final = 640
"""In each round, to each server, of each kind."""

SERVERS: Final = {
    "httptools": ("--http", "httptools", "--loop", "uvloop"),
    "h11": ("--http", "h11", "--loop", "asyncio"),
}

_CALLER_KEY: Final = "key-of-the-bench-" + "k" * 32
_YES: Final = b'"verified":true'


@attrs.frozen
class Pair:
    """
    Two servers that are asked the same.

    Attributes:
        ours: Port.
        theirs: Port.
    """

    ours: int
    theirs: int

    def measured(self, requests: Sequence[bytes], *, ours_first: bool) -> tuple[float, float]:
        """Requests per second of ours and of theirs, one after the other."""
        ports = (self.ours, self.theirs) if ours_first else (self.theirs, self.ours)
        rates = {port: requests_per_second(port, requests, expected=_YES) for port in ports}
        return rates[self.ours], rates[self.theirs]


def auth_service_variables(jwks_url: str) -> Mapping[str, str]:
    """What the auth service needs to start, and one caller."""
    return {
        "AUTHCORE_COGNITO_REGION": "eu-west-1",
        "AUTHCORE_COGNITO_USER_POOL_ID": "eu-west-1_Ab12Cd34E",
        "AUTHCORE_COGNITO_CLIENT_ID": DEFAULT_CLIENT_ID,
        "AUTHCORE_COGNITO_ISSUER": DEFAULT_ISSUER,
        "AUTHCORE_COGNITO_JWKS_URL": jwks_url,
        "AUTHCORE_COOKIE_DOMAIN": "example.com",
        "AUTHCORE_COOKIE_KEYS": base64.b64encode(bytes(range(32))).decode(),
        "AUTHCORE_SIGN_IN_DOMAIN_URL": "https://example.auth.eu-west-1.amazoncognito.com",
        "AUTHCORE_SIGN_IN_CLIENT_SECRET": "made-up-" + "s" * 32,
        "AUTHCORE_SIGN_IN_CALLBACK_URL": "https://auth.example.com/auth/signin/callback",
        "AUTHCORE_SIGN_IN_REDIRECTS": "https://cms.example.com",
        "AUTHCORE_SIGN_IN_DEFAULT_REDIRECT": "https://cms.example.com/",
        "AUTHCORE_VERIFY_CALLER_KEYS": f"bench={_CALLER_KEY}",
    }


def _peer_variables(jwks_url: str) -> Mapping[str, str]:
    return {
        "PEER_ISSUER": DEFAULT_ISSUER,
        "PEER_CLIENT_ID": DEFAULT_CLIENT_ID,
        "PEER_CALLER_KEY": _CALLER_KEY,
        "PEER_JWKS_URL": jwks_url,
    }


def rows() -> list[Row]:
    """Name, figure, target; medians of alternating rounds."""
    with published(MINT.jwks_bytes()) as jwks_url, peers() as folder:
        variables = {
            **environment(folder),
            **auth_service_variables(jwks_url),
            **_peer_variables(jwks_url),
        }
        return [row for name in SERVERS for row in _compared(name, variables)]


def _compared(name: str, variables: Mapping[str, str]) -> Sequence[Row]:
    known = [_question() for _ in range(CONNECTIONS)] * (REQUESTS // CONNECTIONS)
    first: list[tuple[float, float]] = []
    again: list[tuple[float, float]] = []
    with _pair(variables, ("--no-access-log", *SERVERS[name])) as pair:
        pair.measured(known, ours_first=True)
        for number in range(ROUNDS):
            fresh = [_question() for _ in range(REQUESTS)]
            first.append(pair.measured(fresh, ours_first=number % 2 == 0))
            again.append(pair.measured(known, ours_first=number % 2 == 0))
            tick()
    return [
        *_rows(f"{name}: first sight", first, "≥ x 2"),
        *_rows(f"{name}: remembered", again, "≥ x 3"),
    ]


def _rows(name: str, rates: Sequence[tuple[float, float]], target: str) -> Iterator[Row]:
    ours, theirs = (statistics.median(each) for each in zip(*rates, strict=True))
    ratio = statistics.median(our / their for our, their in rates)
    yield f"{name}, FastAPI and PyJWKClient", f"{theirs:,.0f}/s", ""
    yield f"{name}, the auth service", f"{ours:,.0f}/s, x {ratio:.2f}", target


@contextmanager
def _pair(variables: Mapping[str, str], options: Sequence[str]) -> Iterator[Pair]:
    ours = served("authcore_web.app:from_environment", variables, "--factory", *options)
    theirs = served("bench.peer_app:app", variables, *options)
    with ours as our_port, theirs as their_port:
        yield Pair(our_port, their_port)


def _question() -> bytes:
    """About a session that nobody has seen."""
    access = MINT.access(without=["cognito:groups"])
    tokens = {
        "access_token": access,
        "id_token": MINT.identity(at_hash=MINT.at_hash(access)),
        "refresh_token": "r" * REFRESH_TOKEN_LENGTH,
    }
    return post("/auth/verify", json.dumps(tokens).encode(), bearer=_CALLER_KEY)


def main() -> None:
    """Print the table."""
    for name, figure, target in rows():
        print(f"{name:52}{figure:>20}   {target}")


if __name__ == "__main__":
    main()
