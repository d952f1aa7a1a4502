"""The id of a sign-in: the same on every audit line of it, and good for nothing else."""

import pytest

from authcore.domain.model.attempt_ids import is_attempt_id
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.challenges import Code
from authcore.testing.fakes.password_authentication import Step
from doors.connect_web_world import ConnectWebWorld
from doors.password_web_world import PasswordWebWorld
from doors.web_world import WebWorld
from unit.asgi_calls import PROGRAM


TOTP = Step("SOFTWARE_TOKEN_MFA", Code("123456"), {"FRIENDLY_DEVICE_NAME": "phone"})
CALLBACK = "/auth/signin/callback"


@pytest.fixture
def world() -> WebWorld:
    return WebWorld()


def named(events: list[AuditEvent]) -> list[tuple[str, str]]:
    """Action and attempt of each event."""
    return [(event.action, event.attempt or "") for event in events]


def test_begin_and_completion_name_one_attempt_and_the_next_sign_in_another(
    world: WebWorld,
) -> None:
    for _ in range(2):
        world.sign_in()

    (first, begun), (second, completed), *others = named(world.audit.events)
    assert (first, second) == ("sign_in.begin", "sign_in.complete")
    assert is_attempt_id(begun)
    assert begun == completed
    assert {attempt for _, attempt in others}.isdisjoint({begun})


def test_the_id_is_no_part_of_what_browser_and_provider_hold(world: WebWorld) -> None:
    # SP-01
    asked = world.begin()

    attempt = world.audit.events[0].attempt
    assert attempt
    held = [*asked.values(), world.browser.header("auth.example.com")]
    assert not any(attempt in text for text in held)


@pytest.mark.parametrize("cookies_are_gone", [False, True])
def test_a_refused_callback_names_the_attempt_that_its_state_belongs_to(
    world: WebWorld, cookies_are_gone: bool
) -> None:
    asked = world.begin()
    if cookies_are_gone:
        world.browser = type(world.browser)(world.clock)

    world.visit(f"{CALLBACK}?error=access_denied&state={asked['state']}", headers=[PROGRAM])

    (_, begun), (action, refused) = named(world.audit.events)
    assert (action, refused) == ("sign_in.complete", begun)


def test_a_callback_without_a_state_names_none(world: WebWorld) -> None:
    world.visit(f"{CALLBACK}?error=access_denied", headers=[PROGRAM])
    world.visit(f"{CALLBACK}?code=a&code=b&state=c", headers=[PROGRAM])

    assert {event.attempt for event in world.audit.events} == {None}


@pytest.mark.parametrize("has_state", [True, False])
def test_a_sign_in_that_begins_again_names_the_attempt_that_follows(
    world: WebWorld, has_state: bool
) -> None:
    asked = world.begin()
    state = f"&state={asked['state']}" if has_state else ""
    broken_off = "error=invalid_request&error_description=Already+found+an+entry+for+username"
    world.visit(f"{CALLBACK}?{broken_off}{state}", headers=[PROGRAM])

    begun, restarted = world.audit.events
    assert (restarted.action, restarted.attempt) == ("sign_in.restart", begun.attempt)
    assert is_attempt_id(restarted.next_attempt)
    assert restarted.next_attempt != begun.attempt


def test_a_completion_names_the_request_that_the_id_token_names(world: WebWorld) -> None:
    asked = world.begin()
    tokens = world.tokens(nonce=asked["nonce"], authcore_request="84c0f0bb-b06d-4434")
    world.visit(world.issue(asked, tokens))

    assert world.audit.events[-1].token_request == "84c0f0bb-b06d-4434"


def test_all_steps_of_a_sign_in_on_the_own_page_name_one_attempt() -> None:
    world = PasswordWebWorld(steps=[TOTP])
    world.type_in("wrong")
    world.type_in()
    world.answer(code="000000")
    world.answer(code="123456")

    (action, refused), *steps = named(world.audit.events)
    assert (action, is_attempt_id(refused)) == ("password.begin", True)
    attempt = steps[0][1]
    assert attempt != refused
    assert steps == [
        ("password.begin", attempt),
        ("password.challenge", attempt),
        ("password.challenge", attempt),
    ]
    told = [dict(each) for each in world.cognito.metadata]
    assert told[0] == {"authcore_attempt": refused}
    assert told[-3:] == [{"authcore_attempt": attempt}] * 3


def test_connecting_names_the_attempt_of_the_sign_in_that_was_refused() -> None:
    world = ConnectWebWorld()
    world.sign_in_with_apple()
    world.sign_in_as()
    world.press()

    attempts = dict(named(world.audit.events))
    refused = next(e for e in world.audit.events if e.reason == "link_taken")
    connected = {name: attempt for name, attempt in attempts.items() if "connect" in name}
    assert set(connected.values()) == {refused.attempt}
    assert len(connected) >= 2, "the offer, and the connection"
    assert is_attempt_id(refused.attempt)
    assert attempts["sign_in.complete"] != refused.attempt
