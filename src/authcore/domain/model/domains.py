"""Domains of cookies that several hosts share."""

import re
from typing import Final


MAX_DOMAIN_LENGTH: Final = 253

DOMAIN_SENTENCE: Final = "must be a lower-case domain of at least two labels, no leading dot"

_SHAPE: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
)


def is_domain(text: str) -> bool:
    """Whether *text* is a domain of at least two labels: lower-case ASCII, no IP address."""
    return len(text) <= MAX_DOMAIN_LENGTH and bool(_SHAPE.fullmatch(text))


def covers(domain: str, host: str) -> bool:
    """
    Whether *host* may set cookies for *domain*, and receives them.

    Args:
        domain: Lower-case, no leading dot.

        host: Lower-case, no port.

    See: RFC 6265bis §5.1.3.
    """
    return host == domain or host.endswith("." + domain)
