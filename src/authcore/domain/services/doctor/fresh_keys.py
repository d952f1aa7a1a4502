"""A fresh key for every setting that needs one."""

import base64
import hashlib
from collections.abc import Mapping

from authcore.domain.model.webhooks import KEY_PREFIX
from authcore.ports.system import Entropy


def fresh_keys(entropy: Entropy, *, caller: str, legacy_caller: str) -> Mapping[str, str]:
    """
    Make a value for each ``AUTHCORE_*`` variable that holds a key, all of them different.

    The guard's key is that of *caller*, so that the two belong together.

    Args:
        entropy: Source of all of them.

        caller: Name of the guarded application at ``/auth/verify``.

        legacy_caller: Name of the legacy system at ``/auth/password``.
    """
    caller_key = entropy.token()
    return {
        "AUTHCORE_COOKIE_KEYS": _octets(entropy),
        "AUTHCORE_LINK_PROOF_KEYS": _octets(entropy),
        "AUTHCORE_VERIFY_CALLER_KEYS": f"{caller}={caller_key}",
        "AUTHCORE_GUARD_CALLER_KEY": caller_key,
        "AUTHCORE_OLD_LOGIN_CALLER_KEYS": f"{legacy_caller}={entropy.token()}",
        "AUTHCORE_LEGACY_API_KEY": entropy.token(),
        "AUTHCORE_WEBHOOK_KEYS": f"{KEY_PREFIX}{_octets(entropy)}",
    }


def _octets(entropy: Entropy) -> str:
    """Make 32 bytes in base64: the digest of a token keeps its 256 bits."""
    return base64.b64encode(hashlib.sha256(entropy.token().encode()).digest()).decode()
