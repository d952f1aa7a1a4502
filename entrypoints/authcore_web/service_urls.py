"""URLs of the auth service and of the pool's domain."""

from authcore.domain.model.app_client import AppClient
from authcore.domain.model.urls import ServiceUrl
from authcore.settings.pages import AuthPageSettings
from authcore.settings.sign_in import SignInSettings, SignOutSettings
from authcore.settings.url_parsers import SIGN_IN_PATH, SIGNED_IN_PATH
from authcore.wiring.refresher import domain_for_servers
from authcore_web.request.csrf import origin_of
from authcore_web.response.pages import PageUrls
from authcore_web.routes.sign_out import SignOutUrls
from authcore_web.signin_urls import (
    CHALLENGE_PATH,
    CONNECT_PATH,
    ICON_PATH,
    LOGO_PATH,
    OWN_SIGN_IN_PATH,
    SCRIPT_PATH,
    SIGN_OUT_PATH,
)


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
    return _base_of(sign_in) + CONNECT_PATH


def signed_in_url_of(sign_in: SignInSettings) -> str:
    """This service's ``/auth/signin/done`` as browsers see it."""
    return _base_of(sign_in) + SIGNED_IN_PATH


def password_url_of(sign_in: SignInSettings) -> str:
    """This service's ``/auth/password`` as browsers see it."""
    return _base_of(sign_in) + OWN_SIGN_IN_PATH


def challenge_url_of(sign_in: SignInSettings) -> str:
    """This service's ``/auth/challenge`` as browsers see it."""
    return _base_of(sign_in) + CHALLENGE_PATH


def issuer_of(sign_in: SignInSettings, pages: AuthPageSettings) -> str:
    """The name of this service in authenticator applications: the brand's, or its host."""
    return pages.brand.name or origin_of(sign_in.callback_url).partition("://")[2]


def page_urls_of(sign_in: SignInSettings, pages: AuthPageSettings) -> PageUrls:
    """Build the URLs on every page."""
    base = _base_of(sign_in)
    own_logo = base + LOGO_PATH if pages.logo else None
    return PageUrls(
        home=sign_in.default_redirect,
        icon=base + ICON_PATH,
        logo=pages.logo if isinstance(pages.logo, str) else own_logo,
        script=base + SCRIPT_PATH,
    )


def _base_of(sign_in: SignInSettings) -> str:
    return signin_url_of(sign_in).removesuffix(SIGN_IN_PATH)


def sign_out_urls_of(
    sign_in: SignInSettings, sign_out: SignOutSettings, client_id: str
) -> SignOutUrls:
    """Build the URLs of a sign-out."""
    return SignOutUrls(
        signout_url=_base_of(sign_in) + SIGN_OUT_PATH,
        logout_url=f"{sign_in.domain_url}/logout",
        client_id=client_id,
        targets=sign_out.targets or (sign_in.default_redirect,),
    )


def revoke_url_of(sign_in: SignInSettings) -> ServiceUrl:
    """Where this service revokes refresh tokens."""
    return ServiceUrl(f"{domain_for_servers(sign_in)}/oauth2/revoke")
