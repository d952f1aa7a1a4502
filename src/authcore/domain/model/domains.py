"""Domains of cookies that several hosts share."""

import re
from collections.abc import Sequence
from typing import Final


MAX_DOMAIN_LENGTH: Final = 253

HOST_ONLY: Final = "host-only"
"""In a list of former domains: cookies that had none, of the host that answers."""

MAX_FORMER_DOMAINS: Final = 4
"""Each one adds a deletion of every session cookie to answers that set the session."""

DOMAIN_SENTENCE: Final = "must be a lower-case domain of at least two labels, no leading dot"

_SHAPE: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
)


def is_domain(text: str) -> bool:
    """Whether *text* is a domain of at least two labels: lower-case ASCII, no IP address."""
    return len(text) <= MAX_DOMAIN_LENGTH and bool(_SHAPE.fullmatch(text))


def former_domain_problem(former: Sequence[str], domain: str | None = None) -> str | None:
    """
    Describe why *former* is no list of former cookie domains; None where it is one.

    Args:
        former: Domains, or HOST_ONLY.

        domain: Of the cookies now, which must not be among them.  Default: not checked.
    """
    if not all(each == HOST_ONLY or is_domain(each) for each in former):
        return f"must be lower-case domains without a leading dot, or {HOST_ONLY}"
    if len(former) > MAX_FORMER_DOMAINS or len(set(former)) < len(former):
        return f"must be at most {MAX_FORMER_DOMAINS}, each once"
    if domain in former:
        return "must not name the domain that the cookies have now"
    return None


def covers(domain: str, host: str) -> bool:
    """
    Whether *host* may set cookies for *domain*, and receives them.

    Args:
        domain: Lower-case, no leading dot.

        host: Lower-case, no port.

    See: RFC 6265bis §5.1.3.
    """
    return host == domain or host.endswith("." + domain)
