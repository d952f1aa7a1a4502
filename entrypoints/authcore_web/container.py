"""Who is who in the auth service."""

from collections.abc import Mapping

from dependency_injector import providers

from authcore.adapters.cognito.token_endpoint import MAX_ANSWER_BYTES, CognitoCodeExchanger
from authcore.adapters.cookies.attempts import SealedAttemptJar
from authcore.adapters.coordination.memory import ProcessSeenBefore
from authcore.adapters.http import HttpClient
from authcore.adapters.sealing.envelope import KeyRing
from authcore.adapters.system import environment as process_environment
from authcore.domain.model.session import PendingSignIns
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.redirects import RedirectAllowlist
from authcore.domain.services.sign_in import SignIn
from authcore.ports.cookies import CookieJar
from authcore.ports.coordination import SeenBefore
from authcore.ports.token_endpoint import CodeExchanger
from authcore.settings import SignInSettings
from authcore_guard.container import SessionContainer
from authcore_web.responses import Refusals
from authcore_web.routes.service import ServiceRoutes
from authcore_web.routes.session import SessionRoutes
from authcore_web.routes.sign_in import SignInRoutes
from authcore_web.settings import web_settings
from authcore_web.threads import WorkerThreads


def authorize_url_of(sign_in: SignInSettings) -> str:
    """Where browsers go."""
    return f"{sign_in.domain_url}/oauth2/authorize"


def token_url_of(sign_in: SignInSettings) -> ServiceUrl:
    """Where this service goes."""
    return ServiceUrl(f"{sign_in.token_url or sign_in.domain_url}/oauth2/token")


def signin_url_of(sign_in: SignInSettings) -> str:
    """This service's ``/auth/signin`` as browsers see it."""
    return sign_in.callback_url.removesuffix("/callback")


class WebContainer(SessionContainer):
    """The auth service: checks sessions as a guard does, and begins them."""

    sign_in_settings: providers.Dependency[SignInSettings] = providers.Dependency(
        instance_of=SignInSettings
    )

    threads = providers.ThreadSafeSingleton(WorkerThreads)
    http = providers.ThreadSafeSingleton(
        HttpClient, within=sign_in_settings.provided.timeout, max_bytes=MAX_ANSWER_BYTES
    )
    authorize_url = providers.ThreadSafeSingleton(authorize_url_of, sign_in_settings)
    token_url = providers.ThreadSafeSingleton(token_url_of, sign_in_settings)
    signin_url = providers.ThreadSafeSingleton(signin_url_of, sign_in_settings)
    exchanger: providers.Provider[CodeExchanger] = providers.ThreadSafeSingleton(
        CognitoCodeExchanger,
        http=http,
        token_url=token_url,
        client_id=SessionContainer.cognito.provided.client_id,
        client_secret=sign_in_settings.provided.client_secret,
    )
    seen: providers.Provider[SeenBefore] = providers.ThreadSafeSingleton(
        ProcessSeenBefore, SessionContainer.clock
    )
    attempts: providers.Provider[CookieJar[PendingSignIns]] = providers.ThreadSafeSingleton(
        SealedAttemptJar,
        ring=providers.ThreadSafeSingleton(KeyRing, SessionContainer.cookie.provided.keys),
        clock=SessionContainer.clock,
        entropy=SessionContainer.entropy,
    )
    allowlist = providers.ThreadSafeSingleton(
        RedirectAllowlist, sign_in_settings.provided.redirects
    )
    sign_in = providers.ThreadSafeSingleton(
        SignIn,
        allowlist=allowlist,
        default_redirect=sign_in_settings.provided.default_redirect,
        exchanger=exchanger,
        validator=SessionContainer.validator,
        seen=seen,
        clock=SessionContainer.clock,
        entropy=SessionContainer.entropy,
        authorize_url=authorize_url,
        issuer=SessionContainer.issuer,
        client_id=SessionContainer.cognito.provided.client_id,
        redirect_uri=sign_in_settings.provided.callback_url,
        scopes=sign_in_settings.provided.scopes,
        providers=sign_in_settings.provided.providers,
        attempt_lifetime=sign_in_settings.provided.attempt_lifetime,
    )

    refusals = providers.ThreadSafeSingleton(
        Refusals,
        audit=SessionContainer.audit,
        entropy=SessionContainer.entropy,
        allowlist=allowlist,
        signin_url=signin_url,
    )
    sign_in_routes = providers.ThreadSafeSingleton(
        SignInRoutes,
        sign_in=sign_in,
        attempts=attempts,
        sessions=SessionContainer.sessions,
        clock=SessionContainer.clock,
        audit=SessionContainer.audit,
        refusals=refusals,
        threads=threads,
    )
    session_routes = providers.ThreadSafeSingleton(
        SessionRoutes,
        guard=SessionContainer.browser_guard,
        refusals=refusals,
        threads=threads,
    )
    service_routes = providers.ThreadSafeSingleton(
        ServiceRoutes,
        warm_up=SessionContainer.keys.provided.warm_up,
        refusals=refusals,
        threads=threads,
    )


def web_container(environment: Mapping[str, str] | None = None) -> WebContainer:
    """
    Wire the auth service as the ``AUTHCORE_*`` variables say.

    Args:
        environment: Variables by name; the process's own when None.

    Raises:
        ConfigurationError: Names every missing and every wrong variable, and those that do not
            fit together.
    """
    settings = web_settings(process_environment() if environment is None else environment)
    container = WebContainer(
        cognito=settings.cognito, cookie=settings.cookie, sign_in_settings=settings.sign_in
    )
    container.check_dependencies()
    return container
