"""Where people go to sign in."""

from typing import Final
from urllib.parse import quote

import attrs

from authcore.domain.errors import RedirectRejectedError
from authcore.domain.services.sign_in.redirects import RedirectAllowlist


SIGN_OUT_PATH: Final = "/auth/signout"


@attrs.frozen
class SignInUrls:
    """
    Links to this service's sign-in.

    Attributes:
        allowlist: Decides which targets a link keeps.
        signin_url: ``/auth/signin`` as browsers see it, from settings.
    """

    allowlist: RedirectAllowlist
    signin_url: str

    def to(self, candidate: str | None) -> str:
        """The sign-in that ends at *candidate*; at the default where it is not allowed."""
        try:
            target = self.allowlist.resolve(candidate)
        except RedirectRejectedError:
            return self.signin_url
        return f"{self.signin_url}?redirect={quote(target, safe='')}"
