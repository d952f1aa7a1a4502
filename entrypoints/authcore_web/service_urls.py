"""URLs of the auth service and of the pool's domain."""

from authcore.domain.model.app_client import AppClient
from authcore.domain.model.urls import ServiceUrl
from authcore.settings.sign_in import SignInSettings, SignOutSettings
from authcore.settings.url_parsers import SIGN_IN_PATH
from authcore.wiring.refresher import domain_for_servers
from authcore_web.routes.sign_out import SignOutUrls
from authcore_web.signin_urls import CONNECT_PATH, SIGN_OUT_PATH


def app_client_of(sign_in: SignInSettings, *, client_id: str, issuer: str) -> AppClient:
    """Build the app client at which browsers sign in."""
    return AppClient(
        client_id=client_id,
        issuer=issuer,
        authorize_url=f"{sign_in.domain_url}/oauth2/authorize",
        redirect_uri=sign_in.callback_url,
        scopes=sign_in.scopes,
        providers=sign_in.providers,
    )


def token_url_of(sign_in: SignInSettings) -> ServiceUrl:
    """Where this service exchanges codes and refresh tokens."""
    return ServiceUrl(f"{domain_for_servers(sign_in)}/oauth2/token")


def signin_url_of(sign_in: SignInSettings) -> str:
    """This service's ``/auth/signin`` as browsers see it."""
    return sign_in.callback_url.removesuffix("/callback")


def connect_url_of(sign_in: SignInSettings) -> str:
    """This service's ``/auth/connect`` as browsers see it."""
    return signin_url_of(sign_in).removesuffix(SIGN_IN_PATH) + CONNECT_PATH


def sign_out_urls_of(
    sign_in: SignInSettings, sign_out: SignOutSettings, client_id: str
) -> SignOutUrls:
    """Build the URLs of a sign-out."""
    return SignOutUrls(
        signout_url=signin_url_of(sign_in).removesuffix(SIGN_IN_PATH) + SIGN_OUT_PATH,
        logout_url=f"{sign_in.domain_url}/logout",
        client_id=client_id,
        targets=sign_out.targets or (sign_in.default_redirect,),
    )


def revoke_url_of(sign_in: SignInSettings) -> ServiceUrl:
    """Where this service revokes refresh tokens."""
    return ServiceUrl(f"{domain_for_servers(sign_in)}/oauth2/revoke")
