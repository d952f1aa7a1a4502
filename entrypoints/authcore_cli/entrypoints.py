"""Which variables each door reads, and how to build the door without a network."""

# ruff: noqa: PLC0415 - only `config check` imports the doors

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Literal

import attrs

from authcore.domain.errors import ConfigurationError


DoorName = Literal[
    "web",
    "web-function",
    "guard",
    "authorizer",
    "user-migration",
    "account-linking",
    "pre-sign-up",
    "pre-token-generation",
    "profile-sync",
    "inbound-federation",
]
Environment = Mapping[str, str]


@attrs.frozen
class Door:
    """
    A deployable part of authcore.

    Attributes:
        settings: The groups of variables it reads.
        build: Builds all that the door builds at start-up; raises ConfigurationError.  Needs no
            network, unless a secret is in Secrets Manager.
    """

    settings: type[attrs.AttrsInstance]
    build: Callable[[Environment], object]


def _web() -> Door:
    from authcore_web.settings import WebSettings

    return Door(WebSettings, _auth_service)


def _auth_service(given: Environment) -> object:
    with _needing_the_web_extra():
        from authcore_web.app import create_app
        from authcore_web.container import web_container
    return create_app(web_container(given))


def _web_function() -> Door:
    from authcore_web.settings import WebFunctionSettings

    return Door(WebFunctionSettings, _auth_service_function)


def _auth_service_function(given: Environment) -> object:
    with _needing_the_web_extra():
        from authcore_lambda.web import build_handler
    return build_handler(given)


@contextmanager
def _needing_the_web_extra() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            [f"the auth service does not start without {error.name}: install authcore-cognito[web]"]
        ) from None


def _guard() -> Door:
    from authcore_guard.settings import GuardEntrypointSettings

    return Door(GuardEntrypointSettings, _guards)


def _guards(given: Environment) -> object:
    from authcore_guard import asgi, wsgi

    return wsgi.Guard.from_environment(_no_app, given), asgi.Guard.from_environment(_no_app, given)


def _no_app(*_: object) -> Any:
    raise AssertionError("a guard that is only built calls no application")


def _authorizer() -> Door:
    from authcore_lambda.authorizer import AuthorizerSettings, build_handler

    return Door(AuthorizerSettings, build_handler)


def _user_migration() -> Door:
    from authcore_lambda.user_migration import UserMigrationSettings, build_handler

    return Door(UserMigrationSettings, build_handler)


def _account_linking() -> Door:
    from authcore_lambda.account_linking import build_handler
    from authcore_lambda.linking_wiring import AccountLinkingSettings

    return Door(AccountLinkingSettings, build_handler)


def _pre_sign_up() -> Door:
    from authcore_lambda.pre_sign_up import PreSignUpSettings, build_handler

    return Door(PreSignUpSettings, build_handler)


def _pre_token_generation() -> Door:
    from authcore_lambda.pre_token_generation import PreTokenGenerationSettings, build_handler

    return Door(PreTokenGenerationSettings, build_handler)


def _profile_sync() -> Door:
    from authcore_lambda.profile_sync import ProfileSyncSettings, build_handler

    return Door(ProfileSyncSettings, build_handler)


def _inbound_federation() -> Door:
    from authcore_lambda.inbound_federation import InboundFederationSettings, build_handler

    return Door(InboundFederationSettings, build_handler)


DOORS: Final[Mapping[DoorName, Callable[[], Door]]] = {
    "web": _web,
    "web-function": _web_function,
    "guard": _guard,
    "authorizer": _authorizer,
    "user-migration": _user_migration,
    "account-linking": _account_linking,
    "pre-sign-up": _pre_sign_up,
    "pre-token-generation": _pre_token_generation,
    "profile-sync": _profile_sync,
    "inbound-federation": _inbound_federation,
}
