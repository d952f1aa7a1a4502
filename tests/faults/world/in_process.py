"""What is different while stands work: no threads, no sockets, no waiting, light passwords."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

import pytest

from authcore_cli import aws_clients, links_wiring
from authcore_lambda import linking_services, pool_api
from authcore_local.cognito import app as cognito_app
from authcore_local.cognito.lambda_triggers.triggers import (
    TriggerHandler,
    TriggerRaisedError,
    TriggerRunner,
    _invoke,
)
from authcore_local.legacy.user_table import Row, UserTable
from faults.world.weather import Killed
from faults.world.wires import POOL_LINE
from support.light import HASHING, LIGHTEST


GONE: Final = "gone-"
"""User names of deleted rows begin so."""


class _Inline(TriggerRunner):
    """Runs a function in the caller's thread, with all the time there is."""

    def _attempt(self, handler: TriggerHandler, sent: str) -> str | TriggerRaisedError | None:
        try:
            return _invoke(handler, sent, None)  # type: ignore[arg-type]
        except Killed:
            return None


class _NoPause:
    def wait(self, duration: timedelta) -> None:
        """See the Pause port."""


def _present(rows: list[Row]) -> list[Row]:
    """*rows* without those that stand for deleted ones, which keep their ids from being used."""
    return [row for row in rows if not row.username.startswith(GONE)]


@contextmanager
def in_this_process() -> Iterator[None]:
    """Stands that are made meanwhile work meanwhile, the latest one at a time."""
    with pytest.MonkeyPatch.context() as patch:
        for module in HASHING:
            patch.setattr(f"{module}.COST", LIGHTEST)
        page = UserTable.page
        patch.setattr(UserTable, "page", lambda *given: _present(page(*given)))
        patch.setattr(cognito_app, "TriggerRunner", _Inline)
        patch.setattr(pool_api, "cognito_client", POOL_LINE.client)
        patch.setattr(aws_clients, "cognito_client", POOL_LINE.client)
        patch.setattr(links_wiring, "SystemPause", _NoPause)
        patch.setattr(linking_services, "SystemClock", lambda: POOL_LINE.clock)
        yield
