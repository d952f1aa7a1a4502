"""HTTP requests for which no time passes but the time that they wait for a byte."""

import pytest

from authcore.adapters.http import connection


@pytest.fixture
def time_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A request's deadline is as far away when it waits as when it began.

    So a short one is met however slowly the machine gets as far as sending, and only who is silent
    uses it up.
    """
    monkeypatch.setattr(connection, "monotonic", lambda: 0.0)
