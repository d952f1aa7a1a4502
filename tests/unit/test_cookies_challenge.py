"""The cookie of a challenge beside the other cookies of a browser."""

import re
from datetime import timedelta

import attrs
import pytest

from authcore.adapters.cookies import SealedChallengeJar
from authcore.adapters.cookies.challenge import COOKIE
from authcore.adapters.sealing.envelope import Envelope, KeyRing
from authcore.domain.errors import SessionTooLargeError
from authcore.domain.model.challenges import Challenge
from authcore.domain.model.pending_challenge import CHALLENGE_LIFETIME, PendingChallenge
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy


RING = KeyRing([bytes(range(32))])
NOW = FrozenClock().now()
SESSION = "AYABe" + "S3ssi0n-_" * 30
PENDING = PendingChallenge(
    challenge=Challenge(
        name="SOFTWARE_TOKEN_MFA",
        session=SESSION,
        username="jane",
        flow="USER_SRP_AUTH",
        parameters={"FRIENDLY_DEVICE_NAME": "phone", "SECRET_BLOCK": "canary"},
    ),
    candidate_username="jane@thornfield.example",
    client="c" * 64,
    identifier="i" * 43,
    expires_at=NOW + CHALLENGE_LIFETIME,
)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def jar(clock: FrozenClock) -> SealedChallengeJar:
    return SealedChallengeJar(ring=RING, clock=clock, entropy=ScriptedEntropy())


def pair_of(set_cookie: str) -> str:
    return set_cookie.partition(";")[0]


def test_it_is_sent_to_this_host_alone_and_for_three_minutes(jar: SealedChallengeJar) -> None:
    # CK-01
    (cookie,) = jar.write(PENDING)

    assert cookie.startswith(f"{COOKIE}=")
    assert "Domain=" not in cookie
    assert "; Max-Age=180;" in cookie
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


def test_it_ends_after_three_minutes_whatever_the_browser_keeps(
    jar: SealedChallengeJar, clock: FrozenClock
) -> None:
    sent = pair_of(jar.write(PENDING)[0])
    clock.advance(CHALLENGE_LIFETIME - timedelta(seconds=1))
    assert jar.read(sent) is not None
    clock.advance(timedelta(seconds=1))
    assert jar.read(sent) is None


def test_nothing_of_it_can_be_read_without_the_key(jar: SealedChallengeJar) -> None:
    # CK-07
    (cookie,) = jar.write(PENDING)
    assert not re.search("jane|S3ssi0n|canary", cookie)
    assert "jane" not in repr(PENDING)
    assert SESSION not in repr(PENDING)


def test_only_parameters_that_a_page_shows_are_kept(jar: SealedChallengeJar) -> None:
    read = jar.read(pair_of(jar.write(PENDING)[0]))
    assert read is not None
    assert read.challenge.parameters == {"FRIENDLY_DEVICE_NAME": "phone"}


def test_the_longest_session_of_cognito_fits_a_cookie(jar: SealedChallengeJar) -> None:
    challenge = attrs.evolve(PENDING.challenge, session="s" * 2048, username="u" * 128)
    longest = attrs.evolve(PENDING, challenge=challenge, candidate_username="n" * 128)

    (cookie,) = jar.write(longest)

    assert len(pair_of(cookie)) < 3_600
    read = jar.read(pair_of(cookie))
    assert read is not None
    assert read.challenge.session == "s" * 2048


def test_it_makes_no_room_of_a_sessions(jar: SealedChallengeJar) -> None:
    # CK-04
    size = len(pair_of(jar.write(PENDING)[0])) + 2
    name = "__Secure-authcore_session="
    fits = name + "s" * (8_000 - size - len(name) - 2)

    assert jar.write(PENDING, fits)
    with pytest.raises(SessionTooLargeError):
        jar.write(PENDING, fits + "s")


def test_two_of_them_are_none(jar: SealedChallengeJar) -> None:
    first, second = (pair_of(jar.write(PENDING)[0]) for _ in range(2))

    assert jar.read(first) is not None
    assert jar.read(f"{first}; {second}") is None


@pytest.mark.parametrize(
    "texts",
    [
        (),
        ("EMAIL_OTP",) * 8,
        ("EMAIL_OTP", "s", "u", "USER_AUTH", "n", "c", "i", "{}", None),
        ("A_NEW_CHALLENGE", "s", "u", "USER_AUTH", "n", "c", "i", "{}", ""),
        ("EMAIL_OTP", "s", "u", "A_NEW_FLOW", "n", "c", "i", "{}", ""),
        ("EMAIL_OTP", "s", "u", "USER_AUTH", "n", "c", "i", "{", ""),
    ],
)
def test_what_another_release_sealed_is_no_challenge(
    jar: SealedChallengeJar, texts: tuple[str | None, ...]
) -> None:
    envelope = Envelope("challenge", ring=RING, clock=FrozenClock(), entropy=ScriptedEntropy())
    sealed = envelope.seal(texts, expires_at=PENDING.expires_at)

    assert jar.read(f"{COOKIE}={sealed}") is None


def test_a_sealed_ticket_is_no_challenge(jar: SealedChallengeJar) -> None:
    envelope = Envelope("connect", ring=RING, clock=FrozenClock(), entropy=ScriptedEntropy())
    texts = ("EMAIL_OTP", "s", "u", "USER_AUTH", "n", "c", "i", "{}", "")
    sealed = envelope.seal(texts, expires_at=PENDING.expires_at)

    assert jar.read(f"{COOKIE}={sealed}") is None


def test_it_is_deleted_only_where_it_is(jar: SealedChallengeJar) -> None:
    assert jar.clear("a=b") == ()
    (deletion,) = jar.clear(f"a=b; {COOKIE}=x")
    assert "Max-Age=0" in deletion


def test_the_attempt_is_kept_and_a_cookie_of_an_earlier_release_names_none(
    jar: SealedChallengeJar, clock: FrozenClock
) -> None:
    named = attrs.evolve(PENDING, attempt="a" * 20)
    kept = jar.read(pair_of(jar.write(named)[0]))
    envelope = Envelope("challenge", ring=RING, clock=clock, entropy=ScriptedEntropy())
    texts = ("SMS_MFA", SESSION, "jane", "USER_SRP_AUTH", "jane", "c", "i", "{}", "")
    earlier = jar.read(f"{COOKIE}={envelope.seal(texts, expires_at=PENDING.expires_at)}")

    assert kept is not None
    assert kept.attempt == "a" * 20
    assert earlier is not None
    assert earlier.attempt is None
