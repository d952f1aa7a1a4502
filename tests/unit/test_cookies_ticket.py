"""The cookie of a ticket beside the other cookies of a browser."""

import hashlib
from datetime import timedelta

import attrs
import pytest

from authcore.adapters.cookies import SealedTicketJar
from authcore.adapters.cookies.attempts import SealedAttemptJar
from authcore.adapters.cookies.connect_ticket import COOKIE
from authcore.adapters.sealing.envelope import Envelope, KeyRing
from authcore.domain.errors import SessionTooLargeError
from authcore.domain.model.session import PendingSignIns, SignInAttempt
from authcore.testing.fakes.system import ScriptedEntropy
from unit.connect_world import ConnectWorld


RING = KeyRing([bytes(range(32))])
WORLD = ConnectWorld()
TICKET = WORLD.ticket(target="https://cms.example.com/")


@pytest.fixture
def jar() -> SealedTicketJar:
    return SealedTicketJar(ring=RING, clock=WORLD.clock, entropy=ScriptedEntropy())


def pair_of(set_cookie: str) -> str:
    return set_cookie.partition(";")[0]


def test_it_is_sent_to_this_host_alone_and_for_ten_minutes(jar: SealedTicketJar) -> None:
    # CK-01, AL-13
    (cookie,) = jar.write(TICKET)

    assert cookie.startswith(f"{COOKIE}=")
    assert "Domain=" not in cookie
    assert "; Max-Age=600;" in cookie
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


def test_it_makes_no_room_of_a_sessions(jar: SealedTicketJar) -> None:
    # CK-04
    size = len(pair_of(jar.write(TICKET)[0])) + 2
    name = "__Secure-authcore_session="
    fits = name + "s" * (8_000 - size - len(name) - 2)

    assert jar.write(TICKET, fits)
    with pytest.raises(SessionTooLargeError):
        jar.write(TICKET, fits + "s")


def test_attempts_make_room_for_it(jar: SealedTicketJar) -> None:
    # CK-04
    attempts = SealedAttemptJar(ring=RING, clock=WORLD.clock, entropy=ScriptedEntropy())
    attempt = SignInAttempt(
        state_digest=hashlib.sha256(b"state").hexdigest(),
        code_verifier="v" * 43,
        nonce="n" * 43,
        client="c" * 64,
        expires_at=WORLD.clock.now() + timedelta(minutes=10),
    )
    sent = "; ".join(map(pair_of, attempts.write(PendingSignIns((attempt,)))))

    assert jar.write(TICKET, sent + "; other=" + "x" * 9_000)


def test_it_is_read_by_its_name_alone(jar: SealedTicketJar) -> None:
    pair = pair_of(jar.write(TICKET)[0])

    assert jar.read(f"a=b; {pair}; c=d") == TICKET
    assert jar.read(pair.replace(COOKIE, "__Host-authcore_another")) is None


@pytest.mark.parametrize("length", [3_900, 5_000])
def test_one_that_no_browser_stores_is_not_set(jar: SealedTicketJar, length: int) -> None:
    # CK-04: although the header has room for it
    with pytest.raises(SessionTooLargeError):
        jar.write(attrs.evolve(TICKET, target="/" * length))


def test_two_of_them_are_none(jar: SealedTicketJar) -> None:
    first, second = (pair_of(jar.write(TICKET)[0]) for _ in range(2))

    assert jar.read(first) == TICKET
    assert jar.read(f"{first}; {second}") is None


@pytest.mark.parametrize("texts", [(), ("a",) * 6, ("a",) * 9, (None, *("a",) * 6)])
def test_other_texts_under_the_same_seal_are_no_ticket(
    jar: SealedTicketJar, texts: tuple[str | None, ...]
) -> None:
    envelope = Envelope("connect", ring=RING, clock=WORLD.clock, entropy=ScriptedEntropy())
    sealed = envelope.seal(texts, expires_at=TICKET.expires_at)

    assert jar.read(f"{COOKIE}={sealed}") is None


def test_it_is_deleted_only_where_it_is(jar: SealedTicketJar) -> None:
    assert jar.clear("a=b") == ()
    (deletion,) = jar.clear(f"a=b; {COOKIE}=x")
    assert "Max-Age=0" in deletion


def test_the_longest_ticket_fits_a_cookie(jar: SealedTicketJar) -> None:
    longest = attrs.evolve(
        TICKET,
        username="u" * 128,
        identity=attrs.evolve(TICKET.identity, provider_name="p" * 32, user_id="i" * 128),
        target="https://cms.example.com/?".ljust(256, "&"),
    )

    (cookie,) = jar.write(longest)

    assert len(pair_of(cookie)) < 1_200
    assert jar.read(pair_of(cookie)) == longest


def test_the_attempt_is_kept_and_a_cookie_of_an_earlier_release_names_none(
    jar: SealedTicketJar,
) -> None:
    named = attrs.evolve(TICKET, attempt="a" * 20)
    envelope = Envelope("connect", ring=RING, clock=WORLD.clock, entropy=ScriptedEntropy())
    earlier = envelope.seal(("a",) * 7, expires_at=TICKET.expires_at)

    assert jar.read(pair_of(jar.write(named)[0])) == named
    ticket = jar.read(f"{COOKIE}={earlier}")
    assert ticket is not None
    assert ticket.attempt is None
