"""What a token check costs, beside a bare RSA verify and PyJWT, in one run."""

import base64
import contextlib
import statistics
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Final

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from authcore.adapters.jwks.key_cache import KeyCache
from authcore.adapters.jwks.key_set import StaticKeys
from authcore.adapters.jwks.remembered import RememberedSignatureVerifier
from authcore.adapters.jwks.verifier import JwksSignatureVerifier
from authcore.adapters.system import SystemClock, monotonic
from authcore.domain.errors import MalformedTokenError
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.signatures import SignatureVerifier
from authcore.testing.mint import DEFAULT_CLIENT_ID, DEFAULT_ISSUER, TokenMint, TokenUse


ROUNDS: Final = 201
CALLS: Final = 20
TOKENS: Final = 20
COLD_THREADS: Final = 200
OVERSIZE: Final = {"16 KiB": 2**14, "1 MiB": 2**20, "64 MiB": 2**26}

Row = tuple[str, str, str]

MINT: Final = TokenMint(lifetime=timedelta(days=1))
KEYS: Final = StaticKeys(MINT.jwks())
CLOCK: Final = SystemClock()
EXTRA: Final[Mapping[TokenUse, Mapping[str, str]]] = {
    "id": {"at_hash": "77QmUPtjPfzWtF2AnpK9RQ"},
    "access": {},
}
"""Claims that make the sizes of Cognito's tokens: 1.1 kB and 1.0 kB."""


def rows() -> list[Row]:
    """Name, figure, target; medians of interleaved rounds, in microseconds and as ratios."""
    return [*_first_sight("id"), *_first_sight("access"), *_refusals(), _cold_start()]


def _validator(signatures: SignatureVerifier) -> TokenValidator:
    return TokenValidator(
        signatures=signatures, clock=CLOCK, issuers=[DEFAULT_ISSUER], client_ids=[DEFAULT_CLIENT_ID]
    )


def _tokens(use: TokenUse) -> list[str]:
    make = MINT.identity if use == "id" else MINT.access
    return [make(without=["cognito:groups"], **EXTRA[use]) for _ in range(TOKENS)]  # type: ignore[arg-type]


def _first_sight(use: TokenUse) -> list[Row]:
    tokens = _tokens(use)
    plain = JwksSignatureVerifier(KEYS)
    memory = RememberedSignatureVerifier(plain, KEYS, CLOCK)
    contenders = {
        "a bare cryptography RSA verify": _bare(use, tokens),
        "first sight, all checks": _check(use, _validator(plain)),
        "PyJWT decode": _pyjwt(use),
        "remembered, all claims checked": _check(use, _validator(memory)),
    }
    medians = _medians(contenders, tokens)
    bare = medians["a bare cryptography RSA verify"]
    targets = {
        "first sight, all checks": "x 1.9",
        "PyJWT decode": "about x 6.3",
        "remembered, all claims checked": "5 µs",
    }
    kind = f"{use}, {len(tokens[0]):,} B"
    return [
        (f"{kind}: {name}", f"{median:.1f} µs, x {median / bare:.2f}", targets.get(name, ""))
        for name, median in medians.items()
    ]


def _check(use: TokenUse, validator: TokenValidator) -> Callable[[str], object]:
    return validator.identity if use == "id" else validator.access


def _bare(use: TokenUse, tokens: list[str]) -> Callable[[str], object]:
    public = MINT.key(use).private.public_key()
    scheme, digest = padding.PKCS1v15(), hashes.SHA256()
    parts = {token: _signed_and_signature(token) for token in tokens}

    def verify(token: str) -> None:
        signed, signature = parts[token]
        public.verify(signature, signed, scheme, digest)

    return verify


def _signed_and_signature(token: str) -> tuple[bytes, bytes]:
    signed, _, signature = token.rpartition(".")
    return signed.encode(), base64.urlsafe_b64decode(signature + "==")


def _pyjwt(use: TokenUse) -> Callable[[str], object]:
    public = MINT.key(use).private.public_key()
    audience = DEFAULT_CLIENT_ID if use == "id" else None
    options: jwt.types.Options = {"require": ["exp", "iat", "sub"], "verify_aud": use == "id"}
    return lambda token: jwt.decode(
        token, public, ["RS256"], options=options, issuer=DEFAULT_ISSUER, audience=audience
    )


def _refusals() -> Iterator[Row]:
    check = _validator(JwksSignatureVerifier(KEYS)).access

    def refuse(token: str) -> None:
        with contextlib.suppress(MalformedTokenError):
            check(token)

    for name, length in OVERSIZE.items():
        median = _medians({"refuse": refuse}, ["e30." * (length // 4)])["refuse"]
        yield f"{name}: refused", f"{median:.2f} µs", "20 µs"


def _cold_start() -> Row:
    fetches: list[None] = []

    def fetch() -> bytes:
        fetches.append(None)
        threading.Event().wait(0.05)
        return MINT.jwks_bytes()

    check = _validator(JwksSignatureVerifier(KeyCache(fetch, CLOCK))).access
    token = MINT.access()
    threads = [threading.Thread(target=check, args=(token,)) for _ in range(COLD_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return f"{COLD_THREADS} cold threads", f"{len(fetches)} fetch", "1 fetch"


def _medians(
    contenders: Mapping[str, Callable[[str], object]], tokens: list[str]
) -> dict[str, float]:
    """Microseconds per call; the contenders take turns within each round."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(ROUNDS):
        for name, call in contenders.items():
            token = tokens[number % len(tokens)]
            times[name].append(_microseconds(call, token))
    return {name: statistics.median(durations) for name, durations in times.items()}


def _microseconds(call: Callable[[str], object], token: str) -> float:
    began = monotonic()
    for _ in range(CALLS):
        call(token)
    return (monotonic() - began) / CALLS * 1e6


def main() -> None:
    """Print the table."""
    for name, figure, target in rows():
        print(f"{name:48}  {figure:20}  {target}")


if __name__ == "__main__":
    main()
