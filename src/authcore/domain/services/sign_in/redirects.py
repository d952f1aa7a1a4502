"""
Where a browser may be sent.

A candidate is checked the way a browser reads it (WHATWG URL), by admitting only spellings that
every parser reads alike: a spelling that browsers repair, skip or decode on the way to a host is
refused before it is parsed.  The checked string is returned, byte for byte.

======================================  =======================================================
candidate                               result
======================================  =======================================================
``https://app.example.com/a?b=//c@d#e`` taken; path, query and fragment are not checked
``HTTPS://APP.Example.com``             taken; scheme in lower or upper case, host in any
``https://app.example.com:443/``        taken; the default port is the same origin
``hTTps://app.example.com/``            refused: programs write one case, attackers mix them
``https://app.example.com./``           refused: one spelling for each host ...
``https://app.example.com:0443/``       refused: ... and one for each port
``https://me@app.example.com/``         refused: user information
``https:app.example.com/``              refused: missing or surplus slashes
``https://app.example.com/a b``         refused: space, control, non-ASCII, backslash, ``"<>``
``/articles/7``                         refused, unless the allow-list has a *base*
``//app.example.com``, ``articles/7``   refused: relative in other ways
======================================  =======================================================

See: WHATWG URL §4.4, RFC 9700 §4.11.1, CWE-601.
"""

import ipaddress
import re
from collections.abc import Iterable
from itertools import islice
from typing import Final

from authcore.domain.errors import ConfigurationError, RedirectRejectedError
from authcore.domain.model.session import RedirectTarget
from authcore.domain.model.urls import is_loopback


MAX_REDIRECT_LENGTH: Final = 2_048
"""Characters of a target, base included."""

MAX_ORIGINS: Final = 10_000

_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}

# Spelled out, not IGNORECASE: under that flag the letter U+017F matches an s.
_AUTHORITY: Final = (
    r"(?P<scheme>https?|HTTPS?)://(?P<host>{host}|\[[0-9A-Fa-f:]{{2,39}}\])"
    r"(?::(?P<port>[1-9][0-9]{{0,4}}))?"
)
_VISIBLE: Final = r"[!#-;=?-\[\]-~]"
_ABSOLUTE: Final = re.compile(
    _AUTHORITY.format(host=r"[A-Za-z0-9._-]{1,253}") + rf"(?:[/?#]{_VISIBLE}*)?"
)
_ROOTED: Final = re.compile("/(?!/)")
"""How a path begins; the whole is judged behind the base."""

