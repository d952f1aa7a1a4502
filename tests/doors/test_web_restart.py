"""The first sign-in of a user who was linked meanwhile: broken off by Cognito, begun again once."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from authcore.adapters.cookies.attempts import SealedAttemptJar
from authcore.adapters.sealing.envelope import Envelope, KeyRing
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.session import MAX_PENDING_ATTEMPTS, PendingSignIns, SignInAttempt
from authcore.testing.fakes.revocation import InMemoryRevocationList
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from authcore.testing.mint.token_mint import DEFAULT_SUBJECT
from doors.door_world import FRONT_PAGE
from doors.web_world import AUTHORIZE_URL, DEEP_LINK, WebWorld
from unit.asgi_calls import PROGRAM, Answer


CALLBACK = "/auth/signin/callback"
FOUND = "Already found an entry for username"
BROKEN_OFF = {"error": "invalid_request", "error_description": f"{FOUND} google_canary "}


@pytest.fixture
def world() -> WebWorld:
    return WebWorld()


def broken_off(world: WebWorld, **more: str) -> Answer:
    return world.visit(f"{CALLBACK}?" + urlencode({**BROKEN_OFF, **more}), headers=[PROGRAM])


def asked_again(answer: Answer) -> dict[str, str]:
    assert answer.status == 302, answer.text
    endpoint, _, query = (answer.header("location") or "").partition("?")
    assert endpoint == AUTHORIZE_URL
    return dict(parse_qsl(query, strict_parsing=True))


@pytest.mark.parametrize("names_the_attempt", [True, False])
def test_a_sign_in_that_was_broken_off_begins_again_and_ends_where_it_was_to_end(
    world: WebWorld, names_the_attempt: bool
) -> None:
    """Cognito's error redirects are documented without a state; some carry one."""
    first = world.begin()

    answer = broken_off(world, **({"state": first["state"]} if names_the_attempt else {}))
    second = asked_again(answer)

    assert second.keys() == first.keys()
    for fresh in ("state", "nonce", "code_challenge"):
        assert second[fresh] != first[fresh]
    assert world.visit(world.issue(second)).header("location") == DEEP_LINK
    assert world.visit("/auth/session").status == 200


@pytest.mark.parametrize("names_the_attempt", [True, False])
def test_it_begins_again_only_once(world: WebWorld, names_the_attempt: bool) -> None:
    asked = world.begin()
    for expected in (302, 400, 400):
        named = {"state": asked["state"]} if names_the_attempt else {}
        answer = broken_off(world, **named)
        assert answer.status == expected
        asked = asked_again(answer) if expected == 302 else asked

    assert (answer.status, "canary" in answer.text) == (400, False)


def test_ten_tabs_cannot_make_a_loop(world: WebWorld) -> None:
    for _ in range(MAX_PENDING_ATTEMPTS):
        world.begin()

    statuses = [broken_off(world).status for _ in range(2 * MAX_PENDING_ATTEMPTS)]

    assert statuses == [302] + [400] * (2 * MAX_PENDING_ATTEMPTS - 1)


def test_the_provider_that_was_asked_for_is_asked_for_again(world: WebWorld) -> None:
    world.visit("/auth/signin?provider=Google")

    asked = asked_again(broken_off(world))

    assert asked["identity_provider"] == "Google"


PROVIDERS = "Google Okta Okta_Corp Work"


@pytest.mark.parametrize(
    ("username", "provider"),
    [
        ("google_109511962726719553612", "Google"),
        ("Google_109511962726719553612", "Google"),
        ("GOOGLE_1", "Google"),
        ("okta_1", "Okta"),
        ("okta_corp_1", "Okta_Corp"),
        ("Okta_Corp2_1", "Okta"),
        ("facebook_1", None),
        ("googl_1", None),
        ("google", None),
        ("google1", None),
        ("_google_1", None),
        ("x_google_1", None),
        ("", None),
        ("\u212aorta_1", None),
        ("wor\u212a_1", None),
        ("COGNITO_1", None),
    ],
)
def test_the_provider_that_was_chosen_on_cognitos_page_is_asked_for(
    username: str, provider: str | None
) -> None:
    world = WebWorld(SIGN_IN_PROVIDERS=PROVIDERS)
    world.begin()

    asked = asked_again(broken_off(world, error_description=f"{FOUND} {username} "))

    assert asked.get("identity_provider") == provider


