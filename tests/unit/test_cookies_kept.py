"""What each cookie jar writes again, takes for its own, and tells apart."""

import hashlib
from datetime import timedelta
from typing import Final

import attrs
import pytest

from authcore.adapters.base64url import encode
from authcore.adapters.cookie_header import MAX_HEADER_LENGTH
from authcore.adapters.cookies import PlainSessionJar, SealedAttemptJar, SealedSessionJar
from authcore.adapters.cookies.domain import _parents, is_shared_with_strangers
from authcore.adapters.cookies.sealed_session import _sealed_texts
from authcore.adapters.sealing.envelope import Envelope, KeyRing
from authcore.adapters.sealing.packing import pack
from authcore.domain.model.session import PendingSignIns, SignInAttempt
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.testing.browser import BrowserCookies
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy


HOST: Final = "auth.example.com"
RING: Final = KeyRing([hashlib.sha256(b"a key of the tests").digest()])
LIFETIME: Final = timedelta(days=30)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


class TestAttempts:
    @pytest.fixture
    def jar(self, clock: FrozenClock) -> SealedAttemptJar:
        return SealedAttemptJar(ring=RING, clock=clock, entropy=ScriptedEntropy())

    def attempt(self, clock: FrozenClock, number: int, minutes: int = 10) -> SignInAttempt:
        return SignInAttempt(
            state_digest=hashlib.sha256(b"state %d" % number).hexdigest(),
            code_verifier="v" * 43,
            nonce="n" * 43,
            client="client",
            expires_at=clock.now() + timedelta(minutes=minutes),
        )

    def test_attempts_that_are_over_are_not_written_again(
        self, jar: SealedAttemptJar, clock: FrozenClock
    ) -> None:
        browser = BrowserCookies(clock)
        over, ends_now = self.attempt(clock, 1, minutes=-1), self.attempt(clock, 2, minutes=0)
        live = self.attempt(clock, 3)
        browser.apply(jar.write(PendingSignIns((over, ends_now, live))), HOST)
        assert not browser.refused
        assert jar.read(browser.header(HOST)) == PendingSignIns((live,))
        assert jar.write(PendingSignIns((over, ends_now))) == ()

    @pytest.mark.parametrize("rounds", [0, 1, 2])
    @pytest.mark.parametrize("restarted", [False, True])
    @pytest.mark.parametrize(
        ("target", "provider"), [(None, "Google"), ("https://a.example/", None)]
    )
    def test_everything_of_an_attempt_is_read_back(
        self,
        jar: SealedAttemptJar,
        clock: FrozenClock,
        target: str | None,
        provider: str | None,
        rounds: int,
        *,
        restarted: bool,
    ) -> None:
        whole = attrs.evolve(
            self.attempt(clock, 1),
            target=target,
            provider=provider,
            rounds=rounds,
            restarted=restarted,
        )
        browser = BrowserCookies(clock)
        browser.apply(jar.write(PendingSignIns((whole,))), HOST)
        assert jar.read(browser.header(HOST)) == PendingSignIns((whole,))


class TestPlainSessions:
    @pytest.fixture
    def jar(self, clock: FrozenClock) -> PlainSessionJar:
        return PlainSessionJar(domain="example.com", lifetime=LIFETIME, clock=clock)

    def carried(self, jar: PlainSessionJar, tokens: TokenSet) -> str:
        browser = BrowserCookies()
        browser.apply(jar.write(tokens), HOST)
        return browser.header(HOST)

    def generation(self, jar: PlainSessionJar, tokens: TokenSet) -> str:
        [name, value] = self.carried(jar, tokens).split("; ")[0].split("=", 1)
        assert name == "__Secure-authcore_access_token"
        return value.partition(".")[0]

    @pytest.mark.parametrize(
        "other",
        [
            TokenSet("a", ".bc.d", None),
            TokenSet("a.b", "c", RefreshToken(".d")),
            TokenSet("a.bc", ".d", None),
        ],
    )
    def test_sessions_whose_parts_join_to_the_same_text_differ(
        self, jar: PlainSessionJar, other: TokenSet
    ) -> None:
        tokens = TokenSet("a.b", "c.d", None)
        assert self.generation(jar, tokens) != self.generation(jar, other)

    def test_the_generation_is_the_digest_of_the_tokens_with_a_tilde_between(
        self, jar: PlainSessionJar
    ) -> None:
        """Cookies that were written by an earlier release are read."""
        tokens = TokenSet("a.b", "c.d", RefreshToken("e.f"))
        digest = encode(hashlib.sha256(b"a.b~c.d~e.f").digest())[:22].decode()
        assert self.generation(jar, tokens) == digest

    def test_only_names_of_ours_can_shadow_a_session(self, jar: PlainSessionJar) -> None:
        tokens = TokenSet("a.b", "c.d", RefreshToken("e.f"))
        carried = self.carried(jar, tokens)
        beside = "theme=dark; theme=light; __Secure-authcore_session=a; __Secure-authcore_session=b"
        assert jar.read(f"{beside}; {carried}") == tokens
        assert jar.read(f"{carried}; __Secure-authcore_refresh_token=x") is None


