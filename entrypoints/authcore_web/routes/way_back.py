"""Where users continue who do not do what a page offers."""

import attrs
from starlette.requests import HTTPConnection

from authcore.domain.errors import RedirectRejectedError
from authcore.domain.services.sign_in.redirects import RedirectAllowlist


@attrs.frozen
class WayBack:
    """
    Finds the page that a user came from.

    Attributes:
        allowlist: Admits pages.
        home: Where users continue who came from elsewhere; on the allow-list.
    """

    allowlist: RedirectAllowlist
    home: str

    def of(self, request: HTTPConnection) -> str:
        """
        Return the page that *request* names as its ``Referer``, or home.

        Most applications send their origin alone, which is their front page.
        """
        named = request.headers.getlist("referer")
        try:
            return self.allowlist.resolve(named[0] if len(named) == 1 else None)
        except RedirectRejectedError:
            return self.home
