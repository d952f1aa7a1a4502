"""URLs at which users sign in."""

from typing import Final
from urllib.parse import quote

import attrs

from authcore.domain.errors import RedirectRejectedError
from authcore.domain.services.sign_in.redirects import RedirectAllowlist
from authcore.domain.services.sign_in.return_targets import shorten, spell
from authcore.settings.url_parsers import SIGN_IN_PATH


SIGN_OUT_PATH: Final = "/auth/signout"
SIGNED_OUT_PATH: Final = f"{SIGN_OUT_PATH}/done"
ICON_PATH: Final = "/auth/icon"
LOGO_PATH: Final = "/auth/logo"
CONNECT_PATH: Final = "/auth/connect"
OWN_SIGN_IN_PATH: Final = "/auth/password"
CHALLENGE_PATH: Final = "/auth/challenge"
SCRIPT_PATH: Final = "/auth/passkey.js"

NATIVE_PROVIDER: Final = "COGNITO"
"""Stands for the pool's own users at Cognito's authorize endpoint."""


@attrs.frozen
class SignInUrls:
    """
    Makes URLs of this service's sign-in.

    Attributes:
        allowlist: Admits targets.
        signin_url: ``/auth/signin`` as browsers see it, from settings.
    """

    allowlist: RedirectAllowlist
    signin_url: str

    @property
    def signout_url(self) -> str:
        """``/auth/signout`` as browsers see it."""
        return self.signin_url.removesuffix(SIGN_IN_PATH) + SIGN_OUT_PATH

    def to(self, candidate: str | None) -> str:
        """
        Make the URL of a sign-in that ends at *candidate*, or at the default if not allowed.

        *candidate* is spelled and shortened as ``return_targets`` says.
        """
        try:
            target = self.allowlist.resolve(candidate and shorten(spell(candidate)))
        except RedirectRejectedError:
            return self.signin_url
        return f"{self.signin_url}?redirect={quote(target, safe='')}"

    def again(self, candidate: str | None, *, provider: str | None = None) -> str:
        """
        Make the URL of a sign-in for which the user authenticates, although Cognito may remember
        the browser.

        Args:
            candidate: As for ``to``.

            provider: Default: the user chooses.
        """
        url = self.to(candidate)
        options = "prompt=login" + (f"&provider={provider}" if provider else "")
        return f"{url}{'&' if '?' in url else '?'}{options}"
