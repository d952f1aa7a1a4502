"""Sign-ins begun in one browser, a host-only cookie each."""

import hashlib
import itertools
import re
from datetime import timedelta

import attrs
import pytest

from authcore.adapters.cookies import SealedAttemptJar, SealedSessionJar
from authcore.adapters.cookies.chunking import generation_of
from authcore.adapters.sealing.envelope import Envelope, KeyRing
from authcore.domain.errors import SessionTooLargeError
from authcore.domain.model.session import PendingSignIns, SignInAttempt
from authcore.domain.model.tokens import TokenSet
from authcore.testing.browser import BrowserCookies
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy


HOST = "auth.example.com"
LIFETIME = timedelta(minutes=10)
RING = KeyRing([b"k" * 32])


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def jar(clock: FrozenClock) -> SealedAttemptJar:
    return SealedAttemptJar(ring=RING, clock=clock, entropy=ScriptedEntropy())


@pytest.fixture
def browser(clock: FrozenClock) -> BrowserCookies:
    return BrowserCookies(clock)


def attempt(number: int, clock: FrozenClock) -> SignInAttempt:
    return SignInAttempt(
        state_digest=hashlib.sha256(b"state %d" % number).hexdigest(),
        code_verifier=f"{number:043d}",
        nonce=f"nonce-{number:037d}",
        client=hashlib.sha256(b"client").hexdigest(),
        expires_at=clock.now() + LIFETIME,
    )


def begun(
    count: int, jar: SealedAttemptJar, browser: BrowserCookies, clock: FrozenClock
) -> PendingSignIns:
    """*count* tabs, each begun a second after the one before, as a sign-in does it."""
    pending = PendingSignIns()
    for number in range(count):
        header = browser.header(HOST)
        pending = (jar.read(header) or PendingSignIns()).with_attempt(
            attempt(number, clock), now=clock.now()
        )
        browser.apply(jar.write(pending, header), HOST)
        clock.advance(timedelta(seconds=1))
    return pending


def test_ten_tabs_are_remembered_oldest_first(
    jar: SealedAttemptJar, browser: BrowserCookies, clock: FrozenClock
) -> None:
    pending = begun(10, jar, browser, clock)
    assert len(pending.attempts) == 10
    assert jar.read(browser.header(HOST)) == pending
    assert jar.read("; ".join(reversed(browser.header(HOST).split("; ")))) == pending


def test_an_eleventh_tab_forgets_the_first(
    jar: SealedAttemptJar, browser: BrowserCookies, clock: FrozenClock
) -> None:
    pending = begun(11, jar, browser, clock)
    assert jar.read(browser.header(HOST)) == pending
    assert browser.header(HOST).count("authcore_attempt_") == 10
    assert [a.nonce[-2:] for a in pending.attempts] == [f"{n:02d}" for n in range(1, 11)]


def test_more_than_ten_are_neither_written_nor_read(
    jar: SealedAttemptJar, browser: BrowserCookies, clock: FrozenClock
) -> None:
    # DL-02
    attempts = [attempt(number, clock) for number in range(12)]
    browser.apply(jar.write(PendingSignIns(tuple(attempts))), HOST)
    assert browser.header(HOST).count("authcore_attempt_") == 10
    assert jar.read(browser.header(HOST)) == PendingSignIns(tuple(attempts[2:]))
    names = [each.partition("=")[0] for each in browser.header(HOST).split("; ")]
    earlier = [each.replace("attempt_", f"attempt_{'e' * 15}") for each in names]
    assert jar.read("; ".join(f"{name}=AAAA" for name in earlier)) is None


def test_tabs_that_begin_at_once_take_no_more_names_than_there_are(
    jar: SealedAttemptJar, browser: BrowserCookies, clock: FrozenClock
) -> None:
    """A browser restores two hundred tabs: each begins without the cookies of the others."""
    # CK-04 SP-09
    attempts = [attempt(number, clock) for number in range(200)]
    for single in attempts:
        browser.apply(jar.write(PendingSignIns((single,))), HOST)
    read = jar.read(browser.header(HOST))
    assert browser.header(HOST).count("authcore_attempt_") == 10
    assert read is not None
    assert len(read.attempts) == 10
    assert attempts[-1] in read.attempts
    assert {*read.attempts} <= {*attempts}


