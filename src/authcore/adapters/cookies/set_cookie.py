"""``Set-Cookie`` values of cookies that hold secrets."""

import re
from datetime import timedelta
from typing import Final

import attrs


MAX_LIFETIME: Final = timedelta(days=400)

_NAME: Final = re.compile(r"__(?:Secure|Host)-[a-z0-9_]{1,80}")
_VALUE: Final = re.compile(r"[A-Za-z0-9._=~-]*")
_FLAGS: Final = "Path=/; Secure; HttpOnly; SameSite=Lax"


@attrs.frozen
class CookieScope:
    """
    The hosts that a cookie is sent to: on every path, by https only, and hidden from scripts.

    ``SameSite=Lax``, not ``Strict``, as the redirect from Cognito is a cross-site navigation.

    Attributes:
        domain: This host and all its subdomains; None for only the host that sets the cookie.

    See: RFC 6265bis §4.1.2.
    """

    domain: str | None

    def set_cookie(self, name: str, value: str, lifetime: timedelta) -> str:
        """
        The value that sets a cookie; *lifetime* is rounded up to seconds and cut to MAX_LIFETIME.

        Raises:
            ValueError: *name* or *value* has characters that authcore's cookies do not use.
        """
        seconds = -(-min(lifetime, MAX_LIFETIME) // timedelta(seconds=1))
        return f"{_pair(name, value)}; Max-Age={seconds}; {self._attributes}"

    def delete_cookie(self, name: str) -> str:
        """The value that deletes the cookie of ``set_cookie``: same name, domain and path."""
        past = "Expires=Thu, 01 Jan 1970 00:00:00 GMT"
        return f"{_pair(name, '')}; Max-Age=0; {past}; {self._attributes}"

    @property
    def _attributes(self) -> str:
        return _FLAGS if self.domain is None else f"Domain={self.domain}; {_FLAGS}"


def _pair(name: str, value: str) -> str:
    if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
        raise ValueError("not a cookie of authcore")
    return f"{name}={value}"
