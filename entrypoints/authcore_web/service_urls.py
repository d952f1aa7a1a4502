"""URLs of the auth service and of the pool's domain."""

from authcore.domain.model.urls import ServiceUrl
from authcore.settings import SignInSettings, SignOutSettings
from authcore.settings.url_parsers import SIGN_IN_PATH
from authcore.wiring.refresher import domain_for_servers
from authcore_web.routes.sign_out import SignOutLinks
from authcore_web.signin_urls import SIGN_OUT_PATH


def authorize_url_of(sign_in: SignInSettings) -> str:
    """Where browsers go."""
    return f"{sign_in.domain_url}/oauth2/authorize"


def token_url_of(sign_in: SignInSettings) -> ServiceUrl:
    """Where this service goes."""
    return ServiceUrl(f"{domain_for_servers(sign_in)}/oauth2/token")


def signin_url_of(sign_in: SignInSettings) -> str:
    """This service's ``/auth/signin`` as browsers see it."""
    return sign_in.callback_url.removesuffix("/callback")


def sign_out_links_of(
    sign_in: SignInSettings, sign_out: SignOutSettings, client_id: str
) -> SignOutLinks:
    """Where a sign-out leads."""
    return SignOutLinks(
        signout_url=signin_url_of(sign_in).removesuffix(SIGN_IN_PATH) + SIGN_OUT_PATH,
        logout_url=f"{sign_in.domain_url}/logout",
        client_id=client_id,
        targets=sign_out.targets or (sign_in.default_redirect,),
    )


def revoke_url_of(sign_in: SignInSettings) -> ServiceUrl:
    """Where this service ends sessions."""
    return ServiceUrl(f"{domain_for_servers(sign_in)}/oauth2/revoke")
