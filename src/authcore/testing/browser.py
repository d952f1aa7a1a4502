"""A browser's cookie store, for tests and for tours without a browser."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import attrs

from authcore.ports.system import Clock
from authcore.testing.fakes.system import FrozenClock


MAX_PAIR_BYTES: Final = 4096
MAX_ATTRIBUTE_BYTES: Final = 1024
MAX_AGE: Final = timedelta(days=400)


@attrs.frozen
class _Cookie:
    name: str
    value: str = attrs.field(repr=False)
    domain: str
    host_only: bool
    path: str
    secure: bool
    expires_at: datetime | None

    @property
    def key(self) -> tuple[str, str, bool, str]:
        return self.name, self.domain, self.host_only, self.path

    def goes_to(self, host: str, path: str, *, secure: bool) -> bool:
        matches = host == self.domain or (not self.host_only and _within(host, self.domain))
        return matches and _path_within(path, self.path) and (secure or not self.secure)


class BrowserCookies:
    """
    Stores cookies as a browser does: same keys, prefixes, size limits and order.

    Without the Public Suffix List, and without SameSite, which depends on the page that sends a
    request.

    Attributes:
        refused: Names of the cookies that were not stored, for the output of failing tests.

    See: RFC 6265bis §5.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or FrozenClock()
        self._cookies: dict[tuple[str, str, bool, str], _Cookie] = {}
        self.refused: list[str] = []

    def apply(
        self, set_cookie_values: Iterable[str], host: str, *, path: str = "/", secure: bool = True
    ) -> None:
        """
        Store the ``Set-Cookie`` values of one response, in order.

        Args:
            set_cookie_values: One string per header.

            host: Host of the request; lower-case, no port.

            path: Path of the request.

            secure: Whether the request was sent by https, or to a ``localhost`` name.
        """
        for text in set_cookie_values:
            cookie = self._parse(text, host, path, secure=secure)
            if cookie is None:
                self.refused.append(text.partition("=")[0])
            elif cookie.expires_at is not None and cookie.expires_at <= self._clock.now():
                self._cookies.pop(cookie.key, None)
            else:
                self._cookies[cookie.key] = cookie

    def header(self, host: str, *, path: str = "/", secure: bool = True) -> str:
        """The ``Cookie`` header of a request: longer paths first, then older cookies."""
        now = self._clock.now()
        sent = [
            cookie
            for cookie in self._cookies.values()
            if cookie.goes_to(host, path, secure=secure)
            and (cookie.expires_at is None or cookie.expires_at > now)
        ]
        sent.sort(key=lambda cookie: -len(cookie.path))
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in sent)

    def _parse(self, text: str, host: str, path: str, *, secure: bool) -> _Cookie | None:
        pair, _, rest = text.partition(";")
        name, equals, value = (part.strip(" \t") for part in pair.partition("="))
        attributes = _attributes(rest)
        domain = attributes.get("domain", "").removeprefix(".").lower()
        given_path = attributes.get("path", "")
        cookie = _Cookie(
            name=name,
            value=value,
            domain=domain or host,
            host_only=not domain,
            path=given_path if given_path.startswith("/") else _default_path(path),
            secure="secure" in attributes,
            expires_at=self._expiry(attributes),
        )
        acceptable = (
            equals
            and len(name) + len(value) <= MAX_PAIR_BYTES
            and _within(host, cookie.domain)
            and (secure or not cookie.secure)
            and _prefix_holds(cookie, given_path)
        )
        return cookie if acceptable else None

    def _expiry(self, attributes: dict[str, str]) -> datetime | None:
        now = self._clock.now()
        age = attributes.get("max-age", "")
        if age.removeprefix("-").isdecimal():
            return now + timedelta(seconds=min(int(age), MAX_AGE // timedelta(seconds=1)))
        if "expires" in attributes:
            return min(parsedate_to_datetime(attributes["expires"]), now + MAX_AGE)
        return None


def _attributes(text: str) -> dict[str, str]:
    found = {}
    for attribute in text.split(";"):
        name, _, value = attribute.partition("=")
        if len(value) <= MAX_ATTRIBUTE_BYTES:
            found[name.strip(" \t").lower()] = value.strip(" \t")
    return found


def _within(host: str, domain: str) -> bool:
    numeric = host.replace(".", "").isdecimal() or ":" in host
    return host == domain or (not numeric and host.endswith("." + domain))


def _path_within(path: str, scope: str) -> bool:
    return path == scope or path.startswith(scope if scope.endswith("/") else scope + "/")


def _default_path(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def _prefix_holds(cookie: _Cookie, given_path: str) -> bool:
    name = cookie.name.lower()
    if name.startswith("__host-"):
        return cookie.secure and cookie.host_only and given_path == "/"
    return cookie.secure or not name.startswith("__secure-")
