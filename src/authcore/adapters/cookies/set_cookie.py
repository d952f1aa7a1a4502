"""The Set-Cookie values of cookies that hold secrets."""

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
    Which hosts a cookie goes to.  Always every path, https only, out of reach of scripts.

    ``SameSite=Lax``, not ``Strict``: the way back from Cognito is a cross-site navigation.

    Attributes:
        domain: That host and all below it; None for the one host that sets the cookie.

    See: RFC 6265bis §4.1.2.
    """

    domain: str | None

    def set_cookie(self, name: str, value: str, lifetime: timedelta) -> str:
        """
        The value that sets a cookie; *lifetime* is rounded up to seconds, at most MAX_LIFETIME.

        Raises:
            ValueError: *name* or *value* holds what could end a cookie or a header.
        """
        seconds = -(-min(lifetime, MAX_LIFETIME) // timedelta(seconds=1))
        return f"{_pair(name, value)}; Max-Age={seconds}; {self._attributes}"

    def delete_cookie(self, name: str) -> str:
        """The value that deletes what ``set_cookie`` set: same name, domain and path."""
        past = "Expires=Thu, 01 Jan 1970 00:00:00 GMT"
        return f"{_pair(name, '')}; Max-Age=0; {past}; {self._attributes}"

    @property
    def _attributes(self) -> str:
        return _FLAGS if self.domain is None else f"Domain={self.domain}; {_FLAGS}"


def _pair(name: str, value: str) -> str:
    if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
        raise ValueError("not a cookie of ours")
    return f"{name}={value}"
