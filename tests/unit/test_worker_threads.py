"""Decisions that wait, in threads: they know what the request knew, and give their room back."""

from contextvars import ContextVar

import anyio
import pytest

from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import ProviderUnavailableError


def test_errors_come_through_and_give_their_room_back() -> None:
    threads = WorkerThreads(threads=1, waiting=1)

    def fail() -> None:
        raise ProviderUnavailableError("no answer")

    async def main() -> None:
        for _ in range(3):
            with pytest.raises(ProviderUnavailableError):
                await threads.run(fail)

    anyio.run(main)


def test_a_thread_knows_what_the_request_knew() -> None:
    name: ContextVar[str] = ContextVar("name")

    async def main() -> str:
        name.set("request-1")
        return await WorkerThreads().run(name.get)

    assert anyio.run(main) == "request-1"
