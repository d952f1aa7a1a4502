"""
What ``POST /auth/verify`` answers per second, beside the same route written the usual way.

Both run under uvicorn, one worker each, side by side; the client sends prepared bytes from this
process.  Once as installed (ours as ``python -m authcore_web`` starts it), and twice with the same
parser and loop.  On a busy machine the client gets in the way of the quicker server; the CPU that a
request takes tells more.
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
from bench.serving import Server, environment, peers, served
from bench.verification import MINT, Row, published


ROUNDS: Final = 9
REQUESTS: Final = 640
"""In each round, to each server, of each kind."""

_QUICK: Final = ("--http", "authcore_web.bounded_http:BoundedHttpProtocol", "--loop", "uvloop")
_PLAIN: Final = ("--http", "h11", "--loop", "asyncio")

SERVERS: Final = {
    "as installed": (_QUICK, _PLAIN, "≥ x 2.1", "≥ x 3.5"),
    "both httptools": (_QUICK, ("--http", "httptools", "--loop", "uvloop"), "≥ x 2", "≥ x 3"),
    "both h11": (_PLAIN, _PLAIN, "", ""),
}
"""Options of ours and of theirs, and the targets at first sight and for remembered tokens."""

_CALLER_KEY: Final = "key-of-the-bench-" + "k" * 32
_YES: Final = b'"verified":true'


@attrs.frozen
class Effort:
    """
    What one server did in one round.

    Attributes:
        per_second: Requests.
        cpu: Microseconds of CPU for each.
    """

    per_second: float
    cpu: float


@attrs.frozen
class Pair:
    """
    Two servers that are asked the same.

    Attributes:
        ours: The auth service.
        theirs: What it is compared with.
    """

    ours: Server
    theirs: Server

    def measured(
        self, requests: Sequence[bytes], *, ours_first: bool = True
    ) -> tuple[Effort, Effort]:
        """Ours and theirs, one after the other."""
        servers = (self.ours, self.theirs) if ours_first else (self.theirs, self.ours)
        efforts = {server.port: _effort(server, requests) for server in servers}
        return efforts[self.ours.port], efforts[self.theirs.port]


def _effort(server: Server, requests: Sequence[bytes]) -> Effort:
    before = server.cpu_seconds()
    per_second = requests_per_second(server.port, requests, expected=_YES)
    return Effort(per_second, (server.cpu_seconds() - before) / len(requests) * 1e6)


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
    ours, theirs, target_first, target_again = SERVERS[name]
    known = [_question() for _ in range(CONNECTIONS)] * (REQUESTS // CONNECTIONS)
    first: list[tuple[Effort, Effort]] = []
    again: list[tuple[Effort, Effort]] = []
    with _pair(variables, ours, theirs) as pair:
        pair.measured(known)
        for number in range(ROUNDS):
            fresh = [_question() for _ in range(REQUESTS)]
            first.append(pair.measured(fresh, ours_first=number % 2 == 0))
            again.append(pair.measured(known, ours_first=number % 2 == 0))
            tick()
    return [
        *_rows(f"{name}: first sight", first, target_first),
        *_rows(f"{name}: remembered", again, target_again),
    ]


def _rows(name: str, rounds: Sequence[tuple[Effort, Effort]], target: str) -> Iterator[Row]:
    ours, theirs = zip(*rounds, strict=True)
    ratio = statistics.median(our.per_second / their.per_second for our, their in rounds)
    yield f"{name}, FastAPI and PyJWKClient", f"{_median_rate(theirs):,.0f}/s", ""
    yield f"{name}, the auth service", f"{_median_rate(ours):,.0f}/s, x {ratio:.2f}", target
    our_cpu, their_cpu = (statistics.fmean(each.cpu for each in side) for side in (ours, theirs))
    figure = f"{our_cpu:.0f} of {their_cpu:.0f} µs, 1 / {their_cpu / our_cpu:.2f}"
    yield f"{name}, CPU of a request", figure, ""


def _median_rate(efforts: Sequence[Effort]) -> float:
    return statistics.median(each.per_second for each in efforts)


@contextmanager
def _pair(
    variables: Mapping[str, str], ours: Sequence[str], theirs: Sequence[str]
) -> Iterator[Pair]:
    service = "authcore_web.app:from_environment"
    with (
        served(service, variables, "--factory", "--no-access-log", *ours) as our_server,
        served("bench.peer_app:app", variables, "--no-access-log", *theirs) as their_server,
    ):
        yield Pair(our_server, their_server)


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
