"""Password hashes of the legacy system."""

import hashlib
import hmac
import threading
from typing import Final

from authcore.ports.system import Entropy


COST: Final = 2**13
"""scrypt's N: 8 MiB and about 20 ms, little enough for the demo on a laptop."""


class PasswordHashing:
    """
    Hashes with scrypt, one salt per password.  Counts comparisons, for tests.

    See: RFC 7914.
    """

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self._decoy = self.hash("no user has this password")
        self._lock = threading.Lock()
        self.comparisons: int = 0

    def hash(self, password: str) -> str:
        """Return ``<salt>$<hex digest>``."""
        salt = self._entropy.token()
        return f"{salt}${_derive(password, salt)}"

    def matches(self, password: str, stored: str | None) -> bool:
        """Whether *stored* is the hash of *password*; costs the same work without *stored*."""
        with self._lock:
            self.comparisons += 1
        salt, _, digest = (stored or self._decoy).partition("$")
        same = hmac.compare_digest(_derive(password, salt), digest)
        return same and stored is not None


def _derive(password: str, salt: str) -> str:
    return hashlib.scrypt(password.encode(), salt=salt.encode(), n=COST, r=8, p=1).hex()
