"""F5: sign-ins under load while the legacy system is slow, down or talking nonsense, then well."""

import gzip
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from typing import Final, Self

import attrs

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.contract import MAX_ANSWER_BYTES
from authcore.adapters.system import monotonic
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore_lambda.user_migration import MigrationUnavailableError, build_handler
from faults import tcp_proxy
from faults.figures import Failure, Progress, Section, milliseconds, percentile
from faults.linked_sign_ins import LinkedSignIns
from faults.migration_table import API_KEY, CANARY, LIMIT, SOURCES, Left, honestly
from faults.tcp_proxy import TcpProxy, Toxic, instead, latency, slicing, slow_close
from scripted_server import ScriptedServer, answer


WORKERS: Final = 8
"""Sign-ins that need the legacy system, at once."""

PACE: Final = 0.05
"""Seconds between two sign-ins of a worker."""

HEALTHY_SECONDS: Final = 1.0
RECOVERY_LIMIT: Final = 5.0
EXTRA_CALLS: Final = 0.10

NOISE: Final = 0.010
"""Seconds below which a slower p99 says more about the machine than about the product."""

_YES: Final = answer(200, b'{"status": "authenticated", "user": {}}')


def toxics(elsewhere: str) -> Mapping[str, Toxic]:
    """Every way to misbehave; the redirect leads *elsewhere*."""
    location = f"Location: {elsewhere}/api/login"
    return {
        "latency 0.2 s": latency(0.2),
        "latency 8 s": latency(8),
        "bandwidth": slicing(50, 0.05),
        "slow close": slow_close(2),
        "timeout": tcp_proxy.silence,
        "reset": tcp_proxy.reset,
        "slicing": slicing(1, 0.0005),
        "data limit": tcp_proxy.data_limit(60),
        "down": tcp_proxy.down,
        "html": instead(answer(200, b"<!doctype html><p>Signed in", media_type="text/html")),
        "truncated": instead(_YES[:-9]),
        "wrong length": instead(_YES.replace(b"Content-Length: 39", b"Content-Length: 400")),
        "gzip bomb": instead(
            answer(200, gzip.compress(b" " * 5_000_000), headers=["Content-Encoding: gzip"])
        ),
        "redirect": instead(answer(307, headers=[location])),
        "one byte a second": slicing(1, 1.0),
    }


@attrs.frozen
class SignIn:
    """
    One attempt under load.

    Attributes:
        began: By monotonic.
        ended: The same.
        result: ``created``, ``outage`` or ``no``.
    """

    began: float
    ended: float
    result: str


class Load:
    """WORKERS people who sign in over and over, and one whose sign-in needs no legacy call."""

    def __init__(self, proxy: TcpProxy, http: HttpClient, left: Left) -> None:
        variables = {"AUTHCORE_LEGACY_URL": proxy.url, "AUTHCORE_LEGACY_API_KEY": API_KEY}
        self.sign_ins: list[SignIn] = []
        self.linked: list[SignIn] = []
        self._trigger = build_handler(variables, audit=InMemoryAuditLog(), http=http)
        self._linked = LinkedSignIns(proxy.url, http, API_KEY)
        self._left = left
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work) for _ in range(WORKERS)]
        self._threads.append(threading.Thread(target=self._probe))

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=30)

    def _work(self) -> None:
        while not self._stop.wait(PACE):
            self._timed(self.sign_ins, self._sign_in)

    def _probe(self) -> None:
        while not self._stop.wait(PACE / 5):
            self._timed(self.linked, self._linked.sign_in)

    @staticmethod
    def _timed(into: list[SignIn], work: Callable[[], str]) -> None:
        began = monotonic()
        result = work()
        into.append(SignIn(began, monotonic(), result))

    def _sign_in(self) -> str:
        event = {
            "triggerSource": SOURCES[0],
            "userName": "jane",
            "request": {"password": CANARY},
            "response": {},
        }
        try:
            answered = self._trigger(event, self._left)
        except MigrationUnavailableError:
            return "outage"
        return "created" if answered is not event else "no"


