"""Which variables each door reads, and what it would say to them at start-up."""

# ruff: noqa: PLC0415 - only who checks settings pays for importing the doors

from collections.abc import Callable, Mapping
from typing import Final, Literal

import attrs


DoorName = Literal[
    "web", "guard", "user-migration", "account-linking", "pre-sign-up", "pre-token-generation"
]
Environment = Mapping[str, str]


@attrs.frozen
class Door:
    """
    One way into authcore.

    Attributes:
        settings: The groups of variables it reads.
        check: Starts it as far as that needs no network; raises ConfigurationError.
    """

    settings: type[attrs.AttrsInstance]
    check: Callable[[Environment], object]


def _web() -> Door:
    from authcore_web.settings import WebSettings, web_settings

    return Door(WebSettings, web_settings)


def _guard() -> Door:
    from authcore_guard.container import GuardDoorSettings
    from authcore_guard.wsgi import Guard

    return Door(GuardDoorSettings, lambda given: Guard.from_environment(lambda *_: (), given))


def _user_migration() -> Door:
    from authcore_lambda.user_migration import UserMigrationSettings, build_handler

    return Door(UserMigrationSettings, build_handler)


def _account_linking() -> Door:
    from authcore_lambda.account_linking import build_handler
    from authcore_lambda.linking_parts import AccountLinkingSettings

    return Door(AccountLinkingSettings, build_handler)


def _pre_sign_up() -> Door:
    from authcore_lambda.pre_sign_up import PreSignUpSettings, build_handler

    return Door(PreSignUpSettings, build_handler)


def _pre_token_generation() -> Door:
    from authcore_lambda.pre_token_generation import PreTokenGenerationSettings, build_handler

    return Door(PreTokenGenerationSettings, build_handler)


DOORS: Final[Mapping[DoorName, Callable[[], Door]]] = {
    "web": _web,
    "guard": _guard,
    "user-migration": _user_migration,
    "account-linking": _account_linking,
    "pre-sign-up": _pre_sign_up,
    "pre-token-generation": _pre_token_generation,
}
