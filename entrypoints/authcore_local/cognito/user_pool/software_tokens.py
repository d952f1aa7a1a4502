"""Time-based one-time passwords.  See: RFC 6238, RFC 4226."""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Final, Self

import attrs

from authcore.ports.system import Entropy


STEP_SECONDS: Final = 30
DIGITS: Final = 6
TOLERANCE: Final = 1
"""Steps before and after the present one whose codes are taken.  See: RFC 6238 §5.2."""


@attrs.frozen
class SoftwareToken:
    """
    The secret that a pool shares with an authenticator app.

    Attributes:
        secret: 32 octets.
        last_step: Of the last code that was taken; no code of it or before it is taken again.
    """

    secret: bytes = attrs.field(repr=False)
    last_step: int = -1

    @classmethod
    def fresh(cls, entropy: Entropy) -> Self:
        """Make a random one."""
        return cls(hashlib.sha256(entropy.token().encode()).digest())

    @property
    def secret_code(self) -> str:
        """``SecretCode``: base32 without padding."""
        return base64.b32encode(self.secret).decode().rstrip("=")

    def step_of(self, code: str, now: datetime) -> int | None:
        """Return the time step whose code is *code*; None if none around *now* has it."""
        present = int(now.timestamp()) // STEP_SECONDS
        steps = range(present - TOLERANCE, present + TOLERANCE + 1)
        given = code.encode()
        found = [s for s in steps if hmac.compare_digest(self.code_at(s).encode(), given)]
        return found[0] if found else None

    def code_at(self, step: int) -> str:
        """Return the code of a time step: six digits."""
        digest = hmac.digest(self.secret, step.to_bytes(8), "sha1")
        offset = digest[-1] & 0x0F
        number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
        return f"{number % 10**DIGITS:0{DIGITS}}"
