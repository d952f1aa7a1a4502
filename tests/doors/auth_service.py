"""The real auth service, judging by the parts of a DoorWorld."""

from typing import Any

from dependency_injector import providers

from authcore_web.app import create_app
from authcore_web.container import WebContainer, web_container
from doors.door_world import environment_for
from doors.world import DoorWorld


def auth_service(world: DoorWorld, **changes: str) -> Any:
    """
    The ASGI application; its guard is *world*'s as it is now.

    *changes* are variables (names without the prefix).
    """
    container: WebContainer = web_container(environment_for(world.mint, **changes))
    container.override_providers(
        clock=providers.Object(world.clock),
        browser_guard=providers.Object(world.browser_guard),
        fetcher=providers.Object(world.mint.jwks_bytes),
    )
    return create_app(container)
