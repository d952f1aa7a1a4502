"""``/logout``: end the managed-login session of the browser.  Tokens are not revoked."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.hosted_ui.forms import parameters
from authcore_local.cognito.hosted_ui.hosted_ui import HostedPages
from authcore_local.cognito.oauth.authorization_request import (
    UntrustedRequestError,
    authorization_request,
)


_PASSED_ON: Final = ("client_id", "redirect_uri", "response_type", "state", "scope", "nonce")


@attrs.frozen(eq=False, repr=False)
class Logout:
    """Ends sessions of managed login."""

    _hosted: HostedPages

    def leave(self, request: Request) -> Response:
        """
        ``GET /logout``: to a registered ``logout_uri``, or back to the sign-in page.

        ``logout_uri`` wins.  A request that is refused ends no session.

        Raises:
            UntrustedRequestError, AuthorizationRefusedError, MalformedParametersError.
        """
        given = parameters(request.scope["query_string"])
        return self._hosted.sign_out(request, _target(self._hosted.config, given))


def _target(config: PoolConfig, given: Mapping[str, str]) -> str:
    if given.get("client_id") != config.client_id:
        raise UntrustedRequestError
    if "logout_uri" in given:
        if given["logout_uri"] not in config.logout_urls:
            raise UntrustedRequestError
        return given["logout_uri"]
    request = {name: given[name] for name in _PASSED_ON if name in given}
    authorization_request(config, request)
    return f"/login?{urlencode(request)}"