def test_nothing_of_the_description_is_sent_on() -> None:
    """SP-11: anybody can send a browser to the callback with a description of theirs."""
    world = WebWorld(SIGN_IN_PROVIDERS=PROVIDERS)
    world.begin()

    description = f"{FOUND} google_canary&identity_provider=Evil#canary"
    answer = broken_off(world, error_description=description)

    assert asked_again(answer)["identity_provider"] == "Google"
    assert "canary" not in (answer.header("location") or "") + repr(world.audit.events)
    assert "Evil" not in (answer.header("location") or "")


def test_the_provider_that_the_application_asked_for_goes_before_the_one_that_is_guessed() -> None:
    world = WebWorld(SIGN_IN_PROVIDERS=PROVIDERS)
    world.visit("/auth/signin?provider=Work")

    asked = asked_again(broken_off(world, error_description=f"{FOUND} google_1"))

    assert asked["identity_provider"] == "Work"


def test_without_configured_providers_none_is_guessed(world: WebWorld) -> None:
    world.begin()

    assert "identity_provider" not in asked_again(
        broken_off(world, error_description=f"{FOUND} google_1")
    )


def test_a_provider_that_cannot_be_asked_for_does_not_start() -> None:
    with pytest.raises(ConfigurationError, match="AUTHCORE_SIGN_IN_PROVIDERS is wrong"):
        WebWorld(SIGN_IN_PROVIDERS=f"Google {'x' * 33}")


def test_the_first_attempt_is_worth_nothing_any_more(world: WebWorld) -> None:
    """SP-01."""
    first = world.begin()
    broken_off(world)

    answer = world.visit(world.issue(first), headers=[PROGRAM])

    assert (answer.status, answer.json["reason"]) == (400, "login_attempt")


def test_a_browser_that_began_nothing_is_sent_nowhere(world: WebWorld) -> None:
    answer = broken_off(world)

    assert (answer.status, answer.json["reason"]) == (400, "login_provider_refused")


def test_a_state_that_this_browser_does_not_hold_begins_nothing(world: WebWorld) -> None:
    """SP-02."""
    world.begin()

    answer = broken_off(world, state="c3RyYW5nZXI")

    assert (answer.status, answer.json["reason"]) == (400, "login_attempt")


@pytest.mark.parametrize(
    "description",
    ["PreSignUp failed with error canary", "", "already found an entry", "User found"],
)
def test_no_other_description_means_anything_or_is_shown(world: WebWorld, description: str) -> None:
    world.begin()

    answer = broken_off(world, error_description=description)

    assert answer.status == 400
    assert "canary" not in answer.text


def test_a_code_beside_the_error_begins_nothing(world: WebWorld) -> None:
    """SP-06."""
    world.begin()

    assert broken_off(world, code="stolen").json["reason"] == "login_parameter"


def test_a_target_that_is_too_long_to_remember_gives_way_to_the_front_page(world: WebWorld) -> None:
    world.begin(f"https://cms.example.com/{'a' * 300}")

    asked = asked_again(broken_off(world))

    assert world.visit(world.issue(asked)).header("location") == FRONT_PAGE


def test_a_target_that_is_no_longer_allowed_is_refused(world: WebWorld) -> None:
    """SP-03."""
    world.begin()
    smaller = WebWorld(
        SIGN_IN_REDIRECTS="https://shop.example.com",
        SIGN_IN_DEFAULT_REDIRECT="https://shop.example.com/",
    )
    smaller.browser = world.browser

    assert broken_off(smaller).json["reason"] == "redirect_rejected"


