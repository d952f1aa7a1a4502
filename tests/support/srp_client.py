"""A client's side of SRP, after facts 5 alone: what the local Cognito is tested with."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from authcore_local.cognito.user_pool.srp import G, K, N, pad


def _number(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest())


class SrpClient:
    """One handshake with the private value *a*."""

    def __init__(self, pool_id: str, a: int = 0xA170B338) -> None:
        self._pool_name = pool_id.partition("_")[2]
        self._a = a
        self.public = f"{pow(G, a, N):x}"

    def answer(self, parameters: Mapping[str, str], password: str, now: datetime) -> dict[str, str]:
        """ChallengeResponses to PASSWORD_VERIFIER, without SECRET_HASH."""
        said = stamp(now)
        name, block = parameters["USER_ID_FOR_SRP"], parameters["SECRET_BLOCK"]
        message = f"{self._pool_name}{name}".encode() + base64.b64decode(block) + said.encode()
        proof = hmac.digest(self._key(parameters, name, password), message, "sha256")
        return {
            "USERNAME": name,
            "PASSWORD_CLAIM_SECRET_BLOCK": block,
            "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(proof).decode(),
            "TIMESTAMP": said,
        }

    def _key(self, parameters: Mapping[str, str], name: str, password: str) -> bytes:
        b, salt = int(parameters["SRP_B"], 16), int(parameters["SALT"], 16)
        u = _number(pad(int(self.public, 16)), pad(b))
        inner = hashlib.sha256(f"{self._pool_name}{name}:{password}".encode()).digest()
        x = _number(pad(salt), inner)
        shared = pow(b - K * pow(G, x, N), self._a + u * x, N)
        extracted = hmac.digest(pad(u), pad(shared), "sha256")
        return hmac.digest(extracted, b"Caldera Derived Key\x01", "sha256")[:16]


def stamp(now: datetime) -> str:
    """*now* as TIMESTAMP has it, whatever the locale."""
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    weekday, month = days[now.weekday()], months[now.month - 1]
    return f"{weekday} {month} {now.day} {now:%H:%M:%S} UTC {now.year}"
