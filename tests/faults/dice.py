"""Chance that can be repeated."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar


T = TypeVar("T")


class Dice:
    """The same *seed* falls the same way on every machine and Python."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._rolled = 0

    def roll(self, sides: int) -> int:
        """From 0 to *sides* - 1."""
        self._rolled += 1
        digest = hashlib.blake2b(f"{self._seed}/{self._rolled}".encode(), digest_size=8)
        return int.from_bytes(digest.digest()) % sides

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.roll(len(choices))]


def drawn(choices: Iterable[T], seed: str, one_in: int) -> Iterator[T]:
    """About one *one_in* so many of *choices*, in order; which ones is what *seed* stands for."""
    dice = Dice(seed)
    return (choice for choice in choices if dice.roll(one_in) == 0)
