"""
F3: many requests of one browser find its session expired at the same moment.

Each session goes through a stampede (all requests carry the same old cookies, their answers are
applied in random order), perhaps with a process that is killed between the provider's answer and
its own, then through quiet requests, and an hour later through one more refresh.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

import attrs

from authcore.adapters.system import monotonic
from authcore.domain.errors import UnavailableError
from authcore.domain.model.session_decision import Admitted, SignInRequired
from authcore.domain.services.sessions.browser_guard import BrowserDecision, BrowserGuard
from faults.dice import Dice
from faults.figures import Failure, Progress, Section, milliseconds
from faults.refresh_world import HOST, Browser, Pool


REQUESTS: Final = 50
AT_ONCE: Final = 20
"""Sessions that stampede at the same time."""

KILLED: Final = 10
"""In one session of so many, a process dies after the provider's answer."""

RETRIES: Final = 20
QUIET_SPEED: Final = 1000.0
"""Of the provider between stampedes, where nothing happens at the same time."""

HOUR: Final = timedelta(hours=1)


@attrs.frozen
class Setting:
    """
    Under which circumstances.

    Attributes:
        grace: Seconds for which a rotated refresh token is still good.
        processes: How many serve one browser.
        lease: Whether they share a lease and what was traded.
        sessions: How many stampede.
    """

    grace: int
    processes: int
    lease: bool
    sessions: int

    def __str__(self) -> str:
        shared = ", lease" if self.lease else ""
        return f"grace {self.grace} s, {self.processes} process(es){shared}"


SETTINGS: Final = (
    *(Setting(grace, count, False, 1000) for grace in (10, 60) for count in (1, 2, 4)),
    *(Setting(10, count, True, 1000) for count in (2, 4)),
    *(Setting(0, count, False, 200) for count in (1, 2, 4)),
    Setting(0, 4, True, 200),
)


@attrs.define
class Outcome:
    """
    What came of all sessions of one setting.

    Attributes:
        seconds: How long each request of a stampede took.
        calls: To the provider, in all stampedes.
        later: Requests of stampedes that got no answer.
        signed_out: Sessions that ended.
        wrong: Violated invariants.
    """

    seconds: list[float] = attrs.field(factory=list)
    calls: int = 0
    later: int = 0
    signed_out: int = 0
    wrong: list[str] = attrs.field(factory=list)


@attrs.define
class _Request:
    process: BrowserGuard
    header: str
    answer: BrowserDecision | None = None
    seconds: float = 0.0

    def send(self) -> None:
        """Ask; no answer is None."""
        began = monotonic()
        try:
            self.answer = self.process.decide(self.header)
        except UnavailableError:
            self.answer = None
        self.seconds = monotonic() - began


