"""Routes of the pool, and its error pages."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

import attrs
from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from authcore.domain.model.pools import JWKS_PATH
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.hosted_ui.account_pages import AccountPages
from authcore_local.cognito.hosted_ui.challenge_forms import CHALLENGE_PATH
from authcore_local.cognito.hosted_ui.forms import MalformedParametersError
from authcore_local.cognito.hosted_ui.hosted_ui import redirect
from authcore_local.cognito.hosted_ui.login_pages import (
    CONFIRM_PATH,
    FORGOT_PATH,
    NEW_PASSWORD_PATH,
    RESEND_PATH,
    SIGN_UP_PATH,
)
from authcore_local.cognito.hosted_ui.logout import Logout
from authcore_local.cognito.hosted_ui.managed_login import ManagedLogin
from authcore_local.cognito.hosted_ui.page_parts import error_page
from authcore_local.cognito.hosted_ui.provider_pages import RESPONSE_PATH, ProviderPages
from authcore_local.cognito.idp_api.function_descriptions import FunctionDescriptions
from authcore_local.cognito.idp_api.idp_endpoint import Api, Revisions
from authcore_local.cognito.idp_api.import_jobs import UPLOAD_PATH, ImportJobs
from authcore_local.cognito.oauth.authorization_request import (
    AuthorizationRefusedError,
    UntrustedRequestError,
)
from authcore_local.cognito.oauth.revocation_endpoint import Revocation
from authcore_local.cognito.oauth.token_endpoint import TokenEndpoint
from authcore_local.cognito.token_issuer import TokenIssuer
from authcore_local.cognito.user_flows.outbox import OUTBOX_PATH, OutboxPage
from authcore_local.cognito.user_pool.import_file import MAX_FILE_BYTES


MAX_BODY_BYTES: Final = 65_536

Endpoint = Callable[[Request], Response]
Form = Callable[[Request, bytes], Response]


@attrs.frozen(kw_only=True)
class Doors:
    """Handlers of the pool's paths."""

    login: ManagedLogin
    accounts: AccountPages
    providers: ProviderPages
    outbox: OutboxPage
    tokens: TokenEndpoint
    revocation: Revocation
    logout: Logout
    imports: ImportJobs
    api: Api


def pool_app(doors: Doors, published: Sequence[Route]) -> Starlette:
    """Build the ASGI app of the pool."""
    login, accounts, providers = doors.login, doors.accounts, doors.providers
    consent = "/local-providers/{provider}"
    return Starlette(
        routes=[
            Route("/oauth2/authorize", login.authorize),
            Route("/login", login.show),
            _form("/login", login.submit),
            _form(CHALLENGE_PATH, login.answer),
            Route("/logout", doors.logout.leave),
            Route(SIGN_UP_PATH, accounts.show_sign_up),
            _form(SIGN_UP_PATH, accounts.sign_up),
            Route(CONFIRM_PATH, accounts.show_confirm),
            _form(CONFIRM_PATH, accounts.confirm),
            _form(RESEND_PATH, accounts.resend),
            Route(FORGOT_PATH, accounts.show_forgot),
            _form(FORGOT_PATH, accounts.forgot),
            _form(NEW_PASSWORD_PATH, accounts.new_password),
            Route(consent, providers.show),
            _form(consent, providers.submit),
            Route(RESPONSE_PATH, providers.receive),
            Route(OUTBOX_PATH, doors.outbox.show),
            _form("/oauth2/token", doors.tokens.token),
            _form("/oauth2/revoke", doors.revocation.revoke),
            Route("/oauth2/userInfo", doors.tokens.user_info, methods=["GET", "POST"]),
            *published,
            Route(
                UPLOAD_PATH,
                _form_endpoint(doors.imports.upload, MAX_FILE_BYTES),
                methods=["PUT"],
            ),
            _form("/", doors.api.call),
        ],
        exception_handlers={
            UntrustedRequestError: _unregistered_page,
            MalformedParametersError: _malformed_page,
            AuthorizationRefusedError: _redirect_with_error,
        },
    )


def published_routes(config: PoolConfig, issuer: TokenIssuer) -> list[Route]:
    """Build the routes of the keys and the discovery document.  See: OIDC Discovery §4."""

    def keys(_: Request) -> Response:
        return Response(issuer.published_keys(), media_type="application/json")

    def discovery(_: Request) -> Response:
        return JSONResponse(_discovery(config, issuer.issuer))

    routes = []
    for pool in (f"/{config.pool_id}", f"/updated/{config.pool_id}"):
        routes += [
            Route(f"{pool}{JWKS_PATH}", keys),
            Route(f"{pool}/.well-known/openid-configuration", discovery),
        ]
    return routes


def function_routes(functions: FunctionDescriptions, revisions: Revisions) -> list[Route]:
    """Build the two operations of Lambda's API that describe the functions of the triggers."""

    def describe(name: str, operation: Callable[[str], Mapping[str, object]]) -> Endpoint:
        def endpoint(request: Request) -> Response:
            try:
                found = dict(operation(request.path_params["function"]))
                return JSONResponse(revisions.get(name, dict)(found))
            except CognitoError as error:
                headers = {"x-amzn-errortype": error.kind}
                return JSONResponse({"Message": error.message}, 404, headers)

        return endpoint

    path = "/2015-03-31/functions/{function}"
    return [
        Route(
            f"{path}/configuration", describe("GetFunctionConfiguration", functions.configuration)
        ),
        Route(f"{path}/policy", describe("GetPolicy", functions.policy)),
    ]


def _discovery(config: PoolConfig, issuer: str) -> dict[str, object]:
    return {
        "issuer": issuer,
        "jwks_uri": f"{issuer}{JWKS_PATH}",
        "authorization_endpoint": f"{config.domain}/oauth2/authorize",
        "token_endpoint": f"{config.domain}/oauth2/token",
        "userinfo_endpoint": f"{config.domain}/oauth2/userInfo",
        "revocation_endpoint": f"{config.domain}/oauth2/revoke",
        "end_session_endpoint": f"{config.domain}/logout",
        "response_types_supported": ["code"],
        "scopes_supported": list(config.scopes),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }


def _form(path: str, handle: Form) -> Route:
    return Route(path, _form_endpoint(handle), methods=["POST"])


def _form_endpoint(
    handle: Form, most: int = MAX_BODY_BYTES
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise HTTPException(413)
        return await to_thread.run_sync(handle, request, bytes(body))

    return endpoint


def _unregistered_page(_: Request, __: Exception) -> Response:
    return error_page("The application or its return address is not registered with this pool.")


def _malformed_page(_: Request, __: Exception) -> Response:
    return error_page("The request is malformed.")


def _redirect_with_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, AuthorizationRefusedError):
        raise error
    return redirect(error.location)
