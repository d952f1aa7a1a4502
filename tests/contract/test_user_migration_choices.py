"""What a team may choose about migration, shown at the door."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from authcore.adapters.http import HttpClient
from support.migration_door import (
    CASES,
    FOUND,
    RIGHT,
    SOURCES,
    YES,
    event,
    sending,
    short_lived_http,
    unhurried_at,
)
from support.scripted_server import ScriptedServer


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[ScriptedServer]:
    with ScriptedServer(sending(500, b"")) as server:
        yield server


@pytest.fixture(scope="module", name="http")
def _http() -> Iterator[HttpClient]:
    with short_lived_http() as http:
        yield http


@pytest.mark.parametrize(
    ("pool", "typed", "username"),
    [
        ("email", "jane@thornfield.example", None),
        ("alias", "jane@thornfield.example", "jane"),
    ],
)
@pytest.mark.parametrize("source", SOURCES)
def test_settings_say_how_people_name_themselves(
    server: ScriptedServer,
    http: HttpClient,
    source: str,
    pool: str,
    typed: str,
    username: str | None,
) -> None:
    # MG-04
    server.script = sending(200, YES if source == SOURCES[0] else FOUND)

    response = unhurried_at(server.url, http, pool=pool)(event(source, typed, RIGHT), None)

    given = response["response"]["userAttributes"]
    assert (given.get("username"), given["email"]) == (username, typed)


@pytest.mark.parametrize("source", SOURCES)
def test_settings_say_whether_letter_case_makes_another_name(
    server: ScriptedServer, http: HttpClient, source: str
) -> None:
    server.script = sending(200, YES if source == SOURCES[0] else FOUND)
    asked = event(source, "JANE", RIGHT)

    taken = unhurried_at(server.url, http, case_sensitive="off")(asked, None)["response"]

    assert taken["userAttributes"]["custom:legacy_uid"] == "1847"
    assert unhurried_at(server.url, http)(asked, None) == asked


def test_settings_say_which_passwords_may_stay(server: ScriptedServer, http: HttpClient) -> None:
    server.script = sending(200, YES)
    strict = unhurried_at(server.url, http, password_policy=f"{len(RIGHT) + 1} lower")
    mild = unhurried_at(server.url, http, password_policy="8 lower upper digit symbol")

    asked = event(SOURCES[0], *CASES["right"])
    assert "finalUserStatus" not in strict(asked, None)["response"]
    assert mild(asked, None)["response"]["finalUserStatus"] == "CONFIRMED"


def test_simultaneous_first_sign_ins_are_told_of_one_user(
    server: ScriptedServer, http: HttpClient
) -> None:
    """Cognito keeps one of two users of the same name, whichever comes first."""
    # MG-08
    server.script = sending(200, YES)
    trigger = unhurried_at(server.url, http)

    with ThreadPoolExecutor(8) as threads:
        answers = [*threads.map(trigger, [event(SOURCES[0], *CASES["right"])] * 16, [None] * 16)]

    assert answers == [answers[0]] * 16
    assert answers[0]["response"]["userAttributes"]["custom:legacy_uid"] == "1847"


def test_settings_say_where_passwords_are_reset(server: ScriptedServer, http: HttpClient) -> None:
    # MG-03, MG-04
    server.script = sending(200, FOUND)
    asked = event(SOURCES[1], *CASES["right"])

    assert unhurried_at(server.url, http, resets="legacy")(asked, None) == asked
    taken = unhurried_at(server.url, http, resets="pool")(asked, None)["response"]
    assert taken["userAttributes"]["custom:legacy_uid"] == "1847"


def test_resets_in_the_legacy_system_change_no_sign_in(
    server: ScriptedServer, http: HttpClient
) -> None:
    # MG-04
    server.script = sending(200, YES)
    asked = event(SOURCES[0], *CASES["right"])

    moved = unhurried_at(server.url, http, resets="legacy")(asked, None)["response"]

    assert moved["finalUserStatus"] == "CONFIRMED"