def test_a_few_tabs_that_begin_at_once_hardly_ever_take_the_same_name(
    jar: SealedAttemptJar, clock: FrozenClock
) -> None:
    # SP-09
    names = [
        jar.write(PendingSignIns((attempt(number, clock),)))[0].partition("=")[0]
        for number in range(1_000)
    ]
    together = sum(one == other for one, other in itertools.pairwise(names))
    assert {names.count(name) // 50 for name in names} <= {1, 2}
    assert together < 150


def test_beside_a_session_tabs_that_begin_at_once_take_no_more_room_than_there_is(
    jar: SealedAttemptJar, browser: BrowserCookies, clock: FrozenClock
) -> None:
    # CK-04
    session = f"__Secure-authcore_session={'x' * 3900}; __Secure-authcore_session_1={'x' * 2500}"
    for number in range(200):
        browser.apply(jar.write(PendingSignIns((attempt(number, clock),)), session), HOST)
    assert 1 < browser.header(HOST).count("authcore_attempt_") < 10
    assert len(session) + len(browser.header(HOST)) <= 8_000


def test_attempts_of_an_earlier_release_are_read_and_replaced(
    jar: SealedAttemptJar, browser: BrowserCookies, clock: FrozenClock
) -> None:
    """A deployment ends no sign-in that is under way."""
    old = attempt(1, clock)
    (cookie,) = jar.write(PendingSignIns((old,)))
    value = cookie.partition(";")[0].partition("=")[2]
    name = f"__Host-authcore_attempt_{old.state_digest[:16]}"
    browser.apply([f"{name}={value}; Path=/; Secure"], HOST)
    header = browser.header(HOST)

    assert jar.read(header) == PendingSignIns((old,))
    assert jar.write(PendingSignIns((old,)), header) == ()
    browser.apply(jar.write(PendingSignIns((old, attempt(2, clock))), header), HOST)
    assert jar.read(browser.header(HOST)) == PendingSignIns((old, attempt(2, clock)))
    browser.apply(jar.write(PendingSignIns(), browser.header(HOST)), HOST)
    assert browser.header(HOST) == ""
    assert jar.read(f"{cookie.partition(';')[0]}; {header}") == PendingSignIns((old,))


def test_ten_attempts_take_less_than_4000_characters_of_header(
    jar: SealedAttemptJar, browser: BrowserCookies, clock: FrozenClock
) -> None:
    # CK-04
    begun(10, jar, browser, clock)
    assert len(browser.header(HOST)) < 4_000


def narrow(budget: int, clock: FrozenClock) -> SealedAttemptJar:
    return SealedAttemptJar(ring=RING, clock=clock, entropy=ScriptedEntropy(), budget=budget)


def one_attempt(jar: SealedAttemptJar, clock: FrozenClock) -> int:
    """Characters that one attempt takes."""
    (cookie,) = jar.write(PendingSignIns((attempt(0, clock),)))
    return len(cookie.partition(";")[0])


def test_attempts_give_way_to_the_budget_the_oldest_first(
    jar: SealedAttemptJar, browser: BrowserCookies, clock: FrozenClock
) -> None:
    # CK-04
    three = 3 * (one_attempt(jar, clock) + 2)
    pending = begun(5, narrow(three, clock), browser, clock)
    assert len(browser.header(HOST)) == three - 2
    assert jar.read(browser.header(HOST)) == PendingSignIns(pending.attempts[-3:])

    browser.apply(narrow(three - 1, clock).write(pending, browser.header(HOST)), HOST)
    assert jar.read(browser.header(HOST)) == PendingSignIns(pending.attempts[-2:])


@pytest.mark.parametrize(
    ("beside", "kept"),
    [
        ("__Secure-authcore_session_1", 2),
        ("__Host-authcore_rounds", 2),
        ("__Secure-somebody_else", 3),
        ("legacy_session", 3),
    ],
)
def test_cookies_of_ours_take_part_of_the_budget_and_those_of_others_do_not(
    jar: SealedAttemptJar, clock: FrozenClock, beside: str, kept: int
) -> None:
    # CK-04
    attempts = tuple(attempt(number, clock) for number in range(3))
    budget = 3 * (one_attempt(jar, clock) + 2)
    written = narrow(budget, clock).write(PendingSignIns(attempts), f"{beside}=x")
    assert len(written) == kept


def test_the_newest_attempt_is_kept_whatever_else_there_is(
    jar: SealedAttemptJar, browser: BrowserCookies, clock: FrozenClock
) -> None:
    session = f"__Secure-authcore_session={'x' * 3900}; __Secure-authcore_session_1={'x' * 3900}"
    pending = PendingSignIns(tuple(attempt(number, clock) for number in range(3)))
    (only,) = jar.write(pending, session)
    browser.apply([only], HOST)
    assert jar.read(browser.header(HOST)) == PendingSignIns(pending.attempts[-1:])


def test_each_cookie_is_for_this_host_alone_and_lives_as_long_as_its_attempt(
    jar: SealedAttemptJar, clock: FrozenClock
) -> None:
    # CK-03 CK-12
    (cookie,) = jar.write(PendingSignIns((attempt(1, clock),)))
    name, _, rest = cookie.partition("=")
    assert re.fullmatch("__Host-authcore_attempt_[a-j]", name)
    attributes = "Max-Age=600; Path=/; Secure; HttpOnly; SameSite=Lax"
    assert rest.partition("; ")[2] == attributes


def test_what_the_browser_carries_unchanged_is_not_set_again(
    jar: SealedAttemptJar, browser: BrowserCookies, clock: FrozenClock
) -> None:
    pending = begun(3, jar, browser, clock)
    assert jar.write(pending, browser.header(HOST)) == ()
    (only,) = jar.write(
        pending.with_attempt(attempt(9, clock), now=clock.now()), browser.header(HOST)
    )
    browser.apply([only], HOST)
    assert jar.read(browser.header(HOST)) == PendingSignIns((*pending.attempts, attempt(9, clock)))


def test_a_finished_attempt_is_deleted_and_the_others_stay(
    jar: SealedAttemptJar, browser: BrowserCookies, clock: FrozenClock
) -> None:
    pending = begun(3, jar, browser, clock)
    rest = pending.without(pending.attempts[1])
    browser.apply(jar.write(rest, browser.header(HOST)), HOST)
    assert jar.read(browser.header(HOST)) == rest
    assert browser.header(HOST).count("authcore_attempt_") == 2


def test_an_expired_attempt_is_not_read_even_if_the_browser_keeps_it(
    jar: SealedAttemptJar, browser: BrowserCookies, clock: FrozenClock
) -> None:
    pending = begun(2, jar, browser, clock)
    header = browser.header(HOST)
    clock.advance(LIFETIME - timedelta(seconds=2))
    assert jar.read(header) == pending.without(pending.attempts[0])
    (deletion,) = jar.write(pending, header)
    browser.apply([deletion], HOST)
    assert browser.header(HOST).count("authcore_attempt_") == 1
    assert jar.read(browser.header(HOST)) == pending.without(pending.attempts[0])
    clock.advance(timedelta(seconds=1))
    assert jar.read(header) is None


def test_an_altered_attempt_is_dropped_and_the_others_stay(
    jar: SealedAttemptJar, browser: BrowserCookies, clock: FrozenClock
) -> None:
    # CK-10
    pending = begun(3, jar, browser, clock)
    first, *others = browser.header(HOST).split("; ")
    header = "; ".join([first[:-1] + ("A" if first[-1] != "A" else "Q"), *others])
    assert jar.read(header) == pending.without(pending.attempts[0])
    deletions = [text for text in jar.write(PendingSignIns(), header) if "Max-Age=0;" in text]
    assert len(deletions) == 3


def test_an_attempt_under_another_attempts_name_is_not_read(
    jar: SealedAttemptJar, browser: BrowserCookies, clock: FrozenClock
) -> None:
    # CK-10
    begun(1, jar, browser, clock)
    value = browser.header(HOST).partition("=")[2]
    assert jar.read(f"__Host-authcore_attempt_{'0' * 16}={value}") is None


def test_two_different_attempts_of_one_name_are_both_dropped(
    jar: SealedAttemptJar, clock: FrozenClock
) -> None:
    # CK-07
    one = attempt(1, clock)
    two = attrs.evolve(one, nonce="n" * 43)
    cookies = [jar.write(PendingSignIns((a,)))[0].partition(";")[0] for a in (one, two)]
    assert jar.read("; ".join(cookies)) is None
    assert jar.read(f"{cookies[0]}; {cookies[0]}") == PendingSignIns((one,))
    assert jar.read(f"{cookies[0]}; {cookies[1][:-8]}") == PendingSignIns((one,))


def test_a_session_cookie_is_no_attempt_and_an_attempt_no_session(
    jar: SealedAttemptJar, clock: FrozenClock
) -> None:
    # CK-10
    sessions = SealedSessionJar(
        ring=RING,
        domain="example.com",
        lifetime=LIFETIME,
        clock=clock,
        entropy=ScriptedEntropy(),
    )
    (session,) = sessions.write(TokenSet("a", "b", None))
    sealed = session.partition(";")[0].partition("~")[2]
    assert jar.read(f"__Host-authcore_attempt_{'a' * 16}={sealed}") is None
    (begun_here,) = jar.write(PendingSignIns((attempt(1, clock),)))
    value = begun_here.partition(";")[0].partition("=")[2]
    chunk = f"{generation_of(value)}.0.1~{value}"
    assert sessions.read(f"__Secure-authcore_session={chunk}") is None
    same_chunk = f"{generation_of(sealed)}.0.1~{sealed}"
    assert sessions.read(f"__Secure-authcore_session={same_chunk}") is not None


def test_what_our_key_sealed_but_this_jar_did_not_write_is_no_attempt(
    jar: SealedAttemptJar, clock: FrozenClock
) -> None:
    envelope = Envelope("attempt", ring=RING, clock=clock, entropy=ScriptedEntropy())
    for texts in ((), ("a" * 64,), ("a" * 64, "v", None, "c"), ("a" * 64, "v", "n", "c", "x")):
        sealed = envelope.seal(texts, expires_at=clock.now() + LIFETIME)
        assert jar.read(f"__Host-authcore_attempt_{'a' * 16}={sealed}") is None


def test_a_sibling_host_cannot_plant_an_attempt(
    jar: SealedAttemptJar, browser: BrowserCookies, clock: FrozenClock
) -> None:
    # CK-03 CK-07
    (mine,) = jar.write(PendingSignIns((attempt(1, clock),)))
    browser.apply([mine.replace("; Path=/", "; Domain=example.com; Path=/")], "evil.example.com")
    assert browser.header(HOST) == ""


def test_clearing_deletes_what_the_header_shows_and_echoes_nothing_else(
    jar: SealedAttemptJar, browser: BrowserCookies, clock: FrozenClock
) -> None:
    begun(2, jar, browser, clock)
    odd = "__Host-authcore_attempt_" + "A" * 16 + "=x; __Host-authcore_attempt_0=x; a=1"
    deletions = jar.clear(f"{browser.header(HOST)}; {odd}")
    assert len(deletions) == 2
    browser.apply(deletions, HOST)
    assert browser.header(HOST) == ""


def test_a_state_digest_that_is_none_is_a_programming_error(
    jar: SealedAttemptJar, clock: FrozenClock
) -> None:
    for digest in ("", "abc", "A" * 64, "é" * 64, "; Domain=evil.org" * 3):
        with pytest.raises(ValueError, match="SHA-256"):
            jar.write(PendingSignIns((attrs.evolve(attempt(1, clock), state_digest=digest),)))


def test_secrets_show_in_no_cookie_error_or_repr(jar: SealedAttemptJar, clock: FrozenClock) -> None:
    # SP-11
    canary = attrs.evolve(attempt(1, clock), code_verifier="canary" * 9, nonce="canary")
    assert "canary" not in f"{jar.write(PendingSignIns((canary,)))} {jar!r}"
    with pytest.raises(SessionTooLargeError) as error:
        jar.write(PendingSignIns((attrs.evolve(canary, nonce="canary!" * 9_000),)))
    assert "canary" not in f"{error.value!r} {error.value.__context__!r}"


@pytest.mark.parametrize(("rounds", "kept"), [(0, 0), (1, 1), (2, 2), (7, 2)])
def test_an_attempt_remembers_how_many_rounds_came_before_it(
    jar: SealedAttemptJar, clock: FrozenClock, rounds: int, kept: int
) -> None:
    one = attrs.evolve(attempt(1, clock), rounds=rounds)
    (cookie,) = jar.write(PendingSignIns((one,)))

    read = jar.read(cookie.partition(";")[0])

    assert read == PendingSignIns((attrs.evolve(one, rounds=kept),))


def test_a_first_round_is_sealed_as_it_was_before_rounds_were_counted(
    jar: SealedAttemptJar, clock: FrozenClock
) -> None:
    """So that processes of both releases finish each other's sign-ins."""
    (cookie,) = jar.write(PendingSignIns((attempt(1, clock),)))
    envelope = Envelope("attempt", ring=RING, clock=clock, entropy=ScriptedEntropy())

    unsealed = envelope.unseal(cookie.partition(";")[0].partition("=")[2])

    assert unsealed is not None
    assert len(unsealed.texts) == 7
