"""F4: the issuer's keys while their source is down, lies, rotates or is flooded."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

import attrs

from authcore.adapters.base64url import encode
from authcore.adapters.jwks.fetch_backoff import COOL_DOWN
from authcore.adapters.jwks.key_cache import FETCH_DEADLINE, MAX_STALE, TTL, KeyCache
from authcore.adapters.jwks.verified_token_cache import CachingSignatureVerifier
from authcore.adapters.jwks.verifier import JwksSignatureVerifier
from authcore.adapters.system import monotonic
from authcore.domain.errors import KeySourceUnavailableError, TokenRejectedError
from authcore.domain.services.token_validation import TokenValidator
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.mint import TokenMint
from faults.figures import Failure, Progress, Section, milliseconds


COLD_EXTRA: Final = 6
"""
A process that has no keys yet can serve nobody, so it asks more often at first: after 0, 0.1, 0.2,
0.4 ... seconds, until the pauses are as long as everybody's.
"""

HANGING: Final = "cold, and the source hangs"
FLOODED: Final = "1,000 unknown keys a second for 60 s"
FLOOD_PER_SECOND: Final = 1_000
FLOOD_SECONDS: Final = 60
COLD_CALLERS: Final = 200
SLACK: Final = timedelta(milliseconds=500)
"""What a loaded machine may add to a wait of FETCH_DEADLINE."""

HOSTILE: Final[dict[str, bytes]] = {
    "empty": b"",
    "html": b"<!doctype html><title>Sign in</title>",
    "no keys": b'{"keys":[]}',
    "not an object": b'["keys"]',
    "deep": b'{"keys":' + b"[" * 50_000,
    "huge number": b'{"keys":' + b"9" * 60_000 + b"}",
    "oversize": b'{"keys":[' + b" " * 70_000 + b"]}",
    "half a character": b'{"keys":["\xed\xa0\x80"]}',
    "cut short": b'{"keys":[{"kty":"RSA","kid":"k","n":"',
}


class Source:
    """Publishes *mint*'s keys, or whatever it is told to."""

    def __init__(self, mint: TokenMint) -> None:
        self._mint = mint
        self.fetches = 0
        self.body: bytes | None = None
        self.is_up = True
        self.holds: threading.Event | None = None

    def __call__(self) -> bytes:
        self.fetches += 1
        if self.holds is not None:
            self.holds.wait(60)
        if not self.is_up:
            raise KeySourceUnavailableError("down")
        return self._mint.jwks_bytes() if self.body is None else self.body


class Pool:
    """One process that checks tokens of one pool."""

    def __init__(self) -> None:
        self.clock = FrozenClock()
        self.mint = TokenMint(clock=self.clock, lifetime=timedelta(days=2))
        self.source = Source(self.mint)
        self.validator = self._process()
        self.wrong: list[str] = []
        self.waits: list[float] = []
        self.allowed: int | None = None

    def _process(self) -> TokenValidator:
        keys = KeyCache(self.source, self.clock)
        return TokenValidator(
            signatures=CachingSignatureVerifier(JwksSignatureVerifier(keys), keys, self.clock),
            clock=self.clock,
            issuers=[self.mint.issuer],
            client_ids=[self.mint.client_id],
        )

    def says(self, token: str) -> str:
        """``yes``, ``no`` or ``later``."""
        began = monotonic()
        try:
            self.validator.verify_access_token(token)
        except TokenRejectedError:
            return "no"
        except KeySourceUnavailableError:
            return "later"
        finally:
            self.waits.append(monotonic() - began)
        return "yes"

    def expect(self, answer: str, token: str, situation: str) -> None:
        said = self.says(token)
        if said != answer:
            self.wrong.append(f"{situation}: {said}, not {answer}")

    def forgeries(self) -> Iterator[str]:
        """Tokens that nobody may accept, whatever becomes of the keys."""
        yield self.mint.access(signed_by="stranger")
        yield self.mint.access(tampered=True)
        yield self.mint.access(alg="none")
        yield self.mint.access(alg="HS256")

    def expect_no_forgery(self, situation: str) -> None:
        for forged in self.forgeries():
            if self.says(forged) == "yes":
                self.wrong.append(f"{situation}: a forged token was accepted")

    def check_fetches(self, elapsed: timedelta, situation: str, *, extra: int = 0) -> None:
        self.allowed = int(1 + elapsed / COOL_DOWN) + extra
        if self.source.fetches > self.allowed:
            self.wrong.append(f"{situation}: {self.source.fetches} fetches, {self.allowed} allowed")


