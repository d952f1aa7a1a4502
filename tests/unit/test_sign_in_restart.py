"""Sign-ins that are begun again, once, in the place of one that was broken off."""

from datetime import timedelta
from typing import Final

import attrs
import pytest

from authcore.domain.errors import AttemptRejectedError, ParameterRejectedError
from authcore.domain.model.session import (
    MAX_REMEMBERED_TARGET,
    PendingSignIns,
    RedirectTarget,
    SignInAttempt,
)
from authcore.domain.services.sign_in.authorization import (
    MAX_CODE_LENGTH,
    AuthorizationCode,
    AuthorizationError,
    parse_authorization_response,
)
from authcore.domain.services.sign_in.restart import reauthenticate, restart_broken_off
from authcore.domain.services.sign_in.sign_in import SignInStart
from unit.sign_in_world import DEEP_LINK, World, query_of


BROKEN_OFF: Final = "Already found an entry for username"


@pytest.fixture
def world() -> World:
    return World()


def broken_off(state: str | None = None, *, username: str = "") -> list[tuple[str, str]]:
    said = f"{BROKEN_OFF} {username}".strip()
    answer = [("error", "server_error"), ("error_description", said)]
    return answer if state is None else [*answer, ("state", state)]


def begun(world: World, provider: str | None = None) -> SignInStart:
    return world.sign_in(providers=("Google", "Okta")).begin(DEEP_LINK, provider=provider)


def again(
    world: World, answer: list[tuple[str, str]], *attempts: SignInAttempt
) -> tuple[SignInAttempt, SignInStart] | None:
    sign_in = world.sign_in(providers=("Google", "Okta"))
    response = parse_authorization_response(answer)
    found = restart_broken_off(sign_in, PendingSignIns(attempts), response)
    if found is None:
        return None
    assert found.replaced is not None
    return found.replaced, found.start


def test_what_was_broken_off_is_begun_again_for_target_and_provider(world: World) -> None:
    start = begun(world, provider="Google")
    attempt = attrs.evolve(start.attempt, rounds=1)

    found = again(world, broken_off(query_of(start)["state"]), attempt)

    assert found is not None
    old, new = found
    assert old == attempt
    assert (new.target, new.attempt.target, new.attempt.provider) == (
        DEEP_LINK,
        DEEP_LINK,
        "Google",
    )
    assert (new.attempt.restarted, new.attempt.rounds) == (True, 1)
    assert query_of(new)["identity_provider"] == "Google"
    assert new.attempt.state_digest != attempt.state_digest


@pytest.mark.parametrize(
    ("username", "provider"),
    [
        ("google_123", "Google"),
        ("Okta_x", "Okta"),
        ("Other_1", None),
        ("Googlex_1", None),
        ("", None),
    ],
)
def test_without_a_provider_the_one_of_the_user_who_was_linked_is_asked(
    world: World, username: str, provider: str | None
) -> None:
    start = begun(world)
    found = again(world, broken_off(username=username), start.attempt)
    assert found is not None
    assert found[1].attempt.provider == provider
    assert query_of(found[1]).get("identity_provider") == provider


def test_an_answer_that_names_no_attempt_is_of_the_newest(world: World) -> None:
    older = begun(world).attempt
    world.clock.advance(timedelta(seconds=1))
    newer = begun(world).attempt
    for attempts in ((older, newer), (newer, older)):
        found = again(world, broken_off(), *attempts)
        assert found is not None
        assert found[0] == newer


def test_an_attempt_is_not_begun_a_third_time(world: World) -> None:
    attempt = attrs.evolve(begun(world).attempt, restarted=True)
    assert again(world, broken_off(), attempt) is None
    same_moment = attrs.evolve(attempt, state_digest="0" * 64, restarted=False)
    assert again(world, broken_off(), same_moment, attempt) is None


@pytest.mark.parametrize(
    "answer",
    [
        [("code", "c"), ("state", "s")],
        [("error", "server_error")],
        [("error", "server_error"), ("error_description", "something else")],
    ],
)
def test_what_was_not_broken_off_is_not_begun_again(
    world: World, answer: list[tuple[str, str]]
) -> None:
    assert again(world, answer, begun(world).attempt) is None


def test_a_browser_without_attempts_begins_none_again(world: World) -> None:
    assert again(world, broken_off()) is None
    with pytest.raises(AttemptRejectedError):
        again(world, broken_off("another-state"), begun(world).attempt)


def test_what_is_begun_anew_asks_the_user_to_prove_who_they_are(world: World) -> None:
    attempt = attrs.evolve(begun(world, provider="Google").attempt, rounds=2)
    found = reauthenticate(world.sign_in(), attempt, RedirectTarget(DEEP_LINK))
    asked = query_of(found.start)
    assert (asked["prompt"], asked["identity_provider"]) == ("login", "Google")
    assert found.replaced == attempt
    assert (found.start.attempt.restarted, found.start.attempt.rounds) == (True, 2)
    assert "prompt" not in query_of(begun(world))


@pytest.mark.parametrize(
    ("length", "remembered"), [(MAX_REMEMBERED_TARGET, True), (MAX_REMEMBERED_TARGET + 1, False)]
)
def test_an_attempt_remembers_a_target_that_is_not_too_long(
    world: World, length: int, *, remembered: bool
) -> None:
    target = "https://cms.example.com/".ljust(length, "a")
    attempt = world.sign_in().begin(target).attempt
    assert attempt.target == (target if remembered else None)


@pytest.mark.parametrize(
    ("description", "is_broken_off", "username"),
    [
        (f"{BROKEN_OFF} google_1", True, "google_1"),
        (f"x: {BROKEN_OFF} google_1 more", True, "google_1"),
        (BROKEN_OFF, True, None),
        ("nothing", False, None),
        ("", False, None),
    ],
)
def test_an_error_says_who_was_linked_meanwhile(
    description: str, username: str | None, *, is_broken_off: bool
) -> None:
    answer = parse_authorization_response(
        [("error", "server_error"), ("error_description", description)]
    )
    assert answer == AuthorizationError("server_error", None, is_broken_off, username)


def test_a_code_has_512_characters_at_most() -> None:
    assert MAX_CODE_LENGTH == 512
    assert parse_authorization_response([("code", "c" * 512), ("state", "s")]) == AuthorizationCode(
        "s", "c" * 512
    )
    with pytest.raises(ParameterRejectedError):
        parse_authorization_response([("code", "c" * 513), ("state", "s")])
