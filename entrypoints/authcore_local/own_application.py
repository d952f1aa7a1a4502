"""The developer's application, guarded beside the sample CMS."""

import re
from collections.abc import Mapping
from typing import Final

import attrs

from authcore.settings.reader import known_variables
from authcore_guard.settings import GuardEntrypointSettings
from authcore_local.addresses import COOKIE_DOMAIN


MAX_ORIGIN: Final = 200
"""Characters."""

_ORIGIN: Final = re.compile(
    rf"http://(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+{re.escape(COOKIE_DOMAIN)}(?::[1-9][0-9]{{0,4}})?"
)


def _check(_: object, __: "attrs.Attribute[str]", value: str) -> None:
    if len(value) > MAX_ORIGIN or not _ORIGIN.fullmatch(value):
        raise ValueError(
            f"must be http://NAME.{COOKIE_DOMAIN}:PORT, because the session cookies are sent "
            f"below {COOKIE_DOMAIN} only"
        )


@attrs.frozen
class OwnApplication:
    """
    An application that runs elsewhere on this machine.

    Attributes:
        origin: As browsers see it, e.g. ``http://shop.authcore.localhost:8000``.
    """

    origin: str = attrs.field(validator=_check)

    @property
    def signed_out_url(self) -> str:
        """Its front page, where a sign-out may lead."""
        return f"{self.origin}/"

    def auth_variables(self, environment: Mapping[str, str]) -> Mapping[str, str]:
        """Return the auth service's variables with which it serves this application, too."""
        more = {
            "AUTHCORE_SIGN_IN_REDIRECTS": self.origin,
            "AUTHCORE_SIGN_OUT_TARGETS": self.signed_out_url,
        }
        return {name: f"{environment[name]} {value}" for name, value in more.items()}

    def guard_variables(self, environment: Mapping[str, str]) -> Mapping[str, str]:
        """
        Return the variables of the application's guard.

        The client secret is not among them: the auth service refreshes its sessions.
        """
        known = known_variables(GuardEntrypointSettings) - {"AUTHCORE_SIGN_IN_CLIENT_SECRET"}
        own = {"AUTHCORE_GUARD_APP_URL": self.origin, "AUTHCORE_GUARD_PUBLIC_PATHS": "/"}
        return {**{name: v for name, v in environment.items() if name in known}, **own}