def cold_and_hanging(pool: Pool) -> None:
    """Fails closed in time."""
    pool.source.holds = threading.Event()
    pool.expect("later", pool.mint.access(), "cold, and the source hangs")
    if pool.waits[-1] > (FETCH_DEADLINE + SLACK).total_seconds():
        pool.wrong.append(f"a cold failure took {pool.waits[-1]:.2f} s")
    pool.source.holds.set()


def cold_and_down(pool: Pool) -> None:
    """Fails closed, and recovers with the first good fetch."""
    pool.source.is_up = False
    for _ in range(120):
        pool.clock.advance(timedelta(seconds=1))
        pool.expect("later", pool.mint.access(), "cold and down")
    pool.expect_no_forgery("cold and down")
    pool.check_fetches(timedelta(seconds=120), "cold and down", extra=COLD_EXTRA)
    pool.source.is_up = True
    pool.clock.advance(COOL_DOWN)
    before = pool.source.fetches
    pool.expect("yes", pool.mint.access(), "up again")
    if pool.source.fetches != before + 1:
        pool.wrong.append("it took more than one good fetch to recover")


def warm_and_down(hours: int) -> Callable[[Pool], None]:
    """Valid tokens of known keys pass until the keys are too old; then nothing does."""

    def run(pool: Pool) -> None:
        pool.expect("yes", pool.mint.access(), "warm")
        pool.source.is_up = False
        minutes = hours * 60
        for _ in range(minutes - 1):
            pool.clock.advance(timedelta(minutes=1))
            pool.expect("yes", pool.mint.access(), f"down for less than {hours} h")
        pool.expect_no_forgery("down")
        pool.check_fetches(timedelta(minutes=minutes), f"down for {hours} h")
        if timedelta(hours=hours) >= MAX_STALE:
            pool.clock.advance(timedelta(minutes=2))
            pool.expect("later", pool.mint.access(), "beyond max-stale")

    return run


def rotated(pool: Pool) -> None:
    """A new key costs one fetch and no valid token."""
    pool.expect("yes", pool.mint.access(), "warm")
    old = pool.mint.access()
    pool.mint.rotate()
    pool.expect("yes", pool.mint.access(), "rotated")
    pool.expect("yes", old, "the old key is still published")
    if pool.source.fetches != 2:
        pool.wrong.append(f"a rotation cost {pool.source.fetches - 1} fetches")


def rotated_during_an_outage(pool: Pool) -> None:
    """Nobody can know the new key; nobody is told no for it, and the old one works."""
    pool.expect("yes", pool.mint.access(), "warm")
    old = pool.mint.access()
    pool.source.is_up = False
    pool.mint.rotate()
    new = pool.mint.access()
    for _ in range(30):
        pool.clock.advance(timedelta(seconds=20))
        pool.expect("later", new, "a new key during an outage")
        pool.expect("yes", old, "an old key during an outage")
    pool.source.is_up = True
    pool.clock.advance(COOL_DOWN)
    pool.expect("yes", new, "after the outage")
    pool.check_fetches(timedelta(seconds=620), "rotated during an outage")


def removed(pool: Pool) -> None:
    """A key that is withdrawn stops within the TTL, also for tokens that are remembered."""
    token = pool.mint.access()
    for _ in range(3):
        pool.expect("yes", token, "warm")
    pool.mint.rotate(keep_old=False)
    pool.clock.advance(TTL)
    pool.expect("no", token, "a removed key, after the TTL")


