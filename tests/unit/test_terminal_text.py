"""Errors as the command shows them."""

import pytest

from authcore.domain.errors import LegacyUnavailableError
from authcore_cli.terminal_text import with_detail


@pytest.mark.parametrize(
    ("text", "detail", "shown"),
    [
        ("no answer", "connect refused", "no answer (connect refused)"),
        ("the legacy system answers HTTP 401", "HTTP 401", "the legacy system answers HTTP 401"),
        ("no answer", None, "no answer"),
    ],
)
def test_a_detail_is_shown_once(text: str, detail: str | None, shown: str) -> None:
    assert with_detail(LegacyUnavailableError(text, detail=detail)) == shown
