"""Whether cookies for a domain would stay among ourselves."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from authcore.adapters.cookies.set_cookie import DOMAIN_SHAPE, MAX_DOMAIN_LENGTH


if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def cookie_domain_problem(domain: str, service_host: str) -> str | None:
    """
    What is wrong with *domain* as the ``Domain`` of session cookies; None when nothing is.

    A public suffix is refused, and so is a domain with public suffixes below it, such as
    ``amazonaws.com``: cookies for it would go to strangers' sites.  Needs the ``web`` extra.

    Args:
        domain: Lower-case ASCII, no leading dot.

        service_host: Of the service that sets the cookies; lower-case, no port.

    See: RFC 6265bis §5.7; the Public Suffix List, private section included.
    """
    if len(domain) > MAX_DOMAIN_LENGTH or not DOMAIN_SHAPE.fullmatch(domain):
        return "the cookie domain is not a lower-case domain of at least two labels"
    if service_host != domain and not service_host.endswith("." + domain):
        return "the cookie domain does not cover the host of this service"
    if domain in _shared_domains() or _is_public(domain):
        return "the cookie domain is shared with strangers: it is, or holds, a public suffix"
    return None


def _is_public(domain: str) -> bool:
    return _public_suffix_list().is_public(domain)


@cache
def _public_suffix_list() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - the web extra has it

    return PublicSuffixList()


@cache
def _shared_domains() -> frozenset[str]:
    """Every domain that has a public suffix below it."""
    from publicsuffixlist import PSLFILE  # noqa: PLC0415 - the web extra has it

    lines = Path(PSLFILE).read_text(encoding="utf-8").splitlines()
    rules = (line.split()[0].lower() for line in lines if line.strip() and line[:2] != "//")
    parents = {parent for rule in rules for parent in _parents(rule)}
    return frozenset(parent.encode("idna").decode("ascii") for parent in parents)


def _parents(rule: str) -> Iterator[str]:
    labels = rule.split(".")
    return (".".join(labels[index:]) for index in range(1, len(labels)))
