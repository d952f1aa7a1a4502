"""Check of cookie domains against the Public Suffix List."""

from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def is_shared_with_strangers(domain: str) -> bool:
    """
    Whether *domain* is a public suffix, or a parent of one, such as ``amazonaws.com``.

    Cookies for such a domain would be sent to sites of other owners.  False where the Public Suffix
    List is not installed; the extras ``web`` and ``cli`` install it.

    Args:
        domain: Lower-case ASCII, no leading dot.

    See: RFC 6265bis §5.7; the Public Suffix List, private section included.
    """
    if find_spec("publicsuffixlist") is None:
        return False
    return domain in _domains_of_others() or _public_suffix_list().is_public(domain)


@cache
def _public_suffix_list() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - not in the base install

    return PublicSuffixList()


@cache
def _domains_of_others() -> frozenset[str]:
    """Every domain that has a public suffix below it."""
    from publicsuffixlist import PSLFILE  # noqa: PLC0415 - not in the base install

    lines = Path(PSLFILE).read_text(encoding="utf-8").splitlines()
    rules = (line.split()[0].lower() for line in lines if line.strip() and line[:2] != "//")
    parents = {parent for rule in rules for parent in _parents(rule)}
    return frozenset(parent.encode("idna").decode("ascii") for parent in parents)


def _parents(rule: str) -> Iterator[str]:
    labels = rule.split(".")
    return (".".join(labels[index:]) for index in range(1, len(labels)))