_LABEL: Final = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_ENTRY: Final = re.compile(_AUTHORITY.format(host=rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*"))
_ANY_LABEL: Final = re.compile(rf"(?!xn--){_LABEL}")
_NUMBER: Final = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")


class RedirectAllowlist:
    """
    The origins that browsers may be sent to.

    An origin is ``scheme://host[:port]`` and admits exactly itself: no other scheme, port,
    subdomain or parent.  ``https://*.apps.example.com`` admits every host with exactly one label
    in place of the star; a label in Punycode (``xn--``) is not admitted, list such hosts by name.
    Stars over shared suffixes (``*.co.uk``, ``*.github.io``) are for the operator to avoid: no
    list of public suffixes is consulted.

    Origins are https, or http on loopback hosts: on plain http an attacker in between could read
    the target's requests and answer in its place.

    Args:
        origins: At most MAX_ORIGINS.  An empty list admits nothing.

        base: An origin, admitted too, to which candidates such as ``/articles/7`` are appended.
            Default: None; such candidates are refused.

        pages: URLs, admitted too, character by character; not their origins.  Default: none.

    Raises:
        ConfigurationError: Names every entry that is not such an origin.
    """

    def __init__(
        self, origins: Iterable[str], *, base: str | None = None, pages: Iterable[str] = ()
    ) -> None:
        is_list = _is_list(origins)
        entries = list(islice(origins, MAX_ORIGINS + 1)) if is_list else []
        problems = [] if is_list else ["redirect origins: must be a list of origins"]
        if len(entries) > MAX_ORIGINS:
            problems.append(f"redirect origins: at most {MAX_ORIGINS} are allowed")
        if base is not None:
            entries.append(base)
        problems += [problem for entry in entries if (problem := _problem(entry))]
        if isinstance(base, str) and "*" in base:
            problems.append("redirect base: must be one origin, without a star")
        if problems:
            raise ConfigurationError(problems)
        self._origins = frozenset(_origin(entry, _ENTRY) for entry in entries)
        self._base = base
        self._pages = frozenset(filter(is_absolute_target, pages))

    def resolve(self, candidate: str | None) -> RedirectTarget:
        """
        Return *candidate*, unchanged, if a browser that follows it arrives at an admitted origin.

        Takes the same time for any number of origins.

        Args:
            candidate: Decoded exactly once, at most MAX_REDIRECT_LENGTH characters.  None (a
                missing parameter) is refused.

        Returns:
            An absolute URL of visible ASCII, safe in a ``Location`` header unchanged.

        Raises:
            RedirectRejectedError: Anything else, of any type.
        """
        if not isinstance(candidate, str) or len(candidate) > MAX_REDIRECT_LENGTH:
            raise RedirectRejectedError("the redirect target is too long, or not text")
        if self._base is not None and _ROOTED.match(candidate):
            return self.resolve(self._base + candidate)
        if candidate in self._pages:
            return RedirectTarget(candidate)
        origin = _origin(candidate, _ABSOLUTE)
        if origin is None or not self._admits(origin):
            raise RedirectRejectedError("the redirect target is not a URL of an allowed origin")
        return RedirectTarget(candidate)

    def _admits(self, origin: str) -> bool:
        if origin in self._origins:
            return True
        scheme, _, authority = origin.partition("://")
        label, _, parent = authority.partition(".")
        return f"{scheme}://*.{parent}" in self._origins and bool(_ANY_LABEL.fullmatch(label))


def is_absolute_target(candidate: str) -> bool:
    """Whether an allow-list could admit *candidate*: an absolute URL that has one reading."""
    return len(candidate) <= MAX_REDIRECT_LENGTH and _ABSOLUTE.fullmatch(candidate) is not None


def _origin(url: str, shape: re.Pattern[str]) -> str | None:
    """Normalize *url* to scheme, host and port: lower case, with an explicit port."""
    found = shape.fullmatch(url)
    if found is None:
        return None
    scheme, host = found["scheme"].lower(), found["host"].lower()
    return f"{scheme}://{host}:{found['port'] or _DEFAULT_PORTS[scheme]}"


def _is_list(origins: object) -> bool:
    return isinstance(origins, Iterable) and not isinstance(origins, str | bytes | bytearray)


def _problem(entry: object) -> str | None:
    """Describe why *entry* is not an origin as browsers write it; None if it is one."""
    found = _ENTRY.fullmatch(entry) if isinstance(entry, str) else None
    if found is None:
        return f"redirect origin {_mask(entry)}: must look like https://app.example.com[:port]"
    host = found["host"].lower()
    if int(found["port"] or 80) > 65_535:
        return f"redirect origin {_mask(entry)}: there is no such port"
    if len(host) > 253 or not _is_canonical(host):
        return f"redirect origin {_mask(entry)}: the host is not as a browser would write it"
    if host.startswith("*.") and host.count(".") < 2:
        return f"redirect origin {_mask(entry)}: a star needs at least two labels after it"
    if found["scheme"].lower() == "http" and not is_loopback(host.removeprefix("*.")):
        return (
            f"redirect origin {_mask(entry)}: must be https; plain http is for loopback hosts only"
        )
    return None


def _is_canonical(host: str) -> bool:
    """Whether *host* is a name, or an address in the form to which browsers normalize it."""
    is_literal = host.startswith("[")
    if not is_literal and not _NUMBER.fullmatch(host.rpartition(".")[2]):
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        return is_literal and address.ipv4_mapped is None and str(address) == host[1:-1]
    return not is_literal


def _mask(entry: object) -> str:
    return "(with user information)" if "@" in str(entry) else repr(entry)[:100]
