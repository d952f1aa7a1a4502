"""URLs of the four servers, for browsers and for each other."""

from collections.abc import Mapping
from typing import Final, Self
from urllib.parse import quote

import attrs


CMS_HOST: Final = "cms.authcore.localhost"
AUTH_HOST: Final = "auth.authcore.localhost"
LEGACY_HOST: Final = "legacy.authcore.localhost"
COGNITO_HOST: Final = "cognito.localhost"
COOKIE_DOMAIN: Final = "authcore.localhost"
LOOPBACK: Final = "127.0.0.1"
HERE: Final = (LOOPBACK, "localhost")
UPSTREAM: Final = "authcore"
"""The auth service's name in the configurations of ``deploy/``, by which proxies ask it."""

HOSTS: Final[Mapping[str, tuple[str, ...]]] = {
    "cms": (CMS_HOST, *HERE),
    "auth": (AUTH_HOST, f".{COOKIE_DOMAIN}", UPSTREAM, *HERE),
    "cognito": (COGNITO_HOST, *HERE),
    "legacy": (LEGACY_HOST, *HERE),
    "replica": (COGNITO_HOST, *HERE),
}
"""
Names that each server answers to.

Other reverse proxies ask the auth service by the name of the site in front of which they are.
"""

REGION: Final = "eu-local-1"
POOL_ID: Final = "eu-local-1_Demo00001"
CLIENT_ID: Final = "4l0c4ld3m0cl13nt"


@attrs.frozen(kw_only=True)
class Ports:
    """
    The four ports, all on 127.0.0.1; 0 takes a free one.

    Attributes:
        cms: The sample CMS.
        auth: The auth service.
        cognito: The local Cognito.
        legacy: The legacy system.
        replica: The local Cognito in a second region; None (the default) where there is none.
    """

    cms: int = 8400
    auth: int = 8401
    cognito: int = 8402
    legacy: int = 8403
    replica: int | None = None

    @classmethod
    def free(cls, *, has_replica: bool = False) -> Self:
        """Take any free ports: four, or five with a replica."""
        return cls(cms=0, auth=0, cognito=0, legacy=0, replica=0 if has_replica else None)


@attrs.frozen
class Addresses:
    """
    URLs of the servers on the given ports.

    Browsers resolve ``*.localhost`` themselves, programs do not: servers call 127.0.0.1.
    """

    ports: Ports

    @property
    def cms_url(self) -> str:
        """The CMS, for browsers."""
        return f"http://{CMS_HOST}:{self.ports.cms}"

    @property
    def auth_url(self) -> str:
        """The auth service, for browsers."""
        return f"http://{AUTH_HOST}:{self.ports.auth}"

    @property
    def cognito_url(self) -> str:
        """Managed login, for browsers."""
        return f"http://{COGNITO_HOST}:{self.ports.cognito}"

    @property
    def outbox_url(self) -> str:
        """The mail that the pool would have sent, for browsers."""
        return f"{self.cognito_url}/outbox"

    @property
    def callback_url(self) -> str:
        """The redirect_uri that is registered with the pool."""
        return f"{self.auth_url}/auth/signin/callback"

    @property
    def signed_out_url(self) -> str:
        """Landing page after a sign-out; registered with the pool."""
        return f"{self.cms_url}/"

    @property
    def signout_url(self) -> str:
        """The auth service's sign-out page, which leads back to the CMS."""
        return f"{self.auth_url}/auth/signout?redirect={quote(self.signed_out_url, safe='')}"

    @property
    def own_sign_in_url(self) -> str:
        """The auth service's own sign-in page, which leads back to the CMS."""
        return (
            f"{self.auth_url}/auth/password?redirect={quote(f'{self.cms_url}/articles', safe='')}"
        )

    @property
    def verify_url(self) -> str:
        """The auth service's verify endpoint, for guards."""
        return f"http://{LOOPBACK}:{self.ports.auth}/auth/verify"

    @property
    def auth_server_url(self) -> str:
        """The auth service, for servers."""
        return f"http://{LOOPBACK}:{self.ports.auth}"

    @property
    def profile_changed_url(self) -> str:
        """The auth service's route for webhooks of the legacy system."""
        return f"http://{LOOPBACK}:{self.ports.auth}/auth/profile-changed"

    @property
    def cognito_server_url(self) -> str:
        """Token endpoint and API, for servers."""
        return f"http://{LOOPBACK}:{self.ports.cognito}"

    @property
    def issuer(self) -> str:
        """The ``iss`` of every token."""
        return f"{self.cognito_server_url}/{POOL_ID}"

    @property
    def updated_issuer(self) -> str:
        """The ``iss`` of tokens after the pool is switched to its other issuer."""
        return f"{self.cognito_server_url}/updated/{POOL_ID}"

    @property
    def replica_url(self) -> str | None:
        """Token endpoint, API and keys in the second region, for servers; None without one."""
        return f"http://{LOOPBACK}:{self.ports.replica}" if self.ports.replica else None

    @property
    def legacy_site_url(self) -> str:
        """The legacy system's own pages, for browsers."""
        return f"http://{LEGACY_HOST}:{self.ports.legacy}"

    @property
    def legacy_login_url(self) -> str:
        """The old login, for browsers."""
        return f"{self.legacy_site_url}/login"

    @property
    def legacy_url(self) -> str:
        """The legacy HTTP API, for servers."""
        return f"http://{LOOPBACK}:{self.ports.legacy}"