@attrs.define
class Episode:
    """
    What one toxic did.

    Attributes:
        name: Of the toxic.
        sign_ins: Before it, while it lasted and after.
        baseline: p99 of linked sign-ins before it, in seconds.
        linked: p99 of linked sign-ins while it lasted.
        recovery: Seconds from health to the end of the last failed sign-in; 0 if none failed.
        recovered: Whether anybody came in afterwards.
        extra_calls: Calls or connections per sign-in, less 1.
        most_open: Connections at once.
        led_astray: Requests that followed a redirect.
        linked_sign_ins: Those that need no legacy call.
    """

    name: str
    sign_ins: list[SignIn]
    baseline: float
    linked: float
    recovery: float
    recovered: bool
    extra_calls: float
    most_open: int
    led_astray: int
    linked_sign_ins: list[SignIn] = attrs.field(factory=list)

    def violations(self, limit: float) -> Iterator[str]:
        """Which invariants did not hold, where no sign-in may take longer than *limit*."""
        longest = max(each.ended - each.began for each in self.sign_ins)
        unlinked = [each for each in self.linked_sign_ins if each.result != "already_linked"]
        judged = {
            "an outage was taken for a wrong password": any(
                each.result == "no" for each in self.sign_ins
            ),
            "a deadline was passed": longest > limit,
            "sign-ins that need no legacy call failed": bool(unlinked),
            "sign-ins that need no legacy call became slower": self.linked
            > max(2 * self.baseline, NOISE),
            "more calls than sign-ins": self.extra_calls > EXTRA_CALLS,
            "not recovered within 5 s of health": not self.recovered
            or self.recovery > RECOVERY_LIMIT,
            "connections pile up": self.most_open > 2 * WORKERS,
            "credentials followed a redirect": self.led_astray > 0,
        }
        return (wrong for wrong, holds in judged.items() if holds)


def episode(name: str, seconds: float, left: Left) -> Episode:
    """Well, then the toxic for so many *seconds*, then well again."""
    with ExitStack() as stack:
        http = HttpClient(within=timedelta(seconds=LIMIT), max_bytes=MAX_ANSWER_BYTES)
        stack.callback(http.close)
        elsewhere = stack.enter_context(ScriptedServer(lambda _: (_YES,)))
        server = stack.enter_context(ScriptedServer(lambda asked: (answer(200, honestly(asked)),)))
        proxy = stack.enter_context(TcpProxy(server.port))
        load = stack.enter_context(Load(proxy, http, left))
        began = _after(HEALTHY_SECONDS)
        proxy.toxic = toxics(elsewhere.url)[name]
        healthy_again = _after(seconds)
        proxy.toxic = tcp_proxy.healthy
        _after(_time_left(left) + HEALTHY_SECONDS)
        load.__exit__()
        return _episode(name, load, proxy, began, healthy_again, len(elsewhere.requests))


def _after(seconds: float) -> float:
    threading.Event().wait(seconds)
    return monotonic()


def _time_left(left: Left) -> float:
    return min(LIMIT, left.get_remaining_time_in_millis() / 1000)


def _episode(
    name: str, load: Load, proxy: TcpProxy, began: float, healthy: float, led_astray: int
) -> Episode:
    failed = [each.ended - healthy for each in load.sign_ins if each.result != "created"]
    durations = [(each.began, each.ended - each.began) for each in load.linked]
    return Episode(
        name=name,
        sign_ins=load.sign_ins,
        baseline=percentile((took for at, took in durations if at < began), 0.99),
        linked=percentile((took for at, took in durations if began <= at < healthy), 0.99),
        recovery=max(0.0, max(failed, default=0.0)),
        recovered=any(each.result == "created" for each in load.sign_ins if each.began > healthy),
        extra_calls=max(proxy.requests, proxy.accepted) / len(load.sign_ins) - 1,
        most_open=proxy.most_open,
        led_astray=led_astray,
        linked_sign_ins=load.linked,
    )


def section(
    progress: Progress, seconds: float, left: Left, names: tuple[str, ...] | None = None
) -> Section:
    """The figures of each toxic, after so many *seconds* of it."""
    episodes = []
    for name in names or tuple(toxics("http://127.0.0.1:1")):
        progress(f"F5 {name}: {seconds:g} s")
        episodes.append(episode(name, seconds, left))
    rows = [(each.name, _row(each)) for each in episodes]
    found = [(each, list(each.violations(LIMIT))) for each in episodes]
    failures = [Failure(f"F5 {each.name}", [_row(each)], wrong) for each, wrong in found if wrong]
    return Section(f"F5 legacy system misbehaving for {seconds:g} s each", rows, failures)


def replay(line: str, seconds: float, left: Left) -> Failure:
    """The toxic that *line* names, again."""
    again = episode(line.removeprefix("F5 "), seconds, left)
    return Failure(line, [_row(again)], list(again.violations(LIMIT)))


def _row(each: Episode) -> str:
    took = milliseconds(sign_in.ended - sign_in.began for sign_in in each.sign_ins)
    return (
        f"sign-ins {len(each.sign_ins)}, {took}; no legacy call p99 "
        f"{1000 * each.baseline:.2f} → {1000 * each.linked:.2f} ms; recovered in "
        f"{each.recovery:.1f} s; extra calls {max(0.0, each.extra_calls):.0%}; "
        f"open {each.most_open}"
    )
