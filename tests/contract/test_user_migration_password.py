"""What the user migration trigger sends: the password, once, as it was typed, in the body."""

import json
from collections.abc import Iterator
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.gate import examples
from support.migration_door import CASES, NO, RIGHT, SOURCES, YES, event, scripted_door, sending
from support.scripted_server import ScriptedServer
from support.unhurried import Unhurried


@pytest.fixture(scope="module", name="door")
def _door() -> Iterator[tuple[ScriptedServer, Unhurried]]:
    with scripted_door() as door:
        yield door


@pytest.fixture(scope="module", name="hostile")
def _hostile(door: tuple[ScriptedServer, Unhurried]) -> ScriptedServer:
    return door[0]


@pytest.fixture(scope="module", name="answered_anyhow")
def _answered_anyhow(door: tuple[ScriptedServer, Unhurried]) -> Unhurried:
    return door[1]


def test_the_password_is_in_the_body_and_nowhere_else(
    hostile: ScriptedServer, answered_anyhow: Unhurried
) -> None:
    # MG-02
    hostile.script = sending(200, NO)

    answered_anyhow(event(SOURCES[0], *CASES["right"]), None)

    head, _, body = hostile.requests[-1].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/login HTTP/1.1\r\n")
    assert RIGHT.encode() not in head
    assert b"jane" not in head
    assert json.loads(body) == {"username": "jane", "password": RIGHT}


NAUGHTY: Final = (
    " leading and trailing ",
    "UPPER lower",
    "\u00e9 e\u0301 \ufb01 \u212b \u00c5",
    "\u202eright to left",
    "\u200bzero\u200dwidth\ufeff",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\t\r\n\x01\x1f\x7f",
    '"quoted" \\back\\slash\\ /slash/ \\u0041',
    "';DROP TABLE users;--",
    "${jndi:ldap://127.0.0.1/a} {{7*7}} %00 %n",
    "<script>alert(1)</script>",
    "x" * 256,
    "\U0001f40e" * 256,
)
passwords = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=256
)


def _received(hostile: ScriptedServer, trigger: Unhurried, password: str) -> object:
    hostile.script = sending(200, NO)
    trigger(event(SOURCES[0], "jane", password), None)
    return json.loads(hostile.requests[-1].partition(b"\r\n\r\n")[2])["password"]


@pytest.mark.parametrize("password", NAUGHTY, ids=range(len(NAUGHTY)))
def test_a_naughty_password_arrives_as_it_was_typed(
    hostile: ScriptedServer, answered_anyhow: Unhurried, password: str
) -> None:
    # MG-07
    assert _received(hostile, answered_anyhow, password) == password


@examples(60)
@given(password=passwords)
def test_any_password_arrives_as_it_was_typed(
    hostile: ScriptedServer, answered_anyhow: Unhurried, password: str
) -> None:
    # MG-07
    assert _received(hostile, answered_anyhow, password) == password


@pytest.mark.parametrize("password", ["", "nul\0", "\ud800", "x\udfff", "x" * 257])
def test_what_cannot_be_a_password_is_a_no_and_is_not_sent(
    hostile: ScriptedServer, answered_anyhow: Unhurried, password: str
) -> None:
    # MG-07
    hostile.script = sending(200, YES)
    asked, before = event(SOURCES[0], "jane", password), len(hostile.requests)

    assert answered_anyhow(asked, None) == asked
    assert len(hostile.requests) == before
