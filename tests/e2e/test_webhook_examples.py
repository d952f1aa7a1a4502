"""The signing examples for legacy systems send what the auth service believes."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest

from authcore.adapters.system import SystemClock, environment
from authcore_local.servers import LoopbackServer
from doors.hook_world import KEY, NEXT_KEY, HookWorld, written


EXAMPLES: Final = Path(__file__).parents[2] / "examples" / "webhooks"
PATH: Final = "/auth/profile-changed"
OTHER_KEY: Final = b"o" * 32


class _World(HookWorld):
    """With the clock of the machine, as the programs have."""

    def parts(self) -> dict[str, Any]:
        self.clock.advance(_now() - self.clock.now())
        return super().parts()


def _now() -> datetime:
    return SystemClock().now()


@pytest.fixture(scope="module", name="world")
def _world() -> HookWorld:
    return _World(WEBHOOK_KEYS=f"{written(KEY)} {written(NEXT_KEY)}")


@pytest.fixture(scope="module", name="url")
def _url(world: HookWorld) -> Iterator[str]:
    with LoopbackServer(world.app) as server:
        yield f"http://127.0.0.1:{server.port}{PATH}"


def program(runtime: str, arguments: str, *marks: pytest.MarkDecorator) -> Any:
    absent = pytest.mark.skipif(not shutil.which(runtime), reason=f"{runtime} is not installed")
    command = [runtime, *arguments.split()]
    return pytest.param(command, id=command[-1], marks=[absent, *marks])


def run(command: Sequence[str], url: str, legacy_uid: str, *keys: bytes) -> tuple[str, int]:
    """What the program prints, and its exit status."""
    ended = subprocess.run(
        [*command, url, legacy_uid],
        cwd=EXAMPLES,
        env={**environment(), "WEBHOOK_KEY": " ".join(map(written, keys))},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.stderr == ""
    return ended.stdout.strip(), ended.returncode


@pytest.mark.parametrize(
    "command",
    [
        program(sys.executable, "send_webhook.py"),
        program("node", "send_webhook.mjs"),
        program("java", "-XX:TieredStopAtLevel=1 SendWebhook.java"),
        program("php", "send_webhook.php", pytest.mark.whole),
        program("ruby", "send_webhook.rb", pytest.mark.whole),
    ],
)
def test_an_example_is_believed(world: HookWorld, url: str, command: Sequence[str]) -> None:
    """With the new key and one that the auth service no longer knows, as in a rotation."""
    # PS-01
    world.clock.advance(_now() - world.clock.now())
    world.synced.clear()

    assert run(command, url, "4711", OTHER_KEY, NEXT_KEY) == ("200", 0)
    assert world.synced == ["4711"]


def test_an_example_says_that_it_was_not_believed(world: HookWorld, url: str) -> None:
    # PS-01
    world.synced.clear()

    assert run([sys.executable, "send_webhook.py"], url, "4711", OTHER_KEY) == ("401", 1)
    assert world.synced == []