class TestSealedSessions:
    @pytest.fixture
    def jar(self, clock: FrozenClock) -> SealedSessionJar:
        return SealedSessionJar(
            ring=RING,
            domain="example.com",
            lifetime=LIFETIME,
            clock=clock,
            entropy=ScriptedEntropy(),
        )

    def carried(self, jar: SealedSessionJar, *sessions: TokenSet) -> str:
        return "; ".join(
            cookie.partition(";")[0] for tokens in sessions for cookie in jar.write(tokens)
        )

    def test_the_same_session_several_times_is_one_and_two_different_ones_are_none(
        self, jar: SealedSessionJar
    ) -> None:
        # CK-07
        one, other = TokenSet("a", "b", None), TokenSet("a", "b", RefreshToken("c"))
        assert jar.read(self.carried(jar, one, one, one)) == one
        assert jar.read(self.carried(jar, one, other)) is None
        assert jar.read(self.carried(jar, other, one, one)) is None
        assert jar.read("") is None

    def test_a_header_that_is_longer_than_is_read_is_not_kept_in_memory(
        self, jar: SealedSessionJar
    ) -> None:
        tokens = TokenSet("a", "b", None)
        carried = self.carried(jar, tokens)
        longest = f"{carried}; theme=".ljust(MAX_HEADER_LENGTH, "x")
        assert jar.read(longest) == tokens
        kept = _sealed_texts.cache_info().currsize
        assert jar.read(f"{longest}x") is None
        assert _sealed_texts.cache_info().currsize == kept

    def test_a_header_that_is_read_again_shows_that_its_session_expired(
        self, jar: SealedSessionJar, clock: FrozenClock
    ) -> None:
        # CK-10
        carried = self.carried(jar, TokenSet("a", "b", None))
        assert jar.read(carried) is not None
        clock.advance(LIFETIME)
        assert jar.read(carried) is None


@pytest.mark.parametrize(
    ("rule", "parents"),
    [
        ("example.co.uk", ["co.uk", "uk"]),
        ("*.ck", ["ck"]),
        ("uk", []),
        ("a.b.c.d", ["b.c.d", "c.d", "d"]),
    ],
)
def test_a_domain_is_checked_against_every_domain_above_it(rule: str, parents: list[str]) -> None:
    # CK-09
    assert list(_parents(rule)) == parents


@pytest.mark.parametrize(
    ("domain", "shared"),
    [
        ("uk", True),
        ("co.uk", True),
        ("example.co.uk", False),
        ("amazonaws.com", True),
        ("eu-west-1.amazonaws.com", True),
        ("example.com", False),
    ],
)
def test_public_suffixes_and_what_lies_above_them_are_shared(domain: str, *, shared: bool) -> None:
    assert is_shared_with_strangers(domain) is shared


@pytest.mark.parametrize("expiry", [b"\xff" * 8, b"\x7f" + b"\xff" * 7])
def test_an_envelope_with_an_absurd_time_reads_as_none(clock: FrozenClock, expiry: bytes) -> None:
    # CK-10
    plaintext = expiry + pack(("a",))
    sealed = RING.seal(plaintext, nonce=bytes(12), purpose=b"authcore/session/1")
    envelope = Envelope("session", ring=RING, clock=clock, entropy=ScriptedEntropy())
    assert envelope.unseal(encode(sealed).decode()) is None
