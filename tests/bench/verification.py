"""What a token check costs, beside a bare RSA verify and PyJWT, in one run."""

import base64
import contextlib
import statistics
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from authcore import token_validator
from authcore.adapters.jwks.key_cache import KeyCache
from authcore.adapters.system import SystemClock, monotonic
from authcore.domain.errors import MalformedTokenError
from authcore.domain.services.token_validation import TokenValidator
from authcore.testing.mint import DEFAULT_CLIENT_ID, DEFAULT_ISSUER, TokenMint, TokenUse


ROUNDS: Final = 101
CALLS: Final = 20
COLD_THREADS: Final = 200
OVERSIZE: Final = {"16 KiB": 2**14, "1 MiB": 2**20, "64 MiB": 2**26}

Row = tuple[str, str, str]
Call = Callable[[str], object]

MINT: Final = TokenMint(lifetime=timedelta(days=1))
EXTRA: Final[Mapping[TokenUse, Mapping[str, str]]] = {
    "id": {"at_hash": "77QmUPtjPfzWtF2AnpK9RQ"},
    "access": {},
}
"""Claims that make the sizes of Cognito's tokens: 1.1 kB and 1.0 kB."""


def rows() -> list[Row]:
    """Name, figure, target; medians of interleaved rounds, in microseconds and as ratios."""
    with published(MINT.jwks_bytes()) as jwks_url:
        validator = shipped(jwks_url)
        sights = [
            *_sights("id", validator.verify_id_token),
            *_sights("access", validator.verify_access_token),
        ]
        return [*sights, *_refusals(validator), _cold_start()]


def shipped(jwks_url: str) -> TokenValidator:
    """What an embedding team gets: keys fetched and kept, tokens remembered."""
    return token_validator(
        user_pool_id="eu-west-1_Ab12Cd34E",
        client_id=DEFAULT_CLIENT_ID,
        issuer=DEFAULT_ISSUER,
        jwks_url=jwks_url,
    )


@contextlib.contextmanager
def published(jwks: bytes) -> Iterator[str]:
    """A loopback URL that answers with *jwks*."""

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(jwks)))
            self.end_headers()
            self.wfile.write(jwks)

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/jwks.json"
    finally:
        server.shutdown()
        server.server_close()


def tokens(use: TokenUse, count: int) -> list[str]:
    """*count* tokens of Cognito's size, all different."""
    make = MINT.identity if use == "id" else MINT.access
    return [make(without=["cognito:groups"], **EXTRA[use]) for _ in range(count)]


def _sights(use: TokenUse, check: Call) -> list[Row]:
    fresh = tokens(use, ROUNDS * CALLS)
    known = tokens(use, 1)[0]
    for _ in range(2):
        check(known)
    bare, pyjwt = _bare(use, fresh), _pyjwt(use)
    contenders: dict[str, tuple[Call, str | None]] = {
        "a bare cryptography RSA verify": (bare, None),
        "first sight, all checks": (check, None),
        "PyJWT decode": (pyjwt, None),
        "remembered, all claims checked": (check, known),
    }
    medians = _medians(contenders, fresh)
    base = medians["a bare cryptography RSA verify"]
    targets = {
        "first sight, all checks": "x 1.9",
        "PyJWT decode": "about x 6.3",
        "remembered, all claims checked": "5 µs",
    }
    kind = f"{use}, {len(fresh[0]):,} B"
    return [
        (f"{kind}: {name}", f"{median:.1f} µs, x {median / base:.2f}", targets.get(name, ""))
        for name, median in medians.items()
    ]


def _bare(use: TokenUse, fresh: list[str]) -> Call:
    public = MINT.key(use).private.public_key()
    scheme, digest = padding.PKCS1v15(), hashes.SHA256()
    parts = {token: _signed_and_signature(token) for token in fresh}

    def verify(token: str) -> None:
        signed, signature = parts[token]
        public.verify(signature, signed, scheme, digest)

    return verify


def _signed_and_signature(token: str) -> tuple[bytes, bytes]:
    signed, _, signature = token.rpartition(".")
    return signed.encode(), base64.urlsafe_b64decode(signature + "==")


def _pyjwt(use: TokenUse) -> Call:
    public = MINT.key(use).private.public_key()
    audience = DEFAULT_CLIENT_ID if use == "id" else None
    options: jwt.types.Options = {"require": ["exp", "iat", "sub"], "verify_aud": use == "id"}
    return lambda token: jwt.decode(
        token, public, ["RS256"], options=options, issuer=DEFAULT_ISSUER, audience=audience
    )


def _refusals(validator: TokenValidator) -> Iterator[Row]:
    def refuse(token: str) -> None:
        with contextlib.suppress(MalformedTokenError):
            validator.verify_access_token(token)

    for name, length in OVERSIZE.items():
        huge = "e30." * (length // 4)
        median = _medians({"refuse": (refuse, huge)}, [])["refuse"]
        yield f"{name}: refused", f"{median:.2f} µs", "20 µs"


def _cold_start() -> Row:
    fetches: list[None] = []

    def fetch() -> bytes:
        fetches.append(None)
        threading.Event().wait(0.05)
        return MINT.jwks_bytes()

    keys = KeyCache(fetch, SystemClock())
    kid = MINT.key("access").kid
    threads = [threading.Thread(target=keys.key, args=(kid,)) for _ in range(COLD_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return f"{COLD_THREADS} cold threads", f"{len(fetches)} fetch", "1 fetch"


def _medians(
    contenders: Mapping[str, tuple[Call, str | None]], fresh: Sequence[str]
) -> dict[str, float]:
    """
    Microseconds per call; the contenders take turns within each round.

    Args:
        contenders: Each call, and the one token it gets; with None, CALLS others in every round.

        fresh: ROUNDS * CALLS tokens.
    """
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(ROUNDS):
        others = fresh[number * CALLS : (number + 1) * CALLS]
        for name, (call, only) in contenders.items():
            times[name].append(_microseconds(call, [only] * CALLS if only else others))
    return {name: statistics.median(durations) for name, durations in times.items()}


def _microseconds(call: Call, given: Sequence[str]) -> float:
    began = monotonic()
    for token in given:
        call(token)
    return (monotonic() - began) / len(given) * 1e6


def main() -> None:
    """Print the table."""
    for name, figure, target in rows():
        print(f"{name:48}  {figure:20}  {target}")


if __name__ == "__main__":
    main()
