"""The sizes that the guide to operating promises, measured with tokens as long as Cognito's."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Final

import attrs
import pytest

from authcore.domain.errors import SessionTooLargeError
from authcore.domain.model.tokens import TokenSet
from doors.live_web_world import DUE, LiveWebWorld
from doors.test_web_header_budget import real_tokens
from unit.asgi_calls import Answer


GUIDE: Final = Path(__file__).parents[2] / "docs" / "operating.md"
DATE: Final = "date: Sun, 29 Nov 2026 13:03:49 GMT"
OWN: Final = len(f"HTTP/1.1 200 OK\r\n{DATE}\r\nserver: uvicorn\r\n\r\n")


def promised(row: str) -> list[float]:
    """The figures of one row: sealed, plain, largest, stored; in kB."""
    section = GUIDE.read_text(encoding="utf-8").partition("### Size of responses")[2]
    [line] = [each for each in section.splitlines() if each.startswith(f"| {row}")]
    return [float(figure) for figure in re.findall(r"([0-9.]+) kB", line)]


def head_of(answer: Answer) -> int:
    return OWN + sum(len(f"{name}: {value}\r\n") for name, value in answer.headers)


def lines(cookies: tuple[str, ...], name: str = "set-cookie") -> int:
    return sum(len(f"{name}: {cookie}\r\n") for cookie in cookies)


def beside_cookies(target: str) -> int:
    """What the head of a refresh takes beside the cookies."""
    world = LiveWebWorld()
    world.sign_in()
    world.clock.advance(DUE)
    answer = world.visit(target)
    cookies = tuple(answer.all("set-cookie"))
    copies = tuple(value for name, value in answer.headers if name.startswith("x-auth-set"))
    return head_of(answer) - lines(cookies) - lines(copies, "x-auth-set-cookie-0")


def largest(world: LiveWebWorld, tokens: TokenSet) -> tuple[str, ...]:
    jar, cookies = world.container.sessions(), tuple[str, ...]()
    with suppress(SessionTooLargeError):
        for size in range(1_000, 9_000, 20):
            cookies = jar.write(attrs.evolve(tokens, id_token="a" * size))
    return cookies


@pytest.fixture(scope="module", name="sessions")
def _sessions() -> list[tuple[str, ...]]:
    """``Set-Cookie`` values: sealed, plain, and the largest that are set."""
    sealed, plain = LiveWebWorld(), LiveWebWorld(COOKIE_FORMAT="plain")
    tokens = real_tokens(sealed, "nonce")
    written = [each.container.sessions().write(tokens) for each in (sealed, plain)]
    return [*written, largest(sealed, tokens)]


def test_responses_are_as_large_as_the_guide_says(sessions: list[tuple[str, ...]]) -> None:
    # CK-04
    cookies = [lines(each) for each in sessions]
    copied = [lines(each) + lines(each, "x-auth-set-cookie-0") for each in sessions]
    session, check = beside_cookies("/auth/session"), beside_cookies("/auth/check")

    assert [size / 1_000 for size in cookies] == pytest.approx(
        promised("an application's response")[:3], abs=0.06
    )
    assert [(size + session) / 1_000 for size in cookies] == pytest.approx(
        promised("`/auth/session`")[:3], abs=0.06
    )
    assert [(size + check) / 1_000 for size in copied] == pytest.approx(
        promised("`/auth/check`")[:3], abs=0.06
    )


@pytest.mark.parametrize(("form", "column"), [("sealed", 0), ("plain", 1)])
def test_a_callback_is_as_large_as_the_guide_says(form: str, column: int) -> None:
    # CK-04
    world = LiveWebWorld(COOKIE_FORMAT=form)
    asked = world.begin()
    answer = world.visit(world.issue(asked, real_tokens(world, asked["nonce"])))

    assert answer.status == 302
    expected = promised("`/auth/signin/callback`")[column]
    assert head_of(answer) / 1_000 == pytest.approx(expected, abs=0.06)