def flooded(pool: Pool) -> None:
    """Unknown key ids cost few fetches, and valid tokens nothing."""
    pool.expect("yes", pool.mint.access(), "warm")
    known = pool.mint.access()
    _, _, rest = known.partition(".")
    for number in range(FLOOD_PER_SECOND * FLOOD_SECONDS):
        pool.clock.advance(timedelta(seconds=1) / FLOOD_PER_SECOND)
        if pool.says(f"{_head_naming(f'unknown-{number}')}.{rest}") == "yes":
            pool.wrong.append("a token of an unknown key was accepted")
        if number % 100 == 0:
            pool.expect("yes", known, "in a flood")
    pool.check_fetches(timedelta(seconds=FLOOD_SECONDS), "a flood of unknown keys")


def _head_naming(kid: str) -> str:
    return encode(b'{"alg":"RS256","kid":"%s"}' % kid.encode()).decode()


def cold_at_once(pool: Pool) -> None:
    """Everybody shares one fetch."""
    gate = threading.Barrier(COLD_CALLERS)
    pool.source.holds = threading.Event()
    token = pool.mint.access()

    def ask() -> str:
        gate.wait(60)
        return pool.says(token)

    with ThreadPoolExecutor(COLD_CALLERS) as threads:
        asked = [threads.submit(ask) for _ in range(COLD_CALLERS)]
        threading.Event().wait(0.2)
        pool.source.holds.set()
        answers = {each.result() for each in asked}
    if answers != {"yes"} or pool.source.fetches != 1:
        pool.wrong.append(f"{COLD_CALLERS} cold callers: {answers}, {pool.source.fetches} fetches")


def lied_to(pool: Pool) -> None:
    """A hostile body is as good as none: cold it opens nothing, warm it takes nothing away."""
    for name, body in HOSTILE.items():
        cold = Pool()
        cold.source.body = body
        cold.expect("later", cold.mint.access(), f"cold, {name}")
        cold.expect_no_forgery(f"cold, {name}")
        pool.wrong += cold.wrong
    pool.expect("yes", pool.mint.access(), "warm")
    for name, body in HOSTILE.items():
        pool.source.body = body
        pool.clock.advance(timedelta(minutes=6))
        pool.expect("yes", pool.mint.access(), f"warm, {name}")
        pool.expect_no_forgery(f"warm, {name}")


@attrs.frozen
class Scenario:
    """One thing that happens to the key source."""

    name: str
    run: Callable[[Pool], None]


SCENARIOS: Final = (
    Scenario(HANGING, cold_and_hanging),
    Scenario("cold and down", cold_and_down),
    Scenario("warm, down for 1 h", warm_and_down(1)),
    Scenario("warm, down for 24 h", warm_and_down(24)),
    Scenario("rotated", rotated),
    Scenario("rotated during an outage", rotated_during_an_outage),
    Scenario("key removed", removed),
    Scenario(FLOODED, flooded),
    Scenario("200 cold at once", cold_at_once),
    Scenario("hostile bodies", lied_to),
)


def played(scenario: Scenario) -> Pool:
    """The process after *scenario*."""
    pool = Pool()
    scenario.run(pool)
    return pool


def section(progress: Progress) -> Section:
    """The figures of every scenario."""
    rows, failures = [], []
    for scenario in SCENARIOS:
        progress(f"F4 {scenario.name}")
        pool = played(scenario)
        figures = f"{len(pool.waits):,} checks, {milliseconds(pool.waits)}"
        bound = "" if pool.allowed is None else f", {pool.allowed} allowed until it is up again"
        rows.append((scenario.name, f"{figures}; fetches {pool.source.fetches}{bound}"))
        if pool.wrong:
            failures.append(Failure(f"F4 {scenario.name}", [], pool.wrong))
    return Section("F4 the issuer's keys", rows, failures)


def replay(line: str) -> Failure:
    """The scenario named in *line* again."""
    name = line.removeprefix("F4 ")
    scenario = next(each for each in SCENARIOS if each.name == name)
    return Failure(line, [], played(scenario).wrong)
