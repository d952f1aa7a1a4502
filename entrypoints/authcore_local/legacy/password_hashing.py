"""Password hashes of the legacy system."""

import hashlib
import hmac
import threading
from typing import Final

from authcore.ports.system import Entropy


COST: Final = 2**13
"""scrypt's N: 8 MiB and some 20 ms, light enough for a laptop's demo."""


class PasswordHashing:
    """
    scrypt, one salt per password.  Counts its work, so that tests can compare it.

    See: RFC 7914.
    """

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self._decoy = self.hash("nobody has this password")
        self._lock = threading.Lock()
        self.comparisons = 0

    def hash(self, password: str) -> str:
        """``<salt>$<hex digest>``."""
        salt = self._entropy.token()
        return f"{salt}${_derive(password, salt)}"

    def matches(self, password: str, stored: str | None) -> bool:
        """Whether *password* made *stored*.  Works just as hard when there is none."""
        with self._lock:
            self.comparisons += 1
        salt, _, digest = (stored or self._decoy).partition("$")
        same = hmac.compare_digest(_derive(password, salt), digest)
        return same and stored is not None


def _derive(password: str, salt: str) -> str:
    return hashlib.scrypt(password.encode(), salt=salt.encode(), n=COST, r=8, p=1).hex()
