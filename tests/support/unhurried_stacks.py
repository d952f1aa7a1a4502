"""The local stack with all the time there is: for tests that are not about time."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, Final

import attrs
import pytest

from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.http import HttpClient
from authcore.adapters.jwks import fetcher, key_cache
from authcore.adapters.legacy.link_contract import MAX_LINK_ANSWER_BYTES
from authcore.adapters.legacy.login_contract import MAX_ANSWER_BYTES
from authcore.domain.services.sessions import refresh_coordinator
from authcore.ports.system import Clock
from authcore.wiring import refresher
from authcore_lambda import pool_api, profile_updates
from authcore_local import administrator, stack
from authcore_local.cognito import Triggers
from authcore_local.environment import environment_of
from authcore_local.flow import FlowLog
from authcore_local.functions import LegacyClients, attach_functions
from authcore_local.tour import scripted_browser
from support.gate import AMPLE
from support.local_pool import AmpleTriggers
from support.unhurried import Unhurried
from support.unhurried_links import unhurried_links


LONGEST: Final[Mapping[str, str]] = {
    "AUTHCORE_SIGN_IN_TIMEOUT": "30",
    "AUTHCORE_CONNECT_TIMEOUT": "30",
    "AUTHCORE_GUARD_TIMEOUT": "30",
    "AUTHCORE_LEGACY_SESSIONS_TIMEOUT": "10",
    "AUTHCORE_SYNC_TIMEOUT": "10",
}
"""As much as these settings allow."""

CONSTANTS: Final = (
    (administrator, "CALL_LIMIT"),
    (stack, "ANSWER_LIMIT"),
    (profile_updates, "UPDATE_LIMIT"),
    (scripted_browser, "DEADLINE"),
    (fetcher, "FETCH_DEADLINE"),
    (key_cache, "FETCH_DEADLINE"),
    (refresher, "LONGEST_TRADE"),
    (refresh_coordinator, "PATIENCE"),
)
"""Limits that nobody sets."""


def unhurried_functions(
    environment: Mapping[str, str], clients: LegacyClients, clock: Clock, flow: FlowLog
) -> Triggers:
    """See ``attach_functions``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool_api, "cognito_client", _patient_client)
        attached = attach_functions(environment, clients, clock, flow)
    given = attrs.asdict(attached, recurse=False, filter=lambda each, _: each.name != "limit")
    functions = {name: Unhurried(each) for name, each in given.items() if callable(each)}
    return AmpleTriggers(**{**given, **functions})


def _patient_client(*, within: timedelta, **options: Any) -> Any:
    return cognito_client(within=AMPLE, **options)


def _patient_legacy_clients() -> LegacyClients:
    ask = partial(HttpClient, within=AMPLE)
    return LegacyClients(ask(max_bytes=MAX_ANSWER_BYTES), ask(max_bytes=MAX_LINK_ANSWER_BYTES))


def _longest(*given: Any) -> dict[str, str]:
    return {**LONGEST, **environment_of(*given)}


@contextmanager
def unhurried_stacks() -> Iterator[None]:
    """Every stack made meanwhile, and every ``authcore links``, has AMPLE time for every call."""
    with unhurried_links(), pytest.MonkeyPatch.context() as patch:
        for module, name in CONSTANTS:
            patch.setattr(module, name, AMPLE)
        patch.setattr(stack, "attach_functions", unhurried_functions)
        patch.setattr(stack, "legacy_clients", _patient_legacy_clients)
        patch.setattr(stack, "environment_of", _longest)
        yield
