"""Reject state-changing requests that pages of other sites cause."""

import re
from typing import ClassVar, Final

import attrs
from starlette.requests import HTTPConnection

from authcore.domain.errors import RedirectRejectedError, RejectedError
from authcore.domain.services.sign_in.redirects import RedirectAllowlist


_ORIGIN: Final = re.compile(r"[a-z]+://[^/?#]+")


class CrossSiteError(RejectedError):
    """A page of another site, or of an unknown one, caused the request."""

    code: ClassVar[str] = "cross_site"


def origin_of(url: str) -> str:
    """Scheme, host and port of an absolute *url* from settings, as browsers write them."""
    found = _ORIGIN.match(url.lower())
    if found is None:
        raise ValueError("not an absolute URL")
    return re.sub(r"^(https://.*):443$|^(http://.*):80$", r"\1\2", found[0])


@attrs.frozen(kw_only=True, eq=False, repr=False)
class TrustedOrigins:
    """
    Distinguishes requests of this service's pages, and of applications on the redirect allow-list,
    from those of other sites.

    Browsers send ``Origin: null`` for a page whose ``Referrer-Policy`` is ``no-referrer``; then
    only ``Sec-Fetch-Site`` shows that the page is one of this service.

    See: Fetch §3.2, Fetch Metadata Request Headers §2.
    """

    _own_origin: str
    _allowlist: RedirectAllowlist

    def check(self, request: HTTPConnection) -> None:
        """
        Check that *request* may change something.

        Raises:
            CrossSiteError: No page of a trusted origin caused it.
        """
        origins = request.headers.getlist("origin")
        if origins in ([], ["null"]):
            trusted = request.headers.getlist("sec-fetch-site") == ["same-origin"]
        else:
            trusted = len(origins) == 1 and self._trusts(origins[0])
        if not trusted:
            raise CrossSiteError("the request does not come from a page of a trusted origin")

    def _trusts(self, origin: str) -> bool:
        if origin == self._own_origin:
            return True
        try:
            self._allowlist.resolve(origin)
        except RedirectRejectedError:
            return False
        return bool(_ORIGIN.fullmatch(origin))
