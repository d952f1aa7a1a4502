"""What one toxic did to everybody, and whether that is bearable."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import attrs

from faults.crowds import IN, OUTAGE, SignIn
from faults.figures import milliseconds


RECOVERY_LIMIT: Final = 5.0
EXTRA_CALLS: Final = 0.10

NOISE: Final = 0.010
"""Seconds below which a slower p99 says more about the machine than about the product."""


@attrs.frozen
class Needy:
    """
    Sign-ins that need the legacy system, and what they cost it.

    Attributes:
        sign_ins: Before the toxic, while it lasted and after.
        people: Who signed in at once.
        extra_calls: Calls of any one kind, or connections, per sign-in, less 1.
        most_open: Connections at once.
    """

    sign_ins: Sequence[SignIn]
    people: int
    extra_calls: float
    most_open: int

    def come_back(self, healthy_at: float) -> bool:
        """Whether anybody got in who began after that."""
        return any(each.result == IN and each.began > healthy_at for each in self.sign_ins)

    def __str__(self) -> str:
        return (
            f"{len(self.sign_ins)}, {milliseconds(each.took for each in self.sign_ins)}, "
            f"extra calls {max(0.0, self.extra_calls):.0%}, open {self.most_open}"
        )


@attrs.frozen
class Regular:
    """
    Sign-ins of somebody whom both sides know, and who needs no legacy call.

    Attributes:
        sign_ins: Before the toxic, while it lasted and after.
        baseline: p99 before it, in seconds.
        meanwhile: p99 while it lasted.
    """

    sign_ins: Sequence[SignIn]
    baseline: float
    meanwhile: float

    def __str__(self) -> str:
        p99 = f"{1000 * self.baseline:.2f} → {1000 * self.meanwhile:.2f} ms"
        return f"{len(self.sign_ins)}, p99 {p99}"


@attrs.frozen
class Episode:
    """
    Well, then a toxic, then well again.

    Attributes:
        name: Of the toxic.
        healthy_at: When it was over, by monotonic.
        needy: Migrations and first links.
        regulars: By kind of user.
        led_astray: Requests that followed a redirect.
        unprobed: Kinds of users who need a legacy call even when both sides know them.
    """

    name: str
    healthy_at: float
    needy: Mapping[str, Needy]
    regulars: Mapping[str, Regular]
    led_astray: int
    unprobed: Sequence[str] = ()

    @property
    def recovery(self) -> float:
        """Seconds from health to the end of the last failed sign-in; 0 if none failed."""
        failed = [each.ended for each in self._needing() if each.result != IN]
        return max(0.0, max(failed, default=0.0) - self.healthy_at)

    def violations(self, limit: float) -> Iterator[str]:
        """Which invariants did not hold, where no sign-in may take longer than *limit*."""
        needy, needing = self.needy.values(), list(self._needing())
        judged = {
            "an outage was not taken for one": {each.result for each in needing} - {IN, OUTAGE},
            "a deadline was passed": max(each.took for each in needing) > limit,
            "more calls than sign-ins": any(each.extra_calls > EXTRA_CALLS for each in needy),
            "not recovered within 5 s of health": self.recovery > RECOVERY_LIMIT
            or not all(each.come_back(self.healthy_at) for each in needy),
            "connections pile up": any(each.most_open > 2 * each.people for each in needy),
            "credentials followed a redirect": self.led_astray > 0,
        }
        yield from (wrong for wrong, holds in judged.items() if holds)
        yield from self._disturbed()

    def _disturbed(self) -> Iterator[str]:
        regulars = self.regulars.values()
        if not regulars:
            yield "nobody needs no legacy call"
        if any(each.result != IN for regular in regulars for each in regular.sign_ins):
            yield "sign-ins that need no legacy call failed"
        if any(each.meanwhile > max(2 * each.baseline, NOISE) for each in regulars):
            yield "sign-ins that need no legacy call became slower"

    def _needing(self) -> Iterator[SignIn]:
        return (each for crowd in self.needy.values() for each in crowd.sign_ins)

    def __str__(self) -> str:
        lines = [f"{name} {each}" for name, each in self.needy.items()]
        lines += [f"no legacy call, {name}: {each}" for name, each in self.regulars.items()]
        lines += [f"{name} users always need a legacy call" for name in self.unprobed]
        return "\n".join([*lines, f"recovered in {self.recovery:.1f} s"])
