"""F5: sign-ins under load while the legacy system is slow, down or talking nonsense, then well."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

import attrs

from authcore.adapters.system import monotonic
from authcore_local.legacy import LegacySystem
from authcore_local.servers import LoopbackServer
from faults import tcp_proxy
from faults.crowds import IN, Crowd, SignsIn, migrations
from faults.episodes import Episode, Needy, Regular
from faults.figures import Failure, Progress, Section, percentile
from faults.linking_door import KINDS, LinkingDoor, linking_door
from faults.migration_table import API_KEY, LIMIT, Left, honestly
from faults.tcp_proxy import TcpProxy
from faults.toxics import YES, toxics
from support.scripted_server import ScriptedServer, answer


MIGRANTS: Final = 8
MIGRANT_PACE: Final = 0.05
"""Seconds between two sign-ins of one, like the other paces."""

NEWCOMERS: Final = 4
NEWCOMER_PACE: Final = 0.2
"""Slower: each is an account more for the legacy system to search through."""

REGULAR_PACE: Final = 0.01

HEALTHY_SECONDS: Final = 1.0


@attrs.frozen
class _Asking:
    """People who need the legacy system, and the line to it that they share."""

    crowd: Crowd
    people: int
    proxy: TcpProxy

    def needy(self) -> Needy:
        sign_ins = self.crowd.sign_ins
        calls = max(self.proxy.calls.values(), default=0) / len(sign_ins)
        connections = self.proxy.accepted / max(len(sign_ins), self.proxy.requests)
        return Needy(sign_ins, self.people, max(calls, connections) - 1, self.proxy.most_open)


class Load:
    """
    Migrations, first links, and people who need no legacy call.

    Attributes:
        elsewhere: Where nobody must go.
    """

    def __init__(self, stack: ExitStack, left: Left) -> None:
        """All is well, and nobody signs in yet; *stack* puts it away."""
        enter = stack.enter_context
        self.elsewhere = enter(ScriptedServer(lambda _: (YES,)))
        passwords = enter(ScriptedServer(lambda asked: (answer(200, honestly(asked)),)))
        accounts = enter(LoopbackServer(LegacySystem([], API_KEY).app))
        to_passwords, to_accounts = enter(TcpProxy(passwords.port)), enter(TcpProxy(accounts.port))
        migrant = enter(migrations(to_passwords.url, left))
        door = enter(linking_door(to_accounts.url, left))
        self._regulars = {
            name: Crowd(1, REGULAR_PACE, lambda sign_in=sign_in: sign_in)  # type: ignore[misc]
            for name, sign_in in _regulars(door, to_accounts)
        }
        to_accounts.count_anew()
        migrants = Crowd(MIGRANTS, MIGRANT_PACE, lambda: migrant)
        newcomers = Crowd(NEWCOMERS, NEWCOMER_PACE, door.newcomer)
        self._asking = {
            "migrations": _Asking(migrants, MIGRANTS, to_passwords),
            "first links": _Asking(newcomers, NEWCOMERS, to_accounts),
        }

    def suffer(self, name: str, seconds: float, recovery: float) -> Episode:
        """Sign in before, during and after so many *seconds* of the toxic *name*."""
        toxic = toxics(self.elsewhere.url)[name]
        with ExitStack() as crowds:
            for crowd in (*self._regulars.values(), *(a.crowd for a in self._asking.values())):
                crowds.enter_context(crowd)
            began = _after(HEALTHY_SECONDS)
            self._behave(toxic)
            healthy_at = _after(seconds)
            self._behave(tcp_proxy.healthy)
            _after(recovery)
        return Episode(
            name=name,
            healthy_at=healthy_at,
            needy={kind: asking.needy() for kind, asking in self._asking.items()},
            regulars={
                kind: _regular(crowd, began, healthy_at) for kind, crowd in self._regulars.items()
            },
            led_astray=len(self.elsewhere.requests),
            unprobed=[kind for kind in KINDS if kind not in self._regulars],
        )

    def _behave(self, toxic: tcp_proxy.Toxic) -> None:
        for asking in self._asking.values():
            asking.proxy.toxic = toxic


def _regulars(door: LinkingDoor, proxy: TcpProxy) -> Iterator[tuple[str, SignsIn]]:
    """Whose sign-in calls nobody when all is well: they can ask that it never does."""
    for name, kind in KINDS.items():
        sign_in = door.regular(kind)
        before = proxy.requests
        if sign_in() == IN and proxy.requests == before:
            yield name, sign_in


def _regular(crowd: Crowd, began: float, healthy_at: float) -> Regular:
    before = (each.took for each in crowd.sign_ins if each.began < began)
    meanwhile = (each.took for each in crowd.sign_ins if began <= each.began < healthy_at)
    return Regular(crowd.sign_ins, percentile(before, 0.99), percentile(meanwhile, 0.99))


def _after(seconds: float) -> float:
    threading.Event().wait(seconds)
    return monotonic()


def episode(name: str, seconds: float, left: Left) -> Episode:
    """Well, then the toxic for so many *seconds*, then well until everybody is back."""
    recovery = min(LIMIT, left.get_remaining_time_in_millis() / 1000) + HEALTHY_SECONDS
    with ExitStack() as stack:
        return Load(stack, left).suffer(name, seconds, recovery)


def section(
    progress: Progress, seconds: float, left: Left, names: tuple[str, ...] | None = None
) -> Section:
    """The figures of each toxic, after so many *seconds* of it."""
    episodes = []
    for name in names or tuple(toxics("http://127.0.0.1:1")):
        progress(f"F5 {name}: {seconds:g} s")
        episodes.append(episode(name, seconds, left))
    failures = [each for each in map(_failure, episodes) if each.violations]
    rows = [(each.name, str(each)) for each in episodes]
    return Section(f"F5 legacy system misbehaving for {seconds:g} s each", rows, failures)


def replay(line: str, seconds: float, left: Left) -> Failure:
    """The toxic that *line* names, again."""
    return _failure(episode(line.removeprefix("F5 "), seconds, left))


def _failure(each: Episode) -> Failure:
    return Failure(f"F5 {each.name}", str(each).splitlines(), list(each.violations(LIMIT)))
