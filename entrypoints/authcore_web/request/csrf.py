"""Which pages may make a browser change something here."""

import re
from typing import ClassVar, Final

from starlette.requests import HTTPConnection

from authcore.domain.errors import RedirectRejectedError, RejectedError
from authcore.domain.services.sign_in.redirects import RedirectAllowlist


_ORIGIN: Final = re.compile(r"[a-z]+://[^/?#]+")


class CrossSiteError(RejectedError):
    """Asked for by a page that is not ours, or by nobody knows whom."""

    code: ClassVar[str] = "cross_site"


def origin_of(url: str) -> str:
    """Scheme, host and port of an absolute *url* from settings, as browsers write them."""
    found = _ORIGIN.match(url.lower())
    if found is None:
        raise ValueError("not an absolute URL")
    return re.sub(r"^(https://.*):443$|^(http://.*):80$", r"\1\2", found[0])


class TrustedOrigins:
    """
    Tells requests of our own pages, and of applications that are on the redirect allow-list, from
    those of other sites.

    Browsers say ``Origin: null`` for a page whose ``Referrer-Policy`` is ``no-referrer``; then only
    ``Sec-Fetch-Site`` can tell that it is one of this very service.

    See: Fetch §3.2, Fetch Metadata Request Headers §2.
    """

    def __init__(self, own_origin: str, allowlist: RedirectAllowlist) -> None:
        """Trust *own_origin*, and the origins that *allowlist* admits."""
        self._own_origin = own_origin
        self._allowlist = allowlist

    def check(self, request: HTTPConnection) -> None:
        """
        Let *request* change something.

        Raises:
            CrossSiteError: No page of ours made it.
        """
        origins = request.headers.getlist("origin")
        if origins in ([], ["null"]):
            trusted = request.headers.getlist("sec-fetch-site") == ["same-origin"]
        else:
            trusted = len(origins) == 1 and self._trusts(origins[0])
        if not trusted:
            raise CrossSiteError("no page of ours asked for this")

    def _trusts(self, origin: str) -> bool:
        if origin == self._own_origin:
            return True
        try:
            self._allowlist.resolve(origin)
        except RedirectRejectedError:
            return False
        return bool(_ORIGIN.fullmatch(origin))