class _Play:
    """All sessions of one setting."""

    def __init__(self, setting: Setting, seed: str, speed: float) -> None:
        self.setting = setting
        self.outcome = Outcome()
        self._dice = Dice(f"{seed}/{setting}")
        grace = timedelta(seconds=setting.grace)
        self._speed = speed
        self._pool = Pool(grace=grace, dice=self._dice, speed=speed)
        self._bereft: set[Browser] = set()
        self._gone: set[Browser] = set()
        self._carried: dict[Browser, set[str]] = {}

    def some(self, count: int, threads: ThreadPoolExecutor) -> None:
        """*count* browsers from their sign-in to their second refresh."""
        pool, dice = self._pool, self._dice
        browsers = pool.browsers(count)
        self._carried = {browser: {browser.refresh_token} for browser in browsers}
        shared = pool.sharing() if self.setting.lease else None
        processes = [pool.process(shared) for _ in range(self.setting.processes)]
        pool.clock.advance(HOUR)
        pool.provider.speed = self._speed
        dying = self._stampede(browsers, processes, threads)
        pool.provider.speed = QUIET_SPEED
        alive = [pool.process(shared) if each is dying else each for each in processes]
        for _ in range(2):
            for browser in browsers:
                self._visit(browser, dice.pick(alive))
            pool.clock.advance(HOUR)

    def _stampede(
        self,
        browsers: Sequence[Browser],
        processes: Sequence[BrowserGuard],
        threads: ThreadPoolExecutor,
    ) -> BrowserGuard:
        """All requests at once; the process that dies before some of its answers are sent."""
        sent = len(self._pool.provider.pool.sent)
        stampedes = [
            [_Request(self._dice.pick(processes), browser.header) for _ in range(REQUESTS)]
            for browser in browsers
        ]
        list(threads.map(_Request.send, (each for requests in stampedes for each in requests)))
        self.outcome.calls += len(self._pool.provider.pool.sent) - sent
        dying = self._dice.pick(processes)
        for browser, requests in zip(browsers, stampedes, strict=True):
            self._answered(browser, requests, dying if self._dice.roll(KILLED) == 0 else None)
        return dying

    def _answered(
        self, browser: Browser, requests: Sequence[_Request], killed: BrowserGuard | None
    ) -> None:
        for request in sorted(requests, key=lambda _: self._dice.roll(1_000_000)):
            self.outcome.seconds.append(request.seconds)
            if request.answer is None:
                self.outcome.later += 1
            elif request.process is killed:
                self._bereft.add(browser)
            else:
                browser.cookies.apply(request.answer.cookies, HOST)

    def _visit(self, browser: Browser, process: BrowserGuard) -> None:
        """One quiet request, repeated while the answer is "later"."""
        if browser in self._gone:
            return
        self._carried[browser].add(browser.refresh_token)
        request = _Request(process, browser.header)
        for _ in range(RETRIES):
            request.send()
            if request.answer is not None:
                break
        if request.answer is None:
            self._wrong(f"no answer after {RETRIES} requests")
            return
        browser.cookies.apply(request.answer.cookies, HOST)
        if not isinstance(request.answer.decision, Admitted):
            self._signed_out(browser, process)

    def _signed_out(self, browser: Browser, process: BrowserGuard) -> None:
        """Also of those that an answer of the stampede signed out."""
        self._gone.add(browser)
        self.outcome.signed_out += 1
        lost = self._carried[browser].intersection(self._pool.provider.lost)
        excused = lost or browser in self._bereft
        if self.setting.grace >= 10 or (self.setting.processes == 1 and not excused):
            self._wrong("somebody was signed out")
        again = _Request(process, browser.header)
        again.send()
        if again.answer is None or again.answer.decision != SignInRequired("no_session"):
            self._wrong("a session that ended came back")

    def _wrong(self, what: str) -> None:
        self.outcome.wrong.append(f"{self.setting}: {what}")


def played(setting: Setting, seed: str, *, speed: float = 1.0) -> Outcome:
    """
    The outcome of *setting*.

    Args:
        setting: The circumstances.

        seed: Of every choice.

        speed: How many times faster than real the provider is.
    """
    play = _Play(setting, seed, speed)
    with ThreadPoolExecutor(AT_ONCE * REQUESTS) as threads:
        for start in range(0, setting.sessions, AT_ONCE):
            play.some(min(AT_ONCE, setting.sessions - start), threads)
    return play.outcome


def live_through_an_outage(seed: str) -> list[str]:
    """What goes wrong for sessions that are due, while the provider does not answer."""
    pool = Pool(grace=timedelta(0), dice=Dice(seed), speed=1000)
    process = pool.process(None)
    browsers = pool.browsers(REQUESTS)
    pool.provider.pool.available = False
    pool.clock.advance(timedelta(minutes=50))
    verdicts = [process.decide(browser.header) for browser in browsers]
    return [
        "an outage touched a session that was live"
        for verdict in verdicts
        if not isinstance(verdict.decision, Admitted) or verdict.cookies
    ]


def section(progress: Progress, seed: str, settings: Sequence[Setting] = SETTINGS) -> Section:
    """The figures of *settings*."""
    rows, failures = [], []
    for setting in settings:
        progress(f"F3 {setting}")
        outcome = played(setting, seed)
        rows.append((str(setting), _figures(setting, outcome)))
        failures += [Failure(f"F3 {seed} {setting}", [], outcome.wrong)] * bool(outcome.wrong)
    wrong = live_through_an_outage(seed)
    rows.append(("live, provider down", f"{len(wrong)} of {REQUESTS} sessions touched"))
    failures += [Failure(f"F3 {seed} live", [], wrong)] * bool(wrong)
    return Section("F3 refresh stampedes with rotation", rows, failures)


def _figures(setting: Setting, outcome: Outcome) -> str:
    requests = setting.sessions * REQUESTS
    return (
        f"{requests:,} requests, {milliseconds(outcome.seconds)}; "
        f"token calls per stampede {outcome.calls / setting.sessions:.2f}; "
        f"answered later {outcome.later / requests:.1%}; "
        f"signed out {1000 * outcome.signed_out / setting.sessions:.0f} in 1,000"
    )


def replay(line: str) -> Failure:
    """The setting named in *line* again, with the same choices; threads may meet otherwise."""
    _, seed, name = line.split(" ", 2)
    if name == "live":
        return Failure(line, [], live_through_an_outage(seed))
    setting = next(each for each in SETTINGS if str(each) == name)
    return Failure(line, [], played(setting, seed).wrong)
