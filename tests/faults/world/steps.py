"""
Steps of a walk in their one-line form: ``actor verb arguments``, then what befalls its calls.

``!2.killed`` spoils the second outside call, ``&3(mallory google)`` lets another step happen before
the third one.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from faults.world.weather import Fault


_STRIKE: Final = re.compile(r"!(\d+)\.([a-z]+)")
_BETWEEN: Final = re.compile(r"&(\d+)\(([^)]*)\)")


@attrs.frozen
class Step:
    """
    One step.

    Attributes:
        actor: A person, ``op`` for an operator, ``sky`` for what is in no person's hands.
        verb: What they do.
        arguments: As the verb has them.
        strikes: Faults of outside calls, by number.
        between: Other steps that happen before the outside call of a number.
    """

    actor: str
    verb: str
    arguments: tuple[str, ...] = ()
    strikes: Mapping[int, Fault] = attrs.field(factory=dict)
    between: Mapping[int, "Step"] = attrs.field(factory=dict)

    def __str__(self) -> str:
        strikes = [f"!{number}.{fault}" for number, fault in self.strikes.items()]
        between = [f"&{number}({step})" for number, step in self.between.items()]
        return " ".join([self.actor, self.verb, *self.arguments, *strikes, *between])

    @property
    def actors(self) -> frozenset[str]:
        """Everybody who acts in it."""
        return frozenset((self.actor, *(step.actor for step in self.between.values())))

    @property
    def verbs(self) -> frozenset[str]:
        """Everything that is done in it."""
        return frozenset((self.verb, *(step.verb for step in self.between.values())))


def read_step(line: str) -> Step:
    """
    Read what ``str`` of a step says.

    Raises:
        ValueError: It is none.
    """
    between = {int(number): read_step(step) for number, step in _BETWEEN.findall(line)}
    line = _BETWEEN.sub("", line)
    strikes = {int(number): Fault(fault) for number, fault in _STRIKE.findall(line)}
    actor, verb, *arguments = _STRIKE.sub("", line).split()
    return Step(actor, verb, tuple(arguments), strikes, between)


def read_steps(lines: Iterable[str]) -> tuple[Step, ...]:
    """Read each of *lines*."""
    return tuple(map(read_step, lines))
