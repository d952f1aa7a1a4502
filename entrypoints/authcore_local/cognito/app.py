"""One user pool, its domain and its API, as one ASGI app."""

from collections.abc import Awaitable, Callable
from typing import Final

from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from authcore.ports.ambient import Clock, Entropy
from authcore.testing.mint import TokenMint
from authcore_local.cognito.administration import Administration
from authcore_local.cognito.api import Api
from authcore_local.cognito.authentication import Authentication
from authcore_local.cognito.authorization import AuthorizationRefusedError, UntrustedRequestError
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.forms import MalformedParametersError
from authcore_local.cognito.managed_login import CodeGrant, ManagedLogin
from authcore_local.cognito.migration import UserMigration
from authcore_local.cognito.pages import HEADERS, error_page
from authcore_local.cognito.password_sign_in import PasswordSignIn
from authcore_local.cognito.provider_links import ProviderLinking
from authcore_local.cognito.tickets import Tickets
from authcore_local.cognito.token_endpoint import TokenEndpoint
from authcore_local.cognito.tokens import TokenIssuer
from authcore_local.cognito.triggers import TriggerRunner, Triggers
from authcore_local.cognito.user_listing import UserListing
from authcore_local.cognito.users import UserStore
from authcore_local.flow import FlowLog


MAX_BODY_BYTES: Final = 65_536


class LocalCognito:
    """
    A user pool on this machine.

    Attributes:
        app: Serves the pool's domain, its issuer and the ``cognito-idp`` API.
        users: The pool's users, for set-up and checks.
    """

    def __init__(
        self,
        config: PoolConfig,
        *,
        clock: Clock,
        entropy: Entropy,
        mint: TokenMint,
        triggers: Triggers,
        flow: FlowLog | None = None,
    ) -> None:
        """
        Open an empty pool.

        Args:
            config: The pool, its domain and its app client.

            clock: Tells lifetimes; the limit of triggers is real time.

            entropy: Makes codes, cookies and ids.

            mint: Signs; its own issuer and client id are not used.

            triggers: The functions attached to the pool.

            flow: Hears of every hop.
        """
        self.users = UserStore(clock, entropy, case_sensitive=config.case_sensitive)
        codes: Tickets[CodeGrant] = Tickets(clock, entropy, lifetime=config.code_lifetime)
        runner = TriggerRunner(triggers, entropy=entropy, flow=flow)
        migration = UserMigration(config, users=self.users, runner=runner)
        sign_in = PasswordSignIn(config, users=self.users, migration=migration)
        self._config = config
        self._issuer = TokenIssuer(config, mint=mint, clock=clock, entropy=entropy)
        self._login = ManagedLogin(
            config,
            users=self.users,
            sign_in=sign_in,
            codes=codes,
            clock=clock,
            entropy=entropy,
            flow=flow,
        )
        self._tokens = TokenEndpoint(
            config, users=self.users, codes=codes, issuer=self._issuer, flow=flow
        )
        self._api = _api(config, self.users, sign_in, self._issuer, clock)
        self.app = self._routed()

    def rotate_keys(self, *, keep_old: bool) -> None:
        """
        Sign with new keys from now on.

        Args:
            keep_old: False stops publishing the old ones: tokens they signed become worthless.
        """
        self._issuer.rotate_keys(keep_old=keep_old)

    def _routed(self) -> Starlette:
        well_known = f"/{self._config.pool_id}/.well-known"
        return Starlette(
            routes=[
                Route("/oauth2/authorize", self._login.authorize),
                Route("/login", self._login.show),
                Route("/login", _reading(self._login.submit), methods=["POST"]),
                Route("/oauth2/token", _reading(self._tokens.token), methods=["POST"]),
                Route("/oauth2/userInfo", self._tokens.user_info, methods=["GET", "POST"]),
                Route(f"{well_known}/jwks.json", self._keys),
                Route(f"{well_known}/openid-configuration", self._discovery),
                Route("/", _reading(self._api.call), methods=["POST"]),
            ],
            exception_handlers={
                UntrustedRequestError: _unregistered,
                MalformedParametersError: _malformed,
                AuthorizationRefusedError: _told_by_redirect,
            },
        )

    def _keys(self, _: Request) -> Response:
        return Response(self._issuer.published_keys(), media_type="application/json")

    def _discovery(self, _: Request) -> Response:
        config = self._config
        return JSONResponse(
            {
                "issuer": config.issuer,
                "jwks_uri": f"{config.issuer}/.well-known/jwks.json",
                "authorization_endpoint": f"{config.domain}/oauth2/authorize",
                "token_endpoint": f"{config.domain}/oauth2/token",
                "userinfo_endpoint": f"{config.domain}/oauth2/userInfo",
                "response_types_supported": ["code"],
                "scopes_supported": list(config.scopes),
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": [
                    "client_secret_basic",
                    "client_secret_post",
                ],
            }
        )


def _api(
    config: PoolConfig,
    users: UserStore,
    sign_in: PasswordSignIn,
    issuer: TokenIssuer,
    clock: Clock,
) -> Api:
    authentication = Authentication(config, sign_in=sign_in, issuer=issuer, clock=clock)
    administration = Administration(config, users=users)
    linking = ProviderLinking(config, users=users, clock=clock)
    return Api(
        unsigned={"InitiateAuth": authentication.initiate},
        signed={
            "AdminInitiateAuth": authentication.admin_initiate,
            "AdminLinkProviderForUser": linking.link,
            "ListUsers": UserListing(config, users=users).list_users,
            **administration.operations(),
        },
    )


def _reading(
    handle: Callable[[Request, bytes], Response],
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise HTTPException(413)
        return await to_thread.run_sync(handle, request, bytes(body))

    return endpoint


def _unregistered(_: Request, __: Exception) -> Response:
    return error_page("The application or its return address is not registered with this pool.")


def _malformed(_: Request, __: Exception) -> Response:
    return error_page("The request is malformed.")


def _told_by_redirect(_: Request, error: Exception) -> Response:
    if not isinstance(error, AuthorizationRefusedError):
        raise error
    return RedirectResponse(error.location, 302, HEADERS)
