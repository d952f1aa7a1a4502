"""Work with a time limit: its result and its error come back, and it is given up."""

import threading
from contextvars import ContextVar
from datetime import timedelta

import pytest

from authcore.adapters.time_limits import OUT_OF_TIME, run_within
from authcore.domain.errors import ProviderUnavailableError
from support.gate import AMPLE


def test_the_result_comes_back() -> None:
    assert run_within(AMPLE, lambda: 7) == 7


def test_the_error_comes_back() -> None:
    with pytest.raises(ZeroDivisionError):
        run_within(AMPLE, lambda: 1 // 0)


def test_work_without_end_is_given_up() -> None:
    never = threading.Event()

    with pytest.raises(ProviderUnavailableError) as raised:
        run_within(timedelta(milliseconds=1), never.wait)

    assert raised.value.detail == OUT_OF_TIME
    never.set()


def test_the_context_is_that_of_the_caller() -> None:
    name: ContextVar[str] = ContextVar("name")
    name.set("of the caller")

    assert run_within(AMPLE, name.get) == "of the caller"
