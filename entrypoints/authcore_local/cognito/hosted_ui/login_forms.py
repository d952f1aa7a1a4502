"""The hidden field that ties a form to the browser it was shown in."""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from authcore.ports.system import Clock, Entropy


class LoginForms:
    """
    Makes and checks form tokens.

    A token is valid for one browser, one authorization request and a limited time.  Nothing is
    stored.
    """

    def __init__(self, clock: Clock, entropy: Entropy, *, lifetime: timedelta) -> None:
        self._clock = clock
        self._key = entropy.token().encode()
        self._lifetime = lifetime

    def seal(self, browser: str, query: Mapping[str, str]) -> str:
        """Return the field's value for a form shown to *browser* now."""
        shown_at = str(int(self._clock.now().timestamp()))
        return f"{shown_at}.{self._mac(shown_at, browser, query)}"

    def holds(self, seal: str, browser: str, query: Mapping[str, str]) -> bool:
        """Whether *seal* was made here for *browser* and *query* within the lifetime."""
        shown_at, _, mac = seal.partition(".")
        expected = self._mac(shown_at, browser, query)
        if not hmac.compare_digest(mac.encode(), expected.encode()):
            return False
        age = self._clock.now() - datetime.fromtimestamp(int(shown_at), UTC)
        return age <= self._lifetime

    def _mac(self, shown_at: str, browser: str, query: Mapping[str, str]) -> str:
        message = "\n".join((shown_at, browser, urlencode(query)))
        return hmac.digest(self._key, message.encode(), "sha256").hex()
