"""Processes read their keys again: no restart, no user signed out, and never half a secret."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from authcore.adapters.secrets.reread_secret import TOO_OLD
from authcore.domain.errors import ConfigurationError
from authcore.settings import load
from authcore.settings.legacy import LegacySettings
from authcore.testing.mint import TokenMint
from authcore.wiring.legacy_key import legacy_key
from authcore_guard.container import guard_container
from authcore_web.container import web_container
from doors.door_world import environment_for
from doors.guard_world import GuardWorld
from doors.live_web_world import CALLER_KEY, OLD_CALLER_KEY, LiveWebWorld


OLD: Final = base64.b64encode(bytes(range(32))).decode()
NEW: Final = base64.b64encode(b"n" * 32).decode()


@attrs.frozen
class _Function:
    legacy: LegacySettings


@pytest.fixture(name="keys")
def _keys(tmp_path: Path) -> Path:
    path = tmp_path / "cookie-keys"
    path.write_text(OLD)
    return path


def in_file(path: Path, name: str = "COOKIE_KEYS") -> dict[str, str]:
    return {name: "", f"{name}_FILE": str(path)}


def rest(world: Any) -> None:
    """Let enough time pass for the next request to read again."""
    world.clock.advance(TOO_OLD)


def test_a_session_outlives_a_rotation_of_the_cookie_keys(keys: Path) -> None:
    # CK-10
    world = GuardWorld(**in_file(keys))
    cookies = world.cookies()
    keys.write_text(f"{NEW} {OLD}")
    rest(world)

    assert world.asgi("/private", cookies=cookies).status == 200
    rest(world)
    assert world.asgi("/private", cookies=world.cookies()).status == 200


def test_a_process_that_has_not_read_yet_opens_what_one_that_has_seals(keys: Path) -> None:
    # CK-10
    early, late = GuardWorld(**in_file(keys)), GuardWorld(**in_file(keys))
    keys.write_text(f"{NEW} {OLD}")
    rest(early)

    assert late.jar.read(early.cookies()) is not None


@pytest.mark.parametrize("seen", [0, 3])
def test_a_key_that_was_removed_opens_nothing_any_more(keys: Path, seen: int) -> None:
    # CK-10: neither a session that this process has opened before
    world = GuardWorld(**in_file(keys))
    cookies = world.cookies()
    for _ in range(seen):
        assert world.asgi("/private", cookies=cookies).status == 200
    keys.write_text(NEW)
    rest(world)

    assert world.asgi("/private", cookies=cookies).status == 302


@pytest.mark.parametrize("content", ["canary-no-key", "", f"{NEW} {NEW}", "\x00" * 9])
def test_bad_keys_are_recorded_and_the_old_ones_stay_in_use(
    keys: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = GuardWorld(**in_file(keys))
    cookies = world.cookies()
    keys.write_text(content)
    rest(world)

    assert world.asgi("/private", cookies=cookies).status == 200
    assert '"action":"secret.read","outcome":"misconfigured"' in caplog.text
    assert "COOKIE_KEYS_FILE content" in caplog.text
    assert "canary" not in caplog.text


def test_a_file_that_disappears_keeps_the_keys_in_use(keys: Path) -> None:
    world = GuardWorld(**in_file(keys))
    cookies = world.cookies()
    keys.unlink()
    for _ in range(3):
        rest(world)
        assert world.asgi("/private", cookies=cookies).status == 200


@pytest.mark.parametrize("build", [web_container, guard_container])
@pytest.mark.parametrize("content", [None, "canary-no-key"])
def test_a_process_does_not_start_without_usable_keys(
    keys: Path, build: Callable[[dict[str, str]], Any], content: str | None
) -> None:
    keys.unlink() if content is None else keys.write_text(content)
    container = build(environment_for(TokenMint(), **in_file(keys)))

    with pytest.raises(ConfigurationError, match="AUTHCORE_COOKIE_KEYS_FILE") as error:
        container.sessions()
    assert "canary" not in str(error.value)


def test_caller_keys_are_replaced_and_removed_without_a_restart(tmp_path: Path) -> None:
    # VA-01
    path = tmp_path / "caller-keys"
    path.write_text(f"cms={OLD_CALLER_KEY}")
    world = LiveWebWorld(**in_file(path, "VERIFY_CALLER_KEYS"))

    def status(key: str) -> int:
        return world.visit(
            "/auth/verify",
            method="POST",
            headers=[("authorization", f"Bearer {key}"), ("content-type", "application/json")],
            body=b"{}",
        ).status

    assert (status(OLD_CALLER_KEY), status(CALLER_KEY)) == (200, 401)
    path.write_text(f"cms={CALLER_KEY} cms={OLD_CALLER_KEY}")
    rest(world)
    assert (status(OLD_CALLER_KEY), status(CALLER_KEY)) == (200, 200)
    path.write_text(f"cms={CALLER_KEY}")
    rest(world)
    assert (status(OLD_CALLER_KEY), status(CALLER_KEY)) == (401, 200)


def test_the_legacy_key_of_functions_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "legacy-key"
    path.write_text("first\n")
    settings = load(
        _Function,
        {
            "AUTHCORE_LEGACY_URL": "https://legacy.example.com",
            "AUTHCORE_LEGACY_API_KEY_FILE": str(path),
        },
    )

    assert legacy_key(settings.legacy)() == "first"
