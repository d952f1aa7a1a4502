"""Decisions that wait: in threads of their own, and not in any number."""

import asyncio
import threading
from contextvars import ContextVar

import pytest

from authcore.domain.errors import ProviderUnavailableError, UnavailableError
from authcore_guard.asgi import judged, visit_of
from authcore_guard.decision import Doorkeeper, Refusal
from authcore_guard.threads import GuardThreads
from unit.asgi_calls import http_scope
from unit.guard_world import GuardWorld


def test_when_too_much_waits_already_more_is_refused_at_once() -> None:
    # DL-04
    threads = GuardThreads(threads=1, waiting=1)
    gate = threading.Event()

    async def main() -> list[object]:
        waiting = [asyncio.create_task(threads.run(gate.wait)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(UnavailableError) as refused:
            await threads.run(gate.wait)
        assert refused.value.retry_after
        gate.set()
        done: list[object] = await asyncio.gather(*waiting)
        return [*done, await threads.run(lambda: "room again")]

    assert asyncio.run(main()) == [True, True, "room again"]


def test_errors_come_through_and_give_their_room_back() -> None:
    threads = GuardThreads(threads=1, waiting=0)

    def fail() -> None:
        raise ProviderUnavailableError("no answer")

    async def main() -> None:
        for _ in range(3):
            with pytest.raises(ProviderUnavailableError):
                await threads.run(fail)

    asyncio.run(main())


def test_a_thread_of_its_own_knows_what_the_request_knew() -> None:
    name: ContextVar[str] = ContextVar("name")

    async def main() -> tuple[str, str]:
        name.set("request-1")
        return await GuardThreads().run(lambda: (name.get(), threading.current_thread().name))

    known, thread = asyncio.run(main())
    assert known == "request-1"
    assert thread.startswith("authcore-guard")


@pytest.mark.parametrize(("path", "status"), [("/articles", 503), ("/about", None)])
def test_a_full_line_is_try_again_later_and_public_pages_stay_public(
    path: str, status: int | None
) -> None:
    # DL-04
    world = GuardWorld(COOKIE_FORMAT="stored", STORE_TABLE="sessions")
    door = world.container.guard()
    doorkeeper = Doorkeeper(
        world.waiting,
        signin_url=door.signin_url,
        app_url=door.app_url,
        public_paths=door.public_paths,
    )
    full = GuardThreads(threads=1, waiting=-1)
    verdict = asyncio.run(judged(doorkeeper, visit_of(http_scope(path)), full))

    assert (verdict.status if isinstance(verdict, Refusal) else None) == status