def test_the_audit_says_that_a_sign_in_began_again(world: WebWorld) -> None:
    world.begin()
    broken_off(world)

    last = world.audit.events[-1]
    assert (last.action, last.outcome, last.reason) == ("sign_in.restart", "accepted", "ok")
    assert "canary" not in repr(world.audit.events)


def test_an_attempt_sealed_before_attempts_could_begin_again_is_still_read() -> None:
    """A deployment ends no sign-in that is under way."""
    clock, ring = FrozenClock(), KeyRing((bytes(32),))
    old = Envelope("attempt", ring=ring, clock=clock, entropy=ScriptedEntropy())
    texts = ("ab" * 32, "v" * 43, "n" * 43, "cd" * 32)
    sealed = old.seal(texts, expires_at=clock.now() + timedelta(minutes=10))
    jar = SealedAttemptJar(ring=ring, clock=clock, entropy=ScriptedEntropy())

    read = jar.read(f"__Host-authcore_attempt_{'ab' * 8}={sealed}")

    assert read == PendingSignIns((SignInAttempt(*texts, clock.now() + timedelta(minutes=10)),))


def test_ten_attempts_with_the_longest_targets_fit_a_request_header() -> None:
    clock = FrozenClock()
    jar = SealedAttemptJar(ring=KeyRing((bytes(32),)), clock=clock, entropy=ScriptedEntropy())
    attempts = tuple(
        SignInAttempt(
            f"{number:064x}",
            *("v" * 43, "n" * 43, "cd" * 32, clock.now() + timedelta(minutes=10)),
            target="https://cms.example.com/".ljust(256, "~"),
            provider="p" * 32,
            restarted=True,
        )
        for number in range(0, MAX_PENDING_ATTEMPTS << 192, 1 << 192)
    )

    cookies = jar.write(PendingSignIns(attempts))
    header = "; ".join(cookie.partition(";")[0] for cookie in cookies)

    assert jar.read(header) == PendingSignIns(attempts)
    assert len(header) < 8000


def revoked_until_now(world: WebWorld) -> None:
    """An administrator ends all sessions of the mint's user, of this second or earlier."""
    revocations = world.container.revocations()
    assert revocations is not None
    now = world.clock.now()
    revocations.revoke_user(DEFAULT_SUBJECT, signed_in_until=now, until=now + timedelta(days=2))


def test_who_was_signed_out_everywhere_proves_anew_who_they_are() -> None:
    # RF-08: Cognito remembers the browser, and answers with the time of the old proof.
    world = WebWorld(REVOCATIONS_KEPT_IN="process")
    revoked_until_now(world)

    second = asked_again(world.sign_in())

    assert second["prompt"] == "login"
    assert not [name for name in world.cookie_names if "session" in name]
    world.clock.advance(timedelta(seconds=1))
    assert world.visit(world.issue(second)).header("location") == DEEP_LINK
    assert world.visit("/auth/session").status == 200


def test_who_proves_nothing_new_is_asked_only_once() -> None:
    # RF-08: then it is for the guards to refuse the session.
    world = WebWorld(REVOCATIONS_KEPT_IN="process")
    revoked_until_now(world)

    second = asked_again(world.sign_in())

    assert world.visit(world.issue(second)).header("location") == DEEP_LINK
    refused = world.visit("/auth/session")
    assert (refused.status, refused.json["reason"]) == (401, "session_revoked")


def test_the_provider_of_an_ended_session_is_asked_again() -> None:
    world = WebWorld(REVOCATIONS_KEPT_IN="process")
    revoked_until_now(world)
    answer = world.visit("/auth/signin?provider=Google")
    first = asked_again(answer)

    second = asked_again(world.visit(world.issue(first)))

    assert (second["identity_provider"], second["prompt"]) == ("Google", "login")


class _SilentList(WebWorld):
    def parts(self) -> dict[str, Any]:
        silent = InMemoryRevocationList(self.clock)
        silent.unavailable = True
        return {**super().parts(), "revocations": silent}


def test_where_nobody_can_say_whether_the_session_has_ended_the_guards_will_have_to() -> None:
    assert _SilentList().sign_in().header("location") == DEEP_LINK
